/** Fetching guests, whole program, with stand-ins for the system's programs and no network. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { GUESTS } from '../src/cli/guest/catalog.ts';

const TINAMOU = join(import.meta.dirname, '..', 'bin', 'tinamou');
const GUEST = GUESTS[0]!;
const KERNEL = 'the kernel\n'.repeat(1000);
const INITRD = 'the initrd\n'.repeat(1000);

/** apt-get as far as fetching uses it: it logs the mirror it is sent to and fails where told. */
const APT_GET = `#!/bin/sh
mirror() { sed -n 's/^URIs: //p' "$(dirname "$1")/sources/debian.sources"; }
case " $* " in
*' --print-uris '*) cat "$FAKE/uris" ;;
*' update '*)
  mirror "$2" >>"$FAKE/log"
  echo 'dlstatus:1:50.0:Retrieving file 1 of 2' >&3
  [ ! -e "$FAKE/hang" ] || { touch "$FAKE/hanging"; exec sleep 30; }
  ! grep -qxF "$(mirror "$2")" "$FAKE/down" || { echo 'E: Failed to fetch: no route to host' >&2; exit 100; } ;;
*' download '*) cp "$FAKE/package.tar" guest_1_all.deb ;;
esac
`;

const DPKG_DEB = `#!/bin/sh
exec cat "$2"
`;

/** gpgv that takes anything for signed by a known key, unless the text says otherwise. */
const GPGV = `#!/bin/sh
for file; do :; done
cp "$file" "$6"
if grep -q forged "$file"; then echo '[GNUPG:] BADSIG 1' >&3; exit 1; fi
echo '[GNUPG:] VALIDSIG 1' >&3
`;

type World = { dir: string; env: NodeJS.ProcessEnv; guests: string };

function world(t: TestContext, programs: Record<string, string>): World {
  const dir = mkdtempSync(join(tmpdir(), 'tinamou-guest-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  }
  for (const name of ['sh', 'cat', 'cp', 'sed', 'grep', 'dirname', 'readlink', 'touch', 'sleep', 'tar']) {
    const real = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${real} "$@"\n`, { mode: 0o755 });
  }
  writeFileSync(join(dir, 'uris'), "'http://one.example/debian/dists/trixie/InRelease' one 0 \n");
  writeFileSync(join(dir, 'down'), '');
  writeFileSync(join(dir, 'log'), '');
  writeFileSync(join(dir, 'keys.gpg'), '');
  for (const [file, content] of [
    [GUEST.kernel, KERNEL],
    [GUEST.initrd, INITRD],
  ] as const) {
    const path = join(dir, 'root', file.inPackage);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  spawnSync('tar', ['-c', '-f', join(dir, 'package.tar'), '-C', join(dir, 'root'), './usr']);
  const env = { PATH: bin, HOME: join(dir, 'home'), FAKE: dir, TINAMOU_KEYRING: join(dir, 'keys.gpg') };
  return { dir, env, guests: join(dir, 'home', '.cache', 'tinamou', 'guests') };
}

const withApt = (t: TestContext): World => world(t, { 'apt-get': APT_GET, 'dpkg-deb': DPKG_DEB });

async function tinamou({ env }: World, args: string[], more: NodeJS.ProcessEnv = {}) {
  const child = spawn(TINAMOU, args, { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { out, err, status: status as number, lastLine: err.trimEnd().split('\n').at(-1)! };
}

const fetchIt = (w: World, more: NodeJS.ProcessEnv = {}, ...args: string[]) =>
  tinamou(w, ['guest', 'fetch', GUEST.name, ...args], more);

const log = (w: World): string[] => readFileSync(join(w.dir, 'log'), 'utf8').split('\n').filter(Boolean);
const leftovers = (w: World): string[] => (existsSync(w.guests) ? readdirSync(w.guests) : []);

function assertFetched(w: World, result: Awaited<ReturnType<typeof tinamou>>): void {
  assert.equal(result.status, 0, result.err);
  const [kernel, initrd] = result.out.trimEnd().split('\n');
  assert.equal(readFileSync(kernel!, 'utf8'), KERNEL);
  assert.equal(readFileSync(initrd!, 'utf8'), INITRD);
  assert.deepEqual(leftovers(w), [GUEST.name]);
}

test('a guest is fetched once', async (t) => {
  const w = withApt(t);
  assert.match((await tinamou(w, ['guest', 'list'])).out, /to fetch/);
  assertFetched(w, await fetchIt(w));
  assertFetched(w, await fetchIt(w));
  assert.deepEqual(log(w), ['http://one.example/debian/']);
  assert.match((await tinamou(w, ['guest', 'list'])).out, /here/);
  assertFetched(w, await fetchIt(w, {}, '--again'));
  assert.equal(log(w).length, 2);
});

test('a damaged copy is fetched anew', async (t) => {
  const w = withApt(t);
  await fetchIt(w);
  writeFileSync(join(w.guests, GUEST.name, 'initrd'), 'cut sho');
  assertFetched(w, await fetchIt(w));
});

test('what a killed fetch left is removed, what another process still fills is not', async (t) => {
  const w = withApt(t);
  const ended = spawnSync('true').pid;
  mkdirSync(join(w.guests, `.${GUEST.name}-${ended}-abcdef`), { recursive: true });
  mkdirSync(join(w.guests, `.${GUEST.name}-${process.pid}-abcdef`));
  assert.equal((await fetchIt(w)).status, 0);
  assert.deepEqual(leftovers(w), [`.${GUEST.name}-${process.pid}-abcdef`, GUEST.name]);
});

test("the system's mirrors are tried likeliest first, others than Debian's archive not at all", async (t) => {
  const w = withApt(t);
  const uris = [
    'http://tools.example/apt',
    'cdrom://Debian',
    'http://one.example/debian-security',
    'http://two.example/debian',
    'http://three.example/debian',
  ];
  writeFileSync(join(w.dir, 'uris'), uris.map((uri) => `'${uri}/dists/stable/InRelease' x 0 \n`).join(''));
  writeFileSync(join(w.dir, 'down'), 'http://two.example/debian/\n');
  assertFetched(w, await fetchIt(w));
  assert.deepEqual(log(w), ['http://two.example/debian/', 'http://three.example/debian/']);
});

test('a mirror that the user names is the only one asked', async (t) => {
  const w = withApt(t);
  assertFetched(w, await fetchIt(w, {}, '--mirror', 'http://mine.example/debian'));
  assertFetched(w, await fetchIt(w, { TINAMOU_MIRROR: 'http://env.example/debian/' }, '--again'));
  assert.deepEqual(log(w), ['http://mine.example/debian/', 'http://env.example/debian/']);
});

test('each failure is one line that names the way out, and leaves nothing', async (t) => {
  const w = withApt(t);
  writeFileSync(join(w.dir, 'down'), 'http://one.example/debian/\n');
  const expectFailure = async (what: RegExp, more: NodeJS.ProcessEnv, ...args: string[]) => {
    const { status, lastLine, out } = await fetchIt(w, more, ...args);
    assert.equal(status, 1);
    assert.equal(out, '');
    assert.match(lastLine, what);
    assert.deepEqual(leftovers(w), []);
  };
  await expectFailure(/^tinamou: cannot fetch .*no route to host; .*--mirror URL or TINAMOU_MIRROR$/, {});
  await expectFailure(/'example' is no mirror: give the http:/, {}, '--mirror', 'example');
  await expectFailure(/is no mirror/, {}, '--mirror', 'http://x.example/ trusted=yes');
  await expectFailure(/keys are missing: install the package debian-archive-keyring/, { TINAMOU_KEYRING: '/none' });
  await expectFailure(/cannot keep guests .*: set XDG_CACHE_HOME/, { XDG_CACHE_HOME: '/dev/null/cache' });
  writeFileSync(join(w.dir, 'uris'), '');
  await expectFailure(/this machine's apt has no Debian mirror: name a Debian mirror/, {});
  const unknown = await tinamou(w, ['guest', 'fetch', 'debian-installer-vax']);
  assert.deepEqual(
    [unknown.status, unknown.err],
    [1, "tinamou: no guest 'debian-installer-vax': `tinamou guest list` names them\n"],
  );
});

test('a package without the files is refused', async (t) => {
  const w = withApt(t);
  spawnSync('tar', ['-c', '-f', join(w.dir, 'package.tar'), '-T', '/dev/null']);
  const { status, lastLine } = await fetchIt(w);
  assert.equal(status, 1);
  assert.match(lastLine, /^tinamou: cannot unpack debian-installer.*linux: Not found in archive$/);
  assert.deepEqual(leftovers(w), []);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends a fetch with nothing left and the next one starts anew`, async (t) => {
    const w = withApt(t);
    writeFileSync(join(w.dir, 'hang'), '');
    const child = spawn(TINAMOU, ['guest', 'fetch', GUEST.name], { env: w.env, stdio: 'ignore' });
    while (!existsSync(join(w.dir, 'hanging'))) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    const [status] = await once(child, 'close');
    assert.equal(status, 130);
    assert.deepEqual(leftovers(w), []);
    rmSync(join(w.dir, 'hang'));
    assertFetched(w, await fetchIt(w));
  });
}

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

/** A Debian mirror of one guest on this machine. */
async function mirror(t: TestContext, change: (files: Map<string, string>) => void = () => {}): Promise<string> {
  const sums = `${sha256(KERNEL)}  ./${GUEST.kernel.onMirror}\n${sha256(INITRD)}  ./${GUEST.initrd.onMirror}\n`;
  const release = `Codename: trixie\nMD5Sum:\n 0123 99 ${GUEST.images}/SHA256SUMS\nSHA256:\n ${sha256(sums)} 99 ${GUEST.images}/SHA256SUMS\n`;
  const base = '/debian/dists/trixie/';
  const files = new Map([
    [`${base}InRelease`, release],
    [`${base}${GUEST.images}/SHA256SUMS`, sums],
    [`${base}${GUEST.images}/${GUEST.kernel.onMirror}`, KERNEL],
    [`${base}${GUEST.images}/${GUEST.initrd.onMirror}`, INITRD],
  ]);
  change(files);
  const server = createServer((request, response) => {
    const content = files.get(request.url!);
    response.statusCode = content === undefined ? 404 : 200;
    response.end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian`;
}

test('without apt a mirror is read directly, and its chain of hashes checked', async (t) => {
  const w = world(t, { gpgv: GPGV });
  assert.match((await fetchIt(w)).lastLine, /no apt to ask for a mirror: name a Debian mirror/);
  assertFetched(w, await fetchIt(w, {}, '--mirror', await mirror(t)));

  const refused = async (what: RegExp, change: (files: Map<string, string>) => void) => {
    const { status, lastLine } = await fetchIt(w, { TINAMOU_MIRROR: await mirror(t, change) }, '--again');
    assert.equal(status, 1);
    assert.match(lastLine, what);
    assert.deepEqual(leftovers(w), [GUEST.name]);
  };
  const alter = (end: string, edit: (content: string) => string) => (files: Map<string, string>) => {
    for (const [path, content] of files) if (path.endsWith(end)) files.set(path, edit(content));
  };
  await refused(
    /not signed by Debian/,
    alter('InRelease', (content) => `${content}forged\n`),
  );
  await refused(
    /is not trixie/,
    alter('InRelease', (content) => content.replace('trixie', 'sid')),
  );
  await refused(
    /SHA256SUMS arrived damaged/,
    alter('SHA256SUMS', (content) => `${content}more\n`),
  );
  await refused(
    /initrd.gz arrived damaged/,
    alter('initrd.gz', (content) => content.slice(1)),
  );
  await refused(
    /does not list .*SHA256SUMS/,
    alter('InRelease', () => 'Codename: trixie\n'),
  );
  await refused(/answers 404 .*linux/, (files) =>
    files.delete([...files.keys()].find((path) => path.endsWith('/linux'))!),
  );
});

test('without gpgv a mirror is not believed', async (t) => {
  const w = world(t, {});
  const { lastLine } = await fetchIt(w, {}, '--mirror', await mirror(t));
  assert.match(lastLine, /signature cannot be checked: install gpgv/);
});
