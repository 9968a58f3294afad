import { QapiError } from '../../qapi/error.ts';
import { arrayOf, bool, enumOf, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { HmpError } from '../hmp-error.ts';
import { optionalWord, suggesting, word } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import type { MonitorTarget } from '../target.ts';
import { TRACE_EVENTS, type TraceEvent } from '../trace-events.ts';
import { topic } from '../topic.ts';

const isPattern = (name: string): boolean => name.includes('*');

/** The events that a name or a pattern means. A pattern may mean none. */
function find({ traces }: MonitorTarget, name: string, isStrict = true): readonly TraceEvent[] {
  const found = traces.matching(name);
  if (found.length === 0 && isStrict && !isPattern(name)) throw new QapiError(`unknown event "${name}"`);
  return found;
}

function refuseVcpu(name: string, vcpu: unknown): void {
  if (vcpu !== undefined && !isPattern(name)) throw new QapiError(`event "${name}" is not vCPU-specific`);
}

const NAME_DOC = 'a name, or a pattern in which `*` stands for any letters';

const traceEventGetState = command('trace-event-get-state', {
  since: '2.2',
  doc: 'Tells which trace events there are and whether they are logged.',
  args: { name: required(str, NAME_DOC), vcpu: optional(int, 'a vCPU; no event is about one') },
  returns: arrayOf(
    struct('TraceEventInfo', 'A trace event.', {
      name: required(str, 'its name'),
      state: required(
        enumOf('TraceEventState', 'Whether it is logged.', ['unavailable', 'disabled', 'enabled']),
        'whether it is logged',
      ),
      vcpu: required(bool, 'it can be switched for each vCPU'),
    }),
  ),
  errors: { GenericError: 'there is no such event' },
  example: { name: 'handle_*' },
  run({ name, vcpu }, { target }) {
    const found = find(target, name);
    refuseVcpu(name, vcpu);
    return found.map((event) => ({
      name: event,
      state: target.traces.isEnabled(event) ? ('enabled' as const) : ('disabled' as const),
      vcpu: false,
    }));
  },
});

const traceEventSetState = command('trace-event-set-state', {
  since: '2.2',
  doc: 'Switches trace events on or off. They go where `-d` reports to.',
  args: {
    name: required(str, NAME_DOC),
    enable: required(bool, 'true: on'),
    'ignore-unavailable': optional(bool, 'events that cannot be logged are no error; there are none of those'),
    vcpu: optional(int, 'a vCPU; no event is about one'),
  },
  errors: { GenericError: 'there is no such event' },
  example: { name: 'handle_qmp_command', enable: false },
  run({ name, enable, vcpu }, { target }) {
    const found = find(target, name);
    refuseVcpu(name, vcpu);
    for (const event of found) target.traces.enable(event, enable);
  },
});

const names = (): readonly string[] => Object.keys(TRACE_EVENTS);

const hmpTraceEvent = hmp('trace-event', {
  args: {
    name: suggesting(word('its name'), names),
    option: suggesting(optionalWord('on or off'), () => ['on', 'off']),
  },
  doc: 'switch a trace event, or all that match a pattern, on or off',
  example: 'trace-event handle_* off',
  run({ name, option }, { target }) {
    if (option !== 'on' && option !== 'off') throw new HmpError("Expected 'on' or 'off'");
    const found = find(target, name, false);
    if (found.length === 0 && !isPattern(name)) return `unknown event "${name}"\n`;
    for (const event of found) target.traces.enable(event, option === 'on');
    return '';
  },
});

const infoTraceEvents = hmp('info trace-events', {
  args: { name: suggesting(optionalWord('a name or a pattern'), names) },
  doc: 'show the trace events and whether they are logged',
  run({ name = '*' }, { target }) {
    const found = find(target, name, false);
    if (found.length === 0 && !isPattern(name)) return `unknown event "${name}"\n`;
    return found.map((event) => `${event} : state ${target.traces.isEnabled(event) ? 1 : 0}\n`).join('');
  },
});

export const trace = topic('Trace events', {
  doc: `What monitors and the machine do, written to the log: ${Object.entries(TRACE_EVENTS)
    .map(([name, doc]) => `\`${name}\` (${doc})`)
    .join(', ')}.`,
  commands: [traceEventGetState, traceEventSetState],
  hmp: [hmpTraceEvent, infoTraceEvents],
});
