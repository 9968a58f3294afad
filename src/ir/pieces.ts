/** `width` bits of a word from bit `at` are bits `to` and up of what is made of them. */
export interface Piece {
  readonly at: number;
  readonly width: number;
  readonly to: number;
}

/** Its bits when they are shifted down; as signed 32 bits they are -1 for a whole word. */
export function maskOf({ width }: Piece): number {
  return -1 >>> (32 - width);
}

/** What pieces of a word make. */
export function gather(pieces: readonly Piece[], word: number): number {
  let made = 0;
  for (const piece of pieces) made |= ((word >>> piece.at) & maskOf(piece)) << piece.to;
  return made;
}
