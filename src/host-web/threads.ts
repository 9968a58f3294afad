import type { MachineThreads } from '../vm/vcpus.ts';

/** The modules that a machine's threads run in a browser: they are served beside this one. */
export const webThreads: MachineThreads = {
  vcpu: new URL('./vcpu-thread.ts', import.meta.url),
  timer: new URL('./timer-thread.ts', import.meta.url),
};
