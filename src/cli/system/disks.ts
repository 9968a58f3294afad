import { UserError } from '../../base/errors.ts';
import type { Blocks } from '../../block/blocks.ts';
import type { BlockDrive } from '../../block/drive.ts';
import type { DriveOptions } from '../../block/drive-options.ts';
import type { PluggedDevice } from '../../board/virt-config.ts';
import { locatedError } from '../options/option.ts';
import type { Settings } from '../options/settings.ts';

export interface Disks {
  /** By the names that devices know them under. */
  readonly drives: ReadonlyMap<string, BlockDrive>;
  /** Names of the flash chips' drives. */
  readonly flash: readonly (string | undefined)[];
  /** Devices that `-drive` asks for by itself. */
  readonly devices: readonly PluggedDevice[];
}

/** Opens every image of the command line and joins it to its device. */
export async function openDisks(settings: Settings, blocks: Blocks, plugged: readonly PluggedDevice[]): Promise<Disks> {
  const drives = new Map<string, BlockDrive>();
  const devices: PluggedDevice[] = [];
  const flash: (string | undefined)[] = [undefined, undefined];
  for (const { origin, what } of settings.blockdevs) {
    await blocks.addNode(what).catch((error: unknown) => Promise.reject(locatedError(origin, error)));
  }
  for (const { origin, what } of settings.drives) {
    try {
      const options = await blocks.addDrive(what, { snapshot: settings.snapshot });
      const device = connectDrive(origin, options, flash);
      if (device !== undefined) devices.push(device);
      if (options.interface === 'pflash')
        drives.set(options.id, blocks.connect(options.id, `pflash${options.index}`, { reportsStatus: false }));
    } catch (error) {
      throw locatedError(origin, error);
    }
  }
  for (const [index, { origin, id, backends }] of [...plugged, ...devices].entries()) {
    const name = backends['drive'];
    if (name === undefined) continue;
    try {
      const drive = blocks.connect(name, id ?? `/machine/peripheral-anon/device[${index}]`);
      if (drive.node.size % 512 !== 0) {
        throw new UserError(`the size of '${drive.node.filename}' is no multiple of 512 bytes; pad it`);
      }
      drives.set(name, drive);
    } catch (error) {
      throw locatedError(origin, error);
    }
  }
  return { drives, flash, devices };
}

/** The device that a drive brings along. */
function connectDrive(
  origin: string,
  { interface: type, index, id }: DriveOptions,
  flash: (string | undefined)[],
): PluggedDevice | undefined {
  if (type === 'virtio') {
    return { origin, driver: 'virtio-blk-device', id: undefined, bus: undefined, props: {}, backends: { drive: id } };
  }
  if (type === 'pflash') {
    if (index >= flash.length)
      throw new UserError(`this machine has ${flash.length} flash chips; use unit=0 or unit=1`);
    flash[index] = id;
  }
  return undefined;
}
