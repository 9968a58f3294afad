import type { NativeThread } from '../../host/native.ts';
import { layout, type Layout } from './layout.ts';

/** struct ipc64_perm, 48 bytes, as all have it (asm-generic/ipcbuf.h); fields are copied in words. */
const PERM = { perm0: 8, perm1: 8, perm2: 8, perm3: 8, perm4: 8, perm5: 8 } as const;

/** struct semid64_ds: asm-generic/sembuf.h, and x86-64's own with words in between. */
export const GENERIC_SEMID: Layout = layout({ ...PERM, otime: 8, ctime: 8, nsems: 8 }, { size: 88 });
const X86_64_SEMID = layout({ ...PERM, otime: 8, pad1: 8, ctime: 8, pad2: 8, nsems: 8 }, { size: 104 });

export const HOST_SEMID: Readonly<Record<NativeThread['processor'], Layout>> = {
  'x86-64': X86_64_SEMID,
  aarch64: GENERIC_SEMID,
};
