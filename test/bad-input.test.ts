/** Mistakes that need the host to be seen: one line that says what and how to mend it, status 1, nothing half started. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeElf } from '../src/firmware/make-elf.ts';
import { system } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-bad-'));
after(() => rmSync(directory, { recursive: true }));
const path = (name: string): string => join(directory, name);

const server = createServer();
before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => server.close());

const elf = makeElf({ entry: 0x8000_0000, segments: [{ physical: 0x8000_0000, bytes: [0x6f, 0, 0, 0] }] });
const foreign = elf.slice();
new DataView(foreign.buffer).setUint16(18, 62, true);
const image = new Uint8Array(4096);
image.set(new TextEncoder().encode('MZ'));
image.set(new TextEncoder().encode('RSC\x05'), 56);
new DataView(image.buffer).setUint32(60, 64, true);
image.set([0x50, 0x45, 0, 0, 0x64, 0x50, 1, 0], 64);
new DataView(image.buffer).setUint32(64 + 24 + 16, 0x10_0000, true);

writeFileSync(path('elf'), elf);
writeFileSync(path('cut.elf'), elf.subarray(0, 100));
writeFileSync(path('cut.image'), image);
writeFileSync(path('foreign.elf'), foreign);
writeFileSync(path('empty'), '');
writeFileSync(path('disk.img'), new Uint8Array(4096));

/** A command line, words with `@` standing for files of the directory, and what is said about it. */
const MISTAKES: Readonly<Record<string, RegExp>> = {
  '-M virt,dumpdtb=@none/there': /cannot open '.*there' for writing: /,
  '-kernel @missing': /-kernel: cannot open '.*missing': no such file or directory; check the path/,
  '-kernel @empty': /kernel .*empty is empty: fetch or build it again/,
  '-kernel @cut.elf -bios none': /kernel .*cut.elf .*: /,
  '-kernel @cut.image': /kernel .*cut.image is cut short: fetch or build it again/,
  '-kernel @foreign.elf': /kernel .*foreign.elf is for x86-64, this machine is riscv64: give one built for riscv64/,
  '-kernel @elf -bios none -initrd @missing': /-initrd: cannot open/,
  '-initrd @elf': /-initrd only allowed with -kernel option/,
  '-bios @missing': /-bios: cannot read/,
  '-dtb @empty': /device tree .*empty is not a usable device tree/,
  '-m 99T': /more than the 16384 MiB .*give it less with -m/,
  '-frob': /-frob: invalid option; -help lists them/,
  '-device frobnicator': /'frobnicator' is not a valid device model name: -device help lists them/,
  '-device virtio-blk-device': /drive property not set; add drive=ID/,
  '-device virtio-blk-device,drive=d': /can't find drive 'd'; define it/,
  '-device virtio-rng-device,frob=1': /Property 'virtio-rng-device.frob' not found/,
  '-device virtconsole': /No 'virtio-serial-bus' bus found .*add -device virtio-serial-device/,
  '-drive if=virtio,format=raw,file=@missing': /cannot open '.*missing' for writing: no such file/,
  '-drive if=ide,file=@disk.img': /if=ide are not supported yet; use if=virtio/,
  '-pflash @disk.img': /device requires 33554432 bytes/,
  '-serial file:@none/x': /cannot open '.*x' for writing/,
  '-serial tcp:127.0.0.1:PORT,server=on,wait=off': /the address is in use; end the program that uses it/,
  '-qmp unix:@none/x,server=on,wait=off': /cannot listen on unix:/,
  '-gdb frob': /-gdb frob: 'frob' is not a valid char driver/,
  '-gdb chardev:none': /-gdb chardev:none: chardev 'none' not found; define it/,
  '-gdb tcp:127.0.0.1:PORT': /-gdb .*the address is in use; end the program that uses it/,
  '-gdb tcp:frob': /-gdb tcp:frob: .* is not HOST:PORT/,
  '-serial null -serial null': /this machine has one serial port/,
  '-cpu rv64,v=on': /vector: this extension is not implemented; leave it off/,
  '-D @none/log -d guest_errors': /-D: cannot open/,
  '-D @log%s -d int': /-D: Bad logfile template: .*log%s; it may have one %d/,
  '-d in_asm,frob': /-d in_asm,frob: 'frob' is no log item; -d help lists them/,
  '-dfilter 0x10': /-dfilter 0x10: '0x10': Bad range specifier; write 0x80000000\.\./,
  '-pidfile @none/pid': /cannot create PID file/,
};

for (const [line, expected] of Object.entries(MISTAKES)) {
  test(line, () => {
    const { port } = server.address() as AddressInfo;
    const args = line.replaceAll('@', `${directory}/`).replaceAll('PORT', String(port)).split(' ');
    const files = readdirSync(directory);
    const pid = path('pid');
    const { status, stdout, stderr } = system(['-display', 'none', '-pidfile', pid, ...args]);
    assert.match(stderr, expected);
    assert.match(stderr, /^tinamou-system-riscv64: [^\n]*\n$/);
    assert.equal(stdout, '');
    assert.equal(status, 1);
    assert.equal(existsSync(pid), false);
    assert.deepEqual(readdirSync(directory), files);
  });
}

test('dumpdtb writes the device tree and runs nothing', () => {
  const { status, stderr } = system(['-display', 'none', '-M', `virt,dumpdtb=${path('tree')}`]);
  assert.equal(status, 0);
  assert.match(stderr, /^tinamou-system-riscv64: info: dtb dumped to .*tree\. Exiting\.\n$/);
  assert.equal(readFileSync(path('tree')).readUInt32BE(), 0xd00d_feed);
});
