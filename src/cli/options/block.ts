import { keyValues } from '../../host/key-values.ts';
import { flag, valued, type OptionGroup } from './option.ts';

export const block: OptionGroup = {
  title: 'Disks',
  options: [
    valued(
      'drive',
      '[file=file][,if=none|virtio|pflash][,format=raw][,id=name][,readonly=on]...',
      'a disk image, with the device it belongs to',
      (settings, text) => {
        settings.drives.push({ origin: `-drive ${text}`, what: keyValues(text) });
      },
    ),
    valued(
      'blockdev',
      '[driver=]raw|file,node-name=name[,property=value...]',
      'a disk image without a device; also as JSON',
      (settings, text) => {
        settings.blockdevs.push({ origin: `-blockdev ${text}`, what: keyValues(text, 'driver') });
      },
    ),
    valued('pflash', 'file', 'a flash image: -drive if=pflash,format=raw,file=file', (settings, text) => {
      settings.drives.push({ origin: `-pflash ${text}`, what: { if: 'pflash', format: 'raw', file: text } });
    }),
    flag('snapshot', 'images are left as they are: what is written is lost at the end', (settings) => {
      settings.snapshot = true;
    }),
  ],
};
