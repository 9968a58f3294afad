import type { OtherCpus } from '../board/site.ts';
import type { CpuRequests } from '../mem/cpu-requests.ts';

/** What a vCPU asks of the others: in one go, so that they all see to it at the same time. */
export function otherVcpus(index: number, all: readonly CpuRequests[]): OtherCpus {
  const ask = (cpus: readonly number[], ticketOf: (requests: CpuRequests) => number): void => {
    const others = cpus.filter((cpu) => cpu !== index).map((cpu) => all[cpu]!);
    if (others.length === 0) return;
    all[index]!.whileAway(() => {
      const tickets = others.map(ticketOf);
      for (const [i, requests] of others.entries()) requests.waitFor(tickets[i]!);
    });
  };
  return {
    // Whoever stores to code tells those who keep some at once: it is only to be waited for.
    fenceCode: (cpus) => ask(cpus, (requests) => requests.latest),
    flush: (cpus, range, asid) =>
      ask(cpus, (requests) => {
        if (range !== undefined) return requests.post('flushPages', range.low, range.high, range.count, asid);
        return asid < 0 ? requests.post('flushAll') : requests.post('flushAsid', asid);
      }),
  };
}
