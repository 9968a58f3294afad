/** What a monitor sees of a machine's memory. Reading never stops a vCPU. */
export interface MemoryTarget {
  /** The guest's RAM: what a dump holds. */
  readonly ram: { readonly name: string; readonly base: number; readonly size: number };
  /** Stretches of the host's memory that the guest sees somewhere, as `info ramblock` lists them. */
  blocks(): readonly MemoryBlock[];
  /** What was put into memory before the guest began. */
  loaded(): readonly LoadedRange[];
  /** What a load would find, registers of devices included; undefined where nothing answers. */
  read(physical: number, length: number): Uint8Array | undefined;
  /** Where a virtual address of a vCPU leads now; undefined: nowhere. */
  translate(cpu: number, virtual: bigint): number | undefined;
  /** What the page tables of a vCPU map, in ascending order; undefined if it uses none. */
  mappings(cpu: number): Iterable<Mapping> | undefined;
  /** The instruction in `bytes` as listings show it: a line, and how many bytes it takes; 0 if not all are there. */
  disassemble(address: bigint, bytes: Uint8Array): { readonly line: string; readonly length: number };
  /** The number that core files have for the architecture of the vCPUs. */
  readonly elfMachine: number;
  /** The notes of a core file that tell the registers of a vCPU, in the form of its architecture. */
  registerNote(cpu: number): Uint8Array;
}

export interface MemoryBlock {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export interface LoadedRange {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly kind: 'rom' | 'ram';
}

export interface Mapping {
  readonly virtual: bigint;
  readonly physical: number;
  readonly size: number;
  /** `rwxugad`, with `-` for what it has not. */
  readonly attributes: string;
}
