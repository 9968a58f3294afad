import type { Arena } from '../../mem/arena.ts';
import { EINVAL, ENOMEM, EPERM } from '../errno.ts';

export const SS_ONSTACK = 1;
export const SS_DISABLE = 2;
export const SS_AUTODISARM = 0x8000_0000 | 0;
const LEAST = 2048;

/** stack_t of 64-bit Linux: address, flags, size. */
export const STACK_T = { bytes: 24, address: 0, flags: 8, size: 16 } as const;

/** The stack that a thread has set aside for handlers with SA_ONSTACK (sigaltstack(2)). In shared memory. */
export class AlternateStack {
  /** As a stack_t. */
  readonly #view: DataView;

  constructor(arena: Arena) {
    this.#view = new DataView(arena.memory.buffer, arena.allocate(STACK_T.bytes), STACK_T.bytes);
  }

  #word(at: number): number {
    return this.#view.getUint32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true);
  }

  get #flags(): number {
    return this.#view.getInt32(STACK_T.flags, true);
  }

  /** The first byte after it: where a handler's frames begin. Undefined if there is none. */
  get top(): number | undefined {
    const size = this.#word(STACK_T.size);
    return size === 0 ? undefined : this.#word(STACK_T.address) + size;
  }

  /** A stack pointer is in it. One that a handler is to find unset is not in use ever. */
  holds(pointer: number): boolean {
    if ((this.#flags & SS_AUTODISARM) !== 0) return false;
    const base = this.#word(STACK_T.address);
    return pointer > base && pointer - base <= this.#word(STACK_T.size);
  }

  /** Writes what sigaltstack tells of it while the stack pointer is `pointer`. */
  describe(view: DataView, at: number, pointer: number): void {
    const size = this.#word(STACK_T.size);
    const state = size === 0 ? SS_DISABLE : this.holds(pointer) ? SS_ONSTACK : 0;
    for (let i = 0; i < STACK_T.bytes; i += 4) view.setInt32(at + i, this.#view.getInt32(i, true), true);
    view.setInt32(at + STACK_T.flags, state | (this.#flags & SS_AUTODISARM), true);
    view.setInt32(at + STACK_T.flags + 4, 0, true);
  }

  /** What sigaltstack sets, from a stack_t; 0 or a negative errno. */
  set(view: DataView, at: number, pointer: number): number {
    if (this.holds(pointer)) return -EPERM;
    const flags = view.getInt32(at + STACK_T.flags, true);
    const mode = flags & ~SS_AUTODISARM;
    if (mode !== 0 && mode !== SS_ONSTACK && mode !== SS_DISABLE) return -EINVAL;
    if (mode === SS_DISABLE) {
      this.clear();
      this.#view.setInt32(STACK_T.flags, flags, true);
      return 0;
    }
    const isTiny = view.getUint32(at + STACK_T.size + 4, true) === 0 && view.getUint32(at + STACK_T.size, true) < LEAST;
    if (isTiny) return -ENOMEM;
    for (let i = 0; i < STACK_T.bytes; i += 4) this.#view.setInt32(i, view.getInt32(at + i, true), true);
    return 0;
  }

  /** A handler begins, whose frame holds what there was. */
  entered(): void {
    if ((this.#flags & SS_AUTODISARM) !== 0) this.clear();
  }

  clear(): void {
    for (let i = 0; i < STACK_T.bytes; i += 4) this.#view.setInt32(i, 0, true);
  }
}
