import { INVALID, NOT_SUPPORTED, OK, packetCommand } from '../command.ts';
import { escape, MOST_DATA } from '../framing.ts';
import { fromHex, latin1, parseNumber, toHex } from '../hex.ts';
import { andThen } from '../maybe.ts';

const supported = packetCommand('qSupported', 'What both sides can do.', (text, context) => {
  context.isMultiprocess = /[:;]multiprocess\+(;|$)/.test(text);
  const size = MOST_DATA.toString(16);
  const reverse = context.target.canReverse === true ? ';ReverseStep+;ReverseContinue+' : '';
  const objects = Object.keys(context.target.objects ?? {}).map((name) => `;qXfer:${name}:read+`);
  const signals = context.target.passSignals === undefined ? '' : ';QPassSignals+';
  const own = objects.join('') + signals + reverse;
  return `PacketSize=${size};qXfer:features:read+;vContSupported+;multiprocess+;QStartNoAckMode+;binary-upload+${own}`;
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

/** `:OBJECT:read:NAME:OFFSET,LENGTH`. */
const transfer = packetCommand(
  'qXfer',
  "A part of the target's description, or of another object.",
  (text, context) => {
    const [, object = '', rest = ''] = /^:([\w-]+):read:([^]*)$/.exec(text) ?? [];
    const read = context.target.objects?.[object];
    if (object !== 'features' && read === undefined) return NOT_SUPPORTED;
    const [, name, left = '', right = ''] = /^([^:]*):([^,]*),(.*)$/.exec(rest) ?? [];
    if (name === undefined) return INVALID;
    const offset = parseNumber(left);
    const length = parseNumber(right);
    if (offset === undefined || length === undefined) return INVALID;
    const bytes = read?.(name);
    const whole = read === undefined ? context.document(name) : bytes && latin1(bytes);
    return andThen(whole, (document) => {
      // E00: no such document, or nothing there.
      if (document === undefined || offset > document.length) return 'E00';
      const start = Number(offset);
      const most = Math.min(Number(length), (MOST_DATA - 1) / 2);
      const part = document.slice(start, start + most);
      return `${start + part.length < document.length ? 'm' : 'l'}${escape(part)}`;
    });
  },
);

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

/** `:SIGNAL;SIGNAL…` */
const passSignals = packetCommand(
  'QPassSignals',
  'Signals that the program gets without a stop.',
  (text, { target }) => {
    if (target.passSignals === undefined) return NOT_SUPPORTED;
    const numbers = text
      .slice(1)
      .split(';')
      .filter((part) => part !== '');
    if (!numbers.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return INVALID;
    target.passSignals(new Set(numbers.map((part) => parseInt(part, 16))));
    return OK;
  },
);

const offsets = packetCommand('qOffsets', 'What is added to the addresses of its file.', (_, { target }) => {
  if (target.offset === undefined) return NOT_SUPPORTED;
  const hex = target.offset().toString(16);
  return `Text=${hex};Data=${hex};Bss=${hex}`;
});

/** Whole bytes. */
const MOST_OUTPUT = MOST_DATA - 2;

export const sessionPackets = [supported, noAcks, extended, transfer, passSignals, offsets, monitor];
