import { EFAULT, EINVAL } from '../errno.ts';
import { GENERIC_SEMID, HOST_SEMID } from '../abi/ipc-layout.ts';
import { convert } from '../abi/layout.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { input, optionalInput } from './buffers.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { hex, int, long, size } from './types.ts';

/** System V's shared memory, semaphores and queues (sysvipc(7)). All but struct semid64_ds is laid out alike. */

const IPC_SET = 1;
const IPC_STAT = 2;

/** What a command does with the last argument: a number of bytes that it reads or writes, or nothing in memory. */
type Command = { readonly reads: number } | { readonly writes: number };

/** Makes `index` the host's argument for a command. */
function passCommand(caller: Caller, index: number, command: Command | undefined): number {
  const { host, process } = caller;
  host.word(index, caller.low(index), caller.high(index));
  if (command === undefined) return 0;
  const { memory } = process;
  const address = caller.address(index);
  const [bytes, access] = 'reads' in command ? [command.reads, PROT_READ] : [command.writes, PROT_WRITE];
  if (!memory.pages.permits(address, bytes, access)) return -EFAULT;
  host.at(index, memory.hostOffset(address));
  return 0;
}

function settleCommand(caller: Caller, index: number, command: Command | undefined): void {
  if (command !== undefined && 'writes' in command) caller.process.memory.wrote(caller.address(index), command.writes);
}

/** shmctl and msgctl: an identifier, a command, a structure. */
function control(caller: Caller, name: 'shmctl' | 'msgctl', commands: Readonly<Record<number, Command>>): number {
  const { host } = caller;
  const command = commands[caller.low(1)];
  const failure = passCommand(caller, 2, command);
  if (failure < 0) return failure;
  host.int(0, caller.low(0));
  host.int(1, caller.low(1));
  const result = host.call(host.numbers[name]);
  if (result >= 0) settleCommand(caller, 2, command);
  return result;
}

const controlShape = { id: int, command: int, buffer: hex };

const SHMID = 112;
const SEGMENT_SIZE_AT = 48;
export const shmget = call('shmget', { key: hex, size, flags: hex });
/** SHM_STAT, SHM_INFO, IPC_INFO and SHM_STAT_ANY have structures, too. */
const SHM_COMMANDS = {
  [IPC_SET]: { reads: SHMID },
  [IPC_STAT]: { writes: SHMID },
  3: { writes: 72 },
  13: { writes: SHMID },
  14: { writes: 48 },
  15: { writes: SHMID },
} as const;
export const shmctl = call('shmctl', controlShape, { perform: (caller) => control(caller, 'shmctl', SHM_COMMANDS) });

const SHM_RDONLY = 0o10000;
const SHM_RND = 0o20000;
const SHM_REMAP = 0o40000;
const SHM_EXEC = 0o100000;
const PAGE = 4096;

/** Bytes of a segment, or a negative errno. */
function segmentSize(caller: Caller, id: number): number {
  const { host, scratch } = caller;
  const status = scratch.allocate(SHMID);
  host.int(0, id);
  host.int(1, IPC_STAT);
  host.at(2, status);
  const failure = host.call(host.numbers.shmctl);
  return failure < 0 ? failure : scratch.u64(status + SEGMENT_SIZE_AT);
}

export const shmat = call(
  'shmat',
  { id: int, address: hex, flags: hex },
  {
    perform(caller) {
      const { process } = caller;
      const [id, wanted, flags] = [caller.low(0), caller.value(1), caller.low(2)];
      const inPage = wanted % PAGE;
      if (inPage !== 0 && (flags & SHM_RND) === 0) return -EINVAL;
      if (wanted === 0 && (flags & SHM_REMAP) !== 0) return -EINVAL;
      const length = segmentSize(caller, id);
      if (length < 0) return length;
      const prot =
        PROT_READ | ((flags & SHM_RDONLY) === 0 ? PROT_WRITE : 0) | ((flags & SHM_EXEC) === 0 ? 0 : PROT_EXEC);
      const at = wanted - inPage;
      return process.lock.with(() => process.space.attach(at, { id, length }, prot, (flags & SHM_REMAP) !== 0));
    },
  },
);

export const shmdt = call(
  'shmdt',
  { address: hex },
  { perform: (caller) => caller.process.lock.with(() => caller.process.space.detach(caller.value(0))) },
);

export const semget = call('semget', { key: hex, count: int, flags: hex });

/** struct sembuf, and the most of them that are done at once (SEMOPM). */
const SEMBUF = 6;
const operations = { id: int, operations: input({ argument: 2, each: SEMBUF }), count: size };
export const semop = call('semop', operations, {
  isNeverRestarted: true,
  perform: (caller) => semaphores(caller, false),
});
export const semtimedop = call(
  'semtimedop',
  { ...operations, timeout: optionalInput(16) },
  {
    isNeverRestarted: true,
    perform: (caller) => semaphores(caller, true),
  },
);

/** There need not be a semop on the host that is a call of its own. */
function semaphores(caller: Caller, isTimed: boolean): number {
  const { host } = caller;
  for (const [index, type] of [int, operations.operations, size].entries()) {
    const failure = type.pass(caller, index);
    if (failure < 0) return failure;
  }
  host.word(3, 0, 0);
  const failure = isTimed ? optionalInput(16).pass(caller, 3) : 0;
  return failure < 0 ? failure : host.blocking(host.numbers.semtimedop);
}

const SETALL = 17;
const GETALL = 13;
/** IPC_STAT, SEM_STAT, SEM_STAT_ANY. */
const SEM_STATS: ReadonlySet<number> = new Set([IPC_STAT, 18, 20]);
/** IPC_INFO, SEM_INFO: struct seminfo. */
const SEM_INFOS: ReadonlySet<number> = new Set([3, 19]);

export const semctl = call(
  'semctl',
  { id: int, number: int, command: int, argument: hex },
  {
    perform(caller) {
      const command = caller.low(2);
      if (SEM_STATS.has(command) || command === IPC_SET) return semaphoreStatus(caller, command);
      let structure: Command | undefined;
      if (SEM_INFOS.has(command)) structure = { writes: 40 };
      else if (command === GETALL || command === SETALL) {
        const count = semaphoreCount(caller);
        if (count < 0) return count;
        structure = command === GETALL ? { writes: 2 * count } : { reads: 2 * count };
      }
      const failure = passCommand(caller, 3, structure);
      if (failure < 0) return failure;
      const result = askSemaphores(caller, command);
      if (result >= 0) settleCommand(caller, 3, structure);
      return result;
    },
  },
);

function askSemaphores(caller: Caller, command: number): number {
  const { host } = caller;
  host.int(0, caller.low(0));
  host.int(1, caller.low(1));
  host.int(2, command);
  return host.call(host.numbers.semctl);
}

/** Semaphores of a set, or a negative errno. */
function semaphoreCount(caller: Caller): number {
  const { host, scratch } = caller;
  const layout = HOST_SEMID[host.processor];
  const status = scratch.allocate(layout.size);
  host.at(3, status);
  const failure = askSemaphores(caller, IPC_STAT);
  return failure < 0 ? failure : scratch.u64(status + layout.fields['nsems']!.offset);
}

function semaphoreStatus(caller: Caller, command: number): number {
  const { host, scratch, process } = caller;
  const { memory } = process;
  const address = caller.address(3);
  const layout = HOST_SEMID[host.processor];
  const isSet = command === IPC_SET;
  if (!memory.pages.permits(address, GENERIC_SEMID.size, isSet ? PROT_READ : PROT_WRITE)) return -EFAULT;
  const status = scratch.allocate(layout.size);
  const own = memory.hostOffset(address);
  if (isSet) convert(scratch.view, GENERIC_SEMID, own, layout, status);
  host.at(3, status);
  const result = askSemaphores(caller, command);
  if (result < 0 || isSet) return result;
  convert(scratch.view, layout, status, GENERIC_SEMID, own);
  memory.wrote(address, GENERIC_SEMID.size);
  return result;
}

const MSQID = 120;
export const msgget = call('msgget', { key: hex, flags: hex });
const MSG_COMMANDS = {
  [IPC_SET]: { reads: MSQID },
  [IPC_STAT]: { writes: MSQID },
  3: { writes: 32 },
  11: { writes: MSQID },
  12: { writes: 32 },
  13: { writes: MSQID },
} as const;
export const msgctl = call('msgctl', controlShape, { perform: (caller) => control(caller, 'msgctl', MSG_COMMANDS) });

/** A message is a type and the text, whose length is the argument after it. */
const TYPE_BYTES = 8;

function message(caller: Caller, access: number): number {
  const { memory } = caller.process;
  const address = caller.address(1);
  const length = caller.value(2);
  if (length >= 2 ** 31) return -EINVAL;
  if (!memory.pages.permits(address, TYPE_BYTES + length, access)) return -EFAULT;
  for (const index of [0, 2, 3, 4]) caller.host.word(index, caller.low(index), caller.high(index));
  caller.host.at(1, memory.hostOffset(address));
  return 0;
}

export const msgsnd = call(
  'msgsnd',
  { id: int, message: hex, size, flags: hex },
  {
    isNeverRestarted: true,
    perform(caller) {
      const failure = message(caller, PROT_READ);
      return failure < 0 ? failure : caller.host.blocking(caller.host.numbers.msgsnd);
    },
  },
);

export const msgrcv = call(
  'msgrcv',
  { id: int, message: hex, size, type: long, flags: hex },
  {
    isNeverRestarted: true,
    perform(caller) {
      const failure = message(caller, PROT_WRITE);
      if (failure < 0) return failure;
      const result = caller.host.blocking(caller.host.numbers.msgrcv);
      if (result >= 0) caller.process.memory.wrote(caller.address(1), TYPE_BYTES + result);
      return result;
    },
  },
);
