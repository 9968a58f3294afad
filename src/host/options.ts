import { UserError } from '../base/errors.ts';

/**
 * The options of a back end as they reach it: from JSON typed, from a command line all strings.
 * Whoever reads an option uses it up; `finish` refuses what nobody asked for. Messages are worded as
 * QEMU words them where programs look at them.
 */
export class Options {
  readonly #values: Map<string, unknown>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = new Map(Object.entries(values).filter(([, value]) => value !== undefined));
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Whatever the option is. */
  take(name: string): unknown {
    const value = this.#values.get(name);
    this.#values.delete(name);
    return value;
  }

  string(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    throw new UserError(`Invalid parameter type for '${name}', expected: string`);
  }

  needed(name: string): string {
    const value = this.string(name);
    if (value === undefined) throw new UserError(`Parameter '${name}' is missing`);
    return value;
  }

  flag(name: string): boolean | undefined;
  flag(name: string, otherwise: boolean): boolean;
  flag(name: string, otherwise?: boolean): boolean | undefined {
    const value = this.take(name);
    if (value === undefined) return otherwise;
    if (typeof value === 'boolean') return value;
    if (value === 'on' || value === 'yes' || value === 'true' || value === 'y') return true;
    if (value === 'off' || value === 'no' || value === 'false' || value === 'n') return false;
    throw new UserError(`Parameter '${name}' expects 'on' or 'off'`);
  }

  /** A whole number of at least 0; with a suffix `k`, `M`, `G` or `T` in powers of 1024. */
  number(name: string): number | undefined {
    const text = this.string(name);
    if (text === undefined) return undefined;
    const [, digits, suffix = ''] = /^(\d+|0x[0-9a-f]+)([kmgt]?)$/i.exec(text) ?? [];
    const number = Number(digits) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(suffix.toLowerCase());
    if (!Number.isSafeInteger(number)) throw new UserError(`Parameter '${name}' expects a number`);
    return number;
  }

  choice<const T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const value = this.string(name);
    if (value === undefined) return otherwise;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw new UserError(`Parameter '${name}' does not accept value '${value}'; use one of ${choices.join(', ')}`);
  }

  /** Refuses, by name, options that exist but do nothing here yet. */
  refuse(...names: readonly string[]): void {
    for (const name of names) {
      if (this.has(name)) throw new UserError(`Parameter '${name}' is not supported yet; leave it out`);
    }
  }

  /** What has not been used up. */
  rest(): Record<string, unknown> {
    return Object.fromEntries(this.#values);
  }

  finish(): void {
    for (const name of this.#values.keys()) throw new UserError(`Invalid parameter '${name}'`);
  }
}
