import { optionalInput } from './buffers.ts';
import { call } from './call.ts';
import { closingFd } from './new-fd.ts';
import { fd, hex, int, signal } from './types.ts';

/** Descriptors of processes. */

const SIGINFO = 128;

export const pidfdOpen = call('pidfd_open', { pid: int, flags: hex }, { result: closingFd });
/** A descriptor of another process: of the host's number, for one that is the emulator's as well. */
export const pidfdGetfd = call('pidfd_getfd', { pidfd: fd, target: int, flags: hex }, { result: closingFd });
export const pidfdSendSignal = call('pidfd_send_signal', {
  pidfd: fd,
  signal,
  info: optionalInput(SIGINFO),
  flags: hex,
});
