/** What a debugger may ask of a CPU, whatever the guest: the guest's package implements it. */

/** A register by the number that the debugger knows it by. */
export interface DebugRegister {
  readonly name: string;
  readonly number: number;
  readonly bits: number;
  /** A type of gdb's: what it shows is meant by it. */
  readonly type: 'int' | 'code_ptr' | 'data_ptr' | 'ieee_single' | 'ieee_double';
}

/** Registers that belong together, under the name that gdb knows them by. The first feature is the integer core. */
export interface DebugFeature {
  readonly name: string;
  /** Of the document that describes it. */
  readonly file: string;
  readonly registers: readonly DebugRegister[];
}

export interface DebugCpu {
  readonly features: readonly DebugFeature[];
  readRegister(number: number): bigint | undefined;
  /** False: there is no such register, or it cannot be written. */
  writeRegister(number: number, value: bigint): boolean;
}

/** A breakpoint, or a watchpoint for an access of this kind; addresses are virtual. */
export interface DebugPoint {
  readonly kind: 'break' | 'write' | 'read' | 'access';
  readonly address: bigint;
  /** Bytes that are watched. */
  readonly length: bigint;
}
