/**
 * gdb-multiarch on this machine: a program with debug information says the same as on native QEMU 7.2,
 * whatever runs the code, and Debian's kernel stops where its symbol table says.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { SYSTEM } from '../program.ts';
import { Terminal } from '../terminal.ts';
import { buildProgram, CONTINUE_UNTIL_INTERRUPTED, DebuggedMachine, gdb, noGdb } from './gdb/sessions.ts';
import { noTinyGuest, tinyGuest } from './tiny-guest.ts';

const NATIVE = 'qemu-system-riscv64';
const noNative: string | false = spawnSync(NATIVE, ['--version']).status !== 0 && `${NATIVE}: not installed`;
const TIERS = ['auto', '2', '0', 'oracle'];

const directory = mkdtempSync(join(tmpdir(), 'tinamou-gdb-'));
after(() => rmSync(directory, { recursive: true }));
const elf = noGdb === false ? buildProgram(directory) : '';
const bare = ['-bios', 'none', '-kernel', elf, '-cpu', 'rv64,h=off'];

/** Everything whose result does not depend on when the timer comes. */
const SESSION = `
info threads
info registers
info registers pc priv satp mepc
x/3i $pc
break leaf
continue
backtrace
print b
info registers ra sp fp
finish
continue 2
delete
watch counter
continue
info registers pc
continue
delete
rwatch counter
continue
info registers pc
delete
awatch counter
continue
continue
delete
stepi
stepi
info registers pc
next
next
print counter
set var counter = 1000
set var $a0 = 7
print counter
print $a0
print $mscratch = 0x1234567890
info registers mscratch
watch bytes[3]
continue
delete
watch results[2]
continue
x/i $pc
delete
maintenance packet Qqemu.PhyMemMode:1
x/2xg &counter
set var counter = 2000
maintenance packet Qqemu.PhyMemMode:0
print counter
hbreak supervisor
break *((long)top + 0x180000)
break top
continue
info registers satp priv
continue
info registers pc priv
backtrace 2
continue
info registers pc priv
x/4i $pc
x/gx $sp
info threads
delete
tbreak update
continue
stepi
info registers priv
monitor info status
`;

async function say(program: string, extra: readonly string[] = []): Promise<string[]> {
  await using machine = await DebuggedMachine.start(program, [...bare, ...extra]);
  const said = await gdb(directory, { port: machine.port, elf, commands: SESSION });
  assert.ok(machine.isAlive, machine.output);
  return said.split('\n');
}

describe('a program with debug information', { skip: noGdb }, () => {
  test('a session says what it says with native QEMU', { skip: noNative, timeout: 300_000 }, async (t) => {
    const native = await say(NATIVE);
    assert.ok(
      native.some((line) => line.includes('prv:1 [Supervisor]')),
      native.join('\n'),
    );
    for (const tier of TIERS) {
      await t.test(`tier ${tier}`, async () => {
        assert.deepEqual(await say(SYSTEM, ['-accel', `tcg,tier=${tier}`]), native);
      });
    }
  });

  test('steps pass over an interrupt, or take it when asked to', { timeout: 120_000 }, async () => {
    await using machine = await DebuggedMachine.start(SYSTEM, bare);
    const commands = `
break supervisor
continue
delete
tbreak update
continue
print $before = ticks
# Every step is one packet of ours: the timer is long due, and masked.
set $i = 0
while $i < 40
  maintenance packet vCont;s:p1.1
  set $i = $i + 1
end
maintenance flush register-cache
print ticks == $before
print $pc != &update
shell sleep 0.1
maintenance packet Qqemu.sstep=1
maintenance packet vCont;s:p1.1
maintenance flush register-cache
print $pc == &on_timer
print $priv
tbreak top
continue
print ticks > $before
`;
    const said = await gdb(directory, { port: machine.port, elf, commands });
    const printed = [...said.matchAll(/^\$\d+ = (.*)$/gm)].map(([, value]) => value);
    assert.deepEqual(printed.slice(1), ['1', '1', '1', '3', '1'], said);
  });

  test('^C, detach, another gdb, kill', { timeout: 120_000 }, async () => {
    await using machine = await DebuggedMachine.start(SYSTEM, [...bare, '-serial', 'stdio']);
    const first = await gdb(directory, {
      port: machine.port,
      elf,
      commands: `${CONTINUE_UNTIL_INTERRUPTED}info registers satp\nbreak top\ncontinue\nprint results[3] > 0\ndetach`,
    });
    assert.match(first, /Program received signal SIGINT[^]*satp +0x8[^]*Breakpoint 1, top[^]*= 1\n[^]*detached/);
    assert.equal(machine.output, '!');
    const second = await gdb(directory, {
      port: machine.port,
      elf,
      commands: `print $first = results[3]\ndelete\n${CONTINUE_UNTIL_INTERRUPTED}print results[3] > $first\nkill`,
    });
    assert.match(second, /SIGINT[^]*\$2 = 1\n/);
    assert.equal(await machine.exitCode(), 0, machine.output);
  });

  test('code that gdb writes is what runs', { timeout: 120_000 }, async () => {
    await using machine = await DebuggedMachine.start(SYSTEM, [...bare, '-accel', 'tcg,tier=2']);
    // leaf returns 77 at once: li a0,77; ret.
    const commands = `
break supervisor
continue
tbreak update
continue
set var *(unsigned int *)leaf = 0x04d00513
set var *(unsigned short *)((long)leaf + 4) = 0x8082
tbreak update
continue
print results[1]
`;
    const said = await gdb(directory, { port: machine.port, elf, commands });
    assert.match(said, /= 155\n/);
  });

  test('a hundred clients that talk nonsense change nothing', { timeout: 120_000 }, async () => {
    await using machine = await DebuggedMachine.start(SYSTEM, bare);
    await gdb(directory, { port: machine.port, elf, commands: 'detach' });
    const noise = (client: number): Buffer =>
      Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 31 + client * 17 + ((i * client) >> 3)) & 0xff));
    for (let client = 0; client < 100; client++) {
      const socket = connect(machine.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      await new Promise<void>((resolve) => {
        // Their checksums are wrong: no packet is in it.
        socket.end(Buffer.concat([noise(client), Buffer.from('$k#00$D#00+-$vKill;1#zz'.repeat(3))]), () => resolve());
      });
      socket.destroy();
    }
    const said = await gdb(directory, {
      port: machine.port,
      elf,
      commands: `monitor info status\nprint $first = results[3]\n${CONTINUE_UNTIL_INTERRUPTED}print results[3] > $first\n`,
    });
    assert.match(said, /paused[^]*\$2 = 1\n/);
  });
});

/** Addresses of functions of the tiny guest's kernel, as it tells them itself. */
async function kernelSymbols(names: readonly string[]): Promise<Map<string, string>> {
  const { kernel, initrd } = tinyGuest();
  const args = ['-M', 'virt', '-m', '512M', '-kernel', kernel, '-initrd', initrd, '-append', '"console=ttyS0 nokaslr"'];
  const terminal = new Terminal([SYSTEM, ...args, '-nographic'].join(' '));
  try {
    await terminal.expect(/GUEST-READY[^]*# /, 200);
    terminal.type(`grep -wE '${names.join('|')}' /proc/kallsyms; poweroff -f\n`);
    await terminal.status(60);
    return new Map(
      [...terminal.screen.matchAll(/^([0-9a-f]{16}) [tT] (\w+)\r$/gm)].map(([, at, name]) => [name!, at!]),
    );
  } finally {
    terminal.kill();
  }
}

test(
  "Debian's kernel stops at functions of its symbol table, and boots on",
  {
    skip: noGdb || noTinyGuest,
    timeout: 500_000,
  },
  async () => {
    const symbols = await kernelSymbols(['start_kernel', 'kernel_clone']);
    const { kernel, initrd } = tinyGuest();
    const files = ['-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0 nokaslr guest.poweroff'];
    await using machine = await DebuggedMachine.start(SYSTEM, ['-m', '512M', '-serial', 'stdio', ...files]);
    const commands = `
hbreak *0x${symbols.get('start_kernel')}
continue
print $pc == 0x${symbols.get('start_kernel')}
print $priv
print $satp != 0
info registers sstatus
x/2i $pc
delete
hbreak *0x${symbols.get('kernel_clone')}
continue
continue
print $pc == 0x${symbols.get('kernel_clone')}
x/2gx $sp
stepi
print $pc == 0x${symbols.get('kernel_clone')}
delete
detach
`;
    const said = await gdb(directory, { port: machine.port, commands });
    const printed = [...said.matchAll(/^\$\d+ = (.*)$/gm)].map(([, value]) => value);
    assert.deepEqual(printed, ['1', '1', '1', '1', '0'], said);
    assert.equal(await machine.exitCode(), 0, machine.output.slice(-2000));
    assert.match(machine.output, /GUEST-READY/);
  },
);
