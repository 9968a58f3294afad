import type { RegisterMap } from './register-map.ts';
import type { DebugTarget, Maybe, Resumption, StepOptions } from './target.ts';

/** What the packets of one connection share. */
export interface PacketContext {
  readonly target: DebugTarget;
  /** gdb knows of processes: threads are written with theirs. */
  isMultiprocess: boolean;
  /** Packets are not acknowledged any more, from the next one on. */
  isWithoutAcks: boolean;
  /** CPUs that registers and memory are read of, and that `c` and `s` are about. */
  registerCpu: number;
  continueCpu: number;
  /** Addresses are physical. */
  isPhysical: boolean;
  step: StepOptions;
  /** The next thread that qsThreadInfo tells of. */
  nextThread: number;
  readonly registers: () => Maybe<RegisterMap>;
  /** A document of the target's description. */
  readonly document: (name: string) => Maybe<string | undefined>;
  /** Sends a packet before the reply. */
  readonly send: (data: string) => void;
  /** Lets CPUs go on. The reply is sent when they have stopped; undefined until then. */
  readonly resume: (resumption: Omit<Resumption, 'how'>) => Maybe<string | undefined>;
  /** Goes back; the reply is sent when it has stopped. */
  readonly reverse: (kind: 'step' | 'continue') => Maybe<string | undefined>;
  /** gdb no longer wants to know of stops. */
  readonly detach: () => void;
  readonly stopReply: () => string;
}

/** The data to reply with; empty: such a packet is not known; undefined: nothing now. */
export type Reply = Maybe<string | undefined>;

/** A kind of packet. */
export interface PacketCommand {
  /** The letter that packets begin with, or the word if that is q, Q or v. */
  readonly name: string;
  readonly doc: string;
  /** `rest`: what follows the name. */
  readonly run: (rest: string, context: PacketContext) => Reply;
}

export const packetCommand = (name: string, doc: string, run: PacketCommand['run']): PacketCommand => ({
  name,
  doc,
  run,
});

export const OK = 'OK';
export const NOT_SUPPORTED = '';
/** EINVAL: the packet makes no sense, or names what does not exist. */
export const INVALID = 'E22';
/** EFAULT: no such register, or no memory there. */
export const FAULT = 'E14';
