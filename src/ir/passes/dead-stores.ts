import type { HelperDefinition } from '../ops.ts';
import type { Node, Unit } from '../node.ts';
import type { Pass } from './pass.ts';
import { forgetFields, stateKey } from './state-key.ts';

/** Elements of state that are written again before anybody can look. */
type Overwritten = Set<number>;

const isBlind = ({ faults, exits }: HelperDefinition): boolean => !faults && !exits;

/** Walks backwards: what may leave the unit, or fault, looks at everything. */
function run(unit: Unit): void {
  let overwritten: Overwritten = new Set();
  /** For each if that encloses the place: what holds after it, and at the start of its else. */
  const outer: { after: Overwritten; otherwise: Overwritten }[] = [];
  const dead = new Set<Node>();
  for (let place = unit.nodes.length - 1; place >= 0; place--) {
    const node = unit.nodes[place]!;
    const { op, attributes } = node;
    switch (op) {
      case 'set':
        if (attributes.state!.operand !== undefined) forgetFields(overwritten, [attributes.state!.field]);
        else if (overwritten.has(stateKey(attributes.state!))) dead.add(node);
        else overwritten.add(stateKey(attributes.state!));
        break;
      case 'get':
        if (attributes.state!.operand !== undefined) forgetFields(overwritten, [attributes.state!.field]);
        else overwritten.delete(stateKey(attributes.state!));
        break;
      case 'fp':
        forgetFields(overwritten, ['fflags']);
        break;
      case 'call':
        if (isBlind(attributes.helper!)) forgetFields(overwritten, attributes.helper!.reads);
        else overwritten.clear();
        break;
      case 'end':
        outer.push({ after: overwritten, otherwise: overwritten });
        overwritten = new Set(overwritten);
        break;
      case 'else':
        outer.at(-1)!.otherwise = overwritten;
        overwritten = new Set(outer.at(-1)!.after);
        break;
      case 'if': {
        const { otherwise } = outer.pop()!;
        overwritten = new Set([...overwritten].filter((key) => otherwise.has(key)));
        break;
      }
      case 'load':
      case 'store':
      case 'atomic_rmw':
      case 'atomic_cas':
      case 'load_reserved':
      case 'store_conditional':
      case 'branch':
      case 'jump':
      case 'jump_reg':
      case 'exit':
        overwritten.clear();
        break;
      default:
    }
  }
  if (dead.size === 0) return;
  for (const { args } of dead) args[0]!.uses--;
  unit.nodes.splice(0, unit.nodes.length, ...unit.nodes.filter((node) => !dead.has(node)));
}

/** Registers and condition codes alike: both are elements of state. */
export const deadStores: Pass = {
  doc: 'registers and condition codes are not written where they are written again before anybody can look',
  run,
};
