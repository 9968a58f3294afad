import { INVALID, NOT_SUPPORTED, OK, packetCommand } from '../command.ts';
import { escape, MOST_DATA } from '../framing.ts';
import { fromHex, parseNumber, toHex } from '../hex.ts';
import { andThen } from '../maybe.ts';

const supported = packetCommand('qSupported', 'What both sides can do.', (text, context) => {
  context.isMultiprocess = /[:;]multiprocess\+(;|$)/.test(text);
  const size = MOST_DATA.toString(16);
  const reverse = context.target.canReverse === true ? ';ReverseStep+;ReverseContinue+' : '';
  return `PacketSize=${size};qXfer:features:read+;vContSupported+;multiprocess+;QStartNoAckMode+;binary-upload+${reverse}`;
});

const noAcks = packetCommand(
  'QStartNoAckMode',
  'The connection is reliable: no more acknowledgements.',
  (_, context) => {
    context.isWithoutAcks = true;
    return OK;
  },
);

const extended = packetCommand('!', 'gdb stays when the process ends.', () => OK);

/** `:features:read:NAME:OFFSET,LENGTH`. */
const transfer = packetCommand('qXfer', "A part of a document of the target's description.", (text, context) => {
  const [, name, left = '', right = ''] = /^:features:read:([^:]*):([^,]*),(.*)$/.exec(text) ?? [];
  if (name === undefined) return text.startsWith(':features:read:') ? INVALID : NOT_SUPPORTED;
  const offset = parseNumber(left);
  const length = parseNumber(right);
  if (offset === undefined || length === undefined) return INVALID;
  return andThen(context.document(name), (document) => {
    // E00: no such document, or nothing there.
    if (document === undefined || offset > document.length) return 'E00';
    const start = Number(offset);
    const most = Math.min(Number(length), (MOST_DATA - 1) / 2);
    const part = document.slice(start, start + most);
    return `${start + part.length < document.length ? 'm' : 'l'}${escape(part)}`;
  });
});

/** `,COMMAND` in hexadecimal; what it prints goes before the reply. */
const monitor = packetCommand('qRcmd', 'Runs a line of the human monitor.', (text, { target, send }) => {
  if (target.monitor === undefined) return NOT_SUPPORTED;
  const line = fromHex(text.slice(1));
  if (line === undefined) return 'E01';
  return andThen(target.monitor(new TextDecoder().decode(line)), (printed) => {
    const hex = toHex(new TextEncoder().encode(printed));
    for (let at = 0; at < hex.length; at += MOST_OUTPUT) send(`O${hex.slice(at, at + MOST_OUTPUT)}`);
    return OK;
  });
});

/** Whole bytes. */
const MOST_OUTPUT = MOST_DATA - 2;

export const sessionPackets = [supported, noAcks, extended, transfer, monitor];
