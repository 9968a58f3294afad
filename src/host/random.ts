/** A source of random bytes: the host's, or a seeded one so that a run can be repeated. */
export interface Random {
  /** `into` may be a view of shared memory. */
  fill(into: Uint8Array): void;
}
