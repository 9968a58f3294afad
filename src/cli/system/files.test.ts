import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import { UserError } from '../../base/errors.ts';
import type { BootFile } from '../../board/site.ts';
import { makeElf } from '../../firmware/make-elf.ts';
import type { File } from '../../host/file.ts';
import { MemoryFiles } from '../../host/memory-files.ts';
import { SeededRandom } from '../../host/seeded-random.ts';
import { parseCommandLine } from '../options/parse.ts';
import { readBootFiles } from './files.ts';

const MIB = 2 ** 20;
const files = new MemoryFiles();
const host = { files, random: new SeededRandom(1n) };
const read = (line: string, on = host) => readBootFiles(parseCommandLine(`-M virt ${line}`.split(' ')), on);

/** Not one byte is like its neighbour, and none is zero. */
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i % 255) + 1);

function image(length: number): Uint8Array {
  const bytes = noise(length);
  bytes.set(new TextEncoder().encode('RSC\x05'), 56);
  return bytes;
}

async function filled({ bytes, readInto }: BootFile): Promise<Uint8Array> {
  const into = new Uint8Array(new SharedArrayBuffer(bytes.length));
  await readInto!(into);
  return into;
}

test('an Image and an initrd are read into RAM, and before only as far as it takes to plan', async () => {
  const [kernel, initrd] = [image(3 * MIB + 5), noise(2 * MIB)];
  files.put('k', kernel);
  files.put('i', initrd);
  const { kernel: k, initrd: i } = await read('-kernel k -initrd i');
  for (const [made, whole] of [
    [k!, kernel],
    [i!, initrd],
  ] as const) {
    assert.equal(made.bytes.length, whole.length);
    assert.deepEqual(made.bytes.subarray(0, 4096), whole.subarray(0, 4096));
    assert.ok(made.bytes.subarray(4096).every((byte) => byte === 0));
    assert.deepEqual(await filled(made), new Uint8Array(whole));
  }
  files.put('i', Uint8Array.of(1, 2, 3));
  const { initrd: short } = await read('-kernel k -initrd i');
  assert.deepEqual(await filled(short!), Uint8Array.of(1, 2, 3));
});

test('other kernels are whole, as is everything where it must be the same each time or firmware asks for it', async () => {
  const kernel = image(MIB);
  files.put('k', kernel);
  files.put('i', noise(MIB));
  files.put('gz', gzipSync(kernel));
  files.put('elf', makeElf({}));
  files.put('raw', noise(MIB));
  files.put('log', new Uint8Array(0));
  for (const [name, bytes] of [
    ['gz', kernel],
    ['elf', makeElf({})],
    ['raw', noise(MIB)],
  ] as const) {
    const made = await read(`-kernel ${name} -initrd i`);
    assert.deepEqual(made.kernel, { name, bytes });
    assert.ok(made.initrd!.readInto !== undefined);
  }
  for (const line of ['-icount shift=0,rr=record,rrfile=log', '-drive if=pflash,file=i,format=raw']) {
    const made = await read(`-kernel k -initrd i ${line}`);
    assert.deepEqual(made.kernel, { name: 'k', bytes: kernel });
    assert.deepEqual(made.initrd, { name: 'i', bytes: noise(MIB) });
  }
});

test('a file that changes between plan and load, or goes, is told in one line', async () => {
  const changes: Record<string, [() => unknown, RegExp]> = {
    longer: [() => files.put('k', image(MIB + 1)), /^-kernel: 'k' was changed while it was loaded: /],
    shorter: [() => files.put('k', image(MIB - 1)), /^-kernel: 'k' was changed while it was loaded: /],
    other: [() => files.put('k', image(MIB).fill(9, 0, 16)), /^-kernel: 'k' was changed while it was loaded: /],
    gone: [() => files.remove('k'), /^-kernel: cannot open 'k': no such file/],
  };
  for (const [change, [make, message]] of Object.entries(changes)) {
    files.put('k', image(MIB));
    const { kernel } = await read('-kernel k');
    await make();
    await assert.rejects(filled(kernel!), (error) => error instanceof UserError && message.test(error.message), change);
  }
});

test('what cannot be read at all, or is too large to be mapped, is told in one line', async () => {
  files.put('k', image(MIB));
  await assert.rejects(read('-kernel k -initrd none'), /^UserError: -initrd: cannot open 'none': no such file/);
  files.put('k', image(MIB + 1));
  await assert.rejects(read('-m 1M -kernel k'), /^UserError: -kernel: k does not fit into 1 MiB of RAM: .* -m/);
  const broken = {
    async open(path: string, mode: 'read') {
      const file = await files.open(path, mode);
      const error = Object.assign(new Error('EIO: i/o error, read'), { errno: -5, code: 'EIO' });
      return Object.assign(file, { read: () => Promise.reject(error) }) as File;
    },
  };
  await assert.rejects(
    read('-kernel k', { ...host, files: Object.assign(new MemoryFiles(), broken) }),
    /^UserError: -kernel: cannot read 'k': EIO/,
  );
});
