import { call } from './call.ts';
import { inputCount, inputPart, optionalInout, outputCount, outputPart } from './buffers.ts';
import { fd, hex, int, long, size } from './types.ts';
import { inputVector, outputVector, vectorCount } from './vectors.ts';
import { whence } from './named-types.ts';

/** Bytes of files. */

export const read = call('read', { fd, buffer: outputPart, count: outputCount }, { blocks: true });
export const write = call('write', { fd, buffer: inputPart, count: inputCount }, { blocks: true });
export const pread64 = call('pread64', { fd, buffer: outputPart, count: outputCount, offset: long }, { blocks: true });
export const pwrite64 = call('pwrite64', { fd, buffer: inputPart, count: inputCount, offset: long }, { blocks: true });

const into = { fd, vector: outputVector(2), count: vectorCount };
const outOf = { fd, vector: inputVector(2), count: vectorCount };
/** The kernel wants two words, of which 64-bit architectures use the first alone. */
const position = { offset: long, high: long };

export const readv = call('readv', into, { blocks: true });
export const writev = call('writev', outOf, { blocks: true });
export const preadv = call('preadv', { ...into, ...position }, { blocks: true });
export const pwritev = call('pwritev', { ...outOf, ...position }, { blocks: true });
export const preadv2 = call('preadv2', { ...into, ...position, flags: hex }, { blocks: true });
export const pwritev2 = call('pwritev2', { ...outOf, ...position, flags: hex }, { blocks: true });

export const lseek = call('lseek', { fd, offset: long, whence });

const offset = optionalInout(8);
export const sendfile = call('sendfile', { out: fd, in: fd, offset, count: size }, { blocks: true });
export const splice = call(
  'splice',
  { in: fd, inOffset: offset, out: fd, outOffset: offset, length: size, flags: hex },
  { blocks: true },
);
export const tee = call('tee', { in: fd, out: fd, length: size, flags: hex }, { blocks: true });
export const vmsplice = call(
  'vmsplice',
  { fd, vector: inputVector(2), count: vectorCount, flags: hex },
  { blocks: true },
);
export const copyFileRange = call(
  'copy_file_range',
  { in: fd, inOffset: offset, out: fd, outOffset: offset, length: size, flags: hex },
  { blocks: true },
);

export const fsync = call('fsync', { fd });
export const fdatasync = call('fdatasync', { fd });
export const sync = call('sync', {});
export const syncfs = call('syncfs', { fd });
export const syncFileRange = call('sync_file_range', { fd, offset: long, length: long, flags: hex });
export const fadvise64 = call('fadvise64', { fd, offset: long, length: long, advice: int });
export const readahead = call('readahead', { fd, offset: long, count: size });
export const flock = call('flock', { fd, operation: int }, { blocks: true });
