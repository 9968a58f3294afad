import type { BootFile, BootFiles } from '../../board/site.ts';
import { inflateKernel, isLinuxImage } from '../../firmware/image.ts';
import type { Host } from '../../host/host.ts';
import { SeededRandom } from '../../host/seeded-random.ts';
import { locatedError } from '../options/option.ts';
import type { Settings } from '../options/settings.ts';

/** Of the seeded random numbers, the kernel's share. */
const RNG_STREAM = 1;

/** Of a file: enough for the header of a kernel. */
const BEGINNING = 4096;

/**
 * A file with zeroes in place of all but its beginning. That is all that matters of a kernel that is an Image, and of an
 * initrd, in a machine whose memory comes from elsewhere. Undefined: it is a file of which all matters.
 */
async function outlineOf(path: string, { files }: Host, isKernel: boolean): Promise<Uint8Array | undefined> {
  await using file = await files.open(path, 'read');
  // Never touched, so these take no memory.
  const bytes = new Uint8Array(await file.size());
  await file.read(0, bytes.subarray(0, BEGINNING));
  return bytes.length > 0 && (!isKernel || isLinuxImage(bytes)) ? bytes : undefined;
}

/** Reads the files of the boot; `isOutline`: nothing of what they hold will be in memory. */
export async function readBootFiles(settings: Settings, host: Host, isOutline = false): Promise<BootFiles> {
  // Firmware in flash gets them from fw_cfg, and not in memory.
  const hasOutline = isOutline && !settings.drives.some(({ what }) => what['if'] === 'pflash');
  const bytesOf = async (option: string, path: string): Promise<Uint8Array> => {
    const outline =
      hasOutline && (option === '-kernel' || option === '-initrd')
        ? await outlineOf(path, host, option === '-kernel')
        : undefined;
    return outline ?? host.files.readAll(path);
  };
  const read = async (option: string, path: string | undefined): Promise<BootFile | undefined> => {
    if (path === undefined) return undefined;
    try {
      const bytes = await bytesOf(option, path);
      if (option !== '-kernel') return { name: path, bytes };
      return { name: path, bytes: await inflateKernel(bytes, `kernel ${path}`, settings.memory.what) };
    } catch (error) {
      throw locatedError(option, error);
    }
  };
  const { bios, append, seed } = settings;
  const rngSeed = new Uint8Array(32);
  (seed === undefined ? host.random : new SeededRandom(seed, RNG_STREAM)).fill(rngSeed);
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
