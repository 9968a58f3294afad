// A machine as an object: load a program, read its console and its statistics, stop it.
// In a project that has installed the package: from 'tinamou' and from 'tinamou/node'.
import { setTimeout as sleep } from 'node:timers/promises';
import { Console, virtMachine } from '../src/index.ts';
import { nodeHost, nodeThreads } from '../src/host-node/index.ts';

const program = Uint32Array.of(
  0x10000537, //       lui  a0, 0x10000    # the serial port
  0x06900593, //       li   a1, 'i'
  0x00b50023, //       sb   a1, 0(a0)
  0x06400593, //       li   a1, 'd'
  0x00b50023, //       sb   a1, 0(a0)
  0x10500073, // idle: wfi
  0xffdff06f, //       j    idle
);
const serial = new Console();
const bios = new Uint8Array(program.buffer);
const machine = await virtMachine({ bios, serial, threads: nodeThreads }, nodeHost);
const numbers = () =>
  machine.stats
    .query({ target: 'vm', providers: [{ provider: 'tcg', names: ['instructions', 'halts'] }] }, [])
    .flatMap(({ stats }) => stats.map(({ name, value }) => `${name}: ${String(value)}`));

machine.cont();
await serial.waitFor(/id/, 10, nodeHost.timers);
console.log(`the console says: ${serial.text}`);
// Reading numbers does not stop a machine.
while (!numbers().includes('halts: 1')) await sleep(1);
await machine.stop();
console.log(numbers().join('\n'));
machine.quit();
console.log(`ended: ${(await machine.ended).cause}`);
