import { UserError } from '../../base/errors.ts';
import { event } from '../../qapi/declaration.ts';
import { arrayOf, bool, enumOf, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { QapiError } from '../../qapi/error.ts';
import { command } from '../command.ts';
import { flag, optionalAddress, optionalWord } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { HmpError } from '../hmp-error.ts';
import { DUMP_STATES, type DumpRange, GuestDump } from '../guest-dump.ts';
import { outputFile } from '../output-file.ts';
import type { MonitorTarget } from '../target.ts';
import { topic } from '../topic.ts';

const DumpGuestMemoryFormat = enumOf('DumpGuestMemoryFormat', 'A kind of dump; only `elf` is written here.', [
  'elf',
  'kdump-zlib',
  'kdump-lzo',
  'kdump-snappy',
  'win-dmp',
]);

const DumpQueryResult = struct('DumpQueryResult', 'How far a dump is.', {
  status: required(enumOf('DumpStatus', 'What a dump does.', DUMP_STATES), 'what it does'),
  completed: required(int, 'bytes that are written'),
  total: required(int, 'bytes that there are to write'),
});

/** The latest dump of each machine. */
const dumps = new WeakMap<MonitorTarget, GuestDump>();

const latest = (target: MonitorTarget): GuestDump['status'] =>
  dumps.get(target)?.status ?? { status: 'none', completed: 0, total: 0 };

/** Stops the guest meanwhile. Resolves when all is written, or, if it is detached, when it has begun. */
async function dump(
  target: MonitorTarget,
  wanted: { readonly file: string; readonly range: DumpRange | undefined; readonly isDetached: boolean },
): Promise<void> {
  if (latest(target).status === 'active') throw new QapiError('There is a dump in process, please wait.');
  const made = new GuestDump(
    target.memory,
    target.cpus().map(({ index }) => index),
    wanted.range,
  );
  const file = await outputFile(target, wanted.file);
  dumps.set(target, made);
  const wasRunning = target.status().running;
  await target.stop();
  const done = made
    .writeTo(file)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
    .then(async (error) => {
      await file[Symbol.asyncDispose]();
      if (wasRunning) await target.cont();
      const why = error instanceof Error ? { error: error.message } : {};
      target.tell({ name: 'DUMP_COMPLETED', data: { result: made.status, ...why } });
      if (error !== undefined && !wanted.isDetached) throw error;
    });
  if (!wanted.isDetached) await done;
}

const dumpGuestMemory = command('dump-guest-memory', {
  since: '1.2',
  doc: `Writes the memory of the guest and the registers of its vCPUs to a core file, which debuggers read. The guest
stands still meanwhile. The event DUMP_COMPLETED comes when it is done.`,
  args: {
    paging: required(bool, 'virtual addresses are wanted; here there are physical ones in any case'),
    protocol: required(str, '`file:` and the name of the file'),
    detach: optional(bool, 'do not wait for the end'),
    begin: optional(int, 'the first physical address; needs `length`'),
    length: optional(int, 'how many bytes; needs `begin`'),
    format: optional(DumpGuestMemoryFormat, 'elf if absent'),
  },
  errors: { GenericError: 'the file cannot be written, or the range is empty' },
  example: { paging: false, protocol: 'file:/tmp/core' },
  run({ protocol, detach = false, begin, length, format = 'elf' }, { target }) {
    if (format === 'win-dmp') throw new QapiError('Windows dump is only available for x86-64');
    if (format !== 'elf') throw new QapiError(`${format} is not available now`);
    if (begin !== undefined && length === undefined) throw new QapiError("Parameter 'length' is missing");
    if (begin === undefined && length !== undefined) throw new QapiError("Parameter 'begin' is missing");
    if (protocol.startsWith('fd:')) throw new QapiError(`File descriptor named '${protocol.slice(3)}' not found`);
    if (!protocol.startsWith('file:')) throw new QapiError("Invalid parameter 'protocol'");
    const range =
      begin === undefined || length === undefined ? undefined : { begin: BigInt(begin), length: BigInt(length) };
    return dump(target, { file: protocol.slice('file:'.length), range, isDetached: detach });
  },
});

const queryDump = command('query-dump', {
  since: '2.6',
  doc: 'Tells how far the latest dump is.',
  returns: DumpQueryResult,
  example: {},
  run: (_, { target }) => latest(target),
});

const queryDumpCapability = command('query-dump-guest-memory-capability', {
  since: '2.0',
  doc: 'Lists the kinds of dump that can be written.',
  returns: struct('DumpGuestMemoryCapability', 'Kinds of dump.', {
    formats: required(arrayOf(DumpGuestMemoryFormat), 'the kinds'),
  }),
  example: {},
  run: () => ({ formats: ['elf'] }) as const,
});

const DUMP_COMPLETED = event('DUMP_COMPLETED', {
  since: '2.6',
  doc: 'A dump has ended.',
  data: { result: required(DumpQueryResult, 'how it went'), error: optional(str, 'why it failed') },
});

const hmpDump = hmp('dump-guest-memory', {
  args: {
    paging: flag('p', 'virtual addresses'),
    detach: flag('d', 'do not wait'),
    zlib: flag('z', 'compressed'),
    lzo: flag('l', 'compressed'),
    snappy: flag('s', 'compressed'),
    windows: flag('w', 'for Windows'),
    filename: optionalWord('the file'),
    begin: optionalAddress('the first address'),
    length: optionalAddress('how many bytes'),
  },
  doc: 'write the memory of the guest to a core file (-d: do not wait for the end), of a range if that is given',
  example: 'dump-guest-memory /tmp/core',
  run({ detach, zlib, lzo, snappy, windows, filename, begin, length }, { target }) {
    if (filename === undefined) throw new HmpError('dump-guest-memory: filename expected');
    const others = [zlib, lzo, snappy, windows].filter(Boolean).length;
    if (others > 1) throw new UserError("only one of '-z|-l|-s|-w' can be set");
    if (others > 0) throw new UserError('only core files in the form of ELF are written here; leave the option out');
    if (begin !== undefined && length === undefined) throw new UserError("Parameter 'length' is missing");
    const range = begin === undefined || length === undefined ? undefined : { begin, length };
    return dump(target, { file: filename, range, isDetached: detach });
  },
});

const infoDump = hmp('info dump', {
  doc: 'show how far the latest dump is',
  run(_, { target }) {
    const { status, completed, total } = latest(target);
    const share = status === 'active' ? `Finished: ${((100 * completed) / total).toFixed(2)} %\n` : '';
    return `Status: ${status}\n${share}`;
  },
});

export const dumping = topic('Dump', {
  doc: 'The memory of the guest as a core file.',
  commands: [dumpGuestMemory, queryDump, queryDumpCapability],
  events: [DUMP_COMPLETED],
  hmp: [hmpDump, infoDump],
});
