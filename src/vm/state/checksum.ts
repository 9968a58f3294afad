/**
 * XXH32 (Yann Collet, "xxHash fast digest algorithm", version 0.1.1): of the checksums that are fast without
 * 64-bit arithmetic it is the best known. Any change within four bytes that lie together changes it.
 */

const PRIME1 = 0x9e3779b1 | 0;
const PRIME2 = 0x85ebca77 | 0;
const PRIME3 = 0xc2b2ae3d | 0;
const PRIME4 = 0x27d4eb2f;
const PRIME5 = 0x165667b1;

/** As an unsigned number. */
export function checksum(bytes: Uint8Array, seed = 0): number {
  const { length } = bytes;
  const words = wordsOf(bytes);
  let word = 0;
  let hash: number;
  if (length >= 16) {
    let a = (seed + PRIME1 + PRIME2) | 0;
    let b = (seed + PRIME2) | 0;
    let c = seed | 0;
    let d = (seed - PRIME1) | 0;
    for (const end = (length >>> 4) * 4; word < end; word += 4) {
      a = (a + Math.imul(words[word]!, PRIME2)) | 0;
      a = Math.imul((a << 13) | (a >>> 19), PRIME1);
      b = (b + Math.imul(words[word + 1]!, PRIME2)) | 0;
      b = Math.imul((b << 13) | (b >>> 19), PRIME1);
      c = (c + Math.imul(words[word + 2]!, PRIME2)) | 0;
      c = Math.imul((c << 13) | (c >>> 19), PRIME1);
      d = (d + Math.imul(words[word + 3]!, PRIME2)) | 0;
      d = Math.imul((d << 13) | (d >>> 19), PRIME1);
    }
    hash = ((a << 1) | (a >>> 31)) + ((b << 7) | (b >>> 25)) + ((c << 12) | (c >>> 20)) + ((d << 18) | (d >>> 14));
  } else {
    hash = seed + PRIME5;
  }
  hash = (hash + length) | 0;
  for (; word < length >>> 2; word++) {
    hash = (hash + Math.imul(words[word]!, PRIME3)) | 0;
    hash = Math.imul((hash << 17) | (hash >>> 15), PRIME4);
  }
  for (let i = word * 4; i < length; i++) {
    hash = (hash + Math.imul(bytes[i]!, PRIME5)) | 0;
    hash = Math.imul((hash << 11) | (hash >>> 21), PRIME1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The whole words of the bytes, little-endian as memory of WebAssembly is. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, bytes.length >>> 2);
}
