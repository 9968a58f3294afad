/** Where streams and their data lie, under us and under native QEMU alike. */

export const CODE = 0x4000_0000;
export const DATA = 0x6000_0000;
/** What loads and stores reach: two pages, so that some accesses cross from one to the other. */
export const BUFFER = 0x2000;
/** Registers of the caller. */
export const SAVED = BUFFER;
/** Each block's record: x0 to x31, f0 to f31, fcsr, then constants to load. */
export const RECORDS = 0x3000;
export const RECORD = 2048;
export const F_OFFSET = 256;
export const FCSR_OFFSET = 512;
export const POOL_OFFSET = 520;
export const POOL_SIZE = 128;

/** The registers of the caller are no result. */
export function withoutCaller(data: Uint8Array): Uint8Array {
  data.fill(0, SAVED, RECORDS);
  return data;
}
