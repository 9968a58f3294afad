import { FAULT, INVALID, OK, packetCommand, type PacketContext, type Reply } from '../command.ts';
import { escape, MOST_DATA } from '../framing.ts';
import { fromHex, latin1, parseNumber, toHex } from '../hex.ts';
import { andThen } from '../maybe.ts';

/** So many bytes fit a packet in hexadecimal, and, all escaped, after a letter. */
const MOST_HEX = MOST_DATA / 2;
const MOST_BINARY = MOST_HEX - 1;

/** `address,length`, with what follows a colon. */
function parseRange(text: string): { address: bigint; length: number; data: string | undefined } | undefined {
  const [, left = '', right = '', , data] = /^([^,:]*),([^:]*)(:([^]*))?$/.exec(text) ?? [];
  const address = parseNumber(left);
  const length = parseNumber(right);
  if (address === undefined || length === undefined || length > BigInt(MOST_DATA)) return undefined;
  return { address, length: Number(length), data };
}

function read(
  text: string,
  { target, registerCpu, isPhysical }: PacketContext,
  most: number,
  show: (bytes: Uint8Array) => string,
): Reply {
  const range = parseRange(text);
  if (range === undefined || range.length > most) return INVALID;
  return andThen(target.readMemory(registerCpu, range.address, range.length, isPhysical), (bytes) =>
    bytes === undefined ? FAULT : show(bytes),
  );
}

function write(
  text: string,
  { target, registerCpu, isPhysical }: PacketContext,
  decode: (data: string) => Uint8Array | undefined,
): Reply {
  const range = parseRange(text);
  const bytes = range?.data === undefined ? undefined : decode(range.data);
  if (range === undefined || bytes === undefined || bytes.length !== range.length) return INVALID;
  return andThen(target.writeMemory(registerCpu, range.address, bytes, isPhysical), (done) => (done ? OK : FAULT));
}

const readHex = packetCommand('m', 'Memory, in hexadecimal.', (text, context) => read(text, context, MOST_HEX, toHex));
const readBinary = packetCommand('x', 'Memory, as it is.', (text, context) =>
  read(text, context, MOST_BINARY, (bytes) => `b${escape(latin1(bytes))}`),
);
const writeHex = packetCommand('M', 'Writes memory, in hexadecimal.', (text, context) => write(text, context, fromHex));
const writeBinary = packetCommand('X', 'Writes memory, as it is.', (text, context) =>
  write(text, context, (data) => Uint8Array.from(data, (character) => character.charCodeAt(0))),
);

export const memoryPackets = [readHex, readBinary, writeHex, writeBinary];
