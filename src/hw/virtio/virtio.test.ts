import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RIG_RAM, Rig, RigChar } from '../rig.ts';
import { virtioBlk } from './blk.ts';
import { virtConsole, virtSerialPort } from './console.ts';
import { virtioMmio } from './mmio.ts';
import { RigDriver } from './rig-driver.ts';
import { virtioRng } from './rng.ts';
import { virtioSerial } from './serial.ts';

const header = (type: number, sector: number): number[] => {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(8, sector, true);
  return [...bytes];
};

function blk(options: ConstructorParameters<typeof RigDriver>[2] & { readonly?: boolean; wce?: 'off' } = {}) {
  const rig = new Rig();
  if (options.readonly === true) Object.assign(rig.disk, { readonly: true });
  const props = options.wce === undefined ? {} : { 'write-cache': options.wce };
  const device = rig.make(virtioBlk, { props: { serial: 'disk-1', ...props } });
  return { rig, device, driver: new RigDriver(rig, device, options) };
}

test('an empty slot is a transport of device 0', () => {
  const rig = new Rig();
  rig.add(virtioMmio);
  assert.deepEqual(
    [0, 4, 8, 12, 0x10, 0x34, 0x70, 0x100].map((offset) => rig.read(offset)),
    [0x7472_6976, 1, 0, 0x554d_4551, 0, 0, 0, 0],
  );
});

for (const modern of [false, true]) {
  const form = modern ? 'modern' : 'legacy';

  test(`${form}: random bytes arrive with an interrupt`, () => {
    const rig = new Rig();
    const driver = new RigDriver(rig, rig.make(virtioRng), { modern });
    assert.equal(rig.read(4), modern ? 2 : 1);
    assert.equal(driver.status, modern ? 15 : 7);
    const [address] = driver.offer(0, [{ in: 8 }]);
    driver.kick(0);
    assert.deepEqual(driver.take(0), { id: 0, length: 8 });
    assert.deepEqual([...rig.memory.read(address, 8)], [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.equal(rig.lines[0], true);
    assert.equal(driver.interrupt(), 1);
    assert.equal(rig.lines[0], false);
  });

  test(`${form}: a disk is written, read, flushed, in any order of completion`, () => {
    const { rig, device, driver } = blk({ modern });
    const data = Uint8Array.from({ length: 1024 }, (_, i) => i * 7);
    driver.offer(0, [{ out: header(1, 3) }, { out: data.subarray(0, 512) }, { out: data.subarray(512) }, { in: 1 }]);
    driver.kick(0);
    assert.equal(driver.take(0), undefined);
    rig.disk.finish();
    device.poll();
    assert.deepEqual(driver.take(0), { id: 0, length: 1 });
    assert.deepEqual(rig.disk.data.subarray(3 * 512, 5 * 512), data);
    const [, there] = driver.offer(0, [{ out: header(0, 4) }, { in: 512 }, { in: 1 }]);
    driver.offer(0, [{ out: header(4, 0) }, { in: 1 }]);
    driver.kick(0);
    rig.disk.finish(true);
    device.poll();
    assert.deepEqual(
      [driver.take(0), driver.take(0)],
      [
        { id: 7, length: 1 },
        { id: 4, length: 513 },
      ],
    );
    assert.deepEqual(rig.memory.read(there, 513), Uint8Array.of(...data.subarray(512), 0));
    const counters = Object.fromEntries(device.counters.map((counter) => [counter.name, counter.read()]));
    assert.deepEqual(
      [counters['rd_bytes'], counters['wr_bytes'], counters['rd_operations'], counters['flush_operations']],
      [512, 1024, 1, 1],
    );
  });
}

test('blk: configuration space', () => {
  const { rig } = blk();
  assert.equal(rig.read(0x100, 8), 64);
  assert.equal(rig.read(0x10c), 254);
  assert.equal(rig.read(0x114), 512);
  assert.equal(rig.read(0x120, 1), 1);
  assert.equal(rig.read(0x138, 1), 1);
  assert.equal(rig.read(0x138), 0xffff_ffff, 'past its end');
});

test('blk: bad ranges, unknown types and a full disk are answered, not thrown', () => {
  const { rig, device, driver } = blk();
  const cases: [number[], number, number][] = [
    [header(0, 64), 512, 1],
    [header(0, 0), 100, 1],
    [header(99, 0), 1, 2],
    [header(0, 0xffff_ffff), 512, 1],
  ];
  for (const [out, room, status] of cases) {
    const [, , at] = driver.offer(0, [{ out }, { in: room }, { in: 1 }]);
    driver.kick(0);
    assert.notEqual(driver.take(0), undefined);
    assert.equal(rig.memory.readU8(at), status);
  }
  rig.disk.error = 28;
  const [, , at] = driver.offer(0, [{ out: header(1, 0) }, { out: new Uint8Array(512) }, { in: 1 }]);
  driver.kick(0);
  rig.disk.finish();
  device.poll();
  assert.equal(rig.memory.readU8(at), 1);
});

test('blk: serial number, discard, read-only', () => {
  const { rig, device, driver } = blk({ modern: true });
  const [, id] = driver.offer(0, [{ out: header(8, 0) }, { in: 20 }, { in: 1 }]);
  driver.kick(0);
  assert.equal(new TextDecoder().decode(rig.memory.read(id, 7)), 'disk-1\0');
  rig.disk.data.fill(1);
  const range = [2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];
  driver.offer(0, [{ out: header(11, 0) }, { out: range }, { in: 1 }]);
  driver.kick(0);
  rig.disk.finish();
  device.poll();
  assert.deepEqual(
    [1, 2, 4, 5].map((sector) => rig.disk.data[512 * sector]),
    [1, 0, 0, 1],
  );

  const fixed = blk({ readonly: true });
  assert.equal(fixed.rig.read(0x10) & 0x20, 0x20);
  const [, , status] = fixed.driver.offer(0, [{ out: header(1, 0) }, { out: new Uint8Array(512) }, { in: 1 }]);
  fixed.driver.kick(0);
  assert.equal(fixed.rig.memory.readU8(status), 1);
});

test('blk: with the cache off a write is done after its flush', () => {
  const { rig, device, driver } = blk({ wce: 'off' });
  driver.offer(0, [{ out: header(1, 0) }, { out: new Uint8Array(512) }, { in: 1 }]);
  driver.kick(0);
  rig.disk.finish();
  device.poll();
  assert.equal(driver.take(0), undefined);
  assert.equal(rig.disk.requests[0].kind, 'flush');
  rig.disk.finish();
  device.poll();
  assert.notEqual(driver.take(0), undefined);
});

test('blk: what was in flight at a reset is forgotten', () => {
  const { rig, device, driver } = blk();
  driver.offer(0, [{ out: header(0, 0) }, { in: 512 }, { in: 1 }]);
  driver.kick(0);
  driver.start(0xffff_ffff);
  rig.disk.finish();
  device.poll();
  assert.equal(driver.take(0), undefined);
  driver.offer(0, [{ out: header(0, 0) }, { in: 512 }, { in: 1 }]);
  driver.kick(0);
  rig.disk.finish();
  device.poll();
  assert.notEqual(driver.take(0), undefined);
});

test('interrupts are as the driver asks: never, always, or at an index', () => {
  const rig = new Rig();
  const driver = new RigDriver(rig, rig.make(virtioRng), { features: 0 });
  rig.memory.writeU16(driver.available(0), 1);
  driver.offer(0, [{ in: 1 }]);
  driver.kick(0);
  assert.equal(driver.interrupt(), 0);
  rig.memory.writeU16(driver.available(0), 0);
  driver.offer(0, [{ in: 1 }]);
  driver.kick(0);
  assert.equal(driver.interrupt(), 1);

  const events = new Rig();
  const other = new RigDriver(events, events.make(virtioRng), { features: 1 << 29, modern: true });
  const usedEvent = other.available(0) + 4 + 2 * other.size;
  const seen = [];
  events.memory.writeU16(usedEvent, 2);
  for (let i = 0; i < 5; i++) {
    other.offer(0, [{ in: 1 }]);
    other.kick(0);
    seen.push(other.interrupt());
  }
  assert.deepEqual(seen, [1, 0, 1, 0, 0], 'the first, and the one that makes the index 3');
  assert.equal(events.memory.readU16(other.used(0) + 4 + 8 * other.size), 5, 'asks for a kick at the next');
});

test('a legacy driver that accepts NOTIFY_ON_EMPTY hears of an empty queue whatever it asked', () => {
  const rig = new Rig();
  const driver = new RigDriver(rig, rig.make(virtioRng), { features: 1 << 24 });
  rig.memory.writeU16(driver.available(0), 1);
  driver.offer(0, [{ in: 1 }]);
  driver.kick(0);
  assert.equal(driver.interrupt(), 1);
});

const hostile: [string, RegExp, (driver: RigDriver) => void][] = [
  ['a loop', /loop/, (driver) => driver.describe(0, 0, RIG_RAM, 16, 1 | 2, 0)],
  ['a buffer outside RAM', /not in RAM/, (driver) => driver.describe(0, 0, 0x1000, 16, 2, 0)],
  ['a buffer past the end', /not in RAM/, (driver) => driver.describe(0, 0, RIG_RAM + 0xf_fff8, 16, 2, 0)],
  ['an address of 64 bits', /not in RAM/, (driver) => driver.describe(0, 0, 2 ** 63, 0xffff_ffff, 2, 0)],
  ['a link out of the table', /descriptor 999 of 16/, (driver) => driver.describe(0, 0, RIG_RAM, 16, 3, 999)],
  ['an empty buffer', /no bytes/, (driver) => driver.describe(0, 0, RIG_RAM, 0, 2, 0)],
  [
    'readable after writable',
    /readable buffer after/,
    (driver) => {
      driver.describe(0, 0, RIG_RAM, 16, 3, 1);
      driver.describe(0, 1, RIG_RAM, 16, 0, 0);
    },
  ],
  ['an indirect table of odd size', /table of 17 bytes/, (driver) => driver.describe(0, 0, RIG_RAM, 17, 4, 0)],
  ['an indirect table outside RAM', /which is no RAM/, (driver) => driver.describe(0, 0, 0x20, 16, 4, 0)],
  [
    'a nested indirect table',
    /in an indirect table/,
    (driver) => {
      driver.describe(0, 0, RIG_RAM, 32, 4, 0);
      driver.describeAt(RIG_RAM, RIG_RAM, 16, 4, 0);
    },
  ],
];
for (const [what, error, prepare] of hostile) {
  test(`hostile queue: ${what} stops the device until it is reset`, () => {
    const rig = new Rig();
    const driver = new RigDriver(rig, rig.make(virtioRng), { modern: true });
    prepare(driver);
    driver.publish(0, 0);
    driver.kick(0);
    assert.match(rig.errors.at(-1) ?? '', error);
    assert.equal(driver.status & 0x40, 0x40);
    assert.equal(driver.interrupt(), 2);
    driver.offer(0, [{ in: 4 }]);
    driver.kick(0);
    assert.equal(driver.take(0), undefined);
    driver.start(0xffff_ffff);
    driver.offer(0, [{ in: 4 }]);
    driver.kick(0);
    assert.notEqual(driver.take(0), undefined);
  });
}

test('an available index from nowhere stops the device; a good indirect table works', () => {
  const rig = new Rig();
  const driver = new RigDriver(rig, rig.make(virtioRng));
  driver.describe(0, 0, RIG_RAM, 32, 4, 0);
  driver.describeAt(RIG_RAM, RIG_RAM + 0x100, 4, 3, 1);
  driver.describeAt(RIG_RAM + 16, RIG_RAM + 0x200, 4, 2, 0);
  driver.publish(0, 0);
  driver.kick(0);
  assert.deepEqual(driver.take(0), { id: 0, length: 8 });
  rig.memory.writeU16(driver.available(0) + 2, 1000);
  driver.kick(0);
  assert.match(rig.errors.at(-1) ?? '', /available index went from 1 to 1000/);
});

test('modern: features that were not offered are refused by FEATURES_OK', () => {
  const rig = new Rig();
  const driver = new RigDriver(rig, rig.make(virtioRng), { modern: true });
  rig.write(0x70, 0);
  rig.write(0x70, 3);
  rig.write(0x24, 0);
  rig.write(0x20, 1);
  rig.write(0x70, 11);
  assert.equal(driver.status, 3);
});

test('serial without control queues: a console on port 0', () => {
  const rig = new Rig();
  const serial = rig.make(virtioSerial);
  serial.api.plugPort(rig.make(virtConsole));
  const driver = new RigDriver(rig, serial, { features: 0 });
  driver.offer(1, [{ out: [104, 105] }]);
  driver.kick(1);
  assert.equal(rig.char.text, 'hi');
  const [address] = driver.offer(0, [{ in: 16 }]);
  rig.char.type('ok');
  serial.poll();
  assert.deepEqual(driver.take(0), { id: 0, length: 2 });
  assert.equal(rig.memory.readU16(address), 0x6b6f);
  rig.write(0x108, 33);
  assert.equal(rig.char.text, 'hi!');
});

test('serial with control queues: ports are announced, named and opened', () => {
  const rig = new Rig();
  const serial = rig.make(virtioSerial);
  serial.api.plugPort(rig.make(virtConsole));
  const second = new RigChar();
  serial.api.plugPort(rig.make(virtSerialPort, { props: { name: 'org.x' }, backends: { chardev: second } }));
  const driver = new RigDriver(rig, serial, { modern: true });
  const control = (id: number, event: number, value: number): void => {
    driver.offer(3, [{ out: [id, 0, 0, 0, event, 0, value, 0] }]);
    driver.kick(3);
  };
  const rooms = Array.from({ length: 8 }, () => driver.offer(2, [{ in: 32 }])[0]);
  const heard = (): string[] => {
    const messages = [];
    for (let used = driver.take(2); used !== undefined; used = driver.take(2)) {
      const bytes = rig.memory.read(rooms.shift()!, used.length);
      messages.push(`${bytes[0]} ${bytes[4]} ${bytes[6]} ${String.fromCharCode(...bytes.subarray(8))}`);
    }
    return messages;
  };
  control(0, 0, 1);
  assert.deepEqual(heard(), ['0 1 1 ', '1 1 1 ']);
  control(0, 3, 1);
  control(1, 3, 1);
  assert.deepEqual(heard(), ['0 4 1 ', '0 6 1 ', '1 7 1 org.x', '1 6 1 ']);
  second.type('x');
  driver.offer(4, [{ in: 4 }]);
  driver.kick(4);
  assert.equal(driver.take(4), undefined, 'not open in the guest');
  control(1, 6, 1);
  assert.notEqual(driver.take(4), undefined);
  second.open = false;
  serial.poll();
  assert.deepEqual(heard(), ['1 6 0 ']);
});

test('serial: a peer that takes nothing holds the buffer back', () => {
  const rig = new Rig();
  const serial = rig.make(virtioSerial);
  serial.api.plugPort(rig.make(virtConsole));
  const driver = new RigDriver(rig, serial, { features: 0 });
  rig.char.room = 3;
  driver.offer(1, [{ out: [97, 98, 99, 100, 101] }]);
  driver.kick(1);
  assert.equal(driver.take(1), undefined);
  rig.char.room = 10;
  serial.poll();
  assert.equal(rig.char.text, 'abcde');
  assert.notEqual(driver.take(1), undefined);
});
