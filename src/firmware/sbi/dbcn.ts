import { sbiFunction, type SbiExtension } from './extension.ts';
import type { SbiHost } from './host.ts';
import { failed, OK, ok, SBI_ERR_FAILED, SBI_ERR_INVALID_PARAM, type SbiResult } from './result.ts';

const NEWLINE = 10;
const RETURN = 13;

/** The console is a terminal: a newline starts at the left, as under OpenSBI. */
export function putCharacter(host: SbiHost, byte: number): void {
  if (byte === NEWLINE) host.putByte(RETURN);
  host.putByte(byte);
}

/**
 * The bytes at a physical address, or the error. An address above 64 bits is FAILED, one that is not
 * RAM is INVALID_PARAM (OpenSBI). No bytes are fine anywhere.
 */
function buffer(host: SbiHost, length: bigint, low: bigint, high: bigint): Uint8Array | SbiResult {
  if (high !== 0n) return failed(SBI_ERR_FAILED);
  if (length === 0n) return new Uint8Array(0);
  if (low + length > BigInt(Number.MAX_SAFE_INTEGER)) return failed(SBI_ERR_INVALID_PARAM);
  const [address, size] = [Number(low), Number(length)];
  return host.isRam(address, size) ? host.ram(address, size) : failed(SBI_ERR_INVALID_PARAM);
}

const memory = {
  num_bytes: 'how many bytes',
  base_addr_lo: 'physical address',
  base_addr_hi: 'its bits 64 to 127',
} as const;

export const dbcn: SbiExtension = {
  id: 0x4442434e,
  name: 'dbcn',
  doc: 'Debug console, SBI 2.0 chapter 12.',
  functions: [
    sbiFunction(0, 'console_write', {
      doc: 'Writes bytes of memory to the console; the number written is the value.',
      args: memory,
      run: ({ host }, { num_bytes, base_addr_lo, base_addr_hi }) => {
        const bytes = buffer(host, num_bytes, base_addr_lo, base_addr_hi);
        if (!(bytes instanceof Uint8Array)) return bytes;
        for (const byte of bytes) putCharacter(host, byte);
        return ok(bytes.length);
      },
    }),
    sbiFunction(1, 'console_read', {
      doc: 'Reads what has been typed into memory, without waiting; the number read is the value.',
      args: memory,
      run: ({ host }, { num_bytes, base_addr_lo, base_addr_hi }) => {
        const bytes = buffer(host, num_bytes, base_addr_lo, base_addr_hi);
        if (!(bytes instanceof Uint8Array)) return bytes;
        for (let i = 0; i < bytes.length; i++) {
          const byte = host.getByte();
          if (byte < 0) return ok(i);
          bytes[i] = byte;
        }
        return ok(bytes.length);
      },
    }),
    sbiFunction(2, 'console_write_byte', {
      doc: 'Writes one byte to the console.',
      args: { byte: 'its low 8 bits' },
      run: ({ host }, { byte }) => {
        putCharacter(host, Number(byte & 0xffn));
        return OK;
      },
    }),
  ],
};
