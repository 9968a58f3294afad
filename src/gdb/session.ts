import { UserError } from '../base/errors.ts';
import type { PacketContext, Reply } from './command.ts';
import { documentsOf } from './description.ts';
import { packet, PacketReader, type Received } from './framing.ts';
import { hexByte } from './hex.ts';
import { andThen } from './maybe.ts';
import { findPacket } from './packets/index.ts';
import { RegisterMap } from './register-map.ts';
import { SIGNAL_QUIT, SIGNAL_TRAP } from './signals.ts';
import type { DebugTarget, Maybe, Stop, TargetEvent } from './target.ts';
import { formatThread } from './thread-id.ts';

export interface GdbSessionOptions {
  /** A packet failed in a way that is not gdb's doing. Must not throw. */
  readonly onBug?: (error: unknown) => void;
  /** Called when packets that waited were answered. */
  readonly onProgress?: () => void;
  /** What was agreed in an earlier session of the same connection. */
  readonly state?: SessionState;
}

/** What outlasts a session of a connection that another thread goes on with. */
export interface SessionState {
  readonly hasAcks: boolean;
  readonly isMultiprocess: boolean;
  /** gdb waits to hear that the target has stopped. */
  readonly owesStop: boolean;
}

/** Packets that may wait for their answer before no more should be read. */
const MOST_WAITING = 16;
/** A reply is sent this often before gdb is no longer believed that it was garbled. */
const MOST_RESENDS = 4;

/**
 * One gdb. The target stands still while packets are answered: the first one, not the connection,
 * stops it, so that whoever sends no packet changes nothing.
 *
 *     stopped ──c, s, vCont──▶ running (a stop reply is owed) ──stop of any kind──▶ stopped
 *        ▲                                                                            │
 *        └── any packet ── running, detached ◀──D─────────────────────────────────────┘
 */
export class GdbSession {
  readonly #target: DebugTarget;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #options: GdbSessionOptions;
  readonly #reader = new PacketReader();
  readonly #context: PacketContext;
  readonly #unsubscribe: () => void;
  #waiting: string[] = [];
  #isBusy = false;
  #isClosed = false;
  #owesStop = false;
  /** Whether packets are acknowledged. */
  #hasAcks = true;
  #sent: { readonly bytes: Uint8Array; resends: number } | undefined;
  #registers: Maybe<RegisterMap> | undefined;
  #documents: Maybe<ReadonlyMap<string, string>> | undefined;

  constructor(target: DebugTarget, write: (bytes: Uint8Array) => void, options: GdbSessionOptions = {}) {
    this.#target = target;
    this.#write = write;
    this.#options = options;
    this.#context = {
      target,
      isMultiprocess: options.state?.isMultiprocess ?? false,
      isWithoutAcks: false,
      registerCpu: 0,
      continueCpu: 0,
      isPhysical: false,
      step: { takesInterrupts: false, runsTimers: false },
      nextThread: 0,
      registers: () => (this.#registers ??= andThen(target.features(), (features) => new RegisterMap(features))),
      document: (name) => andThen((this.#documents ??= documentsOf(target)), (documents) => documents.get(name)),
      send: (data) => this.#send(data),
      resume: (resumption) => this.#goOn(() => target.resume({ ...resumption, how: this.#context.step })),
      reverse: (kind) => this.#goOn(() => target.reverse?.(kind)),
      detach: () => {
        this.#owesStop = false;
      },
      stopReply: () => this.#stopReply({ kind: 'signal', signal: SIGNAL_TRAP }),
    };
    this.#hasAcks = options.state?.hasAcks ?? true;
    this.#owesStop = options.state?.owesStop ?? false;
    this.#unsubscribe = target.subscribe((event) => this.#happened(event));
  }

  get state(): SessionState {
    return { hasAcks: this.#hasAcks, isMultiprocess: this.#context.isMultiprocess, owesStop: this.#owesStop };
  }

  /** So much waits that no more should be read. */
  get isBehind(): boolean {
    return this.#waiting.length >= MOST_WAITING;
  }

  /** Bytes from gdb, borrowed for the call. Never throws. */
  feed(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const received = this.#reader.take(byte);
      if (received !== undefined && !this.#isClosed) this.#receive(received);
    }
  }

  /** gdb is gone. The target stays as it is, with its breakpoints, for the next one. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#unsubscribe();
  }

  #receive(received: Received): void {
    switch (received.kind) {
      case 'packet':
        if (this.#hasAcks) this.#write(ACK);
        this.#waiting.push(received.data);
        this.#answerWaiting();
        break;
      case 'bad':
        if (this.#hasAcks) this.#write(NACK);
        break;
      case 'ack':
        this.#sent = undefined;
        break;
      case 'nack':
        if (this.#sent !== undefined && this.#sent.resends++ < MOST_RESENDS) this.#write(this.#sent.bytes);
        break;
      case 'interrupt':
        if (this.#target.isRunning) void this.#guard(() => andThen(this.#target.stop(), () => undefined));
    }
  }

  /** Answers packets in their order, one after the other. */
  #answerWaiting(): void {
    while (!this.#isBusy) {
      const data = this.#waiting.shift();
      if (data === undefined) return;
      const reply = this.#guard(() => this.#answer(data));
      if (!(reply instanceof Promise)) {
        this.#reply(reply);
        continue;
      }
      this.#isBusy = true;
      void reply.then((late) => {
        this.#isBusy = false;
        this.#reply(late);
        this.#answerWaiting();
        this.#options.onProgress?.();
      });
    }
  }

  #answer(data: string): Reply {
    const found = findPacket(data);
    if (found === undefined) return '';
    const answer = (): Reply => found.command.run(found.rest, this.#context);
    return this.#target.isRunning ? andThen(this.#target.stop(), answer) : answer();
  }

  /** Runs what must not fail. */
  #guard(act: () => Reply): Reply {
    const explain = (error: unknown): string => {
      this.#options.onBug?.(error);
      return 'E01';
    };
    try {
      const reply = act();
      return reply instanceof Promise ? reply.catch(explain) : reply;
    } catch (error) {
      return explain(error);
    }
  }

  #reply(data: string | undefined): void {
    if (data !== undefined) this.#send(data);
    if (this.#context.isWithoutAcks) this.#hasAcks = false;
  }

  #send(data: string): void {
    if (this.#isClosed) return;
    const bytes = packet(data);
    this.#sent = this.#hasAcks ? { bytes, resends: 0 } : undefined;
    this.#write(bytes);
  }

  #goOn(act: () => Maybe<void>): Reply {
    this.#owesStop = true;
    const refuse = (error: unknown): string => {
      this.#owesStop = false;
      if (!(error instanceof UserError)) throw error;
      return this.#stopReply({ kind: 'signal', signal: SIGNAL_QUIT });
    };
    try {
      const resumed = act();
      return resumed instanceof Promise ? resumed.then(() => undefined, refuse) : undefined;
    } catch (error) {
      return refuse(error);
    }
  }

  #happened(event: TargetEvent): void {
    if (event.name === 'stopped' && event.stop.cpu !== undefined) {
      this.#context.registerCpu = event.stop.cpu;
      this.#context.continueCpu = event.stop.cpu;
    }
    if (!this.#owesStop) return;
    this.#owesStop = false;
    this.#send(this.#eventReply(event));
  }

  #eventReply(event: TargetEvent): string {
    if (event.name === 'stopped') return this.#stopReply(event.stop);
    const [letter, value] = event.name === 'exited' ? ['W', event.status & 0xff] : ['X', event.signal];
    const process = this.#context.isMultiprocess && this.#target.process !== undefined;
    return `${letter}${hexByte(value)}${process ? `;process:${this.#target.process!.pid.toString(16)}` : ''}`;
  }

  /** GDB manual, "Stop Reply Packets". */
  #stopReply(stop: Stop): string {
    const signal = stop.kind === 'signal' ? stop.signal : SIGNAL_TRAP;
    const thread = formatThread(this.#context.continueCpu, this.#context.isMultiprocess, this.#target);
    const watch = stop.kind === 'debug' && stop.watch !== undefined ? stop.watch : undefined;
    const isBeginning = stop.kind === 'debug' && stop.isBeginning === true;
    if (isBeginning) return `T05thread:${thread};replaylog:begin;`;
    const reason = watch === undefined ? '' : `${WATCH[watch.kind]}:${watch.address.toString(16).padStart(16, '0')};`;
    return `T${hexByte(signal)}thread:${thread};${reason}`;
  }
}

const WATCH = { write: 'watch', read: 'rwatch', access: 'awatch', break: 'hwbreak' };
const ACK = Uint8Array.of(0x2b);
const NACK = Uint8Array.of(0x2d);
