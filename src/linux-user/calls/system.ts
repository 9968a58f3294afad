import { EFAULT } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { inputCount, inputPart, optionalOutput, output, outputCount, outputPart } from './buffers.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { passOn } from './pass.ts';
import { path } from './path-types.ts';
import { fd, hex, int } from './types.ts';
import { pointer, randomFlags } from './named-types.ts';

/** The system: its name, its state, what belongs to all of it. */

/** struct new_utsname: six names of 65 bytes. */
const NAME = 65;
const UTSNAME = 6 * NAME;
const RELEASE_AT = 2 * NAME;
const MACHINE_AT = 4 * NAME;

export const uname = call(
  'uname',
  { names: output(UTSNAME) },
  {
    perform(caller) {
      const { host, process } = caller;
      const { memory, abi, options } = process;
      const address = caller.address(0);
      if (!memory.pages.permits(address, UTSNAME, PROT_WRITE)) return -EFAULT;
      host.at(0, memory.hostOffset(address));
      const result = host.call(host.numbers.uname);
      putName(caller, address + MACHINE_AT, abi.name);
      if (options.release !== undefined) putName(caller, address + RELEASE_AT, options.release);
      memory.wrote(address, UTSNAME);
      return result;
    },
  },
);

function putName(caller: Caller, address: number, name: string): void {
  const { bytes } = caller.process.memory;
  bytes.fill(0, address, address + NAME);
  for (let i = 0; i < Math.min(name.length, NAME - 1); i++) bytes[address + i] = name.charCodeAt(i);
}

const SYSINFO = 112;
export const sysinfo = call('sysinfo', { info: output(SYSINFO) });
/** Bytes that one call gives at most. */
const MOST_RANDOM = 2 ** 25;

/** With -seed the bytes are the same each time. */
export const getrandom = call(
  'getrandom',
  { buffer: outputPart, count: outputCount, flags: randomFlags },
  {
    blocks: true,
    perform(caller, self) {
      const { random, memory, lock } = caller.process;
      if (random === undefined) return passOn(caller, self);
      const address = caller.address(0);
      const count = memory.pages.reach(address, Math.min(caller.value(1), MOST_RANDOM), PROT_WRITE);
      if (count === 0) return caller.value(1) === 0 ? 0 : -EFAULT;
      const bytes = new Uint8Array(count);
      lock.with(() => random.fill(bytes));
      memory.write(address, bytes);
      return count;
    },
  },
);
export const syslog = call(
  'syslog',
  { type: int, buffer: optionalOutput({ argument: 2 }), length: int },
  { blocks: true },
);
export const getcpu = call('getcpu', { cpu: optionalOutput(4), node: optionalOutput(4), cache: pointer });

export const sethostname = call('sethostname', { name: inputPart, length: inputCount });
export const setdomainname = call('setdomainname', { name: inputPart, length: inputCount });

const RUSAGE = 144;
export const getrusage = call('getrusage', { who: int, usage: output(RUSAGE) });

/** The program's own: the emulator's process keeps the one that it has. */
export const personality = call(
  'personality',
  { personality: hex },
  {
    perform(caller) {
      const { personality: words } = caller.process;
      const next = caller.low(0);
      return next === -1 ? Atomics.load(words, 0) : Atomics.exchange(words, 0, next);
    },
  },
);

/** Options of a file system are a string, or a page of whatever it likes. */
export const mount = call(
  'mount',
  { source: pointer, target: path, type: hex, flags: hex, data: pointer },
  {
    perform(caller, self) {
      const { memory } = caller.process;
      const failure = self.arguments[1]!.type.prepare!(caller, 1);
      if (failure < 0) return failure;
      for (let index = 0; index < 5; index++) {
        const address = caller.address(index);
        if (index === 1 || index === 3) self.arguments[index]!.type.pass(caller, index);
        else if (address === 0) caller.host.word(index, 0, 0);
        else if (memory.pages.permits(address, 1, PROT_READ)) caller.host.at(index, memory.hostOffset(address));
        else return -EFAULT;
      }
      return caller.host.call(caller.host.numbers.mount);
    },
  },
);
export const umount2 = call('umount2', { target: path, flags: int });
export const pivotRoot = call('pivot_root', { root: path, old: path });
export const acct = call('acct', { path });
export const vhangup = call('vhangup', {});
export const unshare = call('unshare', { flags: hex });
export const setns = call('setns', { fd, type: int });
