import { UserError } from '../../base/errors.ts';
import { keyValues } from '../../host/key-values.ts';
import { Options } from '../../host/options.ts';
import { valued } from './option.ts';

/** How time goes by with the instructions, as the command line says it. */
export interface InstructionCounting {
  /** Nanoseconds of an instruction, as a power of two; auto: as the host's clock wants it. */
  readonly shift: number | 'auto';
  readonly sleep: boolean;
  readonly align: boolean;
}

const LARGEST_SHIFT = 10;

export const icount = valued(
  'icount',
  '[shift=]N|auto[,align=on|off][,sleep=on|off]',
  'time by instructions, 2^N ns each, so that a run can be repeated; sleep=off: an idle guest does not wait for its timers; align=on: it waits for the host where it is ahead',
  (settings, text) => {
    const options = new Options(keyValues(text, 'shift'));
    const shift = options.string('shift');
    const align = options.flag('align');
    const sleep = options.flag('sleep') ?? true;
    options.refuse('rr', 'rrfile', 'rrsnapshot');
    options.finish();
    if (shift === undefined) {
      if (align !== undefined) throw new UserError('Please specify shift option when using align');
      return;
    }
    if (align === true && !sleep) throw new UserError('align=on and sleep=off are incompatible');
    settings.icount = { shift: parseShift(shift), sleep, align: align ?? false };
  },
);

function parseShift(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (/^\d+$/.test(text) && Number(text) <= LARGEST_SHIFT) return Number(text);
  throw new UserError(`icount: Invalid shift value '${text}': use 0 to ${LARGEST_SHIFT}, or auto`);
}
