import { INVALID, NOT_SUPPORTED, OK, packetCommand, type PacketContext, type Reply } from '../command.ts';
import { parseNumber } from '../hex.ts';
import { andThen } from '../maybe.ts';
import { parseThread, processOf } from '../thread-id.ts';

const everyCpu = ({ target }: PacketContext): Set<number> =>
  new Set(Array.from({ length: target.cpus }, (_, cpu) => cpu));

/** Runs all; `isStep`: the chosen CPU only for an instruction. */
function goOn(context: PacketContext, isStep: boolean, signal = '0'): Reply {
  const runs = everyCpu(context);
  const steps = new Set<number>();
  if (isStep) {
    runs.delete(context.continueCpu);
    steps.add(context.continueCpu);
  }
  const number = parseInt(signal, 16);
  const signals = new Map(number > 0 ? [[context.continueCpu, number]] : []);
  return context.resume({ steps, runs, signals });
}

/** `[address]`: where to go on. */
function goOnAt(text: string, context: PacketContext, isStep: boolean): Reply {
  if (text === '') return goOn(context, isStep);
  const address = parseNumber(text);
  if (address === undefined) return INVALID;
  return andThen(context.registers(), ({ core }) => {
    const pc = core.find(({ name }) => name === 'pc');
    if (pc === undefined) return INVALID;
    return andThen(context.target.writeRegister(context.continueCpu, pc.number, address), () => goOn(context, isStep));
  });
}

const cont = packetCommand('c', 'Goes on.', (text, context) => goOnAt(text, context, false));
const step = packetCommand('s', 'Executes one instruction.', (text, context) => goOnAt(text, context, true));
/** There are no signals in a machine, which ignores them. */
const contWithSignal = packetCommand('C', 'Goes on with a signal.', (text, context) => goOn(context, false, text));
const stepWithSignal = packetCommand('S', 'Executes one instruction, with a signal.', (text, context) =>
  goOn(context, true, text),
);

/** `;action[:thread]…`: for each CPU the first action that names it counts. */
const vCont = packetCommand('vCont', 'Says of each CPU how it goes on.', (text, context) => {
  if (text === '?') return 'vCont;c;C;s;S';
  const left = everyCpu(context);
  const chosen = { steps: new Set<number>(), runs: new Set<number>(), signals: new Map<number, number>() };
  for (const part of text.slice(1).split(';')) {
    const [action = '', name, ...more] = part.split(':');
    if (!/^([cs]|[CS][0-9a-f]{2})$/i.test(action) || more.length > 0) return NOT_SUPPORTED;
    const thread = name === undefined ? ({ kind: 'all' } as const) : parseThread(name, context.target);
    if (thread === undefined || thread.kind === 'none') return INVALID;
    const cpus = thread.kind === 'all' ? [...left] : [thread.kind === 'any' ? 0 : thread.cpu];
    const set = /^c/i.test(action) ? chosen.runs : chosen.steps;
    const signal = parseInt(action.slice(1), 16);
    for (const cpu of cpus) {
      if (!left.delete(cpu)) continue;
      set.add(cpu);
      if (signal > 0) chosen.signals.set(cpu, signal);
    }
  }
  return chosen.steps.size + chosen.runs.size === 0 ? INVALID : context.resume(chosen);
});

/** `s` or `c`: of a target that repeats what was recorded. */
const backward = packetCommand('b', 'Goes back.', (how, { target, reverse }) => {
  const kind = how === 's' ? 'step' : how === 'c' ? 'continue' : undefined;
  return kind === undefined || target.canReverse !== true ? INVALID : reverse(kind);
});

const whyStopped = packetCommand(
  '?',
  'Why it stands still. gdb has just come: points of the last one go.',
  (_, { target, stopReply }) => andThen(target.clearPoints(), stopReply),
);

/** `;process`, in later versions of the protocol. */
const detach = packetCommand('D', 'Leaves it alone: it goes on.', (text, context) => {
  if (text !== '' && parseInt(text.slice(1), 16) !== processOf(context.target)) return INVALID;
  return andThen(context.target.clearPoints(), () =>
    andThen(context.resume({ steps: new Set(), runs: everyCpu(context) }), () => {
      context.detach();
      return OK;
    }),
  );
});

const kill = packetCommand('k', 'Ends it.', (_, { target }) => andThen(target.kill(), () => undefined));
const killProcess = packetCommand('vKill', 'Ends the process.', (text, { target }) =>
  parseInt(text.slice(1), 16) === processOf(target) ? andThen(target.kill(), () => OK) : INVALID,
);

export const runPackets = [
  cont,
  step,
  contWithSignal,
  stepWithSignal,
  vCont,
  backward,
  whyStopped,
  detach,
  kill,
  killProcess,
];
