import type { ProviderName, StatsElement, StatsProvider, StatsValue } from './provider.ts';

/** A number together with how to read it; `vcpu` is the index of the vCPU. */
export interface Counter<Read> extends StatsElement {
  readonly read: Read;
}
export type VmCounter = Counter<() => StatsValue>;
export type VcpuCounter = Counter<(vcpu: number) => StatsValue>;

/** `counter('tlb-misses', { type: 'cumulative', doc: '…' }, (vcpu) => …)` */
export const counter = <Read>(name: string, about: Omit<StatsElement, 'name'>, read: Read): Counter<Read> => ({
  name,
  ...about,
  read,
});

/** A provider whose numbers are in shared memory: one list of counters for each target. */
export function counterProvider(
  name: ProviderName,
  counters: { readonly vm?: readonly VmCounter[]; readonly vcpu?: readonly VcpuCounter[] },
): StatsProvider {
  return {
    name,
    targets: [...(counters.vm ? (['vm'] as const) : []), ...(counters.vcpu ? (['vcpu'] as const) : [])],
    schema: (target) => counters[target] ?? [],
    values: (subject) =>
      subject.target === 'vm'
        ? (counters.vm ?? []).map(({ name: of, read }) => ({ name: of, value: read() }))
        : (counters.vcpu ?? []).map(({ name: of, read }) => ({ name: of, value: read(subject.vcpu) })),
  };
}
