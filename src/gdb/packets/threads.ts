import { INVALID, NOT_SUPPORTED, OK, packetCommand, type PacketContext } from '../command.ts';
import { toHex } from '../hex.ts';
import { andThen } from '../maybe.ts';
import { formatThread, parseThread, processOf } from '../thread-id.ts';

const choose = packetCommand(
  'H',
  'Chooses the CPU of later packets: `g` those that read, `c` those that go on.',
  (text, context) => {
    const thread = parseThread(text.slice(1), context.target);
    if (thread === undefined || thread.kind === 'none') return INVALID;
    if (thread.kind === 'all') return OK;
    const cpu = thread.kind === 'any' ? 0 : thread.cpu;
    if (text.startsWith('g')) context.registerCpu = cpu;
    else if (text.startsWith('c')) context.continueCpu = cpu;
    else return INVALID;
    return OK;
  },
);

const isAlive = packetCommand('T', 'Whether there is such a CPU.', (text, { target }) =>
  parseThread(text, target)?.kind === 'cpu' ? OK : INVALID,
);

/** One at a time, as the list of a large machine would not fit a packet. */
function nextThread(context: PacketContext): string {
  const { target } = context;
  const isThere = (cpu: number): boolean => target.process === undefined || target.process.threadOf(cpu) !== undefined;
  while (context.nextThread < target.cpus && !isThere(context.nextThread)) context.nextThread++;
  const cpu = context.nextThread;
  if (cpu >= target.cpus) return 'l';
  context.nextThread++;
  return `m${formatThread(cpu, context.isMultiprocess, target)}`;
}

const first = packetCommand('qfThreadInfo', 'The first of the CPUs.', (_, context) => {
  context.nextThread = 0;
  return nextThread(context);
});
const next = packetCommand('qsThreadInfo', 'The next of the CPUs.', (_, context) => nextThread(context));

const describe = packetCommand('qThreadExtraInfo', 'What a CPU is and does.', (text, { target }) => {
  const thread = parseThread(text.slice(1), target);
  if (thread?.kind !== 'cpu') return INVALID;
  // gdb knows their numbers, and there is no more to say.
  if (target.process !== undefined) return NOT_SUPPORTED;
  return andThen(target.isHalted(thread.cpu), (isHalted) =>
    toHex(new TextEncoder().encode(`CPU#${thread.cpu} [${isHalted ? 'halted ' : 'running'}]`)),
  );
});

const current = packetCommand(
  'qC',
  'The CPU that is looked at first.',
  (_, { isMultiprocess, target, registerCpu }) =>
    `QC${formatThread(target.process === undefined ? 0 : registerCpu, isMultiprocess, target)}`,
);

const isAttached = packetCommand(
  'qAttached',
  'Whether it was there before gdb, so that gdb leaves it running.',
  (_, { target }) => (target.process === undefined ? '1' : '0'),
);

const attach = packetCommand('vAttach', 'Attaches to the process.', (text, { stopReply, target }) =>
  parseInt(text.slice(1), 16) === processOf(target) ? stopReply() : INVALID,
);

export const threadPackets = [choose, isAlive, first, next, describe, current, isAttached, attach];
