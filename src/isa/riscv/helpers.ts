import type { HelperDefinition } from '../../ir/ops.ts';

/**
 * The helpers that RISC-V semantics call. The CPU implements each one by its name: arguments are in
 * the header's `arguments`, in order; a result goes to `result`. What it returns says whether the
 * unit is left: pc, mode or mapping moved.
 */
function helper(name: string, rest: Partial<HelperDefinition> & { readonly doc: string }): HelperDefinition {
  return {
    name,
    args: [],
    result: 'none',
    reads: [],
    writes: [],
    faults: false,
    raises: false,
    exits: true,
    counts: false,
    ...rest,
  };
}

/** Bits of the first argument of `csr`. */
export const CSR_SWAP = 1;
export const CSR_SET = 2;
export const CSR_CLEAR = 3;
/** CSRRW with rd=x0 does not read, CSRRS and CSRRC with rs1=x0 do not write (Zicsr, 9.1). */
export const CSR_NO_READ = 4;
export const CSR_NO_WRITE = 8;

export const raiseIllegal = helper('raise_illegal', {
  args: ['i32'],
  faults: true,
  raises: true,
  doc: 'Raises illegal instruction; the argument is its word, 0 if the helper is to read it at pc.',
});

export const raiseMisalignedFetch = helper('raise_misaligned_fetch', {
  args: ['i64'],
  faults: true,
  raises: true,
  doc: 'Raises instruction address misaligned for a jump of the instruction at pc to the argument.',
});

export const csr = helper('csr', {
  args: ['i32', 'i32', 'i64'],
  result: 'i64',
  reads: ['fflags', 'frm', 'mstatus', 'fpDirty'],
  writes: ['fflags', 'frm', 'mstatus', 'fpDirty'],
  faults: true,
  counts: true,
  doc: 'Accesses a CSR: kind (CSR_SWAP, CSR_SET or CSR_CLEAR with the CSR_NO_ bits), number, source; gives the old value.',
});

export const ecall = helper('ecall', {
  reads: ['x'],
  writes: ['x'],
  faults: true,
  doc: 'Raises environment call from the current mode; firmware that is part of the machine may answer it.',
});
export const ebreak = helper('ebreak', { faults: true, doc: 'Raises breakpoint.' });
export const mret = helper('mret', { writes: ['mstatus'], faults: true, doc: 'Returns from a trap in M.' });
export const sret = helper('sret', { writes: ['mstatus'], faults: true, doc: 'Returns from a trap in S.' });
export const wfi = helper('wfi', {
  faults: true,
  counts: true,
  doc: 'Waits for an interrupt: pc is left after the instruction; or illegal instruction.',
});
export const sfenceVma = helper('sfence_vma', {
  args: ['i32', 'i64', 'i32', 'i64'],
  faults: true,
  doc: 'SFENCE.VMA and SINVAL.VMA: number of rs1, its value (an address), number of rs2, its value (an ASID).',
});
export const sfenceInval = helper('sfence_inval', {
  faults: true,
  doc: 'SFENCE.W.INVAL and SFENCE.INVAL.IR: only the privilege check, since invalidation is in order.',
});
export const fenceI = helper('fence_i', { doc: 'FENCE.I: later fetches see earlier stores.' });

export const RISCV_HELPERS: readonly HelperDefinition[] = [
  raiseIllegal,
  raiseMisalignedFetch,
  csr,
  ecall,
  ebreak,
  mret,
  sret,
  wfi,
  sfenceVma,
  sfenceInval,
  fenceI,
];
