import type { Json } from '../../qapi/json.ts';
import type { StatsElement, StatsTarget, StatsValue } from '../../stats/provider.ts';
import type { QmpClient } from './qmp-client.ts';

/** Numbers of one provider for the machine or one vCPU. */
export interface Group {
  readonly provider: string;
  /** Of the vCPU; none: the machine. */
  readonly path: string | undefined;
  readonly values: ReadonlyMap<string, StatsValue>;
}

/** What a number means, as the machine's own schema says. */
export interface Element extends Pick<StatsElement, 'name' | 'type' | 'unit' | 'base' | 'exponent'> {
  readonly provider: string;
  readonly target: StatsTarget;
}

/** All that is known at a moment. */
export interface Sample {
  /** Seconds since some moment. */
  readonly at: number;
  readonly name: string;
  readonly arch: string;
  readonly status: string;
  readonly groups: readonly Group[];
}

type Reply<T> = Promise<T>;

/** What there is to count; it does not change while a machine is there. */
export async function readElements(client: QmpClient): Promise<readonly Element[]> {
  const schemas = (await client.run('query-stats-schemas')) as unknown as readonly {
    provider: string;
    target: StatsTarget;
    stats: readonly StatsElement[];
  }[];
  return schemas.flatMap(({ provider, target, stats }) => stats.map((each) => ({ ...each, provider, target })));
}

export async function readSample(client: QmpClient, now: () => number): Promise<Sample> {
  const ask = <T>(command: string, args?: Readonly<Record<string, Json>>): Reply<T> =>
    client.run(command, args) as Promise<unknown> as Reply<T>;
  const [{ status }, { name = '' }, { arch }, machine, vcpus] = await Promise.all([
    ask<{ status: string }>('query-status'),
    ask<{ name?: string }>('query-name'),
    ask<{ arch: string }>('query-target'),
    ask<readonly Answer[]>('query-stats', { target: 'vm' }),
    ask<readonly Answer[]>('query-stats', { target: 'vcpu' }),
  ]);
  const groups = [...machine, ...vcpus].map(({ provider, 'qom-path': path, stats }) => ({
    provider,
    path,
    values: new Map(stats.map((each) => [each.name, each.value])),
  }));
  return { at: now(), name, arch, status, groups };
}

interface Answer {
  readonly provider: string;
  readonly 'qom-path'?: string;
  readonly stats: readonly { readonly name: string; readonly value: StatsValue }[];
}
