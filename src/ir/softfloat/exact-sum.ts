/**
 * What the host's own sum leaves out: in round-to-nearest double precision x + y is exactly
 * s + sumError(x, y, s) with s the host's sum, if that is finite (D. E. Knuth, "The Art of
 * Computer Programming", volume 2, 4.2.2, theorem B). Subnormal numbers are no exception.
 */
export function sumError(x: number, y: number, s: number): number {
  const yPart = s - x;
  return x - (s - yPart) + (y - yPart);
}
