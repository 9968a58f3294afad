import { counter, counterProvider } from '../stats/counters.ts';
import type { StatsProvider } from '../stats/provider.ts';
import type { MachineCore } from './core.ts';

/** What the timers of devices and vCPUs did. */
export function timerStats({ board: { timers } }: MachineCore): StatsProvider {
  return counterProvider('timers', {
    vm: [
      counter('waiting', { type: 'instant', doc: 'timers that wait for their time' }, () => timers.waiting),
      counter('armed', { type: 'cumulative', doc: 'times that one was set' }, () => timers.counts.armed),
      counter('expired', { type: 'cumulative', doc: 'times that one went off' }, () => timers.counts.expired),
      counter(
        'lateness-histogram',
        { type: 'log2-histogram', unit: 'seconds', base: 10, exponent: -9, doc: 'how late it went off' },
        () => timers.counts.lateness,
      ),
    ],
  });
}
