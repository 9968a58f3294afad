import { enumOf, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { integer } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const ReplayMode = enumOf('ReplayMode', 'What becomes of what comes to a machine from outside.', [
  'none',
  'record',
  'play',
]);

const ReplayInfo = struct('ReplayInfo', 'A recording or replay.', {
  mode: required(ReplayMode, '`record`: it is written down; `play`: it comes from a recording'),
  filename: optional(str, 'the recording'),
  icount: required(int, 'instructions retired'),
});

const icount = { icount: required(int, 'instructions retired before it') };
const where = { icount: integer('instructions retired before it') };

const queryReplay = command('query-replay', {
  since: '5.2',
  doc: 'Tells whether the machine is recorded or replayed, and how far it is.',
  returns: ReplayInfo,
  example: {},
  run(_, { target }) {
    const { filename, ...info } = target.replay.info;
    return { ...info, ...(filename === undefined ? {} : { filename }) };
  },
});

const replayBreak = command('replay-break', {
  since: '5.2',
  doc: 'Stops a replay when so many instructions are retired. There is one such place: a new one takes the place of the last.',
  args: icount,
  errors: { GenericError: 'it is no replay, or past that' },
  example: { icount: 220_414 },
  run: (args, { target }) => target.replay.setBreak(Number(args.icount)),
});

const replayDeleteBreak = command('replay-delete-break', {
  since: '5.2',
  doc: 'Takes back `replay-break`.',
  errors: { GenericError: 'it is no replay' },
  example: {},
  run: (_, { target }) => target.replay.deleteBreak(),
});

const replaySeek = command('replay-seek', {
  since: '5.2',
  doc: `Goes to where so many instructions are retired, forwards or backwards, and stops there. The answer comes when it has
begun; STOP tells that it is there.`,
  args: icount,
  errors: { GenericError: 'it is no replay' },
  example: { icount: 220_414 },
  run: (args, { target }) => target.replay.seek(Number(args.icount)),
});

const infoReplay = hmp('info replay', {
  doc: 'show whether the machine is recorded or replayed, and how far it is',
  run(_, { target }) {
    const { mode, filename, icount: count } = target.replay.info;
    if (mode === 'none') return 'Record/replay is not active\n';
    return `${mode === 'record' ? 'Recording' : 'Replaying'} execution '${filename}': instruction count = ${count}\n`;
  },
});

const hmpReplayBreak = hmp('replay_break', {
  args: where,
  doc: 'stop a replay when so many instructions are retired',
  example: 'replay_break 220414',
  run: (args, { target }) => target.replay.setBreak(args.icount),
});
const hmpReplayDeleteBreak = hmp('replay_delete_break', {
  doc: 'take back replay_break',
  run: (_, { target }) => target.replay.deleteBreak(),
});
const hmpReplaySeek = hmp('replay_seek', {
  args: where,
  doc: 'go to where so many instructions are retired',
  example: 'replay_seek 220414',
  run: (args, { target }) => target.replay.seek(args.icount),
});

export const replay = topic('Recording and replay', {
  doc: 'What comes to a machine from outside is written down and comes again (`-icount rr=`).',
  commands: [queryReplay, replayBreak, replayDeleteBreak, replaySeek],
  hmp: [infoReplay, hmpReplayBreak, hmpReplayDeleteBreak, hmpReplaySeek],
});
