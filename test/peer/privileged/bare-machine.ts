/**
 * The least machine that a guest program of the suite runs on: a hart, RAM, a serial port that
 * prints, a timer and a power switch at the addresses of `virt`.
 */

import { parseElf } from '../../../src/firmware/elf.ts';
import { RiscvCpu } from '../../../src/isa/riscv/cpu.ts';
import { parseFeatures } from '../../../src/isa/riscv/features.ts';
import { createRiscv } from '../../../src/isa/riscv/guest.ts';
import { RiscvState } from '../../../src/isa/riscv/state.ts';
import { Engine, type Tiers } from '../../../src/jit/engine.ts';
import { AddressSpace, type MmioRegion } from '../../../src/mem/address-space.ts';
import { Arena } from '../../../src/mem/arena.ts';
import { EXIT_INTERRUPT, EXIT_WORK } from '../../../src/mem/cpu.ts';
import { silentLog } from '../../../src/mem/guest-log.ts';
import { GuestMemory } from '../../../src/mem/guest-memory.ts';
import { MSIP, MTIP } from '../../../src/mem/interrupts.ts';
import { SoftTlb } from '../../../src/mem/tlb.ts';

const RAM = 0x8000_0000;
const RAM_SIZE = 128 << 20;
const SLICE = 20_000;

export interface BareRun {
  readonly output: string;
  readonly retired: number;
}

/** Runs a program until it switches the machine off, or `limit` instructions are retired. */
export function runBare(elf: Uint8Array, tiers: Tiers, cpuArgument: string, limit = 200_000_000): BareRun {
  const arena = new Arena(RAM_SIZE + (192 << 20));
  const state = arena.allocate(RiscvState.size, 4096);
  const ram = arena.allocate(RAM_SIZE, 4096);
  const space = new AddressSpace(arena.memory);
  const memory = new GuestMemory(arena, space);
  space.add({ kind: 'ram', name: 'ram', base: RAM, size: RAM_SIZE, hostOffset: ram });

  const view = RiscvState.at(arena.memory, state);
  const tlb = new SoftTlb(arena, view);
  const features = parseFeatures(cpuArgument);
  let alarm = Infinity;
  // Time is what the program does: the same on every run.
  const now = (): number => Math.floor(cpu.hart.retired() / 10);
  const cpu: RiscvCpu = new RiscvCpu({
    memory: arena.memory,
    stateAddress: state,
    contexts: tlb,
    features,
    hartId: 0,
    space,
    log: silentLog,
    timer: {
      now,
      arm: (ticks) => {
        alarm = ticks;
      },
    },
  });

  let output = '';
  let isOff = false;
  let mtimecmp = 0;
  const device = (name: string, base: number, size: number, rest: Pick<MmioRegion, 'read' | 'write'>): void => {
    space.add({ kind: 'mmio', name, base, size, ...rest });
  };
  device('serial', 0x1000_0000, 0x100, {
    read: (offset) => (offset === 5 ? 0x60 : 0),
    write: (offset, _size, value) => {
      if (offset === 0) output += String.fromCharCode(value);
    },
  });
  device('test', 0x10_0000, 0x1000, {
    read: () => 0,
    write: () => {
      isOff = true;
      cpu.hart.words[RiscvState.offsetOf.exit / 4]! |= EXIT_WORK;
    },
  });
  const updateTimer = (): void => cpu.setPending(MTIP, now() >= mtimecmp);
  device('aclint', 0x200_0000, 0x1_0000, {
    read: (offset) => (offset === 0xbff8 ? now() % 2 ** 32 : 0),
    write: (offset, _size, value) => {
      if (offset === 0) cpu.setPending(MSIP, (value & 1) !== 0);
      if (offset === 0x4000) mtimecmp = Math.floor(mtimecmp / 2 ** 32) * 2 ** 32 + value;
      if (offset === 0x4004) mtimecmp = (mtimecmp % 2 ** 32) + value * 2 ** 32;
      updateTimer();
    },
  });

  const engine = new Engine({
    arena,
    guest: createRiscv(features),
    cpu,
    stateStruct: RiscvState,
    state,
    space,
    tlb,
    pageFlags: memory.pageFlags,
    tiers,
  });
  const program = parseElf(elf);
  for (const { physical, bytes } of program.segments) memory.load(physical, bytes);
  cpu.reset(RAM | 0);

  let retired = 0;
  while (!isOff && retired < limit) {
    view.exit = 0;
    updateTimer();
    if (now() >= alarm) cpu.timerExpired();
    cpu.takeInterrupt();
    view.exit &= ~EXIT_INTERRUPT;
    if (view.runState !== 0) {
      if (!cpu.wakes()) {
        // Idle: time goes on all the same.
        retired += 10_000;
        view.retired += 10_000n;
        continue;
      }
      view.runState = 0;
      continue;
    }
    retired += engine.run(SLICE);
  }
  return { output, retired };
}
