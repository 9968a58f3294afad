import { workerData } from 'node:worker_threads';
import { ByteRing } from '../host/byte-ring.ts';

const { buffer, capacity, total } = workerData as { buffer: SharedArrayBuffer; capacity: number; total: number };
const input = new ByteRing(buffer, 0, capacity);
const output = new ByteRing(buffer, ByteRing.bytes(capacity), capacity);
const chunk = new Uint8Array(33);
for (let echoed = 0; echoed < total;) {
  const arrived = input.data.sample();
  const count = input.read(chunk);
  if (count === 0) input.data.wait(arrived);
  for (let sent = 0; sent < count;) {
    const left = output.space.sample();
    const wrote = output.write(chunk.subarray(sent, count));
    if (wrote === 0) output.space.wait(left);
    sent += wrote;
  }
  echoed += count;
}
