import type { HostClock } from '../host/clock.ts';

export class NodeClock implements HostClock {
  /**
   * All threads read one clock, and not `performance`, whose origin each thread has of its own and cannot tell exactly: the
   * harts of a machine must not see time go backwards when one has read it after another.
   */
  now(): number {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e9 + nanoseconds;
  }

  wall(): number {
    return Date.now() / 1000;
  }

  worked(): number {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  }
}
