/**
 * Fetches a guest straight from a Debian mirror, for systems without apt. The chain of
 * trust is apt's: the archive keys sign InRelease, which holds the hash of SHA256SUMS,
 * which holds the hashes of the files.
 */
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../base/errors.ts';
import { CommandFailed, MissingProgram, run } from './command.ts';
import { archiveKeyring } from './keyring.ts';
import { NAME_A_MIRROR, type Source } from './source.ts';

export async function fetchFromMirror(source: Source): Promise<void> {
  const { guest, mirror, signal, report } = source;
  if (mirror === undefined) throw new UserError(`this system has no apt to ask for a mirror: ${NAME_A_MIRROR}`);
  const suite = new URL(`dists/${guest.suite}/`, mirror);

  report('reading the release', 0);
  const release = await signedText(source, await get(new URL('InRelease', suite), signal));
  if (!new RegExp(`^Codename: ${guest.suite}$`, 'm').test(release))
    throw new UserError(`${suite.href} is not ${guest.suite}: ${NAME_A_MIRROR}`);
  const sumsName = `${guest.images}/SHA256SUMS`;
  const sums = await get(new URL(sumsName, suite), signal);
  verify(sumsName, createHash('sha256').update(sums).digest('hex'), hashIn(release, sumsName));
  report('reading the release', 1);

  for (const [name, file] of Object.entries({ kernel: guest.kernel, initrd: guest.initrd })) {
    const url = new URL(`${guest.images}/${file.onMirror}`, suite);
    const hash = await save(url, join(source.staging, name), signal, (part) => report(`downloading the ${name}`, part));
    verify(file.onMirror, hash, hashIn(sums.toString(), `./${file.onMirror}`));
  }
}

/** The text under the signature, once a key of Debian's is seen to have made it. */
async function signedText({ staging, signal }: Source, signed: Buffer): Promise<string> {
  const [input, output] = [join(staging, 'InRelease'), join(staging, 'Release')];
  writeFileSync(input, signed);
  let good = false;
  let bad = false;
  const onStatus = (line: string) => {
    good ||= line.startsWith('[GNUPG:] VALIDSIG ');
    bad ||= line.startsWith('[GNUPG:] BADSIG ');
  };
  try {
    await run('gpgv', ['--status-fd', '3', '--keyring', archiveKeyring(), '--output', output, input], {
      signal,
      onStatus,
    });
  } catch (error) {
    if (error instanceof MissingProgram)
      throw new UserError("gpgv is not installed and Debian's signature cannot be checked: install gpgv or GnuPG");
    // It fails when any of several signatures is by a key newer than the keyring; one good one is enough.
    if (!(error instanceof CommandFailed)) throw error;
  }
  if (!good || bad || !existsSync(output))
    throw new UserError(`the mirror's InRelease is not signed by Debian: ${NAME_A_MIRROR}`);
  return readFileSync(output, 'utf8');
}

/** The SHA-256 of a file in a list of hashes; the lists of weaker hashes have shorter words. */
function hashIn(list: string, name: string): string {
  for (const line of list.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words.at(-1) === name && words[0]!.length === 64) return words[0]!;
  }
  throw new UserError(`the mirror does not list ${name}: ${NAME_A_MIRROR}`);
}

function verify(name: string, hash: string, expected: string): void {
  if (hash !== expected) throw new UserError(`${name} arrived damaged: try again, or ${NAME_A_MIRROR}`);
}

async function open(url: URL, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    const { cause } = error as { cause?: Error };
    throw new UserError(
      `cannot reach ${url.host} (${cause?.message ?? String(error)}): check the network, or ${NAME_A_MIRROR}`,
      {
        cause: error,
      },
    );
  }
  if (!response.ok) throw new UserError(`the mirror answers ${response.status} for ${url.pathname}: ${NAME_A_MIRROR}`);
  return response;
}

async function get(url: URL, signal: AbortSignal): Promise<Buffer> {
  return Buffer.from(await (await open(url, signal)).arrayBuffer());
}

async function save(url: URL, path: string, signal: AbortSignal, report: (part: number) => void): Promise<string> {
  const response = await open(url, signal);
  const total = Number(response.headers.get('content-length')) || Infinity;
  const hash = createHash('sha256');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      report(bytes / total);
      done(null, chunk);
    },
  });
  if (response.body === null) throw new UserError(`the mirror sends nothing for ${url.pathname}: ${NAME_A_MIRROR}`);
  await pipeline(
    Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
    meter,
    createWriteStream(path),
    { signal },
  );
  return hash.digest('hex');
}
