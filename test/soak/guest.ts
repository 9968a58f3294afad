/**
 * The guest of the soak: the `tiny` one with the C compiler of Debian's riscv64 packages in its initrd.
 * It compiles the sources of the privileged suite again and again, then starts anew.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGES = 'cpp-14-riscv64-linux-gnu libc6 libisl23 libmpc3 libmpfr6 libgmp10 libzstd1 zlib1g'.split(' ');
const LIBRARY = /^lib(c|m|isl|mpc|mpfr|gmp|zstd|z)\.so[.\d]*$|^ld-linux/;
const SOURCES = ['svinval', 'smc', 'threads', 'rewriting'];

const COMMAND = `mount -t tmpfs none /tmp 2>/dev/null
for source in ${SOURCES.join(' ')}; do
  /cc/ld-linux-riscv64-lp64d.so.1 --library-path /cc /cc/cc1 -quiet -O1 -I/cc /cc/$source.c -o /tmp/$source.s || exit 1
  echo "COMPILED $source $(md5sum < /tmp/$source.s)"
done
echo SOAK-ROUND
reboot -f
`;

/** Makes kernel and initrd in a directory, with the scripts of another, unless they are there. */
export function soakGuest(scripts: string, cache: string): { readonly kernel: string; readonly initrd: string } {
  const out = join(cache, 'guest', 'soak-trixie-riscv64');
  const made = { kernel: join(out, 'kernel'), initrd: join(out, 'initrd') };
  // Written last.
  if (existsSync(join(out, 'SHA256SUMS'))) return made;
  const run = (script: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): void => {
    const env = { ...process.env, ASSETS_CACHE: cache, ...extra };
    execFileSync(join(scripts, script), args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const packages = join(cache, 'soak-packages');
  run('get-sysroot.sh', ['riscv64', '--no-deps', '--out', packages, ...PACKAGES]);
  const files = join(cache, 'soak-files');
  mkdirSync(join(files, 'cc'), { recursive: true });
  mkdirSync(join(files, 'etc'), { recursive: true });
  for (const folder of ['usr/lib/riscv64-linux-gnu', 'usr/lib']) {
    for (const name of readdirSync(join(packages, folder)).filter((each) => LIBRARY.test(each))) {
      copyFileSync(join(packages, folder, name), join(files, 'cc', name));
    }
  }
  copyFileSync(join(packages, 'usr/libexec/gcc/riscv64-linux-gnu/14/cc1'), join(files, 'cc/cc1'));
  const sources = join(import.meta.dirname, '../peer/guest');
  for (const name of readdirSync(sources).filter((each) => /\.[ch]$/.test(each))) {
    copyFileSync(join(sources, name), join(files, 'cc', name));
  }
  writeFileSync(join(files, 'etc/guest-cmd'), COMMAND);
  run('get-guest.sh', ['riscv64', '--kind', 'tiny', '--out', out], { GUEST_EXTRA: files, MODULES: '' });
  return made;
}
