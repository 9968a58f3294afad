import type { NativeThread } from '../../host/native.ts';

const PR_SET_NAME = 15;
/** Bytes of a thread's name, with its zero byte. */
const NAME_BYTES = 16;

/** Gives the calling thread the name that Linux gives a new program: that of its file (/proc/PID/comm). */
export function nameAfter(host: NativeThread, path: string): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  for (let i = 0; i < NAME_BYTES; i++) host.scratch.setUint8(i, i < NAME_BYTES - 1 ? name.charCodeAt(i) || 0 : 0);
  host.int(0, PR_SET_NAME);
  host.scratchAt(1, 0);
  host.call(host.numbers.prctl);
}
