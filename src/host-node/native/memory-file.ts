import { writeSync } from 'node:fs';

const MFD_CLOEXEC = 1;

/**
 * Calls `use` with the path of a file in memory that holds `bytes`, which is gone afterwards. /proc/self/maps shows
 * `name`, whose length must be its own: glibc's loader takes a path that it has met before for the library that was there,
 * and descriptors are used again, so it makes the path different.
 * @throws if the host has no such files, and what `use` throws.
 */
export function withMemoryFile<T>(name: string, bytes: Uint8Array, use: (path: string) => T): T {
  const { dlopen } = process.getBuiltinModule('node:ffi');
  const { functions } = dlopen(null, {
    memfd_create: { arguments: ['string', 'uint32'], return: 'int32' },
    // A worker's `closeSync` warns of descriptors that it has not opened.
    close: { arguments: ['int32'], return: 'int32' },
  });
  const file = functions.memfd_create(name, MFD_CLOEXEC);
  if (file < 0) throw new Error('no memfd_create');
  try {
    writeSync(file, bytes);
    return use(`/proc/self/fd/${'./'.repeat(name.length)}${file}`);
  } finally {
    functions.close(file);
  }
}
