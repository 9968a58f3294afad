import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from './rig.ts';
import { uart16550 } from './uart16550.ts';

const [DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 3, 4, 5, 6, 7];
const FCR = IIR;

function uart() {
  const rig = new Rig();
  const device = rig.add(uart16550);
  return {
    rig,
    device,
    get: (register: number) => rig.read(register, 1),
    put: (register: number, value: number) => rig.write(register, value, 1),
  };
}

test('after reset: nothing pending, transmitter empty, peer ready', () => {
  const { get, rig } = uart();
  assert.deepEqual([IER, IIR, LCR, MCR, LSR, MSR].map(get), [0, 1, 0, 8, 0x60, 0xb0]);
  assert.equal(rig.lines[0], false);
});

test('the divisor latch shares offsets 0 and 1 and is separate', () => {
  const { get, put } = uart();
  put(LCR, 0x83);
  put(DATA, 0x34);
  put(IER, 0x12);
  assert.deepEqual([get(DATA), get(IER)], [0x34, 0x12]);
  put(LCR, 3);
  assert.deepEqual([get(DATA), get(IER)], [0, 0]);
  put(SCR, 0x5a);
  assert.equal(get(SCR), 0x5a);
});

test('sent bytes reach the line; the empty transmitter interrupts once', () => {
  const { get, put, rig } = uart();
  put(IER, 2);
  assert.equal(rig.lines[0], true);
  assert.equal(get(IIR), 2);
  assert.equal(rig.lines[0], false);
  put(DATA, 65);
  assert.equal(rig.char.text, 'A');
  assert.equal(get(LSR), 0x60);
  assert.equal(get(IIR), 2);
  assert.equal(get(IIR), 1);
});

test('a peer that takes nothing holds the bytes back in order', () => {
  const { get, put, rig, device } = uart();
  rig.char.room = 1;
  put(FCR, 1);
  for (const char of 'abcd') put(DATA, char.charCodeAt(0));
  assert.equal(rig.char.text, 'a');
  assert.equal(get(LSR) & 0x60, 0);
  rig.char.room = 10;
  device.poll();
  assert.equal(rig.char.text, 'abcd');
  assert.equal(get(LSR) & 0x60, 0x60);
});

test('without FIFOs one byte is received at a time, and the interrupt follows data ready', () => {
  const { get, put, rig, device } = uart();
  put(IER, 1);
  rig.char.type('hi');
  device.poll();
  assert.equal(get(IIR), 4);
  assert.equal(rig.char.available(), 1);
  assert.equal(get(LSR), 0x61);
  assert.equal(get(DATA), 104);
  assert.equal(get(DATA), 105);
  assert.equal(get(LSR), 0x60);
  assert.equal(rig.lines[0], false);
});

test('FIFO: interrupt at the trigger level, timeout below it', () => {
  const { get, put, rig, device } = uart();
  put(FCR, 0x41);
  put(IER, 1);
  rig.char.type('abcdef');
  device.poll();
  assert.equal(rig.char.available(), 2, 'takes up to the trigger level');
  assert.equal(get(IIR), 0xc4);
  get(DATA);
  assert.equal(rig.char.available(), 1);
  for (let i = 0; i < 4; i++) get(DATA);
  assert.equal(get(IIR), 0xc1);
  rig.pass(10e6);
  assert.equal(get(IIR), 0xcc, 'one byte left');
  assert.equal(rig.lines[0], true);
  assert.equal(get(DATA), 102);
  assert.equal(get(IIR), 0xc1);
});

test('a break is a zero byte with its flag, raised as line status', () => {
  const { get, put, rig, device } = uart();
  put(IER, 4);
  rig.char.breaks = 1;
  device.poll();
  assert.equal(get(IIR), 6);
  assert.equal(get(LSR), 0x71);
  assert.equal(get(LSR), 0x61);
  assert.equal(get(IIR), 1);
});

test('loopback: bytes come back, not out, and outputs are the modem inputs', () => {
  const { get, put, rig } = uart();
  put(MCR, 0x1b);
  assert.equal(get(MSR), 0xb0);
  put(MCR, 0x14);
  assert.equal(get(MSR), 0x40);
  put(DATA, 0x33);
  assert.equal(get(DATA), 0x33);
  put(DATA, 1);
  put(DATA, 2);
  assert.equal(get(LSR) & 3, 3, 'overrun');
  assert.equal(get(DATA), 2, 'the newer byte stays');
  assert.equal(rig.char.text, '');
});

test('clearing the FIFO drops what it holds', () => {
  const { get, put, rig, device } = uart();
  put(FCR, 0xc1);
  rig.char.type('xyz');
  device.poll();
  put(FCR, 0xc3);
  assert.equal(get(LSR) & 1, 0);
  assert.equal(get(DATA), 0);
});
