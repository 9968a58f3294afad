import { OFF } from '../../mem/cpu.ts';
import { isTranslationMode } from './mmu.ts';
import { U, word } from './state.ts';
import { MSTATUS_MPP, MSTATUS_MPP_SHIFT } from './status.ts';

const RESERVED_PRIVILEGE = 2;
const X0 = word('x');
const PC = word('pc');
const RUN_STATE = word('runState');
const RETIRED_HIGH = word('retired') + 1;
const PRIVILEGE = word('privilege');
const MSTATUS = word('mstatus');
const SATP_HIGH = word('satp') + 1;
const FFLAGS = word('fflags');
const FRM = word('frm');

/** A state that came from outside may hold any bits: those that no hart ever has are put right. */
export function repairState(
  words: Int32Array,
  { pcMask, features }: { readonly pcMask: number; readonly features: { readonly mmu: boolean } },
): void {
  words[X0] = 0;
  words[X0 + 1] = 0;
  words[PC]! &= pcMask;
  if (words[RUN_STATE]! >>> 0 > OFF) words[RUN_STATE] = OFF;
  // Counted as a number below 2^53.
  words[RETIRED_HIGH]! &= 0xf_ffff;
  words[FFLAGS]! &= 0x1f;
  words[FRM]! &= 7;
  words[PRIVILEGE]! &= 3;
  if (words[PRIVILEGE] === RESERVED_PRIVILEGE) words[PRIVILEGE] = U;
  if ((words[MSTATUS]! & MSTATUS_MPP) >>> MSTATUS_MPP_SHIFT === RESERVED_PRIVILEGE) words[MSTATUS]! &= ~MSTATUS_MPP;
  // satp keeps its mode only where the hart has it (4.1.11).
  if (!features.mmu || !isTranslationMode(words[SATP_HIGH]! >>> 28)) words[SATP_HIGH] = 0;
}
