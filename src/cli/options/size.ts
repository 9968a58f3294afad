import { UserError } from '../../base/errors.ts';

const SUFFIXES = 'BKMGTPE';

/** Bytes from `512M`, `1.5G`; a number without a suffix counts `unit` bytes. */
export function parseSize(text: string, unit = 1): number {
  const match = /^(\d+(?:\.\d+)?|0x[0-9a-f]+)([bkmgtpe]?)$/i.exec(text);
  if (match === null) {
    throw new UserError(`'${text}' is no size; write a number with one of the suffixes K, M, G, as in 512M`);
  }
  const [, number, suffix = ''] = match;
  const scale = suffix === '' ? unit : 1024 ** SUFFIXES.indexOf(suffix.toUpperCase());
  return Math.ceil(Number(number) * scale);
}
