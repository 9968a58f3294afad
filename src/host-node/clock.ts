import type { HostClock } from '../host/clock.ts';

/** All threads read the same monotonic clock; each thread's `performance` starts at another time. */
export class NodeClock implements HostClock {
  readonly #origin = Number(process.hrtime.bigint()) - performance.now() * 1e6;

  now(): number {
    return this.#origin + performance.now() * 1e6;
  }

  wall(): number {
    return Date.now() / 1000;
  }

  worked(): number {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  }
}
