import { Chardevs } from '../../char/chardevs.ts';
import type { CharacterOptions, CharacterTarget } from '../../monitor/character-target.ts';
import type { ChardevInfo } from '../../monitor/target.ts';
import type { Machine } from '../../vm/machine.ts';

/** The character devices of this process. */
export class MachineCharacters implements CharacterTarget {
  readonly #chardevs: Chardevs;
  readonly #machine: Machine;

  constructor(chardevs: Chardevs, machine: Machine) {
    this.#chardevs = chardevs;
    this.#machine = machine;
  }

  list(): readonly ChardevInfo[] {
    return this.#chardevs.query();
  }
  kinds(): readonly string[] {
    return Chardevs.kinds;
  }
  add(options: CharacterOptions): Promise<void> {
    return this.#chardevs.add(options);
  }
  change(options: CharacterOptions): Promise<void> {
    return this.#chardevs.change(options, this.#machine.characterUser(options.id));
  }
  remove(id: string): Promise<void> {
    return this.#chardevs.remove(id);
  }
  sendBreak(id: string): void {
    this.#chardevs.sendBreak(id);
  }
  readRing(id: string, size: number): Uint8Array {
    return this.#chardevs.ring(id).take(size);
  }
  writeRing(id: string, bytes: Uint8Array): void {
    this.#chardevs.ring(id).put(bytes);
  }
  connections(): readonly string[] {
    return this.#chardevs.sockets().map(({ label }) => label);
  }
  disconnect(ids: readonly string[]): void {
    for (const socket of this.#chardevs.sockets()) if (ids.includes(socket.label)) socket.disconnect();
  }
}
