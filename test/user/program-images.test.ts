/** What is kept of a program between its runs: that it is, is used, and never wrong. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { USER } from '../program.ts';
import type { Assembler } from '../translator/assembler.ts';
import { makeProgram } from './make-program.ts';

const FUNCTIONS = 60;
const ROUNDS = 3000;
/** The compiler gets done with the runtime meanwhile. */
const MANY_ROUNDS = 100_000;

/** Many functions, each called often; ends with the low byte of a sum that each of them adds `summand` to. */
const program = (
  summand: number,
  permits = 5,
  rounds = ROUNDS,
  begin: (asm: Assembler) => void = () => {},
): Uint8Array =>
  makeProgram(
    (asm) => {
      begin(asm);
      asm.op('addi', { rd: 10, imm: 0 }).li(9, rounds).label('round');
      for (let i = 0; i < FUNCTIONS; i++) asm.op('jal', { rd: 1, imm: `function${i}` });
      asm.op('addi', { rd: 9, rs1: 9, imm: -1 }).op('beq', { rs1: 9, rs2: 0, imm: 'end' }).j('round');
      asm.label('end').op('addi', { rd: 17, imm: 93 }).op('ecall');
      for (let i = 0; i < FUNCTIONS; i++) {
        asm.label(`function${i}`).op('addi', { rd: 10, rs1: 10, imm: summand });
        asm.op('andi', { rd: 5, rs1: 9, imm: i % 8 }).op('beq', { rs1: 5, rs2: 0, imm: `even${i}` });
        asm.op('addi', { rd: 10, rs1: 10, imm: 1 });
        asm.label(`even${i}`).op('jalr', { rs1: 1 });
      }
    },
    { permits },
  );

function statusOf(summand: number, rounds = ROUNDS): number {
  let sum = 0;
  for (let round = rounds; round > 0; round--) {
    for (let i = 0; i < FUNCTIONS; i++) sum += summand + ((round & (i % 8)) === 0 ? 0 : 1);
  }
  return sum & 0xff;
}

function cacheOf(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'tinamou-images-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const folder = join(directory, 'tinamou/programs');
  const path = join(directory, 'program');
  return {
    folder,
    path,
    put: (bytes: Uint8Array): void => writeFileSync(path, bytes, { mode: 0o755 }),
    images: (): string[] => {
      try {
        return readdirSync(folder).map((name) => join(folder, name));
      } catch {
        return [];
      }
    },
    run: (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): number | null => {
      const all = { ...process.env, XDG_CACHE_HOME: directory, ...env };
      const { status, stderr } = spawnSync(USER, [...args, path], { env: all, encoding: 'utf8', timeout: 60_000 });
      assert.equal(stderr, '');
      return status;
    },
  };
}

test('a program is kept at its end, and used, and then there is no more to keep', (t) => {
  const { put, run, images } = cacheOf(t);
  put(program(1));
  assert.equal(run(), statusOf(1));
  // The engines' runtime is kept as well.
  const kept = images().length;
  assert.ok(kept >= 1);
  for (let i = 0; i < 8; i++) assert.equal(run(), statusOf(1));
  const times = (): number[] => images().map((image) => statSync(image).mtimeMs);
  const before = times();
  assert.equal(run(), statusOf(1));
  assert.deepEqual(times(), before, 'nothing is learnt any more');
});

test('what is damaged is not used, and made anew', (t) => {
  const { put, run, images } = cacheOf(t);
  put(program(1, 5, MANY_ROUNDS));
  const runs = (what: string): void => assert.equal(run(), statusOf(1, MANY_ROUNDS), what);
  runs('at first');
  for (const [image, bytes] of images().map((path) => [path, readFileSync(path)] as const)) {
    for (const at of [0, 5, 40, bytes.length >> 1, bytes.length - 1]) {
      const flipped = Uint8Array.from(bytes);
      flipped[at]! ^= 0x10;
      // With an image there would be nothing for the runtime to do, and so nothing to keep of it.
      for (const other of images()) rmSync(other);
      writeFileSync(image, flipped);
      runs(`byte ${at}`);
      assert.ok(!readFileSync(image).equals(flipped), `byte ${at} is mended`);
    }
    writeFileSync(image, bytes.subarray(0, 100));
    runs('cut');
  }
});

test('another program under the same name, and one that is written to', (t) => {
  const { put, run, images } = cacheOf(t);
  put(program(1));
  run();
  put(program(2));
  assert.equal(run(), statusOf(2));
  assert.equal(run(), statusOf(2));
  put(program(3, 7));
  const before = images().length;
  assert.equal(run(), statusOf(3));
  assert.equal(images().length, before, 'of pages that may be written nothing is kept');
});

/** rt_sigaction of SIGSEGV, which is not to come. */
function handleFaults(asm: Assembler): void {
  asm.op('addi', { rd: 2, rs1: 2, imm: -32 }).li(5, 0x1_0000).op('sd', { rs1: 2, rs2: 5, imm: 0 });
  asm.op('sd', { rs1: 2, rs2: 0, imm: 8 }).op('sd', { rs1: 2, rs2: 0, imm: 16 });
  asm.li(10, 11).op('addi', { rd: 11, rs1: 2, imm: 0 }).li(12, 0).li(13, 8).li(17, 134).op('ecall');
}

test('a program that comes to handle faults has code for that from its beginning on', (t) => {
  const { put, run, images } = cacheOf(t);
  put(program(1, 5, ROUNDS, handleFaults));
  for (let i = 0; i < 4; i++) assert.equal(run(), statusOf(1));
  // Of the runtime and of the program: there is none for accesses that are not checked.
  assert.equal(images().length, 2);
});

test('in a directory that is named, unless others can write to it', (t) => {
  const { put, run, images, path } = cacheOf(t);
  put(program(1));
  const named = `${path}s`;
  assert.equal(run([], { TINAMOU_PROGRAMS: named }), statusOf(1));
  assert.ok(readdirSync(named).length > 0);
  assert.equal(statSync(named).mode & 0o777, 0o700);
  assert.deepEqual(images(), []);
  const open = `${path}-open`;
  mkdirSync(open);
  chmodSync(open, 0o777);
  assert.equal(run([], { TINAMOU_PROGRAMS: open }), statusOf(1));
  assert.deepEqual(readdirSync(open), []);
});

test('without a place to keep it, and for who looks at translations', (t) => {
  const { put, run, images, folder } = cacheOf(t);
  put(program(1));
  assert.equal(run(['-d', 'in_asm', '-D', '/dev/null']), statusOf(1));
  assert.deepEqual(images(), []);
  assert.equal(run([], { XDG_CACHE_HOME: '', HOME: '' }), statusOf(1));
  assert.equal(run([], { TINAMOU_PROGRAMS: 'none' }), statusOf(1));
  assert.deepEqual(images(), []);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, '..'), { recursive: true });
  writeFileSync(folder, 'a file where the folder would be');
  assert.equal(run(), statusOf(1));
});

test('with other flags of V8, which refuses code that was made without them', (t) => {
  const { put, run, images } = cacheOf(t);
  put(program(1));
  for (let i = 0; i < 3; i++) assert.equal(run(), statusOf(1));
  const before = new Set(images());
  for (let i = 0; i < 3; i++) assert.equal(run([], { NODE_OPTIONS: '--stack-trace-limit=12' }), statusOf(1));
  const all = new Set(images());
  assert.equal(all.size, 2 * before.size);
  assert.ok(all.isSupersetOf(before));
});
