/** The connection to a debugger, by calls of the host that block: the thread has nothing else to do. */
import type { NativeThread } from '../../host/native.ts';
import type { LinuxCall } from '../../host/linux-calls.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const F_GETFL = 3;
const F_SETFL = 4;
const F_SETSIG = 10;
const F_SETOWN_EX = 15;
const F_OWNER_TID = 0;
const O_ASYNC = 0o20000;
const EINTR = -4;
const EAGAIN = -11;
/** The signal that lets a thread leave what it does, without a trace for the guest. */
export const KICK_SIGNAL = 64;
/** Bytes of the scratch area that are used here; others use the first ones. */
const AT = 128;
const MOST = 128;

/** Where gdb may come. */
export type GdbAddress = { readonly port: number } | { readonly path: string };

export class GdbSocket {
  readonly #host: NativeThread;

  constructor(host: NativeThread) {
    this.#host = host;
  }

  #call(name: LinuxCall, ...args: readonly (number | 'scratch')[]): number {
    const host = this.#host;
    args.forEach((value, index) => {
      if (value === 'scratch') host.scratchAt(index, AT);
      else host.int(index, value);
    });
    return host.call(host.numbers[name]);
  }

  /** Waits for a debugger: the connection's descriptor, or a negative errno. */
  accept(address: GdbAddress): number {
    const { scratch } = this.#host;
    const isPort = 'port' in address;
    const listener = this.#call('socket', isPort ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) return listener;
    let length = 16;
    if (isPort) {
      scratch.setInt32(AT, 1, true);
      this.#call('setsockopt', listener, SOL_SOCKET, SO_REUSEADDR, 'scratch', 4);
      for (let i = 0; i < length; i++) scratch.setUint8(AT + i, 0);
      scratch.setUint16(AT, AF_INET, true);
      scratch.setUint16(AT + 2, address.port);
    } else {
      const path = new TextEncoder().encode(address.path);
      length = 2 + path.length + 1;
      if (length > 110) return -36;
      scratch.setUint16(AT, AF_UNIX, true);
      path.forEach((byte, i) => scratch.setUint8(AT + 2 + i, byte));
      scratch.setUint8(AT + 2 + path.length, 0);
    }
    let result = this.#call('bind', listener, 'scratch', length);
    if (result >= 0) result = this.#call('listen', listener, 1);
    if (result >= 0) {
      do result = this.#call('accept4', listener, 0, 0, SOCK_CLOEXEC);
      while (result === EINTR);
    }
    this.#call('close', listener);
    if (result >= 0 && isPort) {
      scratch.setInt32(AT, 1, true);
      this.#call('setsockopt', result, IPPROTO_TCP, TCP_NODELAY, 'scratch', 4);
    }
    return result;
  }

  /** Bytes that came, borrowed; none at the end, undefined if there are none yet and it is not to be waited. */
  read(socket: number, waits: boolean): Uint8Array | undefined {
    for (;;) {
      const count = this.#call('recvfrom', socket, 'scratch', MOST, waits ? 0 : MSG_DONTWAIT, 0, 0);
      if (count === EINTR) continue;
      if (count === EAGAIN) return undefined;
      const { buffer, byteOffset } = this.#host.scratch;
      return new Uint8Array(buffer, byteOffset + AT, Math.max(0, count)).slice();
    }
  }

  write(socket: number, bytes: Uint8Array): void {
    const { scratch } = this.#host;
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + MOST);
      part.forEach((byte, i) => scratch.setUint8(AT + i, byte));
      const count = this.#call('sendto', socket, 'scratch', part.length, MSG_NOSIGNAL, 0, 0);
      // Who is gone is noticed when there is nothing to read.
      if (count < 0 && count !== EINTR) return;
      at += Math.max(0, count);
    }
  }

  /** From now on `thread` is kicked when there is something to read. */
  notify(socket: number, thread: number): void {
    const { scratch } = this.#host;
    scratch.setInt32(AT, F_OWNER_TID, true);
    scratch.setInt32(AT + 4, thread, true);
    this.#call('fcntl', socket, F_SETOWN_EX, 'scratch');
    this.#call('fcntl', socket, F_SETSIG, KICK_SIGNAL);
    this.#call('fcntl', socket, F_SETFL, this.#call('fcntl', socket, F_GETFL) | O_ASYNC);
  }

  close(socket: number): void {
    this.#call('close', socket);
  }
}
