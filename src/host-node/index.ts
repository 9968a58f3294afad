/** The library's host on Node. */
export { nodeHost } from './host.ts';
export { nodeThreads } from './threads.ts';
