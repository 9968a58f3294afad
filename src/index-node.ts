/** The library as Node gets it: with programs, which need what a browser does not have. */
export * from './index.ts';
export { runProgram, type ProgramEnd, type RunProgramOptions } from './host-node/run-program.ts';
