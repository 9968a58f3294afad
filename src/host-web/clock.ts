import type { HostClock } from '../host/clock.ts';

/** Each thread's `performance` starts at a time of its own, which `timeOrigin` tells. */
export class WebClock implements HostClock {
  now(): number {
    return (performance.timeOrigin + performance.now()) * 1e6;
  }

  wall(): number {
    return Date.now() / 1000;
  }

  worked(): number {
    return performance.now();
  }
}
