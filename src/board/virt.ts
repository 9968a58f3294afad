import { planBoot, load as loadPlan } from '../firmware/boot.ts';
import { RESET_VECTOR_ADDRESS } from '../firmware/reset-vector.ts';
import { Sbi } from '../firmware/sbi/sbi.ts';
import { aclintMtimer, type MTimer } from '../hw/aclint-mtimer.ts';
import { aclintSwi } from '../hw/aclint-swi.ts';
import type { BackendSlots, Device, Site, TypedDeclaration } from '../hw/device.ts';
import { fwCfg } from '../hw/fw-cfg.ts';
import { goldfishRtc } from '../hw/goldfish-rtc.ts';
import { plic } from '../hw/plic.ts';
import type { Properties } from '../hw/properties.ts';
import { sifiveTest } from '../hw/sifive-test.ts';
import { Timers, type Timer } from '../hw/timers.ts';
import { uart16550 } from '../hw/uart16550.ts';
import { createRiscv, type RiscvGuest } from '../isa/riscv/guest.ts';
import { RiscvState, word } from '../isa/riscv/state.ts';
import { AddressSpace } from '../mem/address-space.ts';
import type { Arena } from '../mem/arena.ts';
import { EXIT_INTERRUPT } from '../mem/cpu.ts';
import { GuestMemory } from '../mem/guest-memory.ts';
import { hartLine, MEIP, MSIP, MTIP, SEIP, type HartInterrupts } from '../mem/interrupts.ts';
import { lockedRegion } from './locked-region.ts';
import { VIRT } from './memory-map.ts';
import { VirtCpu } from './virt-cpu.ts';
import type { BoardCpu, BoardDevice, BoardSite, BootFiles, BootPlan, CpuSite } from './site.ts';
import type { VirtConfig } from './virt-config.ts';
import { virtTree } from './virt-tree.ts';

const EXTERNAL = word('mipExternal');
const EXIT = word('exit');
/** Item of fw_cfg: the number of CPUs. */
const FW_CFG_NB_CPUS = 5;

/** The RISC-V `virt` machine. */
export class VirtBoard {
  readonly guest: RiscvGuest;
  readonly stateStruct = RiscvState;
  readonly states: readonly number[];
  readonly space: AddressSpace;
  readonly memory: GuestMemory;
  readonly timers: Timers;
  readonly devices: readonly BoardDevice[];
  readonly #config: VirtConfig;
  readonly #arena: Arena;
  readonly #site: BoardSite;
  readonly #mtimer: MTimer;
  readonly #firmware: number;
  readonly #alarm: { readonly timer: Timer; ring: (() => void) | undefined };
  readonly #made: BoardDevice[] = [];
  readonly #harts: HartInterrupts;

  constructor(config: VirtConfig, arena: Arena, site: BoardSite) {
    this.#config = config;
    this.#arena = arena;
    this.#site = site;
    this.guest = createRiscv(config.cpu);
    this.states = [arena.allocate(RiscvState.size, 4096)];
    this.space = new AddressSpace(arena.memory);
    this.memory = new GuestMemory(arena, this.space);
    this.timers = new Timers(arena);
    this.#firmware = arena.allocate(Sbi.sizeFor(1));
    this.#harts = this.#hartInterrupts();
    const { rom, ram } = VIRT;
    this.space.add({
      kind: 'rom',
      name: 'riscv_virt_board.mrom',
      ...rom,
      hostOffset: arena.allocate(rom.size, 4096),
    });
    this.space.add({
      kind: 'ram',
      name: 'riscv_virt_board.ram',
      base: ram.base,
      size: config.ramSize,
      hostOffset: arena.allocate(config.ramSize, 4096),
    });
    const alarm: { timer: Timer; ring: (() => void) | undefined } = {
      timer: this.timers.create('hart0', () => alarm.ring?.()),
      ring: undefined,
    };
    this.#alarm = alarm;
    this.#mtimer = this.#makeDevices().api;
    this.devices = this.#made;
  }

  /** Interrupts of the only hart, from any thread. */
  #hartInterrupts(): HartInterrupts {
    const words = new Int32Array(this.#arena.memory.buffer, this.states[0], RiscvState.size / 4);
    return {
      setPending(_hart, bit, level) {
        if (!level) {
          Atomics.and(words, EXTERNAL, ~(1 << bit));
          return;
        }
        Atomics.or(words, EXTERNAL, 1 << bit);
        Atomics.or(words, EXIT, EXIT_INTERRUPT);
        Atomics.notify(words, EXIT);
      },
    };
  }

  #makeDevices(): Device<MTimer> {
    const { clint } = VIRT;
    const harts = this.#harts;
    const interrupts = this.#add(plic, VIRT.plic.base, {
      irqs: [MEIP, SEIP].map((bit) => ({ line: hartLine(harts, 0, bit), number: bit })),
    });
    const irq = (number: number): NonNullable<Site['irqs']> => [{ line: interrupts.input(number), number }];
    this.#add(aclintSwi, clint.base, { irqs: [{ line: hartLine(harts, 0, MSIP), number: MSIP }] });
    const mtimer = this.#add(aclintMtimer, clint.base + clint.timer, {
      irqs: [{ line: hartLine(harts, 0, MTIP), number: MTIP }],
    });
    this.#add(sifiveTest, VIRT.test.base, { backends: { power: this.#site.power } });
    const config = this.#add(fwCfg, VIRT.fwCfg.base);
    config.api.add(FW_CFG_NB_CPUS, Uint8Array.of(1, 0));
    const { serial } = this.#config;
    this.#add(uart16550, VIRT.uart.base, {
      irqs: irq(VIRT.uart.irq),
      ...(serial === undefined
        ? {}
        : { backends: { chardev: this.#site.char(serial) }, backendNames: { chardev: serial } }),
    });
    this.#add(goldfishRtc, VIRT.rtc.base, { irqs: irq(VIRT.rtc.irq) });
    return mtimer;
  }

  #add<P extends Properties, B extends BackendSlots, A>(
    declaration: TypedDeclaration<P, B, A>,
    base: number,
    rest: Partial<Site<P, B>> = {},
  ): Device<A> {
    const device = declaration.create({
      arena: this.#arena,
      timers: this.timers,
      clock: this.#site.clock,
      memory: this.memory,
      log: this.#site.log,
      base,
      ...rest,
    });
    for (const region of device.regions) this.space.add(lockedRegion(region, this.#site.lock));
    this.#made.push({ device });
    return device;
  }

  createCpu(index: number, site: CpuSite): BoardCpu {
    const stateAddress = this.states[index]!;
    const cpu = new VirtCpu({
      memory: this.#arena.memory,
      stateAddress,
      space: this.space,
      guestMemory: this.memory,
      mtimer: this.#mtimer,
      timer: this.#alarm.timer,
      features: this.#config.cpu,
      log: this.#site.log,
      power: this.#site.power,
      builtinFirmware: this.#config.builtinFirmware,
      firmware: this.#firmware,
      pollConsole: () => this.#site.lock.with(() => this.poll()),
      ...site,
    });
    this.#alarm.ring = () => cpu.timerExpired();
    return cpu;
  }

  plan(files: BootFiles): BootPlan {
    const { ramSize, cpu } = this.#config;
    return planBoot({
      ramBase: VIRT.ram.base,
      ramSize,
      bios: files.bios,
      kernel: files.kernel,
      initrd: files.initrd,
      append: files.append,
      tree:
        files.dtb ??
        virtTree(
          cpu,
          ramSize,
          this.#made.map(({ device }) => device),
        ),
      rngSeed: files.rngSeed,
    });
  }

  load(plan: BootPlan): void {
    const { memory } = this;
    loadPlan(plan, {
      write: (physical, bytes) => void memory.load(physical, bytes),
      zero: (physical, length) => void memory.load(physical, new Uint8Array(length)),
      isRam: (physical, length) => memory.contains(physical, length),
    });
    memory.load(RESET_VECTOR_ADDRESS, plan.resetVector);
  }

  powerOn(): void {
    this.timers.reset();
    for (const { device } of this.#made) device.powerOn();
  }

  reset(): void {
    for (const { device } of this.#made) device.reset();
  }

  poll(): void {
    for (const { device } of this.#made) device.poll();
  }
}
