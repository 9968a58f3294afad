import type { File } from '../host/file.ts';

/** Where in a file each format says its name. */
const SIGNATURES: readonly (readonly [format: string, offset: number, text: string])[] = [
  ['qcow2', 0, 'QFI\xfb'],
  ['qed', 0, 'QED\0'],
  ['vmdk', 0, 'KDMV'],
  ['vmdk', 0, 'COWD'],
  ['vmdk', 0, '# Disk DescriptorFile'],
  ['vhdx', 0, 'vhdxfile'],
  ['vpc', 0, 'conectix'],
  ['vdi', 64, '\x7f\x10\xda\xbe'],
  ['luks', 0, 'LUKS\xba\xbe'],
  ['parallels', 0, 'WithoutFreeSpace'],
  ['parallels', 0, 'WithouFreSpacExt'],
  ['dmg', -512, 'koly'],
  ['vpc', -512, 'conectix'],
];

/** The format of an image, as far as its bytes tell: `raw` if they say nothing. */
export async function probeFormat(file: File): Promise<string> {
  const size = await file.size();
  for (const [format, offset, text] of SIGNATURES) {
    const at = offset < 0 ? size + offset : offset;
    if (at < 0) continue;
    const bytes = new Uint8Array(text.length);
    await file.read(at, bytes);
    if (bytes.every((byte, i) => byte === text.charCodeAt(i))) return format;
  }
  return 'raw';
}
