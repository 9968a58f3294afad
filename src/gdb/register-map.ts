import type { Feature, Register } from './target.ts';

/** The registers of a target's CPUs. */
export class RegisterMap {
  /** Those of `g` and `G`, in their order. */
  readonly core: readonly Register[];
  readonly #byNumber: ReadonlyMap<number, Register>;

  constructor(features: readonly Feature[]) {
    this.core = features[0]?.registers ?? [];
    this.#byNumber = new Map(
      features.flatMap(({ registers }) => registers.map((register) => [register.number, register] as const)),
    );
  }

  find(number: number): Register | undefined {
    return this.#byNumber.get(number);
  }
}
