import type { MemoryAccess, Node } from '../ir/node.ts';
import { I32, I64, OP } from '../wasm/opcodes.ts';
import type { GroupMember } from './access-groups.ts';
import type { Emitter } from './emitter.ts';

/**
 * The memory of a program in user mode: its address `a` is byte `base + a` of the shared memory, for all
 * addresses that it has. There is nothing to translate, only to check.
 */
export interface AccessWindow {
  readonly base: number;
  /** Bytes; the first and the last 64 KiB are never mapped, so that an access near them may be checked roughly. */
  readonly size: number;
  /** Address of a byte of flags for each page of the window. */
  readonly flags: number;
  /** Bits that tell whether a page may be read or written without further ado, and what they are then. */
  readonly read: FlagTest;
  readonly write: FlagTest;
  /**
   * False: the host forbids what the flags forbid, in a way that ends the program without its registers, and no page
   * is both writable and executable. Then an access is only checked to be in the window. Tier 0 always checks all.
   */
  isChecked: boolean;
}

interface FlagTest {
  readonly mask: number;
  readonly value: number;
}

/** Bytes before the end that a check leaves out: an access group is shorter, and so is what is never mapped. */
const MARGIN = 8192;

/**
 * An access at the address in local `va` (i64). `direct` takes the address from the stack, as i32, and adds an
 * offset; `slow` does the access by itself.
 */
export function throughWindow(
  emitter: Emitter,
  window: AccessWindow,
  va: number,
  { size }: MemoryAccess,
  isStore: boolean,
  type: number,
  direct: (offset: number) => void,
  slow: () => void,
): void {
  const { code } = emitter;
  const done = code.block(type);
  const miss = code.block();
  check(emitter, window, va, size, isStore, miss);
  code.get(va).op(OP.i32_wrap_i64);
  direct(window.base);
  code.br(done);
  code.end();
  slow();
  code.end();
}

/** An access that its group has checked, or checks for the group if it is the first. */
export function groupThroughWindow(
  emitter: Emitter,
  window: AccessWindow,
  node: Node,
  va: number,
  { group, offset }: GroupMember,
  type: number,
  direct: (offset: number) => void,
  slow: () => void,
): void {
  const { code, locals } = emitter;
  const isFirst = group.host < 0;
  const at = window.base + offset - group.start;
  if (isFirst) group.host = locals.take(I32);
  if (isFirst) group.isSure = !window.isChecked || emitter.leavesAlone;
  if (!isFirst && group.isSure) {
    // Had the check failed, the first access would have left the block, or raised an exception.
    code.get(group.host);
    direct(at);
  } else {
    const done = code.block(type);
    const miss = code.block();
    if (isFirst) {
      const first = locals.take(I64);
      emitter.use(node.args[0]!);
      code.tee(va);
      if (offset !== group.start) code.i64(group.start - offset).op(OP.i64_add);
      code.set(first);
      if (!group.isSure) code.i32(0).set(group.host);
      check(emitter, window, first, group.end - group.start, node.op === 'store', miss);
      code.get(first).op(OP.i32_wrap_i64).set(group.host);
      locals.release(first);
    } else code.get(group.host).op(OP.i32_eqz).brIf(miss, false);
    code.get(group.host);
    direct(at);
    code.br(done);
    code.end();
    if (!isFirst) {
      emitter.use(node.args[0]!);
      code.set(va);
    }
    slow();
    code.end();
  }
  if (--group.left === 0) locals.release(group.host);
}

/** Branches to `miss` unless `size` bytes from the address in local `va` on may be accessed directly. */
function check(
  { code }: Emitter,
  window: AccessWindow,
  va: number,
  size: number,
  isStore: boolean,
  miss: number,
): void {
  code
    .get(va)
    .i64(window.size - MARGIN)
    .op(OP.i64_ge_u)
    .brIf(miss, false);
  if (!window.isChecked) return;
  const { mask, value } = isStore ? window.write : window.read;
  const test = (last: number): void => {
    code.get(va).op(OP.i32_wrap_i64);
    if (last > 0) code.i32(last).op(OP.i32_add);
    code.i32(12).op(OP.i32_shr_u).memory(OP.i32_load8_u, window.flags);
    code.i32(mask).op(OP.i32_and);
    code.i32(value).op(OP.i32_ne).brIf(miss, false);
  };
  test(size - 1);
  // What is as long as this is a group. An access by itself that begins in another page than it ends is
  // misaligned; the host forbids what it must not touch there.
  if (size > 8) test(0);
}
