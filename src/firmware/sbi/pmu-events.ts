/**
 * Event numbers of the PMU extension, SBI 2.0 chapter 11: type in bits 19:16, code below.
 */
export const TYPE_HARDWARE = 0;
export const TYPE_CACHE = 1;
export const TYPE_RAW = 2;
export const TYPE_FIRMWARE = 15;

/** Codes of hardware events that a fixed counter counts. */
export const HW_CPU_CYCLES = 1;
export const HW_INSTRUCTIONS = 2;
const HW_CODES = 11;

/** "PMU Firmware Events". The code of an event received is that of the one sent, plus one. */
export const FW_MISALIGNED_LOAD = 0;
export const FW_MISALIGNED_STORE = 1;
export const FW_ACCESS_LOAD = 2;
export const FW_ACCESS_STORE = 3;
export const FW_ILLEGAL_INSN = 4;
export const FW_SET_TIMER = 5;
export const FW_IPI_SENT = 6;
export const FW_IPI_RECEIVED = 7;
export const FW_FENCE_I_SENT = 8;
export const FW_FENCE_I_RECEIVED = 9;
export const FW_SFENCE_VMA_SENT = 10;
export const FW_SFENCE_VMA_RECEIVED = 11;
export const FW_SFENCE_VMA_ASID_SENT = 12;
export const FW_SFENCE_VMA_ASID_RECEIVED = 13;
const FW_CODES = 22;

const CACHE_IDS = 7;
const CACHE_OPERATIONS = 3;

export function eventType(event: number): number {
  return (event >>> 16) & 15;
}

export function eventCode(event: number): number {
  return event & 0xffff;
}

/** Whether the specification has such an event; bits above the type are not looked at. */
export function isEvent(event: number): boolean {
  const code = eventCode(event);
  switch (eventType(event)) {
    case TYPE_HARDWARE:
      return code < HW_CODES;
    case TYPE_CACHE:
      // code: cache in bits 15:3, operation in bits 2:1, result in bit 0.
      return code >> 3 < CACHE_IDS && ((code >> 1) & 3) < CACHE_OPERATIONS;
    case TYPE_RAW:
    case TYPE_RAW + 1:
      return code === 0;
    case TYPE_FIRMWARE:
      return code < FW_CODES;
    default:
      return false;
  }
}
