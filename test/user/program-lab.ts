/**
 * Runs the same program of user mode under every engine, without a host's kernel, and compares what is left.
 * Faults are noted, and the program goes on where x31 says; an ecall ends it.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { LoadedImage } from '../../src/jit/aot/attached.ts';
import { EMPTY_IMAGE, encodeImage, parseImage, withLayer, withRegions } from '../../src/jit/aot/image.ts';
import { Engine } from '../../src/jit/engine.ts';
import type { JumpCache } from '../../src/jit/jump-cache.ts';
import type { Tiers } from '../../src/jit/policy.ts';
import type { Stress } from '../../src/jit/stress.ts';
import { OracleContexts, OracleEngine } from '../../src/isa/oracle.ts';
import { RiscvState } from '../../src/isa/riscv/state.ts';
import { riscv64 } from '../../src/linux-user/abi/riscv64.ts';
import type { Backing } from '../../src/linux-user/memory/backing.ts';
import { WindowTranslation } from '../../src/linux-user/memory/translation.ts';
import { GuestProcess } from '../../src/linux-user/process.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE } from '../../src/linux-user/memory/address-space.ts';
import { silentLog } from '../../src/mem/guest-log.ts';
import { SoftTlb } from '../../src/mem/tlb.ts';
import { Assembler } from '../translator/assembler.ts';

export const TEXT = 0x2_0000;
export const DATA = 0x10_0000;
/** A page that is not mapped. */
export const ABSENT = 0x30_0000;
const WINDOW = 16 << 20;
/**
 * As `regions`, with an image of all blocks that the program enters; or of each second one, and one of all then; or of all
 * blocks and the regions that they make; or of all blocks, whose code the engine refuses.
 */
type Ahead = 'ahead' | 'half ahead' | 'ahead in layers' | 'ahead in regions' | 'ahead in vain';
type EngineName = Tiers | Ahead | 'oracle';
const ENGINES: readonly (Tiers | Ahead)[] = [
  'tier0',
  'tier1',
  'auto',
  'program',
  'tier2',
  'regions',
  'ahead',
  'half ahead',
  'ahead in layers',
  'ahead in regions',
  'ahead in vain',
];
const MOST_FAULTS = 20_000;
const REGION_INSTRUCTIONS = 200;

/** Memory that nobody protects: only the translated code does. */
class BareBacking implements Backing {
  readonly protects: boolean;
  readonly #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory, base: number, protects: boolean) {
    this.protects = protects;
    this.#bytes = new Uint8Array(memory.buffer, base, WINDOW);
  }
  anonymous(offset: number, length: number): number {
    this.#bytes.fill(0, offset, offset + length);
    return 0;
  }
  protect(): number {
    return 0;
  }
  file(): number {
    return -1;
  }
  sync(): number {
    return 0;
  }
  move(): number {
    return -1;
  }
  advise(): number {
    return 0;
  }
}

export interface ProgramOptions {
  /** Page of DATA, counted from it, and what it permits. Pages 0 to 15 are readable and writable otherwise. */
  readonly pages?: Readonly<Record<number, number>>;
  /** The program's own code may be written. */
  readonly isSelfModifying?: boolean;
  /** As if the host protected memory: the program must not do what is forbidden. */
  readonly unchecked?: boolean;
  readonly limit?: number;
  readonly engines?: readonly (Tiers | Ahead)[];
  /** Pages whose code is known at once. */
  readonly codePages?: number;
  readonly stress?: Stress;
}

interface Outcome {
  /** Addresses where blocks were entered, and are not translated. */
  readonly entered: readonly number[];
  /** Computed jumps that were remembered. */
  readonly jumps: number;
  /** Instructions that were retired in regions. */
  readonly inRegions: number;
  readonly state: string;
  readonly faults: string;
  readonly memory: string;
}

/** An image of blocks at addresses, in layers, made from what is in memory now. */
function imageOf(
  engine: Engine,
  memory: Uint8Array,
  layers: readonly (readonly number[])[],
  hasRegions: boolean,
): LoadedImage {
  let image = EMPTY_IMAGE;
  for (const addresses of layers) {
    const made = engine.ahead!.makeLayer(addresses, image);
    if (made === undefined) continue;
    image = withLayer(image, made, (page) => memory.slice(page * 4096, (page + 1) * 4096));
  }
  // In two layers, if there are so many.
  for (let made; hasRegions && (made = engine.ahead!.makeRegions(image, REGION_INSTRUCTIONS, 0)) !== undefined;) {
    image = withRegions(image, made);
  }
  const read = parseImage(encodeImage(image));
  assert.ok(read !== undefined);
  return { index: read, moduleOf: (layer) => new WebAssembly.Module(Uint8Array.from(read.layers[layer]!.module)) };
}

const isAhead = (name: Tiers | Ahead): name is Ahead => name.includes('ahead');

function tiersOf(name: Tiers | Ahead): Tiers {
  return isAhead(name) ? 'regions' : name;
}

function run(
  engineName: EngineName,
  bytes: Uint8Array,
  options: ProgramOptions,
  entered: readonly number[] = [],
): Outcome {
  const { pages = {}, limit = 3_000_000, unchecked = false, codePages = 64, stress } = options;
  const process = new GuestProcess(
    { abi: riscv64(), windowSize: WINDOW, prefix: undefined },
    { makeBacking: (memory, base) => new BareBacking(memory, base, unchecked), spawn: () => 0 },
  );
  const { space, memory, arena, abi, physical, guestMemory } = process;
  const shared = process.threads.all[0]!;
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  space.map(TEXT, 0x2_0000, options.isSelfModifying === true ? 7 : 5, flags);
  memory.bytes.set(bytes, TEXT);
  for (let page = 0; page < 16; page++) {
    const at = DATA + page * 4096;
    space.map(at, 4096, 3, flags);
    for (let i = 0; i < 4096; i += 4) memory.view.setUint32(at + i, Math.imul(at + i, 0x9e37_79b9) >>> 0, true);
  }
  for (const [page, prot] of Object.entries(pages)) {
    if (prot < 0) space.unmap(DATA + Number(page) * 4096, 4096);
    else space.protect(DATA + Number(page) * 4096, 4096, prot);
  }
  const state = RiscvState.at(arena.memory, shared.state);
  const tlb = new SoftTlb(shared.own, state, 1);
  const contexts = engineName === 'oracle' ? new OracleContexts() : tlb;
  const translation = new WindowTranslation(space.pages);
  const site = { memory: arena.memory, stateAddress: shared.state, contexts, space: physical, translation };
  const cpu = abi.createCpu({ ...site, log: silentLog, now: () => 0 });
  const common = { guest: abi.guest, cpu, stateStruct: RiscvState, state: shared.state, space: physical };
  const engine =
    engineName === 'oracle'
      ? new OracleEngine({ ...common, memory: arena.memory, contexts: contexts as OracleContexts })
      : new Engine({
          ...common,
          arena: shared.own,
          tlb,
          pageFlags: guestMemory.pageFlags,
          granules: guestMemory.granules,
          claims: process.claimsOf(0),
          window: process.accessWindow(),
          jumps: shared.jumps,
          decodeTables: process.decodeTables,
          tiers: tiersOf(engineName),
          counters: shared.counters,
          codePages,
          stress,
          codeRoom: process.threads.roomOf(0),
        });
  if (engine instanceof Engine && engineName !== 'oracle' && isAhead(engineName)) {
    const [odd, even] = [1, 0].map((rest) => entered.filter((_, i) => i % 2 === rest)) as [number[], number[]];
    const layers = { 'half ahead': [odd], 'ahead in layers': [odd, even] }[engineName as string] ?? [entered];
    const image = imageOf(engine, memory.bytes, layers, engineName === 'ahead in regions');
    engine.ahead!.use(engineName === 'ahead in vain' ? { ...image, moduleOf: () => undefined } : image);
  }
  cpu.begin(TEXT, DATA + 0x8000);
  const faults: string[] = [];
  for (let left = limit; left > 0 && faults.length < MOST_FAULTS;) {
    const before = Number(state.retired);
    engine.run(left);
    state.exit = 0;
    left -= Number(state.retired) - before;
    const stop = cpu.takeStop();
    if (stop === undefined) continue;
    if (stop.kind === 'call') break;
    const registers = createHash('sha1').update(new Uint8Array(state.x.buffer, state.x.byteOffset, 256).slice());
    faults.push(
      `${JSON.stringify(stop)} at ${state.pc.toString(16)} after ${state.retired} ${registers.digest('hex')}`,
    );
    state.pc = state.x[31]!;
  }
  if (engine instanceof Engine && engineName !== 'oracle' && isAhead(engineName)) {
    assert.ok(engine.ahead!.imagePages.matches > 0, 'the image was in use');
  }
  const mostJumps = engine instanceof Engine ? checkJumps(engine, shared.jumps, memory.base, tlb) : 0;
  const registers = Array.from(state.x.subarray(0, 32), (value) => value.toString(16)).join(' ');
  return {
    jumps: mostJumps,
    inRegions: shared.counters.read('inRegions'),
    entered: engine instanceof Engine ? enteredBlocks(engine, memory.base) : [],
    state: `pc ${state.pc.toString(16)} retired ${state.retired} fflags ${state.fflags} x ${registers}`,
    faults: faults.join('\n'),
    memory: createHash('sha1')
      .update(memory.bytes.slice(TEXT, DATA + 0x1_0000))
      .digest('hex'),
  };
}

/** Each jump that is remembered leads to what its record says, until its page is flushed; gives how many there were. */
function checkJumps({ codePages }: Engine, jumps: JumpCache, base: number, tlb: SoftTlb): number {
  const entries = [...jumps.entries()];
  for (const { pc, slot } of entries) {
    const page = codePages.known(base + pc, 0);
    assert.ok(page !== undefined, `a page at ${pc.toString(16)}`);
    assert.equal(codePages.linkAt(page, pc % 4096), slot, `the link of ${pc.toString(16)}`);
  }
  tlb.flushPage(ABSENT, 0, -1);
  assert.equal([...jumps.entries()].length, entries.length);
  if (entries.length > 0) tlb.flushPage(entries[0]!.pc, 0, -1);
  assert.ok([...jumps.entries()].every(({ pc }) => pc >> 12 !== entries[0]!.pc >> 12));
  tlb.flushAll();
  assert.deepEqual([...jumps.entries()], []);
  return entries.length;
}

function enteredBlocks({ codePages }: Engine, base: number): number[] {
  const addresses: number[] = [];
  for (let at = TEXT; at < DATA; at += 2) {
    const page = codePages.known(base + at, 0);
    if (page !== undefined && codePages.linkAt(page, at % 4096) < 0) addresses.push(at);
  }
  return addresses;
}

export interface Checked {
  readonly faults: string;
  /** Computed jumps that each engine remembered in the end. */
  readonly jumps: ReadonlyMap<Tiers | Ahead, number>;
  /** Instructions that each retired in regions. */
  readonly inRegions: ReadonlyMap<Tiers | Ahead, number>;
}

/** Compares all engines with the oracle. */
export function check(write: (asm: Assembler) => void, options: ProgramOptions = {}): Checked {
  const asm = new Assembler(TEXT);
  write(asm);
  asm.op('ecall');
  const bytes = asm.finish();
  const { entered: _, jumps: none, inRegions: __, ...expected } = run('oracle', bytes, options);
  assert.equal(none, 0);
  const remembered = new Map<Tiers | Ahead, number>();
  const retired = new Map<Tiers | Ahead, number>();
  const { entered } = run('tier0', bytes, options);
  for (const engine of options.engines ?? ENGINES) {
    const { entered: ___, jumps, inRegions, ...outcome } = run(engine, bytes, options, entered);
    assert.deepEqual(outcome, expected, engine);
    remembered.set(engine, jumps);
    retired.set(engine, inRegions);
  }
  return { faults: expected.faults, jumps: remembered, inRegions: retired };
}

/** Runs a body so many times; x27 counts. */
export function repeat(asm: Assembler, rounds: number, body: () => void): void {
  asm.li(27, rounds).label('round');
  body();
  asm.label('next').op('addi', { rd: 27, rs1: 27, imm: -1 }).op('beq', { rs1: 27, rs2: 0, imm: 'done' }).j('round');
  asm.label('done');
}
