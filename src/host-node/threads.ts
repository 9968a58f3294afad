import type { MachineThreads } from '../vm/vcpus.ts';

/** The modules that a machine's threads run on Node. */
export const nodeThreads: MachineThreads = {
  vcpu: new URL('./vcpu-thread.ts', import.meta.url),
  timer: new URL('./timer-thread.ts', import.meta.url),
};

/** Of the thread that unpacks what a machine's memory is to hold. */
export const placerThread = new URL('./placer-thread.ts', import.meta.url);
