import { UserError } from '../base/errors.ts';
import { planBoot, load as loadPlan } from '../firmware/boot.ts';
import { RESET_VECTOR_ADDRESS } from '../firmware/reset-vector.ts';
import { Sbi } from '../firmware/sbi/sbi.ts';
import { aclintMtimer, type MTimer } from '../hw/aclint-mtimer.ts';
import { aclintSwi } from '../hw/aclint-swi.ts';
import type { BackendSlots, Device, DeviceDeclaration, Site, TypedDeclaration } from '../hw/device.ts';
import { fwCfg } from '../hw/fw-cfg.ts';
import { goldfishRtc } from '../hw/goldfish-rtc.ts';
import { pflash } from '../hw/pflash.ts';
import { plic } from '../hw/plic.ts';
import type { Properties } from '../hw/properties.ts';
import { sifiveTest } from '../hw/sifive-test.ts';
import { Timers, type Timer } from '../hw/timers.ts';
import { uart16550 } from '../hw/uart16550.ts';
import { virtioMmio } from '../hw/virtio/mmio.ts';
import { createRiscv, type RiscvGuest } from '../isa/riscv/guest.ts';
import { coreNote, EM_RISCV } from '../isa/riscv/core-note.ts';
import { RiscvPageTables } from '../isa/riscv/page-tables.ts';
import { RiscvState, word } from '../isa/riscv/state.ts';
import { AddressSpace } from '../mem/address-space.ts';
import type { Arena } from '../mem/arena.ts';
import { EXIT_INTERRUPT } from '../mem/cpu.ts';
import { ExitWords } from '../mem/exit-words.ts';
import { GuestMemory } from '../mem/guest-memory.ts';
import { hartLine, MEIP, MSIP, MTIP, SEIP, type HartInterrupts } from '../mem/interrupts.ts';
import type { Section } from '../mem/section.ts';
import { HartStates } from './hart-states.ts';
import { lockedRegion } from './locked-region.ts';
import { VIRT } from './memory-map.ts';
import { deviceSections, firmwareSection, hartSection } from './sections.ts';
import { VirtCpu } from './virt-cpu.ts';
import type { BoardCpu, BoardDevice, BoardSite, BootFiles, BootPlan, CpuSite } from './site.ts';
import type { VirtConfig } from './virt-config.ts';
import { transportBus, VirtioSlots } from './virtio-slots.ts';
import { virtTree } from './virt-tree.ts';

const EXTERNAL = word('mipExternal');
const SOFTWARE = word('mipSoftware');
const WORDS = RiscvState.size / 4;
/** Item of fw_cfg: the number of CPUs. */
const FW_CFG_NB_CPUS = 5;

/** The RISC-V `virt` machine. */
export class VirtBoard {
  readonly elfMachine = EM_RISCV;
  readonly guest: RiscvGuest;
  readonly stateStruct = RiscvState;
  readonly states: readonly number[];
  readonly exits: ExitWords;
  readonly startedAddress: number;
  readonly space: AddressSpace;
  readonly memory: GuestMemory;
  readonly timers: Timers;
  readonly devices: readonly BoardDevice[];
  readonly #config: VirtConfig;
  readonly #arena: Arena;
  readonly #site: BoardSite;
  readonly #mtimer: MTimer;
  readonly #firmware: number;
  readonly #alarms: readonly { readonly timer: Timer; ring: (() => void) | undefined }[];
  readonly #made: BoardDevice[] = [];
  readonly #flash: number[] = [];
  readonly #harts: HartInterrupts;
  readonly #hartStates: HartStates;

  constructor(config: VirtConfig, arena: Arena, site: BoardSite) {
    this.#config = config;
    this.#arena = arena;
    this.#site = site;
    this.guest = createRiscv(config.cpu);
    const { cpus } = config.topology;
    this.states = Array.from({ length: cpus }, () => arena.allocate(RiscvState.size, 4096));
    this.exits = new ExitWords(arena.memory, this.states, site.sharesThread);
    this.#hartStates = new HartStates(arena, cpus);
    this.startedAddress = this.#hartStates.startedAddress;
    this.space = new AddressSpace(arena.memory);
    this.memory = new GuestMemory(arena, this.space);
    this.timers = new Timers(arena);
    this.#firmware = arena.allocate(Sbi.sizeFor(cpus));
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
      hostOffset: arena.allocateHigh(config.ramSize),
    });
    this.#alarms = this.states.map((_, hart) => {
      const alarm: { timer: Timer; ring: (() => void) | undefined } = {
        timer: this.timers.create(`hart${hart}`, () => alarm.ring?.(), hart),
        ring: undefined,
      };
      return alarm;
    });
    this.#mtimer = this.#makeDevices().api;
    this.devices = this.#made;
  }

  /** Interrupts of the harts, from any thread. */
  #hartInterrupts(): HartInterrupts {
    const harts = this.states.map((state) => new Int32Array(this.#arena.memory.buffer, state, WORDS));
    const { exits } = this;
    return {
      setPending(hart, bit, level) {
        if (!level) {
          Atomics.and(harts[hart]!, EXTERNAL, ~(1 << bit));
          return;
        }
        Atomics.or(harts[hart]!, EXTERNAL, 1 << bit);
        exits.kick(hart, EXIT_INTERRUPT);
      },
      setSoftware(hart, bit) {
        Atomics.or(harts[hart]!, SOFTWARE, 1 << bit);
        exits.kick(hart, EXIT_INTERRUPT);
      },
    };
  }

  #makeDevices(): Device<MTimer> {
    const { clint } = VIRT;
    const harts = this.#harts;
    const count = this.states.length;
    const lines = (...bits: number[]): NonNullable<Site['irqs']> =>
      this.states.flatMap((_, hart) => bits.map((bit) => ({ line: hartLine(harts, hart, bit), number: bit })));
    const interrupts = this.#add(plic, VIRT.plic.base, {
      irqs: lines(MEIP, SEIP),
      props: { 'hart-config': this.states.map(() => 'MS').join(',') },
    });
    const irq = (number: number): NonNullable<Site['irqs']> => [{ line: interrupts.input(number), number }];
    this.#add(aclintSwi, clint.base, { irqs: lines(MSIP), props: { 'num-harts': count } });
    const mtimer = this.#add(aclintMtimer, clint.base + clint.timer, {
      irqs: lines(MTIP),
      props: { 'num-harts': count },
      harts: count,
    });
    this.#add(sifiveTest, VIRT.test.base, { backends: { power: this.#site.power } });
    const config = this.#add(fwCfg, VIRT.fwCfg.base);
    config.api.add(FW_CFG_NB_CPUS, Uint8Array.of(count, 0));
    this.#addFlash();
    this.#addVirtio(irq);
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

  #addFlash(): void {
    const { base, size } = VIRT.flash;
    for (const [chip, name] of [this.#config.flash[0], this.#config.flash[1]].entries()) {
      const storage = this.#arena.allocate(size, 4096);
      this.#flash.push(storage);
      this.#add(pflash, base + chip * size, {
        id: `pflash${chip}`,
        storage,
        windowName: `virt.flash${chip}`,
        ...(name === undefined ? {} : { backends: { drive: this.#site.block(name) }, backendNames: { drive: name } }),
      });
    }
  }

  #addVirtio(irq: (number: number) => NonNullable<Site['irqs']>): void {
    const { base, stride, count, irq: first } = VIRT.virtio;
    const transports = Array.from({ length: count }, (_, slot) =>
      this.#add(
        virtioMmio,
        base + slot * stride,
        { irqs: irq(first + slot) },
        { name: transportBus(slot), type: 'virtio-mmio-bus' },
      ),
    );
    const slots = new VirtioSlots(transports);
    for (const plugged of this.#config.devices) {
      locate(plugged.origin, () => {
        const { id, props, backends } = plugged;
        const made = slots.plug(plugged, (declaration) =>
          declaration.create({
            ...this.#surroundings(),
            ...(id === undefined ? {} : { id }),
            props: { ...this.#globals(declaration.name), ...props },
            backends: this.#backends(declaration, backends),
            backendNames: backends,
          } as Site),
        );
        this.#made.push(made);
      });
    }
  }

  /** The back ends that a plugged-in device names. */
  #backends({ spec }: DeviceDeclaration, names: Readonly<Record<string, string>>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(spec.backends ?? {}).map(([slot, { kind }]) => {
        const name = names[slot];
        if (kind === 'entropy') return [slot, this.#site.entropy];
        if (name === undefined) return [slot, undefined];
        return [slot, kind === 'block' ? this.#site.block(name) : this.#site.char(name)];
      }),
    );
  }

  /** What `-global` says of a kind of device. */
  #globals(driver: string): Record<string, string> {
    const own = this.#config.globals.filter((each) => each.driver === driver);
    return Object.fromEntries(own.map(({ property, value }) => [property, value]));
  }

  #surroundings(): Pick<Site, 'arena' | 'timers' | 'clock' | 'memory' | 'log'> {
    const { clock, log } = this.#site;
    return { arena: this.#arena, timers: this.timers, clock, memory: this.memory, log };
  }

  #add<P extends Properties, B extends BackendSlots, A>(
    declaration: TypedDeclaration<P, B, A>,
    base: number,
    rest: Partial<Site<P, B>> = {},
    provides?: BoardDevice['provides'],
  ): Device<A> {
    const globals = this.#config.globals.filter(({ driver }) => driver === declaration.name);
    const props = { ...rest.props, ...this.#globals(declaration.name) } as NonNullable<Site<P, B>['props']>;
    const make = (): Device<A> => declaration.create({ ...this.#surroundings(), base, ...rest, props });
    const device = globals.length === 0 ? make() : locate(globals[0]!.origin, make);
    for (const region of device.regions) this.space.add(lockedRegion(region, this.#site.lock));
    this.#made.push({ device, ...(provides && { provides }) });
    return device;
  }

  /** Where a flash chip's memory lies in the shared memory, for whoever fills it. */
  flashStorage(chip: number): Uint8Array {
    return new Uint8Array(this.#arena.memory.buffer, this.#flash[chip]!, VIRT.flash.size);
  }

  createCpu(index: number, site: CpuSite): BoardCpu {
    const stateAddress = this.states[index]!;
    const alarm = this.#alarms[index]!;
    const cpu = new VirtCpu({
      hart: index,
      harts: this.#hartStates,
      interrupts: this.#harts,
      exits: this.exits,
      memory: this.#arena.memory,
      stateAddress,
      space: this.space,
      guestMemory: this.memory,
      mtimer: this.#mtimer,
      timer: alarm.timer,
      features: this.#config.cpu,
      log: this.#site.log,
      power: this.#site.power,
      builtinFirmware: this.#config.builtinFirmware,
      firmware: this.#firmware,
      pollConsole: () => this.#site.lock.with(() => this.poll()),
      ...site,
    });
    alarm.ring = () => cpu.timerExpired();
    return cpu;
  }

  /** All that is saved of the board but its memory. */
  get sections(): readonly Section[] {
    const { memory } = this.#arena;
    const harts = this.states.map((state, hart) => hartSection(memory, state, this.#alarms[hart]!.timer));
    const firmware = this.#config.builtinFirmware
      ? this.states.map((_, hart) => firmwareSection(memory, this.#firmware, hart))
      : [];
    return [...harts, ...this.#hartStates.sections, ...firmware, ...deviceSections(this.#made)];
  }

  pageTables(index: number): RiscvPageTables {
    const { memory } = this.#arena;
    return new RiscvPageTables(new Int32Array(memory.buffer, this.states[index]!, WORDS), this.space, memory);
  }

  registerNote(index: number): Uint8Array {
    return coreNote(RiscvState.at(this.#arena.memory, this.states[index]!), index);
  }

  plan(files: BootFiles): BootPlan {
    const { ramSize, cpu } = this.#config;
    return planBoot({
      ramBase: VIRT.ram.base,
      ramSize,
      // Firmware in flash takes the place of the built-in one.
      bios: files.bios === 'builtin' && this.#config.flash[0] !== undefined ? 'none' : files.bios,
      kernel: files.kernel,
      initrd: files.initrd,
      append: files.append,
      tree:
        files.dtb ??
        virtTree(
          cpu,
          this.states.length,
          ramSize,
          this.#made.map(({ device }) => device),
        ),
      rngSeed: files.rngSeed,
      flash: this.#flashAddresses(),
    });
  }

  /** Addresses of the chips that have a drive. */
  #flashAddresses(): { unit0?: number; unit1?: number } {
    const { base, size } = VIRT.flash;
    const [unit0, unit1] = this.#config.flash;
    return {
      ...(unit0 === undefined ? {} : { unit0: base }),
      ...(unit1 === undefined ? {} : { unit1: base + size }),
    };
  }

  load(plan: BootPlan): Promise<void> {
    const { memory } = this;
    this.#hartStates.reset(plan.start.kind === 'reset' ? this.states.length : plan.start.kind === 'sbi' ? 1 : 0);
    memory.load(RESET_VECTOR_ADDRESS, plan.resetVector);
    return loadPlan(plan, {
      write: (physical, bytes) => void memory.load(physical, bytes),
      zero: (physical, length) => void memory.load(physical, new Uint8Array(length)),
      fill: async (physical, length, readInto) => {
        // The plan has nothing outside of RAM.
        await readInto(memory.bytes(physical, length)!);
        memory.wrote(physical, length);
      },
      isRam: (physical, length) => memory.contains(physical, length),
    });
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

/** Says of a user's mistake where it was made. */
function locate<T>(origin: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof UserError) || origin === '') throw error;
    throw new UserError(`${origin}: ${error.message}`, { cause: error });
  }
}
