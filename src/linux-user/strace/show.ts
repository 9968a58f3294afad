/** How arguments and results of system calls are written by -strace. */
import type { Caller } from '../calls/caller.ts';
import type { ArgumentType, ResultType, ShownArgument } from '../calls/types.ts';
import { PROT_READ } from '../memory/pages.ts';
import { showSignal } from './names.ts';

/** Most characters of a string, and elements of an array, that are shown. */
const MOST_STRING = 4096;
const MOST_ELEMENTS = 64;

/** A type that is passed as another one is, and written in its own way. */
export const shown = <S extends ArgumentType['show']>(type: ArgumentType, show: S): ArgumentType & { show: S } => ({
  ...type,
  show,
});
/** The same, of the low half of the register alone. */
export const named = (type: ArgumentType, show: (value: number) => string): ShownArgument =>
  shown(type, (caller, index) => show(caller.low(index)));

const digits = (low: number, high: number): string =>
  (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');

/** Shown only if an earlier argument says that the call looks at it. */
export const onlyIf = (type: ArgumentType, isUsed: (caller: Caller) => boolean): ArgumentType => ({
  ...type,
  show: (caller, index) => (isUsed(caller) ? type.show(caller, index) : undefined),
});

/** All digits of an address; NULL. */
export const showPointer: ShownArgument['show'] = (caller, index) => {
  const [low, high] = [caller.low(index), caller.high(index)];
  return low === 0 && high === 0 ? 'NULL' : `0x${digits(low, high)}`;
};

/** An address as a result. */
export const addressResult: ResultType = { show: (low, high) => `0x${digits(low, high)}` };

const isReadable = (caller: Caller, address: number, length: number): boolean =>
  address !== Infinity && caller.process.memory.pages.permits(address, length, PROT_READ);

/** A structure that is read, or where it would be. */
export const showStruct =
  (size: number, show: (caller: Caller, address: number) => string): ShownArgument['show'] =>
  (caller, index) => {
    const address = caller.address(index);
    return address !== 0 && isReadable(caller, address, size) ? show(caller, address) : showPointer(caller, index);
  };

const signed = (caller: Caller, address: number): bigint => caller.process.memory.view.getBigInt64(address, true);
export const timespec = (caller: Caller, address: number): string =>
  `{tv_sec = ${signed(caller, address)},tv_nsec = ${signed(caller, address + 8)}}`;
export const timeval = (caller: Caller, address: number): string =>
  `{tv_sec = ${signed(caller, address)},tv_usec = ${signed(caller, address + 8)}}`;
export const showTimespec = showStruct(16, timespec);
export const showTimeval = showStruct(16, timeval);
export const showItimerval = showStruct(
  32,
  (caller, address) => `{it_interval=${timeval(caller, address)},it_value=${timeval(caller, address + 16)}}`,
);

/** A set of 64 signals. */
export const showSignalSet = showStruct(8, (caller, address) => {
  const bits = caller.process.memory.view.getBigUint64(address, true);
  const names: string[] = [];
  for (let signal = 1; signal <= 64; signal++) {
    if ((bits & (1n << BigInt(signal - 1))) !== 0n) names.push(showSignal(signal));
  }
  return `[${names.join(' ')}]`;
});

const FAMILIES: Readonly<Record<number, (caller: Caller, address: number, length: number) => string>> = {
  1: (caller, address, length) => {
    const path = caller.process.memory.text(address + 2, length - 2);
    // An abstract name begins with a zero byte, and has no end but the address's.
    const shown = path.startsWith('\0') ? `@${path.slice(1)}` : path.replace(/\0.*/s, '');
    return `{sun_family=AF_UNIX,sun_path="${shown}"}`;
  },
  2: (caller, address) => {
    const { view, bytes } = caller.process.memory;
    const host = bytes.subarray(address + 4, address + 8).join('.');
    return `{sin_family=AF_INET,sin_port=htons(${view.getUint16(address + 2)}),sin_addr=inet_addr("${host}")}`;
  },
  10: (caller, address) => {
    const { view } = caller.process.memory;
    const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(address + 8 + 2 * i).toString(16));
    return `{sin6_family=AF_INET6,sin6_port=htons(${view.getUint16(address + 2)}),sin6_addr="${groups.join(':')}"}`;
  },
};
const LEAST: Readonly<Record<number, number>> = { 1: 2, 2: 8, 10: 24 };

/** A socket's address, whose length is the next argument. */
export const showSocketAddress: ShownArgument['show'] = (caller, index) => {
  const address = caller.address(index);
  const length = caller.low(index + 1) >>> 0;
  if (length < 2 || length > 128 || !isReadable(caller, address, length)) return showPointer(caller, index);
  const family = caller.process.memory.view.getUint16(address, true);
  if (length < (LEAST[family] ?? Infinity)) return showPointer(caller, index);
  return FAMILIES[family]!(caller, address, length);
};

/** A string between quotes, as it is in memory; an address where there is none. */
export function quoted(caller: Caller, address: number): string | undefined {
  if (address === Infinity) return undefined;
  const { memory } = caller.process;
  const length = memory.stringLength(address);
  if (length < 0) return undefined;
  const bytes = memory.bytes.slice(address, address + Math.min(length, MOST_STRING));
  return `"${new TextDecoder().decode(bytes)}"${length > MOST_STRING ? '...' : ''}`;
}

export const showText: ShownArgument['show'] = (caller, index) =>
  quoted(caller, caller.address(index)) ?? showPointer(caller, index);

/** An array of strings that ends with a null pointer. */
export const showStrings: ShownArgument['show'] = (caller, index) => {
  const { memory } = caller.process;
  const parts: string[] = [];
  for (let at = caller.address(index); parts.length < MOST_ELEMENTS; at += 8) {
    if (!isReadable(caller, at, 8)) return showPointer(caller, index);
    const address = memory.u64(at);
    if (address === 0) return `{${[...parts, 'NULL'].join(',')}}`;
    parts.push(quoted(caller, address) ?? `0x${address.toString(16)}`);
  }
  return `{${parts.join(',')},...}`;
};
