/** SBI 2.0 section 3, "Standard SBI Errors". */
export const SBI_SUCCESS = 0;
export const SBI_ERR_FAILED = -1;
export const SBI_ERR_NOT_SUPPORTED = -2;
export const SBI_ERR_INVALID_PARAM = -3;
export const SBI_ERR_DENIED = -4;
export const SBI_ERR_INVALID_ADDRESS = -5;
export const SBI_ERR_ALREADY_AVAILABLE = -6;
export const SBI_ERR_ALREADY_STARTED = -7;
export const SBI_ERR_ALREADY_STOPPED = -8;
export const SBI_ERR_NO_SHMEM = -9;

/** A memory access on behalf of the supervisor that has to trap at the ecall. */
export interface SbiFault {
  /** scause. */
  readonly cause: number;
  /** stval. */
  readonly value: bigint;
}

/**
 * What a function gives: the pair for a0 and a1; `'away'` when the hart does not come back behind
 * the ecall (it stopped, sleeps without state, or the machine resets); or a fault.
 */
export type SbiResult = { readonly error: number; readonly value: bigint } | 'away' | SbiFault;

export const OK: SbiResult = { error: SBI_SUCCESS, value: 0n };

export function ok(value: bigint | number): SbiResult {
  return { error: SBI_SUCCESS, value: BigInt(value) };
}

/** a1 is unspecified with an error; it is 0 here, as it is under OpenSBI. */
export function failed(error: number): SbiResult {
  return { error, value: 0n };
}
