/** A guest's files by name: from the cache, or fetched now. */
import { UserError } from '../../base/errors.ts';
import { fetchWithApt } from './apt.ts';
import { type CachedGuest, cached, keep } from './cache.ts';
import { type Guest, GUESTS } from './catalog.ts';
import { MissingProgram } from './command.ts';
import { fetchFromMirror } from './mirror.ts';
import { progressOn } from './progress.ts';
import { type Source } from './source.ts';

export type FetchOptions = {
  mirror?: string | undefined;
  /** Fetch even if it is here. */
  again?: boolean;
};

export function guestNamed(name: string): Guest {
  const guest = GUESTS.find((candidate) => candidate.name === name);
  if (guest === undefined) throw new UserError(`no guest '${name}': \`tinamou guest list\` names them`);
  return guest;
}

export async function fetchGuest(guest: Guest, options: FetchOptions = {}): Promise<CachedGuest> {
  const here = cached(guest.name);
  if (here !== undefined && options.again !== true) return here;

  const mirror = mirrorUrl(options.mirror ?? process.env.TINAMOU_MIRROR);
  const progress = progressOn(process.stderr);
  // An interrupt unwinds the ordinary way, so that nothing half fetched is left.
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    process.stderr.write(`Fetching ${guest.title}, about ${guest.megabytes} MB, once.\n`);
    return await keep(guest.name, (staging) =>
      fetchFromAnywhere({ guest, staging, mirror, signal: interrupt.signal, report: progress.report }),
    );
  } catch (error) {
    if (interrupt.signal.aborted)
      throw new UserError('interrupted: the next run fetches anew', { code: 'interrupted' });
    throw error;
  } finally {
    progress.done();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function fetchFromAnywhere(source: Source): Promise<void> {
  try {
    await fetchWithApt(source);
  } catch (error) {
    if (!(error instanceof MissingProgram)) throw error;
    await fetchFromMirror(source);
  }
}

/** A mirror is written into apt's configuration, so it must be a URL and nothing more. */
function mirrorUrl(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = /^[\x21-\x7e]+$/.test(text) ? URL.parse(text) : null;
  if (url === null || !['http:', 'https:', 'file:'].includes(url.protocol))
    throw new UserError(`'${text}' is no mirror: give the http:, https: or file: URL of a Debian archive`);
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
