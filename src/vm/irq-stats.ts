import { counter, counterProvider } from '../stats/counters.ts';
import type { StatsProvider } from '../stats/provider.ts';
import type { MachineCore } from './core.ts';

/** What the interrupt controller passed on, and what vCPUs took. */
export function irqStats(core: MachineCore): StatsProvider {
  const [controller] = core.board.devices.filter(({ device }) => device.declaration.name === 'riscv.sifive.plic');
  return counterProvider('irq', {
    vm: (controller?.device.counters ?? []).map(({ name, doc, read }) =>
      Array.isArray(read())
        ? counter(name, { type: 'linear-histogram', bucketSize: 1, doc }, read)
        : counter(name, { type: 'cumulative', doc }, read),
    ),
    vcpu: [
      counter('taken', { type: 'cumulative', doc: 'interrupts taken' }, (vcpu) =>
        core.vcpus[vcpu]!.counters.get('interrupts'),
      ),
    ],
  });
}
