import { counter, counterProvider } from '../stats/counters.ts';
import type { StatsProvider } from '../stats/provider.ts';
import type { MachineCore } from './core.ts';

/** How the machine's shared memory is used. */
export function memoryStats({ arena, config, board }: MachineCore): StatsProvider {
  const bytes = (name: string, doc: string, read: () => number) =>
    counter(name, { type: 'instant', unit: 'bytes', doc }, read);
  const sizeOf = (kind: 'rom' | 'romd'): number =>
    board.space.regions.reduce((sum, region) => sum + (region.kind === kind ? region.size : 0), 0);
  return counterProvider('memory', {
    vm: [
      bytes('ram', 'memory of the guest', () => config.board.ramSize),
      bytes('rom', 'memory that the guest can only read', () => sizeOf('rom')),
      bytes('flash', 'memory in flash chips', () => sizeOf('romd')),
      bytes(
        'shared-used',
        'shared memory in use besides that of the guest: code, devices, translation',
        () => arena.used,
      ),
      bytes('shared-limit', 'shared memory that the machine has in all', () => arena.limit),
    ],
  });
}
