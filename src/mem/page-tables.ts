/** A stretch of virtual addresses that page tables map as one. */
export interface Mapping {
  readonly virtual: bigint;
  readonly physical: number;
  readonly size: number;
  /** A letter for each right and mark of the entry, `-` for each it does not have. */
  readonly attributes: string;
}

/** Page tables of a CPU as somebody outside looks at them: from any thread, and nothing is marked. */
export interface PageTables {
  /** Whether translation is on at all. */
  readonly isOn: boolean;
  /** Where data at a virtual address lies for the code that runs now, whoever may access it. */
  translate(virtual: bigint): number | undefined;
  /** All that is mapped, in ascending order. */
  mappings(): Iterable<Mapping>;
}
