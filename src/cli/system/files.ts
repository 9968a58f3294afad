import type { BootFile, BootFiles } from '../../board/site.ts';
import { inflateKernel } from '../../firmware/image.ts';
import type { Host } from '../../host/host.ts';
import { SeededRandom } from '../../host/seeded-random.ts';
import { locatedError } from '../options/option.ts';
import type { Settings } from '../options/settings.ts';

/** Of the seeded random numbers, the kernel's share. */
const RNG_STREAM = 1;

/** Reads the files of the boot. */
export async function readBootFiles(settings: Settings, host: Host): Promise<BootFiles> {
  const read = async (option: string, path: string | undefined): Promise<BootFile | undefined> => {
    if (path === undefined) return undefined;
    try {
      const bytes = await host.files.readAll(path);
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
