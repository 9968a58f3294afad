import type { BootFile, BootFiles } from '../../board/site.ts';
import { UserError } from '../../base/errors.ts';
import { isElf } from '../../firmware/elf.ts';
import { inflateKernel, isGzip, isLinuxImage } from '../../firmware/image.ts';
import type { Files } from '../../host/file.ts';
import type { Host } from '../../host/host.ts';
import { SeededRandom } from '../../host/seeded-random.ts';
import { locatedError } from '../options/option.ts';
import type { Settings } from '../options/settings.ts';

/** Of the seeded random numbers, the kernel's share. */
const RNG_STREAM = 1;

/** Of a file: enough for the header of a kernel. */
const BEGINNING = 4096;

/** Files that can be so large that they go from the disk straight to RAM. */
type LargeOption = '-kernel' | '-initrd';

/** Reads the files of the boot; those that go straight to RAM, as far as it takes to plan where. */
export async function readBootFiles(
  settings: Settings,
  { files, random }: Pick<Host, 'files' | 'random'>,
): Promise<BootFiles> {
  const { what: ramSize } = settings.memory;
  const read = async (option: string, path: string | undefined): Promise<BootFile | undefined> =>
    path === undefined
      ? undefined
      : reading(option, path, async () => {
          const streamed = isStreamed(option, settings) ? await streamedFile(option, path, files, ramSize) : undefined;
          if (streamed !== undefined) return streamed;
          const bytes = await files.readAll(path);
          if (option !== '-kernel') return { name: path, bytes };
          return { name: path, bytes: await inflateKernel(bytes, `kernel ${path}`, ramSize) };
        });
  const { bios, append, seed } = settings;
  const rngSeed = new Uint8Array(32);
  (seed === undefined ? random : new SeededRandom(seed, RNG_STREAM)).fill(rngSeed);
  return {
    bios:
      bios === undefined || bios === 'default' ? 'builtin' : bios === 'none' ? 'none' : (await read('-bios', bios))!,
    kernel: await read('-kernel', settings.kernel),
    initrd: await read('-initrd', settings.initrd),
    append,
    dtb: await read('-dtb', settings.dtb),
    rngSeed,
  };
}

function isStreamed(option: string, { drives, icount }: Settings): option is LargeOption {
  if (option !== '-kernel' && option !== '-initrd') return false;
  // Firmware in flash gets them from fw_cfg. What is recorded begins with the same files each time.
  return icount?.journal === undefined && !drives.some(({ what }) => what['if'] === 'pflash');
}

/** A file of which the beginning is all that matters to a plan. Undefined: it is none such. */
async function streamedFile(
  option: LargeOption,
  path: string,
  files: Files,
  ramSize: number,
): Promise<BootFile | undefined> {
  await using file = await files.open(path, 'read');
  const size = await file.size();
  // A pipe has none.
  if (size === 0) return undefined;
  const beginning = new Uint8Array(Math.min(BEGINNING, size));
  await file.read(0, beginning);
  if (option === '-kernel' && !isPlainImage(beginning)) return undefined;
  if (size > ramSize)
    throw new UserError(`${path} does not fit into ${ramSize / 2 ** 20} MiB of RAM: give the machine more with -m`);
  // Never touched behind the beginning, so these take no memory.
  const bytes = new Uint8Array(size);
  bytes.set(beginning);
  return {
    name: path,
    bytes,
    readInto: (into) =>
      reading(option, path, async () => {
        if (await fill(into, path, files, beginning)) return;
        throw new UserError(`'${path}' was changed while it was loaded: start again once it is complete`);
      }),
  };
}

/** Says what fails in one line, with the option that names the file. */
async function reading<T>(option: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    // What the host cannot do is no mistake of ours.
    const isHosts = error instanceof Error && 'errno' in error;
    throw locatedError(
      option,
      isHosts ? new UserError(`cannot read '${path}': ${error.message}`, { cause: error }) : error,
    );
  }
}

const isPlainImage = (beginning: Uint8Array): boolean =>
  isLinuxImage(beginning) && !isElf(beginning) && !isGzip(beginning);

/** Fills `into` with a file. False if that has another length or another beginning. */
async function fill(into: Uint8Array, path: string, files: Files, beginning: Uint8Array): Promise<boolean> {
  await using file = await files.open(path, 'read');
  if ((await file.size()) !== into.length || (await file.read(0, into)) !== into.length) return false;
  return beginning.every((byte, at) => byte === into[at]);
}
