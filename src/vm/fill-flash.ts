import { UserError } from '../base/errors.ts';
import type { BlockDrive } from '../block/drive.ts';
import type { MachineCore } from './core.ts';

/** Flash chips hold what is in their images; of a machine whose state comes from elsewhere, only their sizes matter. */
export async function fillFlash(
  { config, board }: MachineCore,
  drives: ReadonlyMap<string, BlockDrive> | undefined,
  isBlank: boolean,
): Promise<void> {
  for (const [chip, name] of config.board.flash.entries()) {
    if (name === undefined) continue;
    const { node } = drives!.get(name)!;
    const storage = board.flashStorage(chip);
    if (node.size !== storage.length) {
      throw new UserError(
        `device requires ${storage.length} bytes, '${node.filename}' provides ${node.size} bytes: pad it, for example with truncate -s ${storage.length}`,
      );
    }
    if (!isBlank) await node.read(0, storage);
  }
}
