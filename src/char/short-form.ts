import { UserError } from '../base/errors.ts';
import type { ChardevOptions } from './chardevs.ts';

/** What the argument of `-serial`, `-monitor` or `-qmp` stands for. */
export type ShortForm =
  /** No device at all. */
  | { readonly type: 'none' }
  /** A `-chardev` made elsewhere. */
  | { readonly type: 'chardev'; readonly id: string }
  /** A new one; with `monitor` a monitor shares it. */
  | { readonly type: 'new'; readonly options: ChardevOptions; readonly monitor: boolean };

/**
 * Reads `none`, `null`, `stdio`, `file:PATH`, `unix:PATH[,options]`, `tcp:HOST:PORT[,options]` and
 * `chardev:ID`, each also after `mon:`. A new back end gets the id `label`.
 */
export function parseShortForm(text: string, label: string): ShortForm {
  if (text === 'none') return { type: 'none' };
  const monitor = text.startsWith('mon:');
  const rest = monitor ? text.slice('mon:'.length) : text;
  if (rest.startsWith('chardev:')) {
    if (monitor) throw new UserError(`'${text}': a chardev of its own is shared with mux=on, not with mon:`);
    return { type: 'chardev', id: rest.slice('chardev:'.length) };
  }
  const options: Record<string, unknown> = { ...backend(rest), id: label };
  if (monitor) {
    options['mux'] = 'on';
    // Whoever shares the terminal with a monitor ends with the escape key: ^C is for the guest.
    if (rest === 'stdio') options['signal'] = 'off';
  }
  return { type: 'new', options, monitor };
}

function backend(text: string): Record<string, unknown> {
  if (text === 'null' || text === 'stdio' || text === 'ringbuf') return { backend: text };
  const [, scheme, rest] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'file':
      if (rest === '') throw new UserError(`'${text}': no file name is given; write file:PATH`);
      return { backend: 'file', path: rest };
    case 'unix': {
      const [path = '', ...options] = splitCommas(rest!);
      if (path === '') throw new UserError(`'${text}': no path is given; write unix:PATH,server=on,wait=off`);
      return { backend: 'socket', path, ...keyValues(options) };
    }
    case 'tcp': {
      const [address = '', ...options] = splitCommas(rest!);
      const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
      if (host === undefined || (host.includes(':') && !/^\[.*\]$/.test(host))) {
        throw new UserError(`'${text}': '${address}' is not HOST:PORT; write tcp:127.0.0.1:4444,server=on,wait=off`);
      }
      return { backend: 'socket', host: host.replace(/^\[(.*)\]$/, '$1'), port, ...keyValues(options) };
    }
    default:
      throw new UserError(
        `'${text}' is not a valid char driver; use none, null, stdio, mon:stdio, file:PATH, unix:PATH, tcp:HOST:PORT or chardev:ID`,
      );
  }
}

/** A comma that belongs to a value is written twice. */
function splitCommas(text: string): string[] {
  return text
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','));
}

/** `server` is `server=on` and `nowait` is `wait=off`, as they were first written. */
function keyValues(options: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const option of options) {
    const equals = option.indexOf('=');
    if (equals >= 0) values[option.slice(0, equals)] = option.slice(equals + 1);
    else if (option === 'nowait' || option === 'noserver') values[option.slice(2)] = 'off';
    else values[option] = 'on';
  }
  return values;
}
