import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCompression } from '../../host/compression.ts';
import { placeDisks, placeState, StateReader, Unpacker } from './load.ts';
import { StateRig } from './state-rig.ts';

async function load(rig: StateRig, stream: Uint8Array): Promise<void> {
  const reader = new StateReader(rig.parts, noCompression);
  for (let at = 0; at < stream.length; at += 1000) reader.push(stream.subarray(at, at + 1000));
  const state = await new Unpacker(noCompression).end(reader.end());
  placeState(state, rig.parts, false);
  await placeDisks(state, rig.parts, noCompression);
}

test('a machine becomes another, whatever it held', async () => {
  const from = new StateRig();
  from.fill(1);
  const stream = await from.save();
  for (const seed of [0, 2]) {
    const to = new StateRig();
    if (seed > 0) {
      to.fill(seed);
      to.ram.fill(0xaa, 100_000, 400_000);
    }
    await load(to, stream);
    assert.equal(to.told, 2);
    to.told = from.told;
    assert.deepEqual(to.content, from.content);
  }
});

test('memory that holds nothing yet gets its pages as they come', async () => {
  const from = new StateRig();
  from.fill(1);
  const to = new StateRig();
  const reader = new StateReader(to.parts, noCompression);
  using placer = noCompression.placer();
  const unpacker = new Unpacker(noCompression, { placer, memory: to.parts.memory });
  const stream = await from.save();
  reader.push(stream.subarray(0, stream.length - 1));
  unpacker.begin(reader);
  reader.push(stream.subarray(-1));
  const state = await unpacker.end(reader.end());
  assert.deepEqual([to.ram, to.rom], [from.ram, from.rom]);
  assert.deepEqual(state.memory, []);
  placeState(state, to.parts, true);
  await placeDisks(state, to.parts, noCompression);
  to.told = from.told;
  assert.deepEqual(to.content, from.content);
});

test('only what is not zero is stored', async () => {
  const empty = await new StateRig().save();
  assert.ok(empty.length < 2000, String(empty.length));
});

test('a thousand streams with something wrong are refused, and change nothing', async () => {
  const from = new StateRig();
  from.fill(3);
  const stream = await from.save();
  const to = new StateRig();
  to.fill(4);
  const before = structuredClone(to.content);
  let state = 5;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let i = 0; i < 1000; i++) {
    let spoiled = stream.slice();
    if (i % 2 === 0) spoiled[below(stream.length)]! ^= 1 + below(255);
    else spoiled = spoiled.subarray(0, below(stream.length));
    await assert.rejects(load(to, spoiled), { name: 'UserError', message: /^[^\n]+$/ }, `case ${i}`);
  }
  assert.deepEqual(to.content, before);
});

test('what another machine is, is said in one line', async () => {
  const stream = await new StateRig({ machine: 'rig', memory: 301 }).save();
  await assert.rejects(load(new StateRig(), stream), {
    name: 'UserError',
    message:
      'the saved machine is another than this one: memory is 301 there and 300 here; start this one with the options of that',
  });
  const renamed = new StateRig();
  const [first, second] = renamed.parts.sections;
  const other = (section: object): StateRig['parts'] => ({
    ...renamed.parts,
    sections: [first!, { ...second!, section: { ...second!.section, ...section } }],
  });
  const good = await new StateRig().save();
  for (const [section, message] of [
    [{ version: 4 }, /'device' 1 has version 3 there and 4 here/],
    [{ name: 'gadget' }, /it has a part 'device' 1, for which there is no place here/],
    [
      { fields: [{ name: 'control', type: 'u8', length: 2 }] },
      /field control is u8\[2\] here and control: u8\[1\] there/,
    ],
    [{ fields: second!.section.fields.slice(0, 2) }, /it has a field fifo/],
  ] as const) {
    const reader = new StateReader(other(section), noCompression);
    assert.throws(() => reader.push(good), { name: 'UserError', message });
  }
  const missing = new StateReader(
    { ...renamed.parts, sections: [...renamed.parts.sections, { ...first!, instance: 2 }] },
    noCompression,
  );
  missing.push(good);
  assert.throws(() => missing.end(), /it has no part 'device' 2/);
});
