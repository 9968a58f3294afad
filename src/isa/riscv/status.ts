/** Bits of mstatus, all in its low half except SD, UXL and SXL (Privileged Architecture 1.12, 3.1.6). */

export const MSTATUS_SIE = 1 << 1;
export const MSTATUS_MIE = 1 << 3;
export const MSTATUS_SPIE = 1 << 5;
export const MSTATUS_MPIE = 1 << 7;
export const MSTATUS_SPP = 1 << 8;
export const MSTATUS_MPP = 3 << 11;
export const MSTATUS_MPP_SHIFT = 11;
/** Both bits set: dirty. */
export const MSTATUS_FS = 3 << 13;
export const MSTATUS_MPRV = 1 << 17;
export const MSTATUS_SUM = 1 << 18;
export const MSTATUS_MXR = 1 << 19;
export const MSTATUS_TVM = 1 << 20;
export const MSTATUS_TW = 1 << 21;
export const MSTATUS_TSR = 1 << 22;

/** UXL and SXL in the high half: 64-bit, the only width there is. */
export const MSTATUS_HIGH_XL = 0xa;
export const SSTATUS_HIGH_XL = 0x2;
/** SD in the high half. */
export const MSTATUS_HIGH_SD = 1 << 31;
