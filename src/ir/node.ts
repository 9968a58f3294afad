import type { FpOpName, HelperDefinition, OpName } from './ops.ts';
import type { Type } from './types.ts';

/**
 * Names one element of the guest's state. `index` counts elements of an array field (0 for a
 * scalar). In a template, whose operands are not known yet, `operand` says which operand of the
 * instruction supplies the index.
 */
export interface StateRef {
  readonly field: string;
  readonly index: number;
  readonly operand: string | undefined;
}

export type Endian = 'le' | 'be';
/** `any`: a misaligned access works, if not atomically; `natural`: it is a misaligned fault. */
export type Alignment = 'any' | 'natural';
export type Order = 'relaxed' | 'acquire' | 'release' | 'seq_cst';
export type RmwOp = 'swap' | 'add' | 'and' | 'or' | 'xor' | 'min_s' | 'max_s' | 'min_u' | 'max_u';

/** How a memory operation reaches memory; part of the operation, printed with it. */
export interface MemoryAccess {
  /** Bytes: 1, 2, 4, 8 or 16. */
  readonly size: number;
  /** Sign-extend a narrow load to the result type. */
  readonly signed: boolean;
  readonly endian: Endian;
  readonly align: Alignment;
  readonly order: Order;
  /** Index of the MMU the address goes through: 0 is that of the current mode. */
  readonly mmu: number;
  /** The element type of a narrow atomic or of the result. */
  readonly rmw: RmwOp | undefined;
}

/** What an operation carries beside its arguments; which of these is used depends on the op. */
export interface Attributes {
  /** const: the value, as a number when it is a safe integer. extract, deposit: first bit. */
  readonly value?: number | bigint;
  /** extract, deposit: how many bits; insn_start: bytes of the instruction. */
  readonly length?: number;
  readonly state?: StateRef;
  readonly access?: MemoryAccess;
  readonly helper?: HelperDefinition;
  readonly fp?: FpOpName;
  /** operand: its name. */
  readonly operand?: string;
  /** branch, jump: distance in bytes from this instruction, or the operand that holds it. */
  readonly target?: number | { readonly operand: string };
  /** v128 lane shape, lane number; test: kind and condition. */
  readonly lane?: string;
  readonly kind?: string;
}

/** One operation of a unit; its identity is the value that it makes. */
export interface Node {
  /** Position in its unit: printed as %id. */
  id: number;
  readonly op: OpName;
  /** Type of the result; undefined for operations that make no value. */
  readonly type: Type | undefined;
  readonly args: readonly Node[];
  readonly attributes: Attributes;
  /** How many later operations use this value. */
  uses: number;
}

/** A straight run of operations, with structured ifs: an instruction, a block, a template. */
export interface Unit {
  readonly nodes: Node[];
}
