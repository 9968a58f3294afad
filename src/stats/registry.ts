import { BugError } from '../base/errors.ts';
import { elementMistake } from './conformance.ts';
import type { ProviderName, StatsElement, StatsEntry, StatsProvider, StatsTarget } from './provider.ts';

/** The providers of one machine, and questions to them as monitor clients ask them. */
export class StatsRegistry {
  readonly #providers: StatsProvider[] = [];

  /** A mistake in what it declares is a mistake of ours, found at once. */
  register(provider: StatsProvider): void {
    if (this.#providers.some(({ name }) => name === provider.name))
      throw new BugError(`two providers of statistics are called ${provider.name}`);
    for (const target of provider.targets)
      for (const [index, element] of provider.schema(target).entries()) {
        const mistake =
          elementMistake(element) ??
          (provider.schema(target).findIndex(({ name }) => name === element.name) < index
            ? 'is there twice'
            : undefined);
        if (mistake !== undefined)
          throw new BugError(`statistic ${target}/${provider.name}/${element.name} ${mistake}`);
      }
    this.#providers.push(provider);
  }

  /**
   * What there is to count. Clients have always seen the latest provider first, and of each the vCPUs
   * before the machine.
   */
  schemas(only?: ProviderName): readonly StatsSchema[] {
    return this.#providers
      .filter(({ name }) => only === undefined || name === only)
      .flatMap((provider) =>
        TARGET_ORDER.filter((target) => provider.targets.includes(target)).map((target) => ({
          provider: provider.name,
          target,
          elements: provider.schema(target),
        })),
      )
      .toReversed();
  }

  /**
   * The numbers. The order is the one clients have always seen: the last request, or the latest provider,
   * first, and the vCPUs from the last to the first. A subject of which nothing is left after the filters
   * is left out.
   */
  query(filter: StatsFilter, vcpus: readonly StatsVcpu[]): readonly StatsResult[] {
    const requests = filter.providers ?? this.#providers.map(({ name }): StatsRequest => ({ provider: name }));
    const wanted = vcpus.filter(({ qomPath }) => filter.vcpus === undefined || filter.vcpus.includes(qomPath));
    return requests.flatMap((request) => this.#ask(request, filter.target, wanted)).toReversed();
  }

  #ask(request: StatsRequest, target: StatsTarget, vcpus: readonly StatsVcpu[]): readonly StatsResult[] {
    const provider = this.#providers.find(({ name }) => name === request.provider);
    if (provider === undefined || !provider.targets.includes(target)) return [];
    const names = request.names && new Set(request.names);
    const chosen = (entries: readonly StatsEntry[]): readonly StatsEntry[] =>
      names === undefined ? entries : entries.filter(({ name }) => names.has(name));
    const results: StatsResult[] =
      target === 'vm'
        ? [{ provider: provider.name, stats: chosen(provider.values({ target })) }]
        : vcpus.map(({ index, qomPath }) => ({
            provider: provider.name,
            qomPath,
            stats: chosen(provider.values({ target, vcpu: index })),
          }));
    return results.filter(({ stats }) => stats.length > 0);
  }
}

const TARGET_ORDER: readonly StatsTarget[] = ['vm', 'vcpu'];

export interface StatsFilter {
  readonly target: StatsTarget;
  /** Paths of vCPUs; those of no vCPU are ignored. */
  readonly vcpus?: readonly string[] | undefined;
  /** Absent: all. A provider that is asked twice answers twice. */
  readonly providers?: readonly StatsRequest[] | undefined;
}

export interface StatsRequest {
  readonly provider: ProviderName;
  readonly names?: readonly string[] | undefined;
}

export interface StatsVcpu {
  readonly index: number;
  readonly qomPath: string;
}

export interface StatsResult {
  readonly provider: ProviderName;
  /** Of the vCPU; absent for the machine. */
  readonly qomPath?: string;
  readonly stats: readonly StatsEntry[];
}

export interface StatsSchema {
  readonly provider: ProviderName;
  readonly target: StatsTarget;
  readonly elements: readonly StatsElement[];
}
