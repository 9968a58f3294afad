import { JitCounters } from '../jit/counters.ts';
import type { Arena } from '../mem/arena.ts';
import { EXIT_REQUEST } from '../mem/cpu.ts';
import { CpuRequests } from '../mem/cpu-requests.ts';
import type { ExitWords } from '../mem/exit-words.ts';
import { VcpuCounters } from './vcpu-counters.ts';

/** Bytes for what only the thread of a vCPU makes: records of code, TLBs. */
export const OWN_BYTES = 100 << 20;
/** The same, and what the machine knows of each vCPU. */
export const VCPU_BYTES = OWN_BYTES + (4 << 20);

/** What of a vCPU lies in shared memory besides the CPU's state. */
export class VcpuShared {
  readonly counters: VcpuCounters;
  readonly jitCounters: JitCounters;
  readonly requests: CpuRequests;

  constructor(arena: Arena, index: number, exits: ExitWords) {
    this.counters = new VcpuCounters(arena);
    this.jitCounters = new JitCounters(arena);
    const kick = (): void => exits.kick(index, EXIT_REQUEST);
    this.requests = new CpuRequests(arena.memory, arena.allocate(CpuRequests.bytes), kick);
  }
}
