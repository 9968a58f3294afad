import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MemoryFiles } from '../host/memory-files.ts';
import { Blocks } from './blocks.ts';

function rig(): { blocks: Blocks; files: MemoryFiles; notes: string[] } {
  const files = new MemoryFiles();
  files.put('d.img', new Uint8Array(1 << 20));
  files.put('q.img', Uint8Array.from([...'QFI\xfb'].map((c) => c.charCodeAt(0))));
  const notes: string[] = [];
  return { blocks: new Blocks({ host: { files }, notify: (line) => notes.push(line) }), files, notes };
}

const FILE = { driver: 'file', filename: 'd.img' };

suite('blocks', () => {
  test('a drive, seen by query-block', async () => {
    const { blocks, notes } = rig();
    await blocks.addDrive({ file: 'd.img', format: 'raw', if: 'none', id: 'hd0' });
    const drive = blocks.connect('hd0', '/machine/peripheral-anon/device[0]');
    assert.equal(drive.node.size, 1 << 20);
    assert.deepEqual(notes, []);
    const [info] = await blocks.query();
    // The fields native qemu-system-riscv64 7.2 answers with.
    assert.deepEqual(info, {
      'io-status': 'ok',
      device: 'hd0',
      locked: false,
      removable: false,
      qdev: '/machine/peripheral-anon/device[0]',
      type: 'unknown',
      inserted: {
        iops_rd: 0,
        detect_zeroes: 'off',
        image: {
          'virtual-size': 1 << 20,
          filename: 'd.img',
          format: 'raw',
          'actual-size': 1 << 20,
          'dirty-flag': false,
        },
        iops_wr: 0,
        ro: false,
        'node-name': '#block000',
        backing_file_depth: 0,
        drv: 'raw',
        iops: 0,
        bps_wr: 0,
        write_threshold: 0,
        encrypted: false,
        bps: 0,
        bps_rd: 0,
        cache: { 'no-flush': false, direct: false, writeback: true },
        file: 'd.img',
      },
    });
  });

  test('nodes from nested and dotted options, and by reference', async () => {
    const { blocks, files } = rig();
    await blocks.addNode({ driver: 'raw', 'node-name': 'a', file: FILE });
    await blocks.addNode({
      driver: 'raw',
      'node-name': 'b',
      'file.driver': 'file',
      'file.filename': 'd.img',
      'read-only': 'on',
    });
    await blocks.addNode({
      ...FILE,
      'node-name': 'store',
      'auto-read-only': true,
      cache: { direct: true, 'no-flush': false },
    });
    await blocks.addNode({ driver: 'raw', 'node-name': 'c', file: 'store', discard: 'unmap' });
    assert.equal(blocks.connect('b', 'x').node.readOnly, true);
    const { node } = blocks.connect('c', 'y');
    await node.write(512, Uint8Array.of(9));
    assert.equal(files.get('d.img')?.[512], 9);
    assert.deepEqual(
      (await blocks.query()).map(({ device, qdev }) => [device, qdev]),
      [
        ['', 'x'],
        ['', 'y'],
      ],
    );
    await blocks.close();
  });

  test('a snapshot leaves the image alone', async () => {
    const { blocks, files, notes } = rig();
    await blocks.addDrive({ file: 'd.img', snapshot: 'on' });
    await blocks.addDrive({ file: 'd.img', format: 'raw' }, { snapshot: true });
    assert.deepEqual(
      blocks.drivesOf('virtio').map(({ index, drive }) => [index, drive.id]),
      [
        [0, 'virtio0'],
        [1, 'virtio1'],
      ],
    );
    const { node } = blocks.connect('virtio0', 'x');
    await node.write(0, Uint8Array.of(1));
    const back = new Uint8Array(2);
    await node.read(0, back);
    assert.deepEqual([...back], [1, 0]);
    assert.equal(files.get('d.img')?.[0], 0);
    assert.match(notes.join(), /format=raw/);
    const [info] = await blocks.query();
    assert.equal(info?.inserted['backing_file'], 'd.img');
    await blocks.close();
  });

  const bad: readonly (readonly [string, RegExp, Readonly<Record<string, unknown>>])[] = [
    ['node', /'driver' is missing/, { 'node-name': 'a' }],
    ['node', /'node-name' must be specified/, FILE],
    ['node', /'file' is missing/, { driver: 'raw', 'node-name': 'a' }],
    ['node', /'filename' is missing/, { driver: 'raw', 'node-name': 'a', file: { driver: 'file' } }],
    ['node', /nor node-name='zz'/, { driver: 'raw', 'node-name': 'a', file: 'zz' }],
    ['node', /driver 'qcow2' is not supported yet/, { driver: 'qcow2', 'node-name': 'a', file: FILE }],
    ['node', /does not accept value 'foo'/, { driver: 'foo', 'node-name': 'a' }],
    ['node', /Invalid parameter 'bar'/, { ...FILE, 'node-name': 'a', bar: 1 }],
    ['node', /cannot open 'no': no such file/, { driver: 'file', filename: 'no', 'node-name': 'a' }],
    ['node', /Invalid node-name: '0bad'/, { ...FILE, 'node-name': '0bad' }],
    ['drive', /'qcow2' of 'q.img' is not supported yet; convert/, { file: 'q.img' }],
    ['drive', /'vdi' of 'd.img' is not supported yet/, { file: 'd.img', format: 'vdi' }],
    ['drive', /if=ide are not supported yet/, { file: 'd.img', if: 'ide' }],
    ['drive', /unsupported bus type 'foo'/, { file: 'd.img', if: 'foo' }],
    ['drive', /invalid cache option 'foo'/, { file: 'd.img', cache: 'foo' }],
    ['drive', /Invalid parameter 'bar'/, { file: 'd.img', bar: '1' }],
    ['drive', /is empty; add file=/, { if: 'none' }],
    ['drive', /'readonly' expects 'on' or 'off'/, { file: 'd.img', readonly: 'maybe' }],
    ['drive', /Duplicate ID 'taken'/, { file: 'd.img', id: 'taken' }],
    ['drive', /index=0\) exists/, { file: 'd.img', if: 'pflash', index: '0' }],
  ];
  for (const [what, message, values] of bad) {
    test(`refuses in one line: ${what} ${JSON.stringify(values)}`, async () => {
      const { blocks } = rig();
      await blocks.addDrive({ file: 'd.img', format: 'raw', id: 'taken', if: 'pflash' });
      const tried = what === 'node' ? blocks.addNode(values) : blocks.addDrive(values);
      await assert.rejects(tried, (error: Error) => {
        assert.equal(error.name, 'UserError');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
      await blocks.close();
    });
  }

  test('a disk has one user', async () => {
    const { blocks } = rig();
    await blocks.addDrive({ file: 'd.img', format: 'raw', id: 'hd0', if: 'none' });
    blocks.connect('hd0', 'first');
    assert.throws(() => blocks.connect('hd0', 'second'), /already in use by first; /);
    assert.throws(() => blocks.connect('hd1', 'second'), /can't find drive 'hd1'; /);
  });
});
