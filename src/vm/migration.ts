import { UserError } from '../base/errors.ts';
import type { Host } from '../host/host.ts';
import type { SocketAddress } from '../host/network.ts';
import type { Machine } from './machine.ts';
import type { MigrationStatus } from './run-state.ts';
import type { MachineState } from './state/machine-state.ts';
import { SaveProgress } from './state/save.ts';
import {
  openOrigin,
  openReceiver,
  parseStateAddress,
  type StateAddress,
  type StateOrigin,
  type StateReceiver,
} from './state/transport.ts';

/** Bytes a second that a machine is sent with, unless it is told otherwise. */
const BANDWIDTH = 128 << 20;

/** How far the latest migration is. */
export interface MigrationReport {
  readonly status: MigrationStatus;
  readonly isIncoming: boolean;
  readonly progress: SaveProgress;
  /** Milliseconds: until the other side was reached, that the guest stood still, in all. */
  readonly setupTime: number;
  readonly downtime: number;
  readonly totalTime: number;
  readonly error: string | undefined;
  /** Where it waits for a machine. */
  readonly listening: SocketAddress | undefined;
}

/**
 * A machine on its way to another process, or from one. It stands still while it is sent.
 *
 *     none ── migrate ──▶ setup ──▶ active ──▶ completed
 *                           │         │
 *                           └─────────┴──▶ failed, or cancelling ──▶ cancelled: it goes on here
 */
export class Migration {
  /** Tells of every change of the status by an event. */
  tellsEvents = false;
  /** Bytes a second; 0: as fast as it goes. */
  maxBandwidth = BANDWIDTH;
  readonly #machine: Machine;
  readonly #state: MachineState;
  readonly #host: Pick<Host, 'files' | 'network' | 'processes' | 'timers'>;
  #status: MigrationStatus = 'none';
  #isIncoming = false;
  #progress = new SaveProgress();
  #error: string | undefined;
  readonly #times = { began: 0, reached: 0, stopped: 0, ended: 0 };
  #receiver: StateReceiver | undefined;
  #origin: StateOrigin | undefined;

  constructor(machine: Machine, state: MachineState, host: Pick<Host, 'files' | 'network' | 'processes' | 'timers'>) {
    this.#machine = machine;
    this.#state = state;
    this.#host = host;
  }

  get report(): MigrationReport {
    const { began, reached, stopped, ended } = this.#times;
    const now = performance.now();
    const end = ended || now;
    return {
      status: this.#status,
      isIncoming: this.#isIncoming,
      progress: this.#progress,
      setupTime: Math.round((reached || end) - began),
      downtime: stopped === 0 ? 0 : Math.round(end - stopped),
      totalTime: Math.round(end - began),
      error: this.#error,
      listening: this.#origin?.listening,
    };
  }

  get isUnderWay(): boolean {
    return ['setup', 'active', 'cancelling'].includes(this.#status);
  }

  /**
   * Begins to send the machine. Throws a UserError if it cannot even begin; `ended` resolves when it is over,
   * and rejects with a UserError if it failed.
   */
  start(uri: string): { readonly ended: Promise<void> } {
    if (this.#machine.state === 'inmigrate') throw new UserError('Guest is waiting for an incoming migration');
    if (this.isUnderWay) throw new UserError("There's a migration process in progress");
    if (this.#machine.state === 'postmigrate') {
      throw new UserError("Can't migrate the vm that was paused due to previous migration");
    }
    const to = parseStateAddress(uri);
    if (to === undefined)
      throw new UserError(explainScheme(uri) ?? "Parameter 'uri' expects a valid migration protocol");
    this.#begin(false);
    const ended = this.#send(to);
    ended.catch(() => {});
    return { ended };
  }

  #begin(isIncoming: boolean): void {
    this.#isIncoming = isIncoming;
    this.#progress = new SaveProgress();
    this.#error = undefined;
    Object.assign(this.#times, { began: performance.now(), reached: 0, stopped: 0, ended: 0 });
    this.#become('setup');
  }

  #become(status: MigrationStatus): void {
    this.#status = status;
    if (this.tellsEvents) this.#machine.tell({ name: 'MIGRATION', data: { status } });
  }

  async #send(to: StateAddress): Promise<void> {
    const machine = this.#machine;
    let before: Awaited<ReturnType<Machine['hold']>> | undefined;
    try {
      this.#receiver = await openReceiver(to, this.#host);
      this.#times.reached = performance.now();
      this.#checkWanted();
      this.#become('active');
      before = await machine.hold('finish-migrate');
      this.#times.stopped = performance.now();
      await this.#state.save({ runState: before, progress: this.#progress }, false, (bytes) => this.#write(bytes));
      await this.#receiver.close();
      this.#checkWanted();
      this.#times.ended = performance.now();
      machine.release('postmigrate');
      this.#become('completed');
    } catch (error) {
      await this.#receiver?.abandon().catch(() => {});
      this.#times.ended = performance.now();
      if (before !== undefined) machine.release(before);
      this.#giveUp(error);
    } finally {
      this.#receiver = undefined;
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#checkWanted();
    await this.#receiver!.write(bytes);
    this.#checkWanted();
    if (this.maxBandwidth === 0) return;
    const due = (this.#progress.transferred / this.maxBandwidth) * 1000;
    const early = due - (performance.now() - this.#times.stopped);
    if (early > 1) await new Promise<void>((resolve) => this.#host.timers.after(Math.min(early, 1000), resolve));
  }

  #checkWanted(): void {
    if (this.#status === 'cancelling') throw new Cancelled();
  }

  #giveUp(error: unknown): void {
    if (this.#status === 'cancelling') {
      this.#become('cancelled');
      return;
    }
    this.#error = error instanceof Error ? error.message : String(error);
    this.#become('failed');
    throw error instanceof UserError ? error : new UserError(this.#error, { cause: error });
  }

  /** The machine is to stay. Nothing happens if it does not move. */
  cancel(): void {
    if (this.#isIncoming || !['setup', 'active'].includes(this.#status)) return;
    this.#become('cancelling');
    // Whoever waits for the other side waits no longer.
    this.#receiver?.abandon().catch(() => {});
  }

  /**
   * Lets the machine's state come from where a line says. Resolves once it is opened or listens; what comes then and
   * is no state for this machine ends it.
   */
  async receive(uri: string): Promise<void> {
    if (this.#machine.state !== 'inmigrate') throw new UserError("'-incoming' was not specified on the command line");
    if (this.#origin !== undefined) throw new UserError('The incoming migration has already been started');
    const from = parseStateAddress(uri);
    if (from === undefined) throw new UserError(explainScheme(uri) ?? `unknown migration protocol: ${uri}`);
    this.#origin = await openOrigin(from, this.#host);
    this.#begin(true);
    void this.#arrive(from.kind === 'file', uri);
  }

  async #arrive(isFile: boolean, uri: string): Promise<void> {
    const machine = this.#machine;
    const origin = this.#origin!;
    try {
      const state = await this.#state.read(origin.bytes, { isEndless: !isFile, began: () => this.#become('active') });
      await state.replace();
      await origin.close();
      this.#times.ended = performance.now();
      machine.arrive(state.head.runState);
      this.#become('completed');
    } catch (error) {
      await origin.close().catch(() => {});
      this.#become('failed');
      machine.fail(
        error instanceof UserError ? new UserError(`-incoming ${uri}: ${error.message}`, { cause: error }) : error,
      );
    }
  }

  /** Nobody needs to come any more. */
  async close(): Promise<void> {
    this.cancel();
    if (this.#isIncoming && this.isUnderWay) await this.#origin?.close();
  }
}

/** It was told to stop. */
class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** Why a way that exists elsewhere is none here. */
function explainScheme(uri: string): string | undefined {
  if (!uri.startsWith('fd:')) return undefined;
  return `File descriptor named '${uri.slice(3)}' has not been found`;
}
