import type { Node, Unit } from './node.ts';
import { definitionOf } from './ops.ts';
import { makesValue, printNode } from './print.ts';
import { BITS } from './types.ts';

/**
 * What is wrong with a unit, a line for each fault; nothing if it may be translated. Checked are
 * the number and types of arguments against the declarations in ops.ts, that values are made before
 * they are used and on every way there, counts of uses, and the nesting of ifs.
 */
export function verify(unit: Unit): string[] {
  const faults: string[] = [];
  /** What may be used at this point, by nested if. */
  const visible: Set<Node>[] = [new Set()];
  const arms: ('if' | 'else')[] = [];
  const uses = new Map<Node, number>();
  for (const [place, node] of unit.nodes.entries()) {
    const say = (fault: string): void => void faults.push(`${printNode(node)}: ${fault}`);
    if (node.id !== place) say(`is at place ${place}`);
    for (const argument of node.args) {
      if (!visible.some((scope) => scope.has(argument))) say(`%${argument.id} is not defined here`);
      uses.set(argument, (uses.get(argument) ?? 0) + 1);
    }
    checkTypes(node, say);
    checkAttributes(node, say);
    if (node.op === 'else' || node.op === 'end') {
      const arm = arms.pop();
      if (arm === undefined) say('is not in an if');
      else visible.pop();
      if (node.op === 'else' && arm === 'else') say('is the second');
    }
    if (node.op === 'if' || node.op === 'else') {
      arms.push(node.op);
      visible.push(new Set());
    }
    if (makesValue(node)) visible.at(-1)!.add(node);
  }
  if (arms.length > 0) faults.push(`${arms.length} if without end`);
  for (const node of unit.nodes) {
    if (node.uses !== (uses.get(node) ?? 0)) {
      faults.push(`${printNode(node)}: has ${uses.get(node) ?? 0} uses, not ${node.uses}`);
    }
  }
  return faults;
}

function checkTypes(node: Node, say: (fault: string) => void): void {
  const { op, type, args } = node;
  const { args: wanted, result, types } = definitionOf(op);
  const isTyped = types.length > 0 && !(op === 'call' && node.attributes.helper?.result === 'none');
  if (isTyped && type === undefined) say('has no type');
  if (type !== undefined && !types.includes(type) && result !== type) say(`is not for ${type}`);
  if (op === 'fp' || op === 'call') return;
  if (args.length !== wanted.length) {
    say(`has ${args.length} arguments, not ${wanted.length}`);
    return;
  }
  // The type written is the result's; where that is fixed, the first T argument decides.
  const own = result === 'T' || result === 'none' ? type : args[wanted.indexOf('T')]?.type;
  for (const [place, want] of wanted.entries()) {
    const have = args[place]!.type;
    const expected = want === 'T' ? own : want;
    if (want !== '*' && have !== expected) say(`argument ${place + 1} is ${have}, not ${expected}`);
  }
  if (result !== 'T' && result !== 'none' && type !== result) say(`makes ${result}, not ${type}`);
}

function checkAttributes({ op, type, args, attributes }: Node, say: (fault: string) => void): void {
  const from = args[0]?.type === undefined ? 0 : BITS[args[0].type];
  const to = type === undefined ? 0 : BITS[type];
  switch (op) {
    case 'trunc':
      if (from <= to) say(`does not narrow ${args[0]?.type}`);
      break;
    case 'extend_s':
    case 'extend_u':
      if (from >= to) say(`does not widen ${args[0]?.type}`);
      break;
    case 'bitcast':
      if (from !== to) say('changes the width');
      break;
    case 'extract_s':
    case 'extract_u':
    case 'deposit': {
      const { value, length } = attributes;
      if (!(Number(value) >= 0 && length! > 0 && Number(value) + length! <= to)) say('is out of range');
      break;
    }
    case 'fp':
      if (args.at(-1)?.type !== 'i32') say('has no rounding mode');
      break;
    case 'call': {
      const wanted = attributes.helper!.args;
      if (args.length !== wanted.length || args.some((argument, place) => argument.type !== wanted[place])) {
        say(`takes (${wanted.join(', ')})`);
      }
      if ((type ?? 'none') !== attributes.helper!.result) say(`makes ${attributes.helper!.result}`);
      break;
    }
    case 'load':
    case 'store':
    case 'atomic_rmw':
    case 'atomic_cas':
    case 'load_reserved':
    case 'store_conditional':
      checkAccess(
        op,
        8 * attributes.access!.size,
        valueBits(op, type, args),
        attributes.access!.rmw !== undefined,
        say,
      );
      break;
    default:
  }
}

/** Width of what is loaded or stored. */
function valueBits(op: Node['op'], type: Node['type'], args: readonly Node[]): number {
  const value = op === 'store' || op === 'store_conditional' ? args[1]?.type : type;
  return value === undefined ? 0 : BITS[value];
}

function checkAccess(op: string, bits: number, value: number, isRmw: boolean, say: (fault: string) => void): void {
  if (bits > value) say('is wider than its value');
  if (isRmw !== (op === 'atomic_rmw')) say(isRmw ? 'is no read-modify-write' : 'has no operation');
}
