import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SINGLE } from '../../../src/board/topology.ts';
import type { BootFile } from '../../../src/board/site.ts';
import type { PluggedDevice } from '../../../src/board/virt-config.ts';
import { FakeTime } from '../../../src/host/fake-time.ts';
import type { CharLink } from '../../../src/host/char-link.ts';
import { SeededRandom } from '../../../src/host/seeded-random.ts';
import { RiscvCpu } from '../../../src/isa/riscv/cpu.ts';
import { parseFeatures } from '../../../src/isa/riscv/features.ts';
import { RiscvState, U } from '../../../src/isa/riscv/state.ts';
import { fieldSize } from '../../../src/mem/section.ts';
import { EXIT_WORK } from '../../../src/mem/cpu.ts';
import type { Tier } from '../../../src/vm/config.ts';
import { MachineCore } from '../../../src/vm/core.ts';
import type { Vcpu } from '../../../src/vm/vcpu.ts';
import { RUNNING } from '../../../src/vm/vcpu-control.ts';
import { placeState, StateReader, Unpacker } from '../../../src/vm/state/load.ts';
import { partsOf } from '../../../src/vm/state/parts.ts';
import { saveState } from '../../../src/vm/state/save.ts';
import { nodeHost } from '../../../src/host-node/host.ts';
import { VcpuGroup } from '../../../src/vm/vcpu-group.ts';
import { hartAt, type Checkpoint } from './checkpoint.ts';

/** Firmware that is part of the machine. */
export const BUILTIN = 'builtin';

/** What is booted; files by their paths, '' for none. */
export interface Boot {
  /** Bytes of RAM; 128 MiB. */
  readonly memory?: number;
  readonly devices?: readonly PluggedDevice[];
  readonly cpu: string;
  readonly firmware: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly append: string;
}

/** A machine that stands still, to be gone on with by another engine. */
export interface Image {
  readonly boot: Boot;
  readonly memory: WebAssembly.Memory;
  readonly retired: number;
}

const MIB = 2 ** 20;
const RAM = 0x8000_0000;
const RAM_SIZE = 128 * MIB;
const SERIAL = 'serial0';
/** One instruction is one tick of the timer. */
const NANOSECONDS = 100;
/** Instructions between two looks at the console. */
const LOOK = 1 << 16;
/** Times in a row that nothing happens, after which nothing ever will. */
const PATIENCE = 10_000;
/** RAM is hashed in such pieces, so that a difference has an address. */
const PIECE = 1 << 16;

/**
 * A `virt` machine that knows no time but the instructions it retires, and no input: every run is
 * the same to the instruction, whatever engine runs it.
 */
export class CountedMachine {
  console = '';
  readonly #boot: Boot;
  readonly #ramSize: number;
  readonly #core: MachineCore;
  readonly #vcpu: Vcpu;
  readonly #link: CharLink;
  readonly #state: ReturnType<typeof RiscvState.at>;
  readonly #bytes = new Uint8Array(4096);
  #retired = 0;
  #ended = false;

  constructor(boot: Boot, tier: Tier, image?: Image) {
    this.#boot = boot;
    this.#ramSize = boot.memory ?? RAM_SIZE;
    const end = (): void => void (this.#ended = true);
    const core: MachineCore = new MachineCore(
      {
        board: {
          ramSize: this.#ramSize,
          cpu: parseFeatures(boot.cpu),
          builtinFirmware: boot.firmware === BUILTIN,
          topology: SINGLE,
          serial: SERIAL,
          flash: [],
          devices: boot.devices ?? [],
          globals: [],
        },
        tier,
        isParallel: false,
        clock: { kind: 'instructions', nanoseconds: NANOSECONDS },
        rtc: { base: 1_000_000_000, hostBase: 0, clock: 'vm' },
        chars: [SERIAL],
        disks: [],
        seed: 1n,
        without: [],
        log: { items: [], ranges: [] },
      },
      {
        clock: new FakeTime(),
        log() {},
        power: { shutdown: end, reset: end },
        entropy: new SeededRandom(1n),
      },
    );
    this.#core = core;
    this.#link = core.links.get(SERIAL)!;
    this.#state = RiscvState.at(core.arena.memory, core.board.states[0]!);
    const shared = core.sharedEnd;
    const plan = core.board.plan({
      bios: boot.firmware === BUILTIN ? BUILTIN : file(boot.firmware),
      kernel: boot.kernel === '' ? undefined : file(boot.kernel),
      initrd: boot.initrd === '' ? undefined : file(boot.initrd),
      append: boot.append,
      rngSeed: new Uint8Array(32).fill(1),
    });
    core.board.powerOn();
    // Of whole files; done when it returns.
    if (image === undefined) void core.board.load(plan);
    this.#vcpu = new VcpuGroup(core, 0, plan.start).vcpus[0]!;
    this.#link.open = true;
    const [control] = core.controls;
    control!.wanted = RUNNING;
    control!.state = RUNNING;
    if (image !== undefined) this.#goOnWith(image, shared);
  }

  /** Takes over what the machine of an image had in its shared memory: RAM, and `length` bytes from the start. */
  #goOnWith({ memory, retired }: Image, length: number): void {
    const { arena, board } = this.#core;
    const state = this.#state;
    const ram = board.memory.hostOffset(RAM, this.#ramSize);
    for (const [start, size] of [
      [0, length],
      [ram, this.#ramSize],
    ] as const) {
      new Uint8Array(arena.memory.buffer, start, size).set(new Uint8Array(memory.buffer, start, size));
    }
    Object.assign(state, { exit: 0, callDepth: 0 });
    this.#retired = retired;
    // There is no translated code yet, and no translation of an address.
    board.memory.claims.forget();
    const { cpu } = this.#vcpu.cpu;
    if (!(cpu instanceof RiscvCpu)) throw new TypeError('not a RISC-V machine');
    cpu.hart.pmp.decode();
    cpu.hart.contexts.flushAll();
    cpu.hart.publishMode();
  }

  /** The machine as it stands. It must not run any more. */
  image(): Image {
    return { boot: this.#boot, memory: this.#core.arena.memory, retired: this.#retired };
  }

  /** The machine as it stands, as a saved one. */
  async save(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    this.#vcpu.answer({ vcpu: 0, name: 'settle', args: [] });
    const { compression } = nodeHost;
    await saveState(
      partsOf(this.#core, []),
      { compression, runState: 'running', wall: 0, clock: this.#core.clock.now() },
      async (bytes) => void pieces.push(bytes.slice()),
    );
    return Buffer.concat(pieces);
  }

  /** Becomes a saved machine, which had retired so many instructions. */
  async load(saved: Uint8Array, retired: number): Promise<void> {
    const parts = partsOf(this.#core, []);
    const reader = new StateReader(parts, nodeHost.compression);
    reader.push(saved);
    placeState(await new Unpacker(nodeHost.compression).end(reader.end()), parts, false);
    this.#vcpu.answer({ vcpu: 0, name: 'stateReplaced', args: [] });
    this.#retired = retired;
  }

  /** Changes what a section of it holds, field by field. */
  loadSection(name: string, change: (field: string, bytes: Uint8Array) => void): void {
    const { section } = partsOf(this.#core, []).sections.find((each) => each.section.name === name)!;
    const bytes = section.save();
    let at = 0;
    for (const field of section.fields) change(field.name, bytes.subarray(at, (at += fieldSize(field))));
    section.load(bytes);
    section.loaded?.(0);
    this.#vcpu.answer({ vcpu: 0, name: 'stateReplaced', args: [] });
  }

  /** Lets it run for a while, as far as it comes. */
  runAtMost(instructions: number): void {
    for (let left = 10; left > 0 && !this.#ended; left--) this.#vcpu.step(instructions / 10);
  }

  /** Everything that a saved machine has of devices and CPUs, as hexadecimal digits, by names of sections. */
  sections(): Record<string, string> {
    return Object.fromEntries(
      partsOf(this.#core, []).sections.map(({ section, instance }) => [
        `${section.name} ${instance}`,
        Buffer.from(section.save()).toString('hex'),
      ]),
    );
  }

  /** Runs until exactly so many instructions are retired since the start. */
  runTo(retired: number): void {
    while (this.#retired < retired) {
      const end = Math.min(retired, (Math.floor(this.#retired / LOOK) + 1) * LOOK);
      this.#runTo(end);
      this.#read();
    }
  }

  #runTo(end: number): void {
    for (let idle = 0; this.#retired < end;) {
      if (this.#ended) throw new Error(`the machine ended after ${this.#retired} instructions`);
      const before = this.#vcpu.retired;
      const step = this.#vcpu.step(end - this.#retired);
      if (step === 'blocked') this.#read();
      if (step === 'idle' && !this.#core.clock.skipTo(this.#vcpu.deadline)) throw new Error('nothing to wait for');
      const retired = this.#vcpu.retired - before;
      this.#retired += retired;
      idle = retired > 0 ? 0 : idle + 1;
      if (idle === PATIENCE) throw new Error(`nothing goes on after ${this.#retired} instructions`);
    }
  }

  #read(): void {
    for (let count = this.#link.output.read(this.#bytes); count > 0; count = this.#link.output.read(this.#bytes)) {
      this.console += Buffer.from(this.#bytes.subarray(0, count)).toString('latin1');
    }
    if (this.#link.takeWantsSpace()) this.#core.kick(EXIT_WORK);
  }

  /** What the guest could see of the hart now. */
  checkpoint(): Checkpoint {
    const { arena, board } = this.#core;
    return { retired: this.#retired, hart: hartAt(arena.memory, board.states[0]!) };
  }

  /** The hart is in U. */
  get isInProgram(): boolean {
    return this.#state.privilege === U;
  }

  /** Hashes of RAM, piece by piece. */
  ram(): string[] {
    const { memory } = this.#core.board;
    return Array.from({ length: this.#ramSize / PIECE }, (_, i) =>
      createHash('sha1')
        .update(memory.bytes(RAM + i * PIECE, PIECE)!)
        .digest('hex'),
    );
  }
}

function file(path: string): BootFile {
  return { name: path, bytes: readFileSync(path) };
}
