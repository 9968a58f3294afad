import { SEGMENT_WORDS } from './segment.ts';
import { array } from './struct.ts';

/**
 * The part of a virtual CPU's state that every guest has, at the start of its struct:
 * `struct({ ...CPU_HEADER, x: array('i64', 33), … })`. Translated code gets the address of the
 * struct as its first parameter.
 */
export const CPU_HEADER = {
  /** Address of the current instruction; current in memory at every exit and helper call that may fault. */
  pc: 'i64',
  /** Not 0: leave translated code at the next block. Bits are EXIT_*; set from any thread. */
  exit: 'i32',
  /** Instructions that may still be retired before run() returns. */
  remaining: 'i32',
  /** What was granted at the start of the current run: granted - remaining are retired since. */
  granted: 'i32',
  /** Instructions retired before the current run. */
  retired: 'i64',
  /** Integer arguments and result of helpers, and of slow memory accesses. */
  arguments: array('i64', 4),
  result: 'i64',
  /** Operands a, b, c and the result of a floating-point operation, as soft float takes them. */
  fpWindow: array('i64', 4),
  /** Addresses of the data and instruction TLB in use. */
  tlb: 'u32',
  codeTlb: 'u32',
  /** Address of the second-level data TLB in use, and the generation in which its entries are valid. */
  secondTlb: 'u32',
  secondTlbGeneration: 'i32',
  /** The segment of the address space in use; see segment.ts. */
  segment: array('u32', SEGMENT_WORDS),
  /** Changes with whatever may change where instructions are fetched from; never 0. */
  codeGeneration: 'u32',
  /** Reservation of load-reserved: address (all ones: none) and the value loaded. */
  reservationAddress: 'i64',
  reservationValue: 'i64',
  /** Translation mode: what translated code may assume (0 to 15), chosen by the guest. */
  mode: 'u32',
  /** Guest calls that are wasm calls now, in translated code. */
  callDepth: 'i32',
  /** Computed jumps until translated code tells of the next one where it goes. */
  untilTold: 'i32',
  /** Of the instructions retired in the current run: those in tier 0, and those in regions. */
  interpreted: 'i32',
  inRegions: 'i32',
  /** Times that the run loop entered code in it. */
  rounds: 'i32',
  /** Parked or running, for exclusive sections. */
  runState: 'i32',
} as const;

/** What an engine keeps in the header for itself: no part of the guest's state. */
export const ENGINE_FIELDS: ReadonlySet<string> = new Set<keyof typeof CPU_HEADER>([
  'exit',
  'remaining',
  'granted',
  'arguments',
  'result',
  'fpWindow',
  'tlb',
  'codeTlb',
  'secondTlb',
  'secondTlbGeneration',
  'segment',
  'codeGeneration',
  'callDepth',
  'untilTold',
  'interpreted',
  'inRegions',
  'rounds',
]);

/** Reasons in `exit`. */
export const EXIT_INTERRUPT = 1;
export const EXIT_STOP = 2;
export const EXIT_TIMER = 4;
export const EXIT_WORK = 8;
/** The CPU stands before an instruction that a debugger wants to see; set by its own thread. */
export const EXIT_DEBUG = 16;
/** Another CPU asks for something; see cpu-requests.ts. */
export const EXIT_REQUEST = 32;
/** Another CPU that runs on the same thread has something to do. */
export const EXIT_TURN = 64;
/** The CPU stands before a load from a device, which is to be executed by itself; set by its own thread. */
export const EXIT_DEVICE = 128;

/** What the CPU does, in `runState`. */
export const RUNNING = 0;
/** Waits for an interrupt. */
export const HALTED = 1;
/** Switched off: only a reset starts it again. */
export const OFF = 2;

/** What a helper or a slow memory access tells the unit that called it. */
/** Go on with the next instruction. */
export const CONTINUE = 0;
/** An exception was raised: the instruction is not retired, and pc is the handler's. */
export const RAISED = 1;
/** The instruction is retired, and pc is where to go on; mode, mapping or interrupts may have moved. */
export const MOVED = 2;

export type Access = 'fetch' | 'load' | 'store';

/** Result of GuestCpu.translate. */
export interface Translation {
  /** Guest-physical address. */
  physical: number;
  /** Bytes that the leaf entry maps: at least 4096. */
  pageSize: number;
  /** What the current mode may do with this page: 1 read, 2 write (and already dirty), 4 execute. */
  permissions: number;
  /** False when the protection differs inside the 4 KiB page, so that nothing may be cached. */
  isUniform: boolean;
  /** Bytes before and after the 4 KiB page that are mapped as it is; see GuestCpu.extend. */
  before: number;
  after: number;
}

/** A virtual CPU as the run loop and the memory slow paths see it; the guest's package implements it. */
export interface GuestCpu {
  readonly translation: Translation;
  /**
   * Translates a virtual address given as halves. True: `translation` is filled. False: the
   * exception has been raised; pc and mode are those of its handler. `size`: bytes of the access
   * in this page, 1 unless given; they matter where protection differs inside a page.
   */
  translate(low: number, high: number, access: Access, size?: number): boolean;
  /**
   * After `translate`: fills `before` and `after` of the translation. Physical addresses go on as virtual
   * ones do there, with the same permissions. It need not look far.
   */
  extend(): void;
  /** As `translate`, but raises nothing: the physical address, or -1. */
  peek(low: number, high: number, access: Access): number;
  /** Raises an access fault, or a misaligned one, for the instruction at pc. */
  raiseAccess(low: number, high: number, access: Access): void;
  raiseMisaligned(low: number, high: number, access: Access): void;
  /** The helpers of its Guest, by name; they return CONTINUE, RAISED or MOVED. */
  readonly helpers: Readonly<Record<string, () => number>>;
  /** An interrupt is pending and enabled for its target, whether or not the CPU takes it now. */
  wakes(): boolean;
  /** Takes the pending interrupt of highest priority if the CPU accepts one now. */
  takeInterrupt(): boolean;
}

/** What a guest's address-translation state tells the software TLB. */
export interface Contexts {
  /**
   * Switches to the TLBs of an address space: equal keys, equal translations. `asid` groups them
   * for flushes.
   */
  select(key0: number, key1: number, key2: number, asid: number): void;
  flushAll(): void;
  /** All of one address space (its global mappings may stay). */
  flushAsid(asid: number): void;
  /** One page, in one address space or, with asid -1, in all. */
  flushPage(low: number, high: number, asid: number): void;
}
