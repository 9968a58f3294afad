/**
 * The first instructions of a RISC-V `virt` machine and the record that OpenSBI's fw_dynamic
 * firmware reads. They stand in the machine's ROM at 0x1000:
 *
 *     0x1000  auipc t0, 0
 *             addi  a2, t0, 0x28    # the record
 *             csrr  a0, mhartid
 *             ld    a1, 32(t0)      # the device tree
 *             ld    t0, 24(t0)
 *             jr    t0
 *     0x1018  .dword start
 *     0x1020  .dword device tree
 *     0x1028  .dword magic, version, next_addr, next_mode, options, boot_hart
 *
 * The record is `struct fw_dynamic_info`, OpenSBI docs/firmware/fw_dynamic.md.
 */
export const RESET_VECTOR_ADDRESS = 0x1000;

const CODE = [0x00000297, 0x02828613, 0xf1402573, 0x0202b583, 0x0182b283, 0x00028067];
const FW_DYNAMIC_MAGIC = 0x4942534f;
const FW_DYNAMIC_VERSION = 2;
const NEXT_MODE_S = 1;

export interface ResetVector {
  /** Where the hart goes first: the firmware. */
  readonly start: number;
  readonly fdt: number;
  /** Where the firmware goes, in S-mode; 0 if there is nothing. */
  readonly next: number;
}

/** The bytes at RESET_VECTOR_ADDRESS. */
export function resetVector({ start, fdt, next }: ResetVector): Uint8Array {
  const bytes = new Uint8Array(0x58);
  const data = new DataView(bytes.buffer);
  CODE.forEach((word, i) => data.setUint32(i * 4, word, true));
  const doubles = [start, fdt, FW_DYNAMIC_MAGIC, FW_DYNAMIC_VERSION, next, NEXT_MODE_S, 0, 0];
  doubles.forEach((value, i) => data.setBigUint64(0x18 + i * 8, BigInt(value), true));
  return bytes;
}
