import { counter, counterProvider, type VcpuCounter } from '../stats/counters.ts';
import type { StatsElement, StatsProvider, StatsValue } from '../stats/provider.ts';
import type { MachineCore } from './core.ts';

/** What the translator and the run loop of each vCPU have done, and the same for the machine. */
export function tcgStats(core: MachineCore): StatsProvider {
  const { counters, jitCounters } = core;
  const total = (name: string, doc: string, read: () => StatsValue, about: Partial<StatsElement> = {}): VcpuCounter =>
    counter(name, { type: 'cumulative', doc, ...about }, read);
  const now: typeof total = (name, doc, read, about) => counter(name, { type: 'instant', doc, ...about }, read);
  const all: readonly VcpuCounter[] = [
    total('instructions', 'guest instructions retired', () => counters.get('instructions')),
    total('instructions-tier0', 'those retired by the interpreter', () => jitCounters.read('interpreted')),
    total('instructions-tier1', 'those retired in translated blocks', () => jitCounters.read('inBlocks')),
    total('instructions-tier2', 'those retired in regions', () => jitCounters.read('inRegions')),
    total('tier0-blocks', 'runs of instructions decoded for the interpreter', () => jitCounters.read('decodedBlocks')),
    total('tier1-blocks', 'blocks translated to WebAssembly', () => jitCounters.read('blocks')),
    total('tier1-modules', 'WebAssembly modules made of them', () => jitCounters.read('batches')),
    total('tier2-regions', 'regions of blocks translated as one function', () => jitCounters.read('regions')),
    total('tier2-blocks', 'blocks in them', () => jitCounters.read('regionBlocks')),
    total('tier2-instructions', 'instructions in them', () => jitCounters.read('regionInstructions')),
    counter('tier2-largest', { type: 'peak', doc: 'instructions in the largest of them' }, () =>
      jitCounters.read('largestRegion'),
    ),
    counter('tier2-size-histogram', { type: 'log2-histogram', doc: 'blocks in each of them' }, () => [
      0,
      ...jitCounters.regionSizes,
    ]),
    now('tier1-kept', 'translated blocks that are kept', () => counters.get('keptBlocks')),
    now('tier2-kept', 'entrances to regions that are kept', () => counters.get('keptRegions')),
    now('wasm-kept', 'WebAssembly that is kept', () => counters.get('keptBytes'), { unit: 'bytes' }),
    total('evictions', 'modules given up because others needed their room', () => counters.get('evictions')),
    total('link-hits', 'backward and computed transfers of control that found translated code', () =>
      jitCounters.entries.total(),
    ),
    total('link-misses', 'transfers of control that went back to the run loop', () => jitCounters.read('linkMisses')),
    total('wasm-bytes', 'WebAssembly emitted', () => jitCounters.read('bytes'), { unit: 'bytes' }),
    total('compile-time', 'time spent in translation', () => jitCounters.read('compileMicroseconds'), {
      unit: 'seconds',
      base: 10,
      exponent: -6,
    }),
    counter(
      'compile-time-histogram',
      { type: 'log2-histogram', doc: 'time to make one module', unit: 'seconds', base: 10, exponent: -6 },
      () => [0, ...jitCounters.compileTimes],
    ),
    counter(
      'compile-time-max',
      {
        type: 'peak',
        doc: 'longest time that a vCPU stood still for translation',
        unit: 'seconds',
        base: 10,
        exponent: -6,
      },
      () => jitCounters.read('longestStop'),
    ),
    total('tlb-misses', 'accesses for which page tables or devices were asked', () => counters.get('tlbMisses')),
    total('code-tlb-misses', 'instruction fetches that looked at page tables', () => jitCounters.read('codeTlbMisses')),
    total('tlb-flushes', 'flushes of whole address spaces', () => counters.get('tlbFlushes')),
    total('tlb-page-flushes', 'flushes of one page', () => counters.get('tlbPageFlushes')),
    total('device-accesses', 'accesses to device registers', () => counters.get('deviceAccesses')),
    total('slow-loads', 'loads that translated code left to JavaScript', () => counters.get('slowLoads')),
    total('slow-stores', 'stores that it did', () => counters.get('slowStores')),
    total('slow-atomics', 'atomic accesses that it did', () => counters.get('slowAtomics')),
    total('slow-misaligned', 'of those accesses, the misaligned', () => counters.get('slowMisaligned')),
    total('slow-code-stores', 'of those stores, writes to pages that hold code', () => counters.get('codeStores')),
    total('slow-float', 'operations of floating point without one of the host', () => counters.get('softFloats')),
    total('code-invalidations', 'writes that dropped translated code', () => counters.get('codeInvalidations')),
    total('code-resets', 'times that all translated code was dropped', () => counters.get('codeResets')),
    total('interrupts', 'interrupts taken', () => counters.get('interrupts')),
    total('halts', 'waits for an interrupt', () => counters.get('halts')),
    total('exits-interrupt', 'exits because an interrupt came up', () => counters.get('exitsInterrupt')),
    total('exits-timer', 'exits because a timer was due', () => counters.get('exitsTimer')),
    total('exits-work', 'exits because a device had to look at its back end', () => counters.get('exitsWork')),
    total('exits-stop', 'exits because the machine was stopped', () => counters.get('exitsStop')),
    total('exits-budget', 'exits because a time slice was over', () => counters.get('exitsBudget')),
  ];
  // One vCPU: the machine's sums are its values.
  return counterProvider('tcg', { vcpu: all, vm: all.map((each) => ({ ...each, read: () => each.read(0) })) });
}
