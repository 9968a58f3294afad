import { UserError } from '../base/errors.ts';
import type { CharacterOptions, CharacterTarget } from './character-target.ts';
import type { ChardevInfo } from './target.ts';

/** Character devices for tests: a monitor's, a serial port's, a ring buffer and a socket. */
export class FakeCharacters implements CharacterTarget {
  readonly #devices = new Map<string, ChardevInfo>(
    [
      { label: 'compat_monitor0', filename: 'stdio', 'frontend-open': true },
      { label: 'serial0', filename: 'null', 'frontend-open': true },
    ].map((each) => [each.label, each]),
  );
  #ring: number[] = [];

  list(): readonly ChardevInfo[] {
    return [...this.#devices.values()];
  }

  kinds(): readonly string[] {
    return ['null', 'ringbuf', 'socket'];
  }

  async add({ id, backend }: CharacterOptions): Promise<void> {
    this.#devices.set(id, { label: id, filename: backend, 'frontend-open': false });
  }

  async change({ id, backend }: CharacterOptions): Promise<void> {
    if (!this.#devices.has(id)) throw new UserError(`Chardev '${id}' does not exist`);
    if (id === 'compat_monitor0') throw new UserError('Chardev user does not support chardev hotswap');
    this.#devices.set(id, { ...this.#devices.get(id)!, filename: backend });
  }

  async remove(id: string): Promise<void> {
    const found = this.#devices.get(id);
    if (found === undefined) {
      if (id === 'ring0') return;
      throw new UserError(`Chardev '${id}' not found`);
    }
    if (found['frontend-open']) throw new UserError(`Chardev '${id}' is busy`);
    this.#devices.delete(id);
  }

  sendBreak(id: string): void {
    if (!this.#devices.has(id)) throw new UserError(`Chardev '${id}' not found`);
  }

  readRing(id: string, size: number): Uint8Array {
    this.#checkRing(id);
    return Uint8Array.from(this.#ring.splice(0, size));
  }

  writeRing(id: string, bytes: Uint8Array): void {
    this.#checkRing(id);
    this.#ring.push(...bytes);
  }

  #checkRing(id: string): void {
    if (id === 'ring0') return;
    throw new UserError(this.#devices.has(id) ? `${id} is not a ringbuf device` : `Device '${id}' not found`);
  }

  connections(): readonly string[] {
    return ['socket0'];
  }

  disconnect(): void {}
}
