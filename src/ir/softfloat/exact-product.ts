/**
 * What the host's own product leaves out.
 *
 * Veltkamp's splitting and Dekker's product (T. J. Dekker, "A floating-point technique for
 * extending the available precision", Numerische Mathematik 18, 1971): in round-to-nearest
 * double precision, x * y is exactly p + productError(x, y, p) with p the host's product,
 * provided nothing overflows and |p| is at least 2^-969, so that the error has no bit
 * below the smallest subnormal.
 */
const SPLITTER = 2 ** 27 + 1;

export function productError(x: number, y: number, p: number): number {
  const xBig = SPLITTER * x;
  const xHigh = xBig - (xBig - x);
  const xLow = x - xHigh;
  const yBig = SPLITTER * y;
  const yHigh = yBig - (yBig - y);
  const yLow = y - yHigh;
  return xLow * yLow - (p - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
}
