import { UserError } from '../base/errors.ts';

export type Values = Readonly<Record<string, unknown>>;

/**
 * Reads `key=value,flag,key=value` or a JSON object. A comma inside a value is written twice; a key
 * without a value is `on`, with `no` in front of a `booleans` one `off`. A first value without a key
 * belongs to `implied`.
 */
export function keyValues(text: string, implied?: string, booleans: readonly string[] = []): Values {
  if (text.startsWith('{')) return fromJson(text);
  const values: Record<string, unknown> = Object.create(null);
  for (const [index, part] of splitCommas(text).entries()) {
    const equals = part.indexOf('=');
    if (equals > 0) values[part.slice(0, equals)] = part.slice(equals + 1);
    else if (equals === 0) throw new UserError(`'${part}': a value without a key; write key=value`);
    else if (index === 0 && implied !== undefined) values[implied] = part;
    else if (part === '') throw new UserError('there is nothing between two commas; a comma in a value is written ,,');
    else if (part.startsWith('no') && booleans.includes(part.slice(2))) values[part.slice(2)] = 'off';
    else values[part] = 'on';
  }
  return values;
}

/** The parts between commas; two commas are one of the text. */
export function splitCommas(text: string): string[] {
  const parts: string[] = [''];
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== ',') parts[parts.length - 1] += text[i]!;
    else if (text[i + 1] === ',') {
      parts[parts.length - 1] += ',';
      i++;
    } else parts.push('');
  }
  return parts;
}

function fromJson(text: string): Values {
  try {
    return JSON.parse(text) as Values;
  } catch (cause) {
    throw new UserError('this is no JSON object; quote it for the shell, or write key=value,...', { cause });
  }
}

/** Whether the argument only asks what there is. */
export const asksForHelp = (text: string): boolean => text === 'help' || text === '?';
