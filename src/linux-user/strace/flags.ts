/** Numbers that stand for names, as -strace writes them. */

export type Names = Readonly<Record<string, number>>;

/** Bits with `|` between them; what has no name is hexadecimal. `zero`: what is written where none is set. */
export function bits(names: Names, zero = '0'): (value: number) => string {
  const known = Object.entries(names);
  return (value) => {
    let left = value;
    const parts: string[] = [];
    for (const [name, bit] of known) {
      if ((left & bit) !== bit) continue;
      parts.push(name);
      left &= ~bit;
    }
    if (left !== 0) parts.push(`0x${(left >>> 0).toString(16)}`);
    return parts.length === 0 ? zero : parts.join('|');
  };
}

/** One of some values. */
export function oneOf(names: Names, otherwise: (value: number) => string = String): (value: number) => string {
  const byValue = new Map(Object.entries(names).map(([name, value]) => [value, name]));
  return (value) => byValue.get(value) ?? otherwise(value);
}

/** A field of some bits that says one of some values, and flags in the others. */
export function fieldAndBits(mask: number, values: Names, flags: Names): (value: number) => string {
  const field = oneOf(values);
  const rest = bits(flags, '');
  return (value) => [field(value & mask), rest(value & ~mask)].filter((part) => part !== '').join('|');
}
