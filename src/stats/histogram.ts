/** Which bucket a value falls into. Buckets ascend; whatever is beyond the last one is in it. */

/** Bucket 0 is for zero, bucket i for 2^(i-1) up to 2^i - 1. `value` is a whole number below 2^53. */
export function log2Bucket(value: number, buckets: number): number {
  const high = Math.floor(value / 0x1_0000_0000);
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(value);
  return Math.min(bits, buckets - 1);
}

/** Bucket i is for i × size up to (i + 1) × size - 1. */
export function linearBucket(value: number, size: number, buckets: number): number {
  return Math.min(Math.floor(value / size), buckets - 1);
}
