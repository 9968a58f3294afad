/** `tinamou-riscv64 PROGRAM ARGUMENTS…`: runs a Linux program made for riscv64. */
import { fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { riscv64 } from '../linux-user/abi/riscv64.ts';
import { NativeBacking } from '../linux-user/native-backing.ts';
import { DEFAULT_WINDOW, GuestProcess } from '../linux-user/process.ts';
import { startProgram, type OpenProgram } from '../linux-user/program/start.ts';
import { GuestThread } from '../linux-user/thread.ts';
import { firstNativeThread, type NodeNativeThread } from '../host-node/native/thread.ts';
import { NodeNativeSignals } from '../host-node/native/signals.ts';

const [name, ...rest] = process.argv.slice(2);
const prefix = process.env['QEMU_LD_PREFIX'] ?? '';

function open(path: string): OpenProgram {
  const fd = openSync(path, 'r');
  return {
    fd,
    name: realpathSync(path),
    size: fstatSync(fd).size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
    },
    openInterpreter: (interpreter) => open(prefix + interpreter),
  };
}

let native: NodeNativeThread | undefined;
const guest = new GuestProcess({ abi: riscv64(), windowSize: DEFAULT_WINDOW, prefix }, (memory, base) => {
  native = firstNativeThread(memory);
  return new NativeBacking(native, base);
});
for (const fd of [0, 1, 2]) guest.descriptors.add(fd, false);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const started = startProgram(guest, {
  file: open(name!),
  argv: [name!, ...rest].map(bytes),
  envp: Object.entries(process.env).map(([key, value]) => bytes(`${key}=${value}`)),
  path: bytes(name!),
  random: crypto.getRandomValues(new Uint8Array(16)),
  ids: { uid: process.getuid!(), euid: process.geteuid!(), gid: process.getgid!(), egid: process.getegid!() },
});
if (typeof started === 'number') throw new Error(`cannot start: ${started}`);
const thread = new GuestThread(guest, 0, native!, new NodeNativeSignals(native!));
thread.signals.begin({ low: 0, high: 0 });
thread.cpu.begin(started.pc, started.stack.pointer);
thread.run();
