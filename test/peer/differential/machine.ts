/** Streams under us: a hart in M mode with RAM where the streams lie. */
import { OracleContexts, OracleEngine } from '../../../src/isa/oracle.ts';
import { RiscvCpu } from '../../../src/isa/riscv/cpu.ts';
import { RiscvState } from '../../../src/isa/riscv/state.ts';
import { Engine } from '../../../src/jit/engine.ts';
import type { Tiers } from '../../../src/jit/policy.ts';
import type { Stress } from '../../../src/jit/stress.ts';
import { AddressSpace } from '../../../src/mem/address-space.ts';
import { Arena } from '../../../src/mem/arena.ts';
import { silentLog } from '../../../src/mem/guest-log.ts';
import { GuestMemory } from '../../../src/mem/guest-memory.ts';
import { SoftTlb } from '../../../src/mem/tlb.ts';
import { features, guest } from './encodings.ts';
import { CODE, DATA, withoutCaller } from './layout.ts';
import type { Stream } from './stream.ts';

export type EngineName = 'oracle' | Tiers;

const PAGE = 4096;
const MSTATUS = 0x300;
const MTVEC = 0x305;
const FS_INITIAL = 0x2000n;
/** WFI, which leaves the run loop, and a jump back to it. */
const HALT = [0x10500073, 0xffdff06f];
const MOST = 2 ** 30;

export interface Result {
  readonly data: Uint8Array;
  readonly retired: number;
  readonly seconds: number;
}

export function runStream(engine: EngineName, { code, data }: Stream, stress?: Stress): Result {
  const room = (bytes: number): number => Math.ceil(bytes / PAGE) * PAGE;
  const codeSize = room(code.length) + PAGE;
  const dataSize = room(data.length);
  const arena = new Arena(codeSize + dataSize + (256 << 20));
  const state = arena.allocate(RiscvState.size, PAGE);
  const space = new AddressSpace(arena.memory);
  const memory = new GuestMemory(arena, space);
  const ram = (name: string, base: number, size: number): void =>
    space.add({ kind: 'ram', name, base, size, hostOffset: arena.allocate(size, PAGE) });
  ram('code', CODE, codeSize);
  ram('data', DATA, dataSize);
  const view = RiscvState.at(arena.memory, state);
  const tlb = new SoftTlb(arena, view);
  const contexts = engine === 'oracle' ? new OracleContexts() : tlb;
  const cpu = new RiscvCpu({
    memory: arena.memory,
    stateAddress: state,
    contexts,
    features,
    hartId: 0,
    space,
    log: silentLog,
    timer: { now: () => 0, arm: () => undefined },
  });
  const common = { guest, cpu, stateStruct: RiscvState, state, space };
  const runner =
    contexts instanceof OracleContexts
      ? new OracleEngine({ ...common, memory: arena.memory, contexts })
      : new Engine({
          ...common,
          arena,
          tlb,
          pageFlags: memory.pageFlags,
          granules: memory.granules,
          claims: memory.claims.of(0),
          tiers: engine as Tiers,
          stress,
        });

  memory.load(CODE, code);
  const halt = CODE + room(code.length);
  for (const [index, word] of HALT.entries()) memory.writeU32(halt + 4 * index, word);
  memory.load(DATA, data);
  cpu.reset(CODE | 0, 0);
  cpu.writeCsr(MSTATUS, FS_INITIAL);
  // No stream traps: one that does ends there, with its results as they are.
  cpu.writeCsr(MTVEC, BigInt(halt));
  view.x[1] = BigInt(halt);
  const start = performance.now();
  const retired = runner.run(MOST);
  const seconds = (performance.now() - start) / 1000;
  return { data: withoutCaller(memory.read(DATA, data.length)), retired, seconds };
}
