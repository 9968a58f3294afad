/**
 * The machine code for aarch64 at work, under native QEMU's user mode: a call, a signal that is noted and holds back a
 * blocking call, a copy of the process while a thread is frozen. That thread is not copied, for a copy under this QEMU can
 * have no threads.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AARCH64_TABLE } from '../../src/host-node/native/aarch64.ts';

/** Tells what it sees in letters; ends with status 0. x19 is the window, x20 the fork block. Numbers are generic Linux's. */
const PROGRAM = `
  .global _start
  .macro say letter
    mov x0, #64
    str x0, [x19]
    mov x0, #1
    str x0, [x19, #8]
    adr x0, \\letter
    str x0, [x19, #16]
    mov x0, #1
    str x0, [x19, #24]
    ucvtf d0, x19
    bl call
  .endm
  .macro expect register, value
    cmp \\register, #\\value
    b.ne wrong
  .endm
_start:
  ldr x19, =window
  ldr x20, =block
  say letter_c                 // A call: write(1, "c", 1) = 1.
  expect w0, 1

  ldr x1, =stack_t             // sigaltstack, whose lowest word is the window
  ldr x2, =stack
  str x2, [x1]
  str x19, [x2]
  mov x3, #65536
  str x3, [x1, #16]
  mov x0, x1
  mov x1, #0
  mov x8, #132
  svc #0
  mov x0, #-1
  str x0, [x19, #88]           // everything is held
  ldr x2, =handler
  mov x0, #10
  bl act
  ldr x2, =freeze
  mov x0, #63
  bl act
  mov x8, #172                 // kill(getpid(), SIGUSR1)
  svc #0
  mov x1, #10
  mov x8, #129
  svc #0
  ldr w0, [x19, #68]
  expect w0, 10
  ldr w0, [x19, #128]
  expect w0, 10
  ldr w0, [x19, #64]
  expect w0, 1
  say letter_s
  mov x0, #172                 // A blocking call does not begin.
  str x0, [x19]
  ucvtf d0, x19
  bl blocking
  cmn w0, #512
  b.ne wrong
  str wzr, [x19, #64]
  ucvtf d0, x19
  bl blocking
  cmp w0, #0
  b.le wrong
  say letter_b

  mov x0, #0x0f00              // A thread.
  movk x0, #0x5, lsl #16
  ldr x1, =thread_stack + 65536
  mov x2, #0
  mov x3, #0
  mov x4, #0
  mov x8, #220
  svc #0
  cbz x0, thread
  mov x1, #1                   // The fork block: one thread, which is left; FREEZE with SI_QUEUE.
  str x1, [x20]
  str x0, [x20, #288]
  mov x8, #172
  svc #0
  str x0, [x20, #8]
  mov x0, #17
  str x0, [x20, #16]
  ldr x0, =10000000
  str x0, [x20, #56]
  mov w0, #63
  str w0, [x20, #64]
  mov w0, #-1
  str w0, [x20, #72]
  ucvtf d0, x20
  bl fork
  cbz w0, child
  cmp w0, #0
  b.lt wrong
  sxtw x0, w0                  // wait4
  ldr x1, =status
  mov x2, #0
  mov x3, #0
  mov x8, #260
  svc #0
  ldr x1, =status
  ldr w0, [x1]
  expect w0, 0x700
  say letter_p
  ldr x0, =gate                // The thread goes on: it ends the program.
  mov w1, #1
  str w1, [x0]
  mov w1, #1
  mov w2, #1
  mov x8, #98
  svc #0
forever:
  ldr x0, =never
  mov w1, #0
  mov w2, #0
  mov x3, #0
  mov x8, #98
  svc #0
  b forever
child:
  say letter_k
  mov x0, #7
  b exit
thread:
  ldr x0, =gate
  ldr w1, [x0]
  cbnz w1, through
  mov w1, #0
  mov w2, #0
  mov x3, #0
  mov x8, #98
  svc #0
  b thread
through:
  mov x0, #1
  adr x1, letter_t
  mov x2, #1
  mov x8, #64
  svc #0
  mov x0, #0
  b exit
act:
  ldr x1, =action
  str x2, [x1]
  ldr x2, =0x08000004
  str x2, [x1, #8]
  mov x2, #-1
  str x2, [x1, #24]
  mov x2, #0
  mov x3, #8
  mov x8, #134
  svc #0
  ret
wrong:
  mov x0, #1
exit:
  mov x8, #94
  svc #0
letter_c: .ascii "c"
letter_s: .ascii "s"
letter_b: .ascii "b"
letter_t: .ascii "t"
letter_k: .ascii "k"
letter_p: .ascii "p"
  .balign 4
  .ltorg
  .bss
  .balign 16
window: .skip 512
block: .skip 512
stack_t: .skip 24
  .balign 16
action: .skip 32
status: .skip 8
gate: .skip 8
never: .skip 8
  .balign 16
stack: .skip 65536
thread_stack: .skip 65536
`;

test('the machine code for aarch64 works', () => {
  const folder = mkdtempSync(join(tmpdir(), 'native-aarch64-'));
  const [source, object, program] = ['a.s', 'a.o', 'a'].map((name) => join(folder, name)) as [string, string, string];
  try {
    const code = AARCH64_TABLE.split('\n').map((line) => (line.includes(';') ? line.replace(/^[^;]*;/, '') : line));
    writeFileSync(source, `${code.join('\n')}${PROGRAM}`);
    execFileSync('aarch64-linux-gnu-as', [source, '-o', object]);
    execFileSync('aarch64-linux-gnu-ld', [object, '-o', program]);
    const output = execFileSync('qemu-aarch64', [program], { encoding: 'utf8', timeout: 20_000 });
    assert.equal(output, 'csbkpt');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
