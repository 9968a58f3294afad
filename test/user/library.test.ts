/** `runProgram`, as a program that uses the library has it. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { runProgram } from '../../src/index-node.ts';
import { makeProgram } from './make-program.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-library-'));
after(() => rmSync(directory, { recursive: true }));

const A = [10, 11, 12] as const;
const CALL = 17;
/** Copies what it reads to where it writes, and ends with the number of its arguments. */
const copy = makeProgram((asm) => {
  asm.op('ld', { rd: 9, rs1: 2, imm: 0 }).label('again');
  asm.op('addi', { rd: A[0], imm: 0 }).op('lui', { rd: A[1], imm: 0x1_8000 }).op('addi', { rd: A[2], imm: 256 });
  asm.op('addi', { rd: CALL, imm: 63 }).op('ecall').op('beq', { rs1: A[0], rs2: 0, imm: 'end' });
  asm.op('addi', { rd: A[2], rs1: A[0], imm: 0 }).op('addi', { rd: A[0], imm: 1 });
  asm.op('addi', { rd: CALL, imm: 64 }).op('ecall').op('jal', { imm: 'again' }).label('end');
  asm.op('addi', { rd: A[0], rs1: 9, imm: 0 }).op('addi', { rd: CALL, imm: 93 }).op('ecall');
});
const program = join(directory, 'copy');
writeFileSync(program, copy);
chmodSync(program, 0o755);
const trap = join(directory, 'trap');
writeFileSync(
  trap,
  makeProgram((asm) => asm.op('lb', { rd: 5, rs1: 0 })),
);
chmodSync(trap, 0o755);

test('streams go in and come out, and the status comes back', async () => {
  const stdout = new PassThrough();
  const said = text(stdout);
  const end = await runProgram({ program, args: ['a', 'b'], stdin: Readable.from(['hello ', 'world']), stdout });
  stdout.end();
  assert.deepEqual(end, { status: 3 });
  assert.equal(await said, 'hello world');
});

test('a signal ends it; what cannot be run has the status of a shell', async () => {
  assert.deepEqual(await runProgram({ program: trap }), { signal: 'SIGSEGV' });
  const stderr = new PassThrough();
  const said = text(stderr);
  assert.deepEqual(await runProgram({ program: join(directory, 'none'), stderr }), { status: 127 });
  stderr.end();
  assert.match(await said, /^tinamou-riscv64: .*none: No such file or directory\n$/);
});

test('it can be aborted', async () => {
  const controller = new AbortController();
  const endless = new PassThrough();
  const running = runProgram({ program, stdin: endless, signal: controller.signal });
  controller.abort();
  assert.deepEqual(await running, { signal: 'SIGKILL' });
});

test('with files in memory: none of the host, and what became of them', async () => {
  const stdout = new PassThrough();
  const said = text(stdout);
  const [PATH, BUFFER] = [0x1_8000, 0x1_9000];
  const at = (asm: Parameters<Parameters<typeof makeProgram>[0]>[0], rd: number, address: number) =>
    asm.op('lui', { rd, imm: address });
  // Opens the file that its input names, for writing, copies its arguments' count into it, and says so.
  const writer = makeProgram((asm) => {
    asm.op('addi', { rd: 10, imm: 0 });
    at(asm, 11, PATH).op('addi', { rd: 12, imm: 64 }).op('addi', { rd: 17, imm: 63 }).op('ecall');
    at(asm, 11, PATH).op('addi', { rd: 10, imm: -100 }).op('addi', { rd: 12, imm: 0o101 });
    asm.op('addi', { rd: 13, imm: 0o644 }).op('addi', { rd: 17, imm: 56 }).op('ecall');
    at(asm, 11, BUFFER).op('ld', { rd: 5, rs1: 2 }).op('addi', { rd: 5, rs1: 5, imm: 0x30 });
    asm.op('sb', { rs1: 11, rs2: 5 }).op('addi', { rd: 12, imm: 1 }).op('addi', { rd: 17, imm: 64 }).op('ecall');
    asm.op('addi', { rd: 10, imm: 1 }).op('ecall');
    asm.op('addi', { rd: 10, imm: 5 }).op('addi', { rd: 17, imm: 93 }).op('ecall');
  });
  const end = await runProgram({
    program: '/bin/writer',
    args: ['x'],
    stdin: '/tmp/result\0',
    stdout,
    files: { '/bin/writer': writer, '/tmp/other': 'text' },
  });
  stdout.end();
  assert.equal(await said, '2');
  assert.equal('status' in end && end.status, 5);
  const names = Object.entries(end.files!).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
  assert.deepEqual(
    names.filter(([name]) => name !== '/bin/writer'),
    [
      ['/tmp/other', 'text'],
      ['/tmp/result', '2'],
    ],
  );
  assert.equal('status' in (await runProgram({ program: '/bin/sh', files: {} })), true);
});
