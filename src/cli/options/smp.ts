import { UserError } from '../../base/errors.ts';
import { topologyOf, type Topology } from '../../board/topology.ts';
import { keyValues } from '../../host/key-values.ts';

const LEVELS = ['cpus', 'maxcpus', 'sockets', 'cores', 'threads'] as const;
/** Levels that other machines have. */
const FOREIGN = ['dies', 'clusters'];

/** `[cpus=]n,maxcpus=n,sockets=n,cores=n,threads=n`. */
export function parseTopology(text: string): Topology {
  const known: { -readonly [K in keyof Topology]?: Topology[K] } = {};
  for (const [name, value] of Object.entries(keyValues(text, 'cpus'))) {
    const level = LEVELS.find((each) => each === name);
    if (level === undefined && !FOREIGN.includes(name)) throw new UserError(`Parameter 'smp.${name}' is unexpected`);
    if (typeof value !== 'string' || !/^\d+$/.test(value)) {
      throw new UserError(`Parameter 'smp.${name}' expects integer`);
    }
    if (level !== undefined) known[level] = Number(value);
    else if (Number(value) > 1) throw new UserError(`${name} not supported by this machine's CPU topology`);
  }
  return topologyOf(known);
}
