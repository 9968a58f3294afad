/** What a machine can be asked to tell about itself (`-d`, `log`), as QEMU names it. */
export const LOG_ITEMS = {
  out_asm: 'show the WebAssembly made of each block or region',
  in_asm: 'show the guest code of what is decoded or translated',
  op: 'show the intermediate code of each block that is translated',
  op_opt: 'show intermediate code after optimization, where there is any',
  int: 'show interrupts and exceptions in short form',
  exec: 'show a line before each block that is entered from the run loop (lots of logs)',
  cpu: 'show the registers of the CPU there (lots of logs)',
  fpu: 'with those for floating point',
  nochain: 'enter one block at a time, so that exec and cpu show each; in tier 0',
  mmu: 'show address translations',
  cpu_reset: 'show the registers of the CPU before it is reset',
  guest_errors: 'log when the guest OS does something invalid (eg accessing a non-existent register)',
  unimp: 'log unimplemented functionality',
} as const;
/** What can be told of a program in user mode besides. */
export const PROGRAM_LOG_ITEMS = {
  page: 'show where the program lies in its addresses when it begins',
  strace: 'log every system call, its arguments, and its result',
} as const;
type MachineLogItem = keyof typeof LOG_ITEMS;
export type LogItem = MachineLogItem | keyof typeof PROGRAM_LOG_ITEMS;

export const LOG_ITEM_NAMES = Object.keys(LOG_ITEMS) as readonly MachineLogItem[];
export const ALL_LOG_ITEM_NAMES = [...LOG_ITEM_NAMES, ...Object.keys(PROGRAM_LOG_ITEMS)] as readonly LogItem[];

/** What a program in user mode tells of: it has no interrupts, and its run loop reports no entries. */
const OF_MACHINES: readonly LogItem[] = ['int', 'exec', 'cpu', 'fpu', 'nochain', 'cpu_reset'];
export const USER_LOG_ITEM_NAMES = ALL_LOG_ITEM_NAMES.filter((name) => !OF_MACHINES.includes(name));

export const isLogItem = (name: string): name is MachineLogItem => Object.hasOwn(LOG_ITEMS, name);
