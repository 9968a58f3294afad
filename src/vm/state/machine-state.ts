import { UserError } from '../../base/errors.ts';
import type { BlockDrive } from '../../block/drive.ts';
import type { Host } from '../../host/host.ts';
import type { Machine } from '../machine.ts';
import type { RunState } from '../run-state.ts';
import type { Head } from './head.ts';
import { placeDisks, placeState, StateReader, Unpacker, type ReadyState } from './load.ts';
import { partsOf, type DiskExtent, type StateParts } from './parts.ts';
import { saveState, type SaveProgress, type StateSink } from './save.ts';

export interface SaveRequest {
  readonly tag?: string;
  /** What the machine did before it was held. */
  readonly runState: RunState;
  readonly progress?: SaveProgress;
}

/** A machine's state, out of it and into it. */
export class MachineState {
  readonly #machine: Machine;
  readonly #host: Pick<Host, 'clock' | 'compression'>;
  readonly #drives: ReadonlyMap<string, BlockDrive>;
  /** Memory is being put in place, and has been. */
  #isArriving = false;
  #isTouched = false;

  /** `drives` by the names that devices know them under. */
  constructor(
    machine: Machine,
    host: Pick<Host, 'clock' | 'compression'>,
    drives: ReadonlyMap<string, BlockDrive> = new Map(),
  ) {
    this.#machine = machine;
    this.#host = host;
    this.#drives = drives;
  }

  /** Disks that the guest can write. */
  get #disks(): readonly DiskExtent[] {
    return [...this.#drives].flatMap(([name, { node }]) => (node.readOnly ? [] : [{ name, size: node.size, node }]));
  }

  #parts(withDisks: boolean): StateParts {
    return partsOf(this.#machine.core, withDisks ? this.#disks : []);
  }

  /** Writes the state of a machine that is held. */
  save(request: SaveRequest, withDisks: boolean, sink: StateSink): Promise<void> {
    const { clock, compression } = this.#host;
    const times = { wall: clock.wall(), clock: this.#machine.core.clock.now() };
    return saveState(this.#parts(withDisks), { compression, ...times, ...request }, sink);
  }

  /**
   * Reads a state to its end, whatever the machine does meanwhile. Throws a UserError if it does not fit. `isEndless`:
   * nothing needs to follow the last part. `began` is called when the first of it comes.
   */
  async read(
    source: AsyncIterable<Uint8Array>,
    { isEndless = false, began = () => {} }: Partial<ReadOptions> = {},
  ): Promise<ReplacingState> {
    const { compression } = this.#host;
    if (this.#machine.config.journal !== undefined) {
      throw new UserError('a machine that is recorded or replayed has one past: start it without rr= to load another');
    }
    if (this.#isArriving) throw new UserError('Guest is waiting for an incoming migration');
    const parts = this.#parts(true);
    const reader = new StateReader(parts, compression);
    // Where there is nothing yet that could be harmed, memory is put in place as it comes.
    const isDirect = this.#machine.isBlank && !this.#isTouched;
    using placer = isDirect ? compression.placer() : undefined;
    const unpacker = new Unpacker(compression, placer && { placer, memory: parts.memory });
    this.#isArriving = isDirect;
    try {
      const state = await readAll(source, reader, unpacker, { isEndless, began });
      return { head: state.head, replace: () => this.#replace(state, parts, isDirect) };
    } finally {
      this.#isArriving = false;
      this.#isTouched ||= isDirect;
    }
  }

  async #replace(state: ReadyState, parts: StateParts, isPlaced: boolean): Promise<void> {
    const machine = this.#machine;
    await machine.vcpuReady;
    await placeDisks(state, parts, this.#host.compression);
    machine.core.lock.with(() => placeState(state, parts, isPlaced));
    await machine.stateReplaced();
  }
}

interface ReadOptions {
  readonly isEndless: boolean;
  readonly began: () => void;
}

async function readAll(
  source: AsyncIterable<Uint8Array>,
  reader: StateReader,
  unpacker: Unpacker,
  { isEndless, began }: ReadOptions,
): Promise<ReadyState> {
  let isFirst = true;
  for await (const bytes of source) {
    if (isFirst) began();
    isFirst = false;
    reader.push(bytes);
    unpacker.begin(reader);
    if (isEndless && reader.isComplete) break;
  }
  return unpacker.end(reader.end());
}

/** A state that fits the machine that read it. */
export interface ReplacingState {
  readonly head: Head;
  /** Puts it in the place of the machine's own, which is held or waits for one. */
  replace(): Promise<void>;
}
