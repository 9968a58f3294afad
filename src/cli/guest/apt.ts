/**
 * Fetches a guest with the system's own apt: its proxies, credentials and signature
 * chain (InRelease, then Packages, then the .deb) hold as for any package. apt works
 * on a tree of its own inside the staging directory, so no privilege is needed, the
 * system's lists may be empty and nothing of the system changes.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { CommandFailed, run } from './command.ts';
import { archiveKeyring } from './keyring.ts';
import { NAME_A_MIRROR, type Source } from './source.ts';

export async function fetchWithApt(source: Source): Promise<void> {
  const tree = join(source.staging, 'apt');
  const keyring = archiveKeyring();
  const mirrors = source.mirror === undefined ? await systemMirrors(tree, source.signal) : [source.mirror];
  if (mirrors.length === 0) throw new UserError(`this machine's apt has no Debian mirror: ${NAME_A_MIRROR}`);

  let failure: CommandFailed | undefined;
  for (const mirror of mirrors) {
    try {
      const deb = await download(source, tree, mirror, keyring);
      await unpack(source, deb);
      rmSync(tree, { recursive: true });
      return;
    } catch (error) {
      // A mirror of something else than Debian, or one that is down: the next may do.
      if (!(error instanceof CommandFailed)) throw error;
      failure ??= error;
    }
  }
  throw new UserError(
    `cannot fetch ${source.guest.name}: ${failure!.message}; check the network, or ${NAME_A_MIRROR}`,
    {
      cause: failure,
    },
  );
}

/**
 * The archives this machine installs from, likeliest first. `update --print-uris`
 * downloads nothing and answers from the configured sources alone, where
 * `indextargets` knows only lists that were downloaded before.
 */
async function systemMirrors(tree: string, signal: AbortSignal): Promise<string[]> {
  const lists = freshLists(tree);
  const uris = await run('apt-get', ['update', '--print-uris', '-o', `Dir::State::lists=${lists}`], { signal });
  const roots = [...uris.matchAll(/^'([^']+?\/)dists\/[^']*InRelease'/gm)].map((match) => match[1]!);
  const usable = [...new Set(roots)].filter((root) => !/^cdrom:|-security\/$/.test(root));
  const likely = (root: string) => Number(root.endsWith('/debian/'));
  return usable.sort((a, b) => likely(b) - likely(a));
}

async function download(source: Source, tree: string, mirror: string, keyring: string): Promise<string> {
  const { guest, signal, report } = source;
  const config = writeTree(tree, mirror, keyring, guest.suite);
  const apt = async (stage: string, args: string[], cwd = tree): Promise<void> => {
    report(stage, 0);
    const onStatus = (line: string) => {
      const percent = /^dlstatus:[^:]*:([\d.]+):/.exec(line)?.[1];
      if (percent !== undefined) report(stage, Number(percent) / 100);
    };
    await run('apt-get', ['-c', config, '-qq', '-o', 'APT::Status-Fd=3', ...args], { signal, cwd, onStatus });
    report(stage, 1);
  };

  await apt('reading the package lists', ['update']);
  const packages = join(tree, 'packages');
  await apt(`downloading ${guest.megabytes} MB`, ['download', guest.package], packages);
  const deb = readdirSync(packages).find((name) => name.endsWith('.deb'));
  if (deb === undefined) throw new CommandFailed(`the archive has no package ${guest.package}`);
  return join(packages, deb);
}

function freshLists(tree: string): string {
  const lists = join(tree, 'lists');
  rmSync(lists, { recursive: true, force: true });
  mkdirSync(join(lists, 'partial'), { recursive: true });
  return lists;
}

/** Writes apt's configuration; it is read after the system's, so what it names wins and the rest stays. */
function writeTree(tree: string, mirror: string, keyring: string, suite: string): string {
  freshLists(tree);
  for (const dir of ['sources', 'packages', 'archives/partial']) mkdirSync(join(tree, dir), { recursive: true });
  writeFileSync(join(tree, 'status'), '');
  writeFileSync(
    join(tree, 'sources', 'debian.sources'),
    `Types: deb\nURIs: ${mirror}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keyring}\n`,
  );
  const config = join(tree, 'apt.conf');
  // The package we want is for all architectures, so this machine's own lists name it
  // and those of foreign ones need not be read. Another user could not enter the tree,
  // hence no sandbox user when root runs us. The cleared hooks tidy the system's own cache.
  writeFileSync(
    config,
    `Dir::State "${tree}";
Dir::State::lists "${tree}/lists";
Dir::State::status "${tree}/status";
Dir::Cache "${tree}";
Dir::Cache::archives "${tree}/archives";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${tree}/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
#clear APT::Architectures;
APT::Sandbox::User "root";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
APT::Update::Error-Mode "any";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Acquire::Languages "none";
Acquire::Retries "3";
`,
  );
  return config;
}

async function unpack({ guest, staging, signal, report }: Source, deb: string): Promise<void> {
  report('unpacking', 0);
  const root = join(staging, 'root');
  mkdirSync(root);
  const members = [guest.kernel, guest.initrd].map((file) => `./${file.inPackage}`);
  // Through a shell for its pipe alone; everything variable arrives as an argument.
  const pipe = 'deb=$1 root=$2; shift 2; dpkg-deb --fsys-tarfile "$deb" | tar -x -f - -C "$root" --no-same-owner "$@"';
  try {
    await run('sh', ['-c', pipe, 'sh', deb, root, ...members], { signal });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new UserError(`cannot unpack ${guest.package}: ${error.message}`, { cause: error });
  }
  for (const [name, file] of Object.entries({ kernel: guest.kernel, initrd: guest.initrd })) {
    renameSync(join(root, file.inPackage), join(staging, name));
  }
  rmSync(root, { recursive: true });
  report('unpacking', 1);
}
