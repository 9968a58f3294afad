/** Tinamou in a web page. */
export { UserError } from '../base/errors.ts';
export { createMachine, type Console, type WebMachine } from './machine.ts';
export type { DiskOptions, MachineOptions } from './options.ts';
