import { UserError } from '../base/errors.ts';

/**
 * Kernel files that are not ELF: the RISC-V Linux Image (Documentation/arch/riscv/
 * boot-image-header.rst of Linux, header version 0.2), recognised so that it can be checked, and
 * gzip around either. Anything else is a raw binary.
 *
 * Offset, size, field of the Image header, little-endian:
 *
 *      0  8  two instructions (the first may be "MZ", when the kernel is also an EFI program)
 *      8  8  text_offset: where in RAM, from its start, the kernel would like to be
 *     16  8  image_size: bytes it occupies when running, zeroed data included
 *     24  8  flags: bit 0 set when the kernel is big-endian
 *     32  4  version
 *     48  8  magic  "RISCV\0\0\0" (deprecated)
 *     56  4  magic2 "RSC\x05"
 *     60  4  offset of the PE header, for EFI
 */
export interface LinuxImage {
  readonly textOffset: number;
  /** At least the length of the file. */
  readonly imageSize: number;
}

const HEADER_SIZE = 64;

function view(file: Uint8Array): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}

function magicAt(file: Uint8Array, offset: number, magic: string): boolean {
  for (let i = 0; i < magic.length; i++) {
    if (file[offset + i] !== magic.charCodeAt(i)) return false;
  }
  return true;
}

export function isLinuxImage(file: Uint8Array): boolean {
  return magicAt(file, 56, 'RSC\x05') || magicAt(file, 48, 'RISCV\0\0\0');
}

/** Reads and checks the header. `what` names the file in messages. */
export function parseLinuxImage(file: Uint8Array, what: string): LinuxImage {
  if (file.length < HEADER_SIZE) throw cutShort(what);
  const data = view(file);
  if ((data.getUint32(24, true) & 1) !== 0) {
    throw new UserError(`${what} is big-endian, this machine is little-endian: build it for little-endian`);
  }
  const textOffset = Number(data.getBigUint64(8, true));
  const imageSize = Number(data.getBigUint64(16, true));
  if (!Number.isSafeInteger(imageSize) || !Number.isSafeInteger(textOffset)) {
    throw new UserError(`${what} has a damaged Image header: fetch or build it again`);
  }
  if (magicAt(file, 0, 'MZ')) checkPortableExecutable(file, data.getUint32(60, true), what);
  return { textOffset, imageSize: Math.max(imageSize, file.length) };
}

/**
 * The Image header does not say how long the file is; the section table of the EFI program does.
 * Microsoft PE format, COFF file header and section table. A table that is not there is no mistake:
 * the boot does not use it.
 */
function checkPortableExecutable(file: Uint8Array, offset: number, what: string): void {
  if (!magicAt(file, offset, 'PE\0\0') || offset + 24 > file.length) return;
  const data = view(file);
  const sections = data.getUint16(offset + 6, true);
  const table = offset + 24 + data.getUint16(offset + 20, true);
  for (let at = table; at < table + sections * 40; at += 40) {
    if (at + 40 > file.length) throw cutShort(what);
    if (data.getUint32(at + 20, true) + data.getUint32(at + 16, true) > file.length) {
      throw cutShort(what);
    }
  }
}

function cutShort(what: string): UserError {
  return new UserError(`${what} is cut short: fetch or build it again`);
}

/**
 * What a file that is neither ELF nor an Image of this machine is instead, if it is a kernel that
 * would not run here; undefined for a raw binary.
 */
export function foreignKernel(file: Uint8Array): string | undefined {
  if (magicAt(file, 56, 'ARM\x64')) return 'a Linux Image for aarch64';
  if (magicAt(file, 0x202, 'HdrS')) return 'a Linux bzImage for x86';
  if (magicAt(file, 0x24, '\x18\x28\x6f\x01')) return 'a Linux zImage for arm';
  if (magicAt(file, 0, '\x27\x05\x19\x56')) return 'a U-Boot image (unpack it with dumpimage)';
  if (magicAt(file, 0, '\xd0\x0d\xfe\xed')) return 'a device tree (give it with -dtb)';
  if (magicAt(file, 0, 'MZ') && magicAt(file, 4, 'zimg')) {
    return 'a compressed EFI kernel (unpack it, or take the Image of the same build)';
  }
  return undefined;
}

export function isGzip(file: Uint8Array): boolean {
  return file[0] === 0x1f && file[1] === 0x8b && file[2] === 8;
}

/**
 * The file itself, or what is in it if it is gzip (RFC 1952). `limit` is the most that makes sense:
 * the machine's RAM.
 */
export async function inflateKernel(file: Uint8Array, what: string, limit: number): Promise<Uint8Array> {
  if (!isGzip(file)) return file;
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const stream = new Blob([file as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > limit) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new UserError(`${what} is damaged gzip data: fetch or build it again`, { cause });
  }
  if (length > limit) {
    throw new UserError(`${what} unpacks to more than the machine's RAM: give it more with -m`);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
