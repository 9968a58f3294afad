import { EBADF, EFAULT, EINVAL, EMSGSIZE, ENOBUFS } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { controlForGuest, controlForHost, MOST_CONTROL } from './control-messages.ts';
import { isAddressLength, SOCKADDR_STORAGE } from './socket-address.ts';
import { fd, int } from './types.ts';
import { MOST_VECTORS, passVector, type Vector, wroteVector } from './vectors.ts';
import { messageFlags, pointer } from './named-types.ts';

/** Messages of sockets: addresses, vectors and control data together. */

/** struct msghdr of 64-bit architectures, and mmsghdr, which adds a count of bytes. */
const MSGHDR = 56;
const MMSGHDR = 64;
const AT = { name: 0, nameLength: 8, vector: 16, count: 24, control: 32, controlLength: 40, flags: 48 } as const;

const MSG_DONTWAIT = 0x40;
const MSG_WAITFORONE = 0x10000;
const MSG_CMSG_CLOEXEC = 0x4000_0000;

/** A message in the host's form. */
interface HostMessage extends Vector {
  header: number;
  /** Where the program has the name and the control data; what it says of that may change during the call. */
  name: number;
  nameRoom: number;
  control: number;
  controlPlace: number;
}

const message: HostMessage = { place: 0, count: 0, header: 0, name: 0, nameRoom: 0, control: 0, controlPlace: 0 };

/** Makes `message` of the header at `address`: everything but control data; 0, or a negative errno. */
function passHeader(caller: Caller, address: number, access: number): number {
  const { scratch, host, process } = caller;
  const { memory } = process;
  if (!memory.pages.permits(address, MSGHDR, PROT_READ)) return -EFAULT;
  const header = scratch.zeroed(MSGHDR);
  message.header = header;
  const name = memory.u64(address + AT.name);
  const nameLength = memory.view.getInt32(address + AT.nameLength, true);
  if (nameLength < 0) return -EINVAL;
  message.name = name;
  message.nameRoom = name === 0 ? 0 : Math.min(nameLength, SOCKADDR_STORAGE);
  if (message.nameRoom > 0) {
    if (!memory.pages.permits(name, message.nameRoom, access)) return -EFAULT;
    scratch.setAddress(header + AT.name, host, memory.hostOffset(name));
    scratch.view.setInt32(header + AT.nameLength, message.nameRoom, true);
  }
  const count = memory.u64(address + AT.count);
  if (count > MOST_VECTORS) return -EMSGSIZE;
  const failure = passVector(caller, memory.u64(address + AT.vector), count, access, message);
  if (failure < 0) return failure;
  scratch.setAddress(header + AT.vector, host, message.place);
  scratch.setU64(header + AT.count, message.count);
  return 0;
}

/** sendmsg of one message: bytes sent, or a negative errno. */
function send(caller: Caller, fd: number, address: number, flags: number): number {
  const { scratch, host, process } = caller;
  const { memory } = process;
  scratch.reset();
  const failure = passHeader(caller, address, PROT_READ);
  if (failure < 0) return failure;
  if (!isAddressLength(message.nameRoom)) return -EINVAL;
  const control = memory.u64(address + AT.control);
  const length = memory.u64(address + AT.controlLength);
  if (control !== 0 && length > 0) {
    if (length > MOST_CONTROL) return -ENOBUFS;
    if (!memory.pages.permits(control, length, PROT_READ)) return -EFAULT;
    const place = scratch.allocate(length);
    scratch.bytes.copyWithin(place, memory.hostOffset(control), memory.hostOffset(control) + length);
    const wrong = controlForHost(caller, place, length);
    if (wrong < 0) return wrong;
    scratch.setAddress(message.header + AT.control, host, place);
    scratch.setU64(message.header + AT.controlLength, length);
  }
  host.int(0, fd);
  host.at(1, message.header);
  host.int(2, flags);
  return host.blocking(host.numbers.sendmsg);
}

/** recvmsg of one message: bytes received, or a negative errno. */
function receive(caller: Caller, fd: number, address: number, flags: number): number {
  const { scratch, host, process } = caller;
  const { memory } = process;
  scratch.reset();
  const failure = passHeader(caller, address, PROT_WRITE);
  if (failure < 0) return failure;
  if (!memory.pages.permits(address, MSGHDR, PROT_WRITE)) return -EFAULT;
  const control = memory.u64(address + AT.control);
  message.control = control;
  const room = control === 0 ? 0 : Math.min(memory.u64(address + AT.controlLength), MOST_CONTROL);
  if (room > 0) {
    if (!memory.pages.permits(control, room, PROT_WRITE)) return -EFAULT;
    message.controlPlace = scratch.allocate(room);
    scratch.setAddress(message.header + AT.control, host, message.controlPlace);
    scratch.setU64(message.header + AT.controlLength, room);
  }
  host.int(0, fd);
  host.at(1, message.header);
  host.int(2, flags | MSG_CMSG_CLOEXEC);
  const result = host.blocking(host.numbers.recvmsg);
  if (result < 0) return result;
  tellReceived(caller, address, result, flags);
  return result;
}

/** Writes back what the host told of a message. */
function tellReceived(caller: Caller, address: number, result: number, flags: number): void {
  const { scratch, process } = caller;
  const { memory } = process;
  const { header } = message;
  if (message.name !== 0) {
    memory.setU32(address + AT.nameLength, scratch.view.getUint32(header + AT.nameLength, true));
    memory.wrote(message.name, message.nameRoom);
  }
  wroteVector(caller, message, result);
  let told = scratch.view.getInt32(header + AT.flags, true);
  if ((flags & MSG_CMSG_CLOEXEC) === 0) told &= ~MSG_CMSG_CLOEXEC;
  const length = scratch.u64(header + AT.controlLength);
  if (length > 0) {
    told |= controlForGuest(caller, message.controlPlace, length, (flags & MSG_CMSG_CLOEXEC) !== 0);
    const { control } = message;
    scratch.bytes.copyWithin(memory.hostOffset(control), message.controlPlace, message.controlPlace + length);
    memory.wrote(control, length);
  }
  memory.setU64(address + AT.controlLength, length);
  memory.setU32(address + AT.flags, told);
}

export const sendmsg = call(
  'sendmsg',
  { fd, message: pointer, flags: messageFlags },
  { blocks: true, perform: (caller) => withFd(caller, (host) => send(caller, host, caller.address(1), caller.low(2))) },
);

export const recvmsg = call(
  'recvmsg',
  { fd, message: pointer, flags: messageFlags },
  {
    blocks: true,
    perform: (caller) => withFd(caller, (host) => receive(caller, host, caller.address(1), caller.low(2))),
  },
);

function withFd(caller: Caller, act: (host: number) => number): number {
  const host = caller.process.descriptors.hostOf(caller.low(0));
  return host < 0 ? -EBADF : act(host);
}

type One = (caller: Caller, fd: number, address: number, flags: number) => number;

/** Does `one` with messages one after the other: how many, or the first's errno. */
function many(caller: Caller, host: number, one: One, next: (done: number) => number | undefined): number {
  const { memory } = caller.process;
  const count = Math.min(caller.low(2) >>> 0, MOST_VECTORS);
  let done = 0;
  for (; done < count; done++) {
    const flags = next(done);
    if (flags === undefined) break;
    const address = caller.address(1) + done * MMSGHDR;
    if (!memory.pages.permits(address, MMSGHDR, PROT_READ | PROT_WRITE)) return done === 0 ? -EFAULT : done;
    const result = one(caller, host, address, flags);
    if (result < 0) return done === 0 ? result : done;
    memory.setU32(address + MSGHDR, result);
  }
  return done;
}

export const sendmmsg = call(
  'sendmmsg',
  { fd, messages: pointer, count: int, flags: messageFlags },
  { blocks: true, perform: (caller) => withFd(caller, (host) => many(caller, host, send, () => caller.low(3))) },
);

/** The timeout is looked at after each message, as Linux does. */
export const recvmmsg = call(
  'recvmmsg',
  { fd, messages: pointer, count: int, flags: messageFlags, timeout: pointer },
  {
    blocks: true,
    perform: (caller) =>
      withFd(caller, (host) => {
        const { memory } = caller.process;
        const timeout = caller.address(4);
        if (timeout !== 0 && !memory.pages.permits(timeout, 16, PROT_READ)) return -EFAULT;
        const end =
          timeout === 0
            ? Infinity
            : performance.now() + memory.u64(timeout) * 1000 + memory.u64(timeout + 8) / 1_000_000;
        const flags = caller.low(3);
        return many(caller, host, receive, (done) => {
          if (done > 0 && performance.now() >= end) return undefined;
          const own = flags & ~MSG_WAITFORONE;
          return done > 0 && (flags & MSG_WAITFORONE) !== 0 ? own | MSG_DONTWAIT : own;
        });
      }),
  },
);
