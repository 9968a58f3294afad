import { readFileSync } from 'node:fs';
import type { SignalSet } from '../../linux-user/signals/signal-set.ts';

/** Variables that the launcher sets for Node, which concern no program; bin/launch.sh tells which it added. */
const ADDED = 'TINAMOU_ADDED';

/** Names of variables in the order in which the launcher was given them. */
const ORDER = 'TINAMOU_ORDER';

const DESCRIPTORS = 'TINAMOU_DESCRIPTORS';

/** Descriptors that this process was given. */
export function givenDescriptors(): number[] {
  const noted = process.env[DESCRIPTORS];
  return noted === undefined ? [0, 1, 2] : noted.trim().split(' ').map(Number);
}

const SIGNALS = 'TINAMOU_SIGNALS';

/** Signals that were masked and ignored when this process began; the launcher tells. */
export function givenSignals(): { readonly mask: SignalSet; readonly ignored: SignalSet } {
  const [mask, ignored] = (process.env[SIGNALS] ?? '0 0').split(' ').map(signalSet);
  return { mask: mask!, ignored: ignored! };
}

/** A set in hexadecimal, as /proc has it. */
function signalSet(digits: string): SignalSet {
  const bits = BigInt(`0x${digits}`);
  return { low: Number(BigInt.asIntN(32, bits)), high: Number(BigInt.asIntN(32, bits >> 32n)) };
}

/** Bytes as text of one character each, so that nothing of what is no UTF-8 is lost. */
const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
export const bytesOf = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1');

/** The last `count` arguments of this process, as bytes: Node has them as text, which not all bytes are. */
export function argumentBytes(count: number): Uint8Array[] {
  if (count === 0) return [];
  return text(readFileSync('/proc/self/cmdline'))
    .split('\0')
    .slice(-count - 1, -1)
    .map(bytesOf);
}

/**
 * The environment of a program, as bytes: that of this process without what only Node is to know, then the changes,
 * `NAME=value` or `NAME` of one that goes.
 */
export function programEnvironment(changes: readonly string[]): Uint8Array[] {
  const variables = new Map<string, string>();
  for (const entry of text(readFileSync('/proc/self/environ')).split('\0')) {
    if (entry !== '') variables.set(nameOf(entry), entry);
  }
  const order = variables.get(ORDER)?.split(' ') ?? [];
  withoutAdded(variables);
  sort(variables, order);
  for (const change of changes) {
    const entry = Buffer.from(change).toString('latin1');
    variables.delete(nameOf(entry));
    if (entry.includes('=')) variables.set(nameOf(entry), entry);
  }
  // As with QEMU the last comes first.
  return [...variables.values()].reverse().map(bytesOf);
}

/** Brings variables into an order; those that are not named come first. */
function sort(variables: Map<string, string>, names: readonly string[]): void {
  for (const name of new Set(names)) {
    const entry = variables.get(name);
    if (entry === undefined) continue;
    variables.delete(name);
    variables.set(name, entry);
  }
}

const nameOf = (entry: string): string => entry.split('=', 1)[0]!;

function withoutAdded(variables: Map<string, string>): void {
  const added = variables.get(ADDED)?.slice(ADDED.length + 1) ?? '';
  variables.delete(ADDED);
  variables.delete(DESCRIPTORS);
  variables.delete(SIGNALS);
  variables.delete(ORDER);
  for (const name of added.split(' ')) variables.delete(name);
  // What it was before.
  const path = variables.get('TINAMOU_LD_LIBRARY_PATH');
  variables.delete('TINAMOU_LD_LIBRARY_PATH');
  if (path !== undefined) variables.set('LD_LIBRARY_PATH', path.slice('TINAMOU_'.length));
}
