/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { UserError } from '../../src/base/errors.ts';

export interface Options {
  readonly kernels: readonly string[] | undefined;
  readonly modes: readonly string[] | undefined;
  readonly pairs: number;
  /** Where the report goes. */
  readonly json: string | undefined;
  /** Of the machine, for this program. */
  readonly options: readonly string[];
  /** And for this program in native QEMU's place. */
  readonly against: readonly string[] | undefined;
  readonly isStored: boolean;
  readonly isChecked: boolean;
}

/** Fewer say too little about the noise. */
const LEAST_PAIRS = 5;

/** Options of machines begin with a hyphen, which parseArgs takes only behind an equals sign. */
function joined(args: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const takesNext = (args[i] === '--option' || args[i] === '--against') && i + 1 < args.length;
    out.push(takesNext ? `${args[i]}=${args[++i]}` : args[i]!);
  }
  return out;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: joined(args),
      options: {
        kernel: { type: 'string', multiple: true },
        mode: { type: 'string', multiple: true },
        pairs: { type: 'string', default: String(LEAST_PAIRS) },
        json: { type: 'string' },
        option: { type: 'string', multiple: true, default: [] },
        against: { type: 'string' },
        store: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UserError((error as TypeError).message);
  }
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

export function readOptions(args: readonly string[]): Options {
  const { kernel, mode, pairs, json, option, against, store, check } = parse(args);
  const count = Number(pairs);
  if (!Number.isInteger(count) || count < 1) throw new UserError('--pairs takes a number from 1');
  if (store || check) {
    if (count < LEAST_PAIRS) throw new UserError(`--store and --check need at least ${LEAST_PAIRS} pairs`);
    if (against !== undefined || option.length > 0) {
      throw new UserError('--store and --check compare with native QEMU, without --option and --against');
    }
  }
  return {
    kernels: kernel,
    modes: mode,
    pairs: count,
    json,
    options: option.flatMap(words),
    against: against === undefined ? undefined : words(against),
    isStored: store,
    isChecked: check,
  };
}
