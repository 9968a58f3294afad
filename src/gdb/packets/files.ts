/** Files of the program's system (GDB manual, "File-I/O Remote Protocol Extension": Host I/O Packets). */
import { NOT_SUPPORTED, packetCommand, type PacketContext } from '../command.ts';
import { escape, MOST_DATA } from '../framing.ts';
import { fromHex, latin1 } from '../hex.ts';
import type { HostFiles } from '../target.ts';

/** Error numbers of gdb's protocol. */
const EINVAL = 22;
/** All escaped, after a count. */
const MOST_BYTES = MOST_DATA / 2 - 32;

const result = (value: number): string => (value < 0 ? `F-1,${(-value).toString(16)}` : `F${value.toString(16)}`);
const attached = (bytes: Uint8Array | number): string =>
  typeof bytes === 'number' ? result(bytes) : `F${bytes.length.toString(16)};${escape(latin1(bytes))}`;

const path = (hex: string): string | undefined => {
  const bytes = fromHex(hex);
  return bytes && latin1(bytes);
};

type Operation = (files: HostFiles, args: readonly string[], numbers: readonly number[]) => string | undefined;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  open: (files, [name = ''], [, flags = NaN, mode = NaN]) => {
    const found = path(name);
    return found === undefined || Number.isNaN(flags + mode) ? undefined : result(files.open(found, flags, mode));
  },
  close: (files, _, [fd = NaN]) => (Number.isNaN(fd) ? undefined : result(files.close(fd))),
  pread: (files, _, [fd = NaN, count = NaN, offset = NaN]) =>
    Number.isNaN(fd + count + offset) ? undefined : attached(files.read(fd, Math.min(count, MOST_BYTES), offset)),
  fstat: (files, _, [fd = NaN]) => (Number.isNaN(fd) ? undefined : attached(files.stat(fd))),
  readlink: (files, [name = '']) => {
    const found = path(name);
    return found === undefined ? undefined : attached(files.readlink(found));
  },
  // There is one file system, whatever process is meant.
  setfs: (_, [pid]) => (pid === undefined ? undefined : result(0)),
};

/** `:OPERATION:ARGUMENT,…`; text is hexadecimal, as numbers are. */
function operate(text: string, { target }: PacketContext): string {
  const [, name = '', rest = ''] = /^:(\w+):([^]*)$/.exec(text) ?? [];
  const operation = OPERATIONS[name];
  if (target.files === undefined || operation === undefined) return NOT_SUPPORTED;
  const args = rest.split(',');
  const numbers = args.map((argument) => (/^[0-9a-f]{1,12}$/i.test(argument) ? parseInt(argument, 16) : NaN));
  return operation(target.files, args, numbers) ?? result(-EINVAL);
}

export const filePackets = [packetCommand('vFile', "Files of the program's system.", operate)];
