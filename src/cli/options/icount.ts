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
  /** What comes from outside is written to a file, or comes from one. */
  readonly journal?: { readonly mode: 'record' | 'replay'; readonly file: string } | undefined;
}

const LARGEST_SHIFT = 10;

export const icount = valued(
  'icount',
  '[shift=]N|auto[,align=on|off][,sleep=on|off][,rr=record|replay,rrfile=file]',
  'time by instructions, 2^N ns each, so that a run can be repeated; sleep=off: an idle guest does not wait for its timers; align=on: it waits for the host where it is ahead; rr=record: write what comes from outside to a file, rr=replay: take it from there',
  (settings, text) => {
    const options = new Options(keyValues(text, 'shift'));
    const shift = options.string('shift');
    const align = options.flag('align');
    const sleep = options.flag('sleep') ?? true;
    const mode = options.string('rr');
    const file = options.string('rrfile');
    options.refuse('rrsnapshot');
    options.finish();
    if (mode !== undefined && mode !== 'record' && mode !== 'replay') {
      throw new UserError(`Invalid icount rr option: ${mode}; use record or replay`);
    }
    if (shift === undefined) {
      if (align !== undefined) throw new UserError('Please specify shift option when using align');
      if (mode !== undefined) throw new UserError('Please enable icount to use record/replay: give it a shift');
      return;
    }
    if (align === true && !sleep) throw new UserError('align=on and sleep=off are incompatible');
    const counting = { shift: parseShift(shift), sleep, align: align ?? false };
    if (mode === undefined) {
      settings.icount = counting;
      return;
    }
    if (file === undefined) throw new UserError('File name not specified for replay: give it as rrfile=');
    if (counting.shift === 'auto') throw new UserError('shift=auto cannot be repeated: give a number to record it');
    settings.icount = { ...counting, journal: { mode, file } };
  },
);

function parseShift(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (/^\d+$/.test(text) && Number(text) <= LARGEST_SHIFT) return Number(text);
  throw new UserError(`icount: Invalid shift value '${text}': use 0 to ${LARGEST_SHIFT}, or auto`);
}
