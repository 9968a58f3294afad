import { counter, counterProvider } from '../stats/counters.ts';
import { log2Bucket } from '../stats/histogram.ts';
import type { StatsProvider } from '../stats/provider.ts';

const BUCKETS = 24;

/** What all monitors of a machine did. */
export class MonitorActivity {
  /** Clients that are connected, and that ever were. */
  connected = 0;
  connections = 0;
  commands = 0;
  /** Those that were refused or failed. */
  errors = 0;
  /** Lines that people typed. */
  lines = 0;
  events = 0;
  readonly #times = Array.from({ length: BUCKETS }, () => 0);

  /** Somebody came; call what it returns when they leave. */
  arrive(): () => void {
    this.connected++;
    this.connections++;
    let isHere = true;
    return () => {
      if (isHere) this.connected--;
      isHere = false;
    };
  }

  /** A command was answered. */
  answered(milliseconds: number): void {
    this.commands++;
    this.#times[log2Bucket(Math.max(0, Math.round(milliseconds * 1000)), BUCKETS)]!++;
  }

  /** The `monitor` provider of query-stats. */
  provider(): StatsProvider {
    const total = (name: string, doc: string, read: () => number) => counter(name, { type: 'cumulative', doc }, read);
    return counterProvider('monitor', {
      vm: [
        counter('connected', { type: 'instant', doc: 'clients that are connected' }, () => this.connected),
        total('connections', 'clients that have come', () => this.connections),
        total('commands', 'commands of QMP that were answered', () => this.commands),
        total('errors', 'commands that were refused or failed', () => this.errors),
        total('lines', 'lines that people typed', () => this.lines),
        total('events', 'events that were told, once for each client', () => this.events),
        counter(
          'command-time-histogram',
          { type: 'log2-histogram', unit: 'seconds', base: 10, exponent: -6, doc: 'time until a command was answered' },
          () => [...this.#times],
        ),
      ],
    });
  }
}
