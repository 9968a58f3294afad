import type { NativeThread } from '../../host/native.ts';
import { EFAULT } from '../errno.ts';
import { BEYOND, PAGE, type PageTable } from './pages.ts';

/** No way to change a mask: the kernel finds out after it has read the set. */
const NO_HOW = 99;
const SET_BYTES = 8;

/**
 * Whether a page that was beyond its file's end is not any longer, since the file has grown: the host's kernel is asked
 * to read a word of it. `base`: where the window begins in the shared memory.
 */
export function hasGrown(host: NativeThread, pages: PageTable, base: number, page: number): boolean {
  if (page >= pages.count || (pages.flags[page]! & BEYOND) === 0) return false;
  host.int(0, NO_HOW);
  host.at(1, base + page * PAGE);
  host.int(2, 0);
  host.int(3, SET_BYTES);
  if (host.call(host.numbers.rt_sigprocmask) === -EFAULT) return false;
  pages.setBeyond(page, false);
  return true;
}
