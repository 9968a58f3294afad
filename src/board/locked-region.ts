import type { Region } from '../mem/address-space.ts';
import type { Lock } from '../mem/lock.ts';

/** The region with its handlers run under the machine lock. */
export function lockedRegion(region: Region, lock: Lock): Region {
  if (region.kind === 'ram' || region.kind === 'rom') return region;
  return {
    ...region,
    read(offset, size) {
      lock.acquire();
      try {
        return region.read(offset, size);
      } finally {
        lock.release();
      }
    },
    write(offset, size, value) {
      lock.acquire();
      try {
        region.write(offset, size, value);
      } finally {
        lock.release();
      }
    },
  };
}
