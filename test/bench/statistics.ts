/** What is made of repeated measurements. */

export interface Quartiles {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

/** Of at least one value; between two values by proportion. */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
  };
  return { q1: at(0.25), median: at(0.5), q3: at(0.75) };
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** As a share of what was stored: less than that is noise. */
const TOLERANCE = 0.15;

/** Whether a measurement is another than the stored one, for better or worse. */
export function hasMoved(stored: number, { q1, median, q3 }: Quartiles): boolean {
  const isOutside = stored < q1 || stored > q3;
  return isOutside && Math.abs(median / stored - 1) > TOLERANCE;
}
