/** What can be logged about monitors and the machine, by the names that clients know. */
export const TRACE_EVENTS = {
  handle_qmp_command: 'a command of QMP has come',
  monitor_qmp_respond: 'it was answered',
  monitor_protocol_event_emit: 'an event was told',
  handle_hmp_command: 'a person typed a line',
  vm_state_notify: 'the machine began to run or stopped',
} as const;
export type TraceEvent = keyof typeof TRACE_EVENTS;

const NAMES = Object.keys(TRACE_EVENTS) as readonly TraceEvent[];

/** Which trace events are on, and where they go. Nothing is made of one that is off. */
export class TraceEvents {
  readonly #write: (text: string) => void;
  readonly #enabled = new Set<TraceEvent>();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Those that a pattern means, in which `*` stands for any letters. */
  matching(pattern: string): readonly TraceEvent[] {
    return NAMES.filter((name) => matches(pattern, name));
  }

  isEnabled(event: TraceEvent): boolean {
    return this.#enabled.has(event);
  }

  enable(event: TraceEvent, on: boolean): void {
    if (on) this.#enabled.add(event);
    else this.#enabled.delete(event);
  }

  emit(event: TraceEvent, text: () => string): void {
    if (this.#enabled.has(event)) this.#write(`${event} ${text()}\n`);
  }
}

/** Each piece between stars is looked for behind the one before, so that no pattern takes long. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at + last.length <= name.length;
}
