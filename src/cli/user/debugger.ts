import { UserError } from '../../base/errors.ts';
import { GdbSession } from '../../gdb/session.ts';
import { GdbSocket, type GdbAddress } from '../../linux-user/debug/gdb-socket.ts';
import type { DebugSite } from '../../linux-user/debug/debug-site.ts';
import { ERRNO_TEXT } from '../../linux-user/strace/errno-text.ts';
import type { GuestThread } from '../../linux-user/thread.ts';
import { debugFiles } from './debug-files.ts';
import { writeLog } from './log-sink.ts';

/** Lets threads of a program speak with gdb. */
export const debugSite = (prefix: string): DebugSite => ({
  files: debugFiles(prefix),
  open: (target, write, state) =>
    new GdbSession(target, write, {
      state,
      onBug: (error) => writeLog(process.stderr.fd, `tinamou-riscv64: ${String(error)}\n`),
    }),
});

/** Waits for gdb at the address of `-g`, and for what it has to say. */
export function waitForGdb(thread: GuestThread, address: string): void {
  const socket = new GdbSocket(thread.host).accept(parseAddress(address));
  if (socket < 0) throw new UserError(`-g ${address}: cannot listen: ${ERRNO_TEXT[-socket]}; use another port or path`);
  thread.debugger!.begin(socket);
}

function parseAddress(text: string): GdbAddress {
  if (text.startsWith('unix:')) return { path: text.slice('unix:'.length) };
  if (text.includes('/')) return { path: text };
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return { port };
  throw new UserError(`-g ${text}: write the number of a port, or unix:PATH`);
}
