import { UserError } from '../base/errors.ts';

/** How many CPUs a machine has, and how they are put together: as the guest and monitors are told. */
export interface Topology {
  readonly cpus: number;
  /** Sockets times cores times threads. */
  readonly maxcpus: number;
  readonly sockets: number;
  /** In a socket. */
  readonly cores: number;
  /** In a core. */
  readonly threads: number;
}

/** One CPU. */
export const SINGLE: Topology = { cpus: 1, maxcpus: 1, sockets: 1, cores: 1, threads: 1 };

/** Most CPUs of a machine. */
export const MOST_CPUS = 8;

/** What is known of a topology; the rest follows. */
export type PartialTopology = Partial<Topology>;

/**
 * As `-smp` takes it: what is left out is 1 or, of the first that is open among cores, sockets and
 * threads, what makes the product the number of CPUs. Throws a UserError in QEMU's words.
 */
export function topologyOf(known: PartialTopology): Topology {
  if (Object.values(known).includes(0)) {
    throw new UserError('Invalid CPU topology: CPU topology parameters must be greater than zero');
  }
  const topology = completed(known);
  const { cpus, maxcpus, sockets, cores, threads } = topology;
  const product = `sockets (${sockets}) * cores (${cores}) * threads (${threads})`;
  if (sockets * cores * threads !== maxcpus) {
    throw new UserError(
      `Invalid CPU topology: product of the hierarchy must match maxcpus: ${product} != maxcpus (${maxcpus})`,
    );
  }
  if (maxcpus < cpus) {
    throw new UserError(
      `Invalid CPU topology: maxcpus must be equal to or greater than smp: ${product} == maxcpus (${maxcpus}) < smp_cpus (${cpus})`,
    );
  }
  for (const count of [cpus, maxcpus]) {
    if (count <= MOST_CPUS) continue;
    throw new UserError(`Invalid SMP CPUs ${count}. The max CPUs supported by machine 'virt' is ${MOST_CPUS}`);
  }
  return topology;
}

function completed(known: PartialTopology): Topology {
  let { maxcpus = known.cpus ?? 0, sockets = 0, cores = 0, threads = 0 } = known;
  if (maxcpus === 0) {
    sockets ||= 1;
    cores ||= 1;
    threads ||= 1;
    maxcpus = sockets * cores * threads;
  } else if (cores === 0) {
    sockets ||= 1;
    threads ||= 1;
    cores = Math.floor(maxcpus / (sockets * threads));
  } else if (sockets === 0) {
    threads ||= 1;
    sockets = Math.floor(maxcpus / (cores * threads));
  }
  threads ||= Math.floor(maxcpus / (sockets * cores));
  return { cpus: known.cpus ?? maxcpus, maxcpus, sockets, cores, threads };
}
