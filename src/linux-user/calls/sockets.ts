import { EFAULT } from '../errno.ts';
import { PROT_READ } from '../memory/pages.ts';
import { inputCount, inputPart, outputCount, outputPart } from './buffers.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { adoptPair, cloexecFlags, newFd } from './new-fd.ts';
import { address, pointNowhere, SOCKADDR_STORAGE, sizedOutput, valueLength } from './socket-address.ts';
import { type ArgumentType, fd, hex, int } from './types.ts';
import { messageFlags, pointer, socketDomain, socketProtocol, socketType } from './named-types.ts';
import { named } from '../strace/show.ts';
import { showSocketType } from '../strace/names.ts';

/** Sockets. Messages with vectors and descriptors are in messages.ts. */

const peer = { address: sizedOutput(SOCKADDR_STORAGE), length: valueLength };

export const socket = call(
  'socket',
  { domain: socketDomain, type: named(cloexecFlags, showSocketType), protocol: socketProtocol },
  { result: newFd(1) },
);

export const socketpair = call(
  'socketpair',
  { domain: socketDomain, type: socketType, protocol: int, fds: pointer },
  { perform: (caller) => adoptPair(caller, 'socketpair', 3, 1) },
);

export const bind = call('bind', { fd, address, length: int });
export const listen = call('listen', { fd, backlog: int });
export const connect = call('connect', { fd, address, length: int }, { blocks: true });
export const accept = call('accept', { fd, ...peer }, { blocks: true, result: newFd(0, 0) });
export const accept4 = call('accept4', { fd, ...peer, flags: cloexecFlags }, { blocks: true, result: newFd(3) });
export const shutdown = call('shutdown', { fd, how: int });
export const getsockname = call('getsockname', { fd, ...peer });
export const getpeername = call('getpeername', { fd, ...peer });

export const sendto = call(
  'sendto',
  { fd, buffer: inputPart, count: inputCount, flags: messageFlags, address, length: int },
  { blocks: true },
);
export const recvfrom = call(
  'recvfrom',
  { fd, buffer: outputPart, count: outputCount, flags: messageFlags, ...peer },
  { blocks: true },
);

export const getsockopt = call('getsockopt', {
  fd,
  level: int,
  name: int,
  value: sizedOutput(Infinity),
  length: valueLength,
});

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_ATTACH_REUSEPORT_CBPF = 51;
/** struct sock_fprog: a count of instructions of 8 bytes, and where they are. */
const SOCK_FPROG = 16;
const INSTRUCTION = 8;

const optionValue: ArgumentType = {
  pass(caller, index) {
    const [at, length] = [caller.address(index), caller.low(index + 1)];
    const { memory } = caller.process;
    if (at === 0 || length <= 0) return pointNowhere(caller, index);
    if (!memory.pages.permits(at, length, PROT_READ)) return -EFAULT;
    const option = caller.low(2);
    const isProgram = option === SO_ATTACH_FILTER || option === SO_ATTACH_REUSEPORT_CBPF;
    if (caller.low(1) === SOL_SOCKET && isProgram && length >= SOCK_FPROG) return filter(caller, index, at);
    caller.host.at(index, memory.hostOffset(at));
    return 0;
  },
  show: hex.show,
};

function filter(caller: Caller, index: number, at: number): number {
  const { scratch, host, process } = caller;
  const { memory } = process;
  const count = memory.view.getUint16(at, true);
  const program = memory.u64(at + 8);
  if (!memory.pages.permits(program, count * INSTRUCTION, PROT_READ)) return -EFAULT;
  const place = scratch.zeroed(SOCK_FPROG);
  scratch.view.setUint16(place, count, true);
  scratch.setAddress(place + 8, host, memory.hostOffset(count === 0 ? 0 : program));
  host.at(index, place);
  return 0;
}

export const setsockopt = call('setsockopt', { fd, level: int, name: int, value: optionValue, length: int });
