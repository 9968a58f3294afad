import { DEFAULT_ACCESS } from './builder.ts';
import { formOf, type Slot } from './form.ts';
import type { Attributes, MemoryAccess, Node, RmwOp, Unit } from './node.ts';
import { OPS, type HelperDefinition, type OpName } from './ops.ts';
import { TYPES, type Type } from './types.ts';

/** The text is not a unit; the message says where. */
export class IrSyntaxError extends SyntaxError {
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

const LINE = /^(?:(?<name>%\w+) = )?(?<op>[a-z_]\w*)(?:\.(?<type>[a-z]\d+))?(?: (?<items>.*))?$/;

/**
 * Reads what print writes. Values may have any names; `;` begins a comment. Whether the unit makes
 * sense is verify's question. `helpers` are those that calls may name.
 */
export function parse(text: string, helpers: readonly HelperDefinition[] = []): Unit {
  const nodes: Node[] = [];
  const named = new Map<string, Node>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/;.*/, '').trim();
    if (line === '') continue;
    const fail = (message: string): never => {
      throw new IrSyntaxError(index + 1, message);
    };
    const groups = LINE.exec(line)?.groups ?? fail('not an operation');
    const op = groups['op']!;
    if (!Object.hasOwn(OPS, op)) fail(`no operation is called ${op}`);
    const type = groups['type'];
    if (type !== undefined && !TYPES.includes(type as Type)) fail(`no type is called ${type}`);
    const items = (groups['items'] ?? '').split(/\s*,\s*/).filter((item) => item !== '');
    const args = items
      .filter((item) => item.startsWith('%'))
      .map((item) => named.get(item) ?? fail(`${item} is not defined`));
    const words = items.filter((item) => !item.startsWith('%'));
    const { before, after } = formOf(op as OpName);
    const slots = [...before, ...after];
    if (words.length !== slots.length) fail(`${op} has ${slots.length} attributes, not ${words.length}`);
    let attributes: Attributes = {};
    for (const [place, slot] of slots.entries()) {
      const part = readSlot(slot, words[place]!, helpers) ?? fail(`${words[place]} is no ${slot}`);
      attributes = { ...attributes, ...part };
    }
    for (const argument of args) argument.uses++;
    const node: Node = {
      id: nodes.length,
      op: op as OpName,
      type: type as Type | undefined,
      args,
      attributes,
      uses: 0,
    };
    nodes.push(node);
    if (groups['name'] !== undefined) named.set(groups['name'], node);
  }
  return { nodes };
}

function readSlot(slot: Slot, text: string, helpers: readonly HelperDefinition[]): Attributes | undefined {
  switch (slot) {
    case 'value': {
      const value = integer(text);
      return value === undefined ? undefined : { value };
    }
    case 'length': {
      const length = integer(text);
      return typeof length === 'number' ? { length } : undefined;
    }
    case 'offset': {
      const value = integer(text);
      return value === undefined ? { value: 0, operand: text } : { value };
    }
    case 'target': {
      const target = integer(text);
      if (typeof target === 'bigint') return undefined;
      return { target: target ?? { operand: text } };
    }
    case 'state':
      return readState(text);
    case 'access': {
      const access = readAccess(text);
      return access && { access };
    }
    case 'helper': {
      const helper = helpers.find(({ name }) => name === text);
      return helper && { helper };
    }
    default:
      return { [slot]: text };
  }
}

/** A number where that is exact, as in a node. */
function integer(text: string): number | bigint | undefined {
  if (!/^[-+]?\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  const isSmall = value >= -(2n ** 53n) && value <= 2n ** 53n;
  return isSmall ? Number(value) : value;
}

function readState(text: string): Attributes | undefined {
  const groups = /^(?<field>\w+)\[(?:(?<index>\d+)|(?<operand>\w+))\]$/.exec(text)?.groups;
  if (groups === undefined) return undefined;
  return { state: { field: groups['field']!, index: Number(groups['index'] ?? 0), operand: groups['operand'] } };
}

const RMW: readonly string[] = [
  'swap',
  'add',
  'and',
  'or',
  'xor',
  'min_s',
  'max_s',
  'min_u',
  'max_u',
] satisfies RmwOp[];

function readAccess(text: string): MemoryAccess | undefined {
  const [size, ...words] = /^\{(.*)\}$/.exec(text)?.[1]?.split(' ') ?? [];
  if (size === undefined || !/^(1|2|4|8|16)$/.test(size)) return undefined;
  let access: MemoryAccess = { ...DEFAULT_ACCESS, size: Number(size) };
  for (const word of words) {
    const part = accessPart(word);
    if (part === undefined) return undefined;
    access = { ...access, ...part };
  }
  return access;
}

function accessPart(word: string): Partial<MemoryAccess> | undefined {
  if (RMW.includes(word)) return { rmw: word as RmwOp };
  if (/^mmu\d+$/.test(word)) return { mmu: Number(word.slice(3)) };
  switch (word) {
    case 'signed':
      return { signed: true };
    case 'be':
      return { endian: word };
    case 'natural':
      return { align: word };
    case 'acquire':
    case 'release':
    case 'seq_cst':
      return { order: word };
    default:
      return undefined;
  }
}
