import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plic } from './plic.ts';
import { Rig } from './rig.ts';

const enable = (context: number, word = 0): number => 0x2000 + 0x80 * context + 4 * word;
const threshold = (context: number): number => 0x20_0000 + 0x1000 * context;
const claim = (context: number): number => threshold(context) + 4;

function make() {
  const rig = new Rig();
  const device = rig.add(plic, { props: { 'hart-config': 'MS,MS' } });
  return { rig, device };
}

test('an enabled source above the threshold interrupts, is claimed once, and comes back after completion', () => {
  const { rig, device } = make();
  const line = device.input(10);
  rig.write(4 * 10, 1);
  rig.write(enable(1), 1 << 10);
  line.set(true);
  assert.deepEqual(rig.lines.slice(0, 4), [false, true, false, false]);
  assert.equal(rig.read(0x1000), 1 << 10);
  assert.equal(rig.read(claim(0)), 0);
  assert.equal(rig.read(claim(1)), 10);
  assert.equal(rig.lines[1], false);
  assert.equal(rig.read(claim(1)), 0);
  rig.write(claim(1), 10);
  assert.equal(rig.lines[1], true, 'the wire is still high');
  assert.equal(rig.read(claim(1)), 10);
  line.set(false);
  rig.write(claim(1), 10);
  assert.equal(rig.lines[1], false);
});

test('a wire that rises and falls while its source is in service asks for nothing', () => {
  const { rig, device } = make();
  const line = device.input(2);
  rig.write(8, 1);
  rig.write(enable(0), 4);
  line.set(true);
  assert.equal(rig.read(claim(0)), 2);
  line.set(false);
  line.set(true);
  line.set(false);
  rig.write(claim(0), 2);
  assert.equal(rig.lines[0], false);
});

test('highest priority first, lowest number among equals', () => {
  const { rig, device } = make();
  for (const [source, priority] of [
    [3, 2],
    [5, 7],
    [4, 7],
    [40, 7],
  ]) {
    rig.write(4 * source, priority);
    device.input(source).set(true);
  }
  rig.write(enable(0), 0xffff_ffff);
  rig.write(enable(0, 1), 0xffff_ffff);
  const order = [1, 2, 3, 4, 5].map(() => rig.read(claim(0)));
  assert.deepEqual(order, [4, 5, 40, 3, 0]);
});

test('threshold and priority 0 mask', () => {
  const { rig, device } = make();
  device.input(1).set(true);
  rig.write(enable(0), 2);
  assert.equal(rig.lines[0], false);
  rig.write(4, 3);
  assert.equal(rig.lines[0], true);
  rig.write(threshold(0), 3);
  assert.equal(rig.lines[0], false);
  rig.write(threshold(0), 2);
  assert.equal(rig.lines[0], true);
  device.input(1).set(false);
  assert.equal(rig.lines[0], true, 'a request once sent stays');
});

test('source 0 does not exist; completing a source that is not enabled is ignored', () => {
  const { rig, device } = make();
  rig.write(enable(0), 1);
  rig.write(0, 7);
  assert.equal(rig.read(enable(0)), 0);
  assert.equal(rig.read(0), 0);
  rig.write(4, 1);
  rig.write(enable(0), 2);
  device.input(1).set(true);
  assert.equal(rig.read(claim(0)), 1);
  rig.write(enable(0), 0);
  rig.write(claim(0), 1);
  rig.write(enable(0), 2);
  assert.equal(rig.read(claim(0)), 0, 'still in service');
  rig.write(claim(0), 1);
  assert.equal(rig.read(claim(0)), 1);
  rig.write(claim(0), 1000);
  assert.match(rig.errors.at(-1) ?? '', /completion of source 1000/);
});

test('the node refers to both external interrupts of each hart', () => {
  const { device } = make();
  const [node] = device.dtNodes();
  assert.deepEqual(node.properties['interrupts-extended'], [
    { ref: 'intc0' },
    11,
    { ref: 'intc0' },
    9,
    { ref: 'intc1' },
    11,
    { ref: 'intc1' },
    9,
  ]);
});
