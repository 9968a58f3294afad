import type { LinuxCall } from '../../host/linux-calls.ts';
import type { Caller } from './caller.ts';
import type { ArgumentType, ResultType } from './types.ts';
import { word } from './types.ts';

/** A system call, declared once: what its arguments are, and who does it. */
export interface SystemCall {
  readonly name: LinuxCall;
  readonly arguments: readonly { readonly name: string; readonly type: ArgumentType }[];
  readonly result: ResultType;
  /**
   * Does it: a result, or a negative errno. Left out, the host's call of the same name does it, with the arguments
   * passed on as their types say.
   */
  readonly perform?: (caller: Caller, call: SystemCall) => number;
  /** It may last, and a signal interrupts it. */
  readonly blocks?: true;
  /** After a handler it fails with EINTR, whether that one has SA_RESTART or not (signal(7)). */
  readonly isNeverRestarted?: true;
}

type Rest = Partial<Pick<SystemCall, 'perform' | 'blocks' | 'isNeverRestarted' | 'result'>>;

export function call(name: LinuxCall, args: Readonly<Record<string, ArgumentType>>, rest: Rest = {}): SystemCall {
  return {
    name,
    arguments: Object.entries(args).map(([argument, type]) => ({ name: argument, type })),
    result: word,
    ...rest,
  };
}
