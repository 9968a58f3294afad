/**
 * The library: machines as typed objects. It runs on Node and in browsers; the host, which gives it
 * threads, clocks and files, comes from `tinamou/node`, or from the web entry.
 */
export { UserError } from './base/errors.ts';
export { VERSION } from './base/version.ts';
export type { CharBackend, CharFrontend } from './char/backend.ts';
export { Console } from './char/console.ts';
export type { Host } from './host/host.ts';
export type { StatsFilter, StatsResult, StatsSchema } from './stats/registry.ts';
export type { ClockConfig, MachineConfig, Tier } from './vm/config.ts';
export { Machine } from './vm/machine.ts';
export type { MachineOptions } from './vm/machine-options.ts';
export type { Ending, MachineEvent, RunState } from './vm/run-state.ts';
export { virtMachine, type VirtOptions } from './vm/virt-machine.ts';
