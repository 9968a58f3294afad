/** What is kept of a program between its runs: that it is, is used, and never wrong. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { USER } from '../program.ts';
import { makeProgram } from './make-program.ts';

const FUNCTIONS = 60;
const ROUNDS = 3000;

/** Many functions, each called often; ends with the low byte of a sum that each of them adds `summand` to. */
const program = (summand: number, permits = 5): Uint8Array =>
  makeProgram(
    (asm) => {
      asm.op('addi', { rd: 10, imm: 0 }).li(9, ROUNDS).label('round');
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

function statusOf(summand: number): number {
  let sum = 0;
  for (let round = ROUNDS; round > 0; round--) {
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
  put(program(1));
  run();
  for (const image of images()) {
    const bytes = readFileSync(image);
    for (const at of [0, 5, 40, bytes.length >> 1, bytes.length - 1]) {
      const flipped = Uint8Array.from(bytes);
      flipped[at]! ^= 0x10;
      writeFileSync(image, flipped);
      assert.equal(run(), statusOf(1), `byte ${at}`);
      assert.ok(!readFileSync(image).equals(flipped), `byte ${at} is mended`);
    }
    writeFileSync(image, bytes.subarray(0, 100));
    assert.equal(run(), statusOf(1));
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
