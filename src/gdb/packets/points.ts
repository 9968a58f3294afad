import { INVALID, NOT_SUPPORTED, OK, packetCommand, type PacketContext, type Reply } from '../command.ts';
import { parseNumber } from '../hex.ts';
import { andThen } from '../maybe.ts';
import type { Point } from '../target.ts';

/** By the number in the packet. Software and hardware breakpoints are the same: nothing is written to memory. */
const KINDS: Readonly<Record<string, Point['kind']>> = { 0: 'break', 1: 'break', 2: 'write', 3: 'read', 4: 'access' };

/** `type,address,length`, and conditions, which gdb checks itself. */
function change(text: string, act: (point: Point) => Reply): Reply {
  const [type = '', left = '', right = ''] = text.split(/[,;]/);
  const address = parseNumber(left);
  const length = parseNumber(right);
  if (address === undefined || length === undefined) return INVALID;
  const kind = KINDS[type];
  if (kind === undefined) return NOT_SUPPORTED;
  // Of a breakpoint it is the kind of instruction.
  if (kind !== 'break' && (length === 0n || address + length > 2n ** 64n)) return INVALID;
  return act({ kind, address, length });
}

const okIf = (done: ReturnType<PacketContext['target']['addPoint']>): Reply =>
  andThen(done, (isDone) => (isDone ? OK : INVALID));

const insert = packetCommand('Z', 'Sets a breakpoint or watchpoint.', (text, { target }) =>
  change(text, (point) => okIf(target.addPoint(point))),
);
const remove = packetCommand('z', 'Removes a breakpoint or watchpoint.', (text, { target }) =>
  change(text, (point) => okIf(target.removePoint(point))),
);

export const pointPackets = [insert, remove];
