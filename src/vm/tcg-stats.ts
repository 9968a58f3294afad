import { counter, counterProvider, type Counter } from '../stats/counters.ts';
import type { StatsElement, StatsProvider } from '../stats/provider.ts';
import type { MachineCore } from './core.ts';
import type { VcpuShared } from './vcpu-shared.ts';

/** What the translator and the run loop of each vCPU have done, and the same for the machine. */
export function tcgStats(core: MachineCore): StatsProvider {
  /** Of a vCPU; for the machine, the sum of what all have or, of a peak, the greatest. */
  type Read = (vcpu: VcpuShared) => Value;
  const total = (name: string, doc: string, read: Read, about: Partial<StatsElement> = {}): Counter<Read> =>
    counter(name, { type: 'cumulative', doc, ...about }, read);
  const now: typeof total = (name, doc, read, about) => counter(name, { type: 'instant', doc, ...about }, read);
  const all: readonly Counter<Read>[] = [
    total('instructions', 'guest instructions retired', ({ counters }) => counters.get('instructions')),
    total('instructions-tier0', 'those retired by the interpreter', ({ jitCounters }) =>
      jitCounters.read('interpreted'),
    ),
    total('instructions-tier1', 'those retired in translated blocks', ({ jitCounters }) =>
      jitCounters.read('inBlocks'),
    ),
    total('instructions-tier2', 'those retired in regions', ({ jitCounters }) => jitCounters.read('inRegions')),
    total('tier0-blocks', 'runs of instructions decoded for the interpreter', ({ jitCounters }) =>
      jitCounters.read('decodedBlocks'),
    ),
    total('tier1-blocks', 'blocks translated to WebAssembly', ({ jitCounters }) => jitCounters.read('blocks')),
    total('tier1-modules', 'WebAssembly modules made of them', ({ jitCounters }) => jitCounters.read('batches')),
    total('tier2-regions', 'regions of blocks translated as one function', ({ jitCounters }) =>
      jitCounters.read('regions'),
    ),
    total('tier2-blocks', 'blocks in them', ({ jitCounters }) => jitCounters.read('regionBlocks')),
    total('tier2-instructions', 'instructions in them', ({ jitCounters }) => jitCounters.read('regionInstructions')),
    counter('tier2-largest', { type: 'peak', doc: 'instructions in the largest of them' }, ({ jitCounters }) =>
      jitCounters.read('largestRegion'),
    ),
    counter('tier2-size-histogram', { type: 'log2-histogram', doc: 'blocks in each of them' }, ({ jitCounters }) => [
      0,
      ...jitCounters.regionSizes,
    ]),
    now('tier1-kept', 'translated blocks that are kept', ({ counters }) => counters.get('keptBlocks')),
    now('tier2-kept', 'entrances to regions that are kept', ({ counters }) => counters.get('keptRegions')),
    now('wasm-kept', 'WebAssembly that is kept', ({ counters }) => counters.get('keptBytes'), { unit: 'bytes' }),
    total('evictions', 'modules given up because others needed their room', ({ counters }) =>
      counters.get('evictions'),
    ),
    total('link-hits', 'backward and computed transfers of control that found translated code', ({ jitCounters }) =>
      jitCounters.entries.total(),
    ),
    total('link-misses', 'transfers of control that went back to the run loop', ({ jitCounters }) =>
      jitCounters.read('linkMisses'),
    ),
    total('wasm-bytes', 'WebAssembly emitted', ({ jitCounters }) => jitCounters.read('bytes'), { unit: 'bytes' }),
    total('compile-time', 'time worked at translation', ({ jitCounters }) => jitCounters.read('compileMicroseconds'), {
      unit: 'seconds',
      base: 10,
      exponent: -6,
    }),
    counter(
      'compile-time-histogram',
      { type: 'log2-histogram', doc: 'time to make one module', unit: 'seconds', base: 10, exponent: -6 },
      ({ jitCounters }) => [0, ...jitCounters.compileTimes],
    ),
    counter(
      'compile-time-max',
      {
        type: 'peak',
        doc: 'longest time that a vCPU worked at translation at a stretch',
        unit: 'seconds',
        base: 10,
        exponent: -6,
      },
      ({ jitCounters }) => jitCounters.read('longestStop'),
    ),
    total('tlb-misses', 'accesses for which page tables or devices were asked', ({ counters }) =>
      counters.get('tlbMisses'),
    ),
    total('code-tlb-misses', 'instruction fetches that looked at page tables', ({ jitCounters }) =>
      jitCounters.read('codeTlbMisses'),
    ),
    total('tlb-flushes', 'flushes of whole address spaces', ({ counters }) => counters.get('tlbFlushes')),
    total('tlb-page-flushes', 'flushes of one page', ({ counters }) => counters.get('tlbPageFlushes')),
    total('device-accesses', 'accesses to device registers', ({ counters }) => counters.get('deviceAccesses')),
    total('slow-loads', 'loads that translated code left to JavaScript', ({ counters }) => counters.get('slowLoads')),
    total('slow-stores', 'stores that it did', ({ counters }) => counters.get('slowStores')),
    total('slow-atomics', 'atomic accesses that it did', ({ counters }) => counters.get('slowAtomics')),
    total('slow-misaligned', 'of those accesses, the misaligned', ({ counters }) => counters.get('slowMisaligned')),
    total('slow-code-stores', 'of those stores, writes to pages that hold code', ({ counters }) =>
      counters.get('codeStores'),
    ),
    total('slow-float', 'operations of floating point without one of the host', ({ counters }) =>
      counters.get('softFloats'),
    ),
    total('code-invalidations', 'writes that dropped translated code', ({ counters }) =>
      counters.get('codeInvalidations'),
    ),
    total('code-resets', 'times that all translated code was dropped', ({ counters }) => counters.get('codeResets')),
    total('interrupts', 'interrupts taken', ({ counters }) => counters.get('interrupts')),
    total('halts', 'waits for an interrupt', ({ counters }) => counters.get('halts')),
    total('exits-interrupt', 'exits because an interrupt came up', ({ counters }) => counters.get('exitsInterrupt')),
    total('exits-timer', 'exits because a timer was due', ({ counters }) => counters.get('exitsTimer')),
    total('exits-work', 'exits because a device had to look at its back end', ({ counters }) =>
      counters.get('exitsWork'),
    ),
    total('exits-stop', 'exits because the machine was stopped', ({ counters }) => counters.get('exitsStop')),
    total('exits-budget', 'exits because a time slice was over', ({ counters }) => counters.get('exitsBudget')),
  ];
  return counterProvider('tcg', {
    vcpu: all.map((each) => ({ ...each, read: (vcpu) => each.read(core.vcpus[vcpu]!) })),
    vm: all.map((each) => ({
      ...each,
      read: () => core.vcpus.map(each.read).reduce(each.type === 'peak' ? greater : sum),
    })),
  });
}

type Value = number | readonly number[];

const greater = (one: Value, other: Value): Value => (one > other ? one : other);

function sum(one: Value, other: Value): Value {
  if (typeof one === 'number' || typeof other === 'number') return Number(one) + Number(other);
  return one.map((value, i) => value + other[i]!);
}
