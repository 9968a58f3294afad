import { UserError } from '../base/errors.ts';
import { withChosen } from './chosen.ts';
import { EM_RISCV, elfExtent, isElf, machineName, outsideRam, parseElf, type Elf, type LoadTarget } from './elf.ts';
import { readTree } from './fdt-reader.ts';
import { flattenTree, type DtNode, type MemoryReservation } from './fdt.ts';
import { foreignKernel, isLinuxImage, parseLinuxImage } from './image.ts';
import { RESET_VECTOR_ADDRESS, resetVector } from './reset-vector.ts';

/**
 * What is in a RISC-V `virt` machine's memory when it starts, and where it starts: firmware at the
 * start of RAM, kernel on the next 2 MiB boundary (an ELF file where it says), initrd half the RAM
 * but at most 128 MiB behind the kernel, device tree at the top of RAM below 3 GiB. All of it is
 * computed from bytes before anything is written, so that a mistake leaves nothing half done.
 */

/** Puts all that a file holds into as many bytes, which can be shared memory. Throws a UserError if it can no longer. */
export type ReadInto = (into: Uint8Array) => Promise<void>;

/** A file of the user's; `name` is what messages call it. */
export interface BootFile {
  readonly name: string;
  /** All that it holds; with `readInto`, zeroes in place of all but the beginning. */
  readonly bytes: Uint8Array;
  /** For a file that goes straight to RAM: a Linux Image, or an initrd. */
  readonly readInto?: ReadInto | undefined;
}

export interface BootRequest {
  readonly ramBase: number;
  readonly ramSize: number;
  /** The built-in SBI, no firmware at all, or a file (raw, for the start of RAM, or ELF). */
  readonly bios: 'builtin' | 'none' | BootFile;
  /** Already inflated (inflateKernel). */
  readonly kernel?: BootFile | undefined;
  readonly initrd?: BootFile | undefined;
  /** The kernel command line. */
  readonly append?: string | undefined;
  /** The tree made from the machine's devices, or the user's. */
  readonly tree: DtNode | BootFile;
  /** 32 random bytes for the kernel. */
  readonly rngSeed?: Uint8Array | undefined;
  /** Start addresses of the flash chips that have a drive: unit 0 firmware, unit 1 what it starts. */
  readonly flash?: { readonly unit0?: number | undefined; readonly unit1?: number | undefined };
}

/** A part of RAM, and what is there. */
export interface Range {
  readonly what: string;
  readonly address: number;
  readonly size: number;
}

/** Bytes for RAM, and zeroes behind them up to `size`. */
export interface Load extends Range {
  readonly bytes: Uint8Array;
  /** Gives what is to be in RAM in their place. */
  readonly readInto?: ReadInto | undefined;
}

/** RAM that a plan is carried out in. */
export interface BootTarget extends LoadTarget {
  /** Has a range of RAM filled. */
  fill(physical: number, length: number, readInto: ReadInto): Promise<void>;
}

/** How the boot hart starts. */
export type Start =
  /** M-mode at the reset vector. */
  | { readonly kind: 'reset'; readonly pc: number }
  /** S-mode as the built-in SBI leaves it: a0 is the hart's number, a1 the device tree. */
  | { readonly kind: 'sbi'; readonly pc: number; readonly a1: number }
  /** The built-in SBI has nothing to start: the hart stays stopped. */
  | { readonly kind: 'idle' };

/** Where things are in memory when the machine starts. */
export interface BootLayout {
  readonly loads: readonly Range[];
  /** For ROM at RESET_VECTOR_ADDRESS. */
  readonly resetVector: Uint8Array;
  readonly start: Start;
  readonly fdtAddress: number;
  /** The tree as loaded, for `dumpdtb`. */
  readonly fdt: Uint8Array;
}

export interface BootPlan extends BootLayout {
  /** For RAM, at every reset of the machine. */
  readonly loads: readonly Load[];
  /** For fw_cfg: the kernel is the firmware's to load when there is a second flash chip. */
  readonly forFirmware: { readonly kernel: BootFile; readonly initrd?: BootFile | undefined } | undefined;
}

const MIB = 2 ** 20;
const KERNEL_ALIGN = 2 * MIB;
const FDT_ALIGN = 2 * MIB;
/** The device tree stays below this address whatever the size of RAM. */
const FDT_LIMIT = 3072 * MIB;
const INITRD_DISTANCE = 128 * MIB;
/** What the built-in SBI takes of RAM as far as loading goes; it runs outside. */
const BUILTIN_SIZE = 0x20000;

/** Several loads of one file, and what the rest of the boot has to know of them. */
interface Placed {
  readonly loads: readonly Load[];
  readonly entry: number;
  readonly end: number;
  /** Memory the program takes when it runs, beyond what is loaded. */
  readonly running?: Range;
}

export function planBoot(request: BootRequest): BootPlan {
  const { ramBase, bios, kernel, initrd, flash = {} } = request;
  refuseOptionsWithoutKernel(request);
  const firmware = placeFirmware(request);
  const inFlash = flash.unit1 !== undefined;
  const placedKernel = kernel === undefined || inFlash ? undefined : placeKernel(kernel, request, firmware.end);
  const placedInitrd =
    placedKernel === undefined || initrd === undefined ? undefined : placeInitrd(initrd, request, placedKernel);
  const { root, reservations } = finishTree(request, placedInitrd);
  const fdt = flattenTree(root, reservations);
  const fdtLoad = placeTree(fdt, request);
  const loads = [...firmware.loads, ...(placedKernel?.loads ?? []), ...(placedInitrd ? [placedInitrd] : []), fdtLoad];
  for (const load of loads) refuseOutside(load, request);
  refuseOverlaps([...loads, ...builtinRange(request), ...(placedKernel?.running ? [placedKernel.running] : [])]);

  const next = flash.unit1 ?? placedKernel?.entry ?? 0;
  return {
    loads,
    resetVector: resetVector({ start: flash.unit0 ?? ramBase, fdt: fdtLoad.address, next }),
    start: startOf(bios, next, fdtLoad.address),
    fdtAddress: fdtLoad.address,
    fdt,
    forFirmware: inFlash && kernel !== undefined ? { kernel, initrd } : undefined,
  };
}

/** What remains to be known of a plan that was carried out; it does not hold the files. */
export function layoutOf({ loads, resetVector, start, fdtAddress, fdt }: BootPlan): BootLayout {
  const ranges = loads.map(({ what, address, size }) => ({ what, address, size }));
  return { loads: ranges, resetVector, start, fdtAddress, fdt };
}

/** Gives the memory of a plan's files back at once, and not when a collector of garbage comes that way. */
export function release({ loads, fdt, forFirmware }: BootPlan): void {
  if (forFirmware !== undefined) return;
  for (const { buffer } of loads.map(({ bytes }) => bytes)) {
    // Small files share a buffer with others; the tree remains to be known.
    if (buffer === fdt.buffer || !(buffer instanceof ArrayBuffer)) continue;
    if (buffer.byteLength >= MIB && !buffer.detached) buffer.transfer(0);
  }
}

/** Carries a plan out; also at every reset. Is done when it returns if all files are whole, else when it resolves. */
export async function load({ loads }: BootPlan, target: BootTarget): Promise<void> {
  for (const { address, bytes, size, readInto } of loads) {
    if (readInto === undefined) target.write(address, bytes);
    else await target.fill(address, bytes.length, readInto);
    if (size > bytes.length) target.zero(address + bytes.length, size - bytes.length);
  }
}

function startOf(bios: BootRequest['bios'], next: number, fdt: number): Start {
  if (bios !== 'builtin') return { kind: 'reset', pc: RESET_VECTOR_ADDRESS };
  return next === 0 ? { kind: 'idle' } : { kind: 'sbi', pc: next, a1: fdt };
}

function refuseOptionsWithoutKernel({ kernel, initrd, append }: BootRequest): void {
  if (kernel !== undefined) return;
  if (append !== undefined && append !== '') {
    throw new UserError('-append only allowed with -kernel option: give a kernel, or leave it out');
  }
  if (initrd !== undefined) {
    throw new UserError('-initrd only allowed with -kernel option: give a kernel, or leave it out');
  }
}

function alignUp(address: number, to: number): number {
  return Math.ceil(address / to) * to;
}

function raw(what: string, address: number, { bytes, readInto }: BootFile): Placed {
  const size = bytes.length;
  return { loads: [{ what, address, bytes, size, readInto }], entry: address, end: address + size };
}

/** The lowest address is the entry, as it is for a raw binary: the firmware jumps to the start. */
function placeElf(elf: Elf, what: string): Placed {
  const { low, high } = elfExtent(elf);
  const loads = elf.segments.map(({ physical, bytes, memorySize }) => ({
    what,
    address: physical,
    bytes,
    size: memorySize,
  }));
  return { loads, entry: low, end: high };
}

function parseProgram({ name, bytes }: BootFile, kind: string): Elf {
  const what = `${kind} ${name}`;
  const elf = parseElf(bytes, what);
  if (elf.machine !== EM_RISCV || elf.bits !== 64 || !elf.littleEndian) {
    const order = elf.littleEndian ? '' : 'big-endian ';
    throw new UserError(
      `${what} is for ${order}${machineName(elf.machine, elf.bits)}, this machine is riscv64: give one built for riscv64`,
    );
  }
  if (elf.segments.length === 0) {
    throw new UserError(`${what} has nothing to load: link it as a program (an object file is not one)`);
  }
  return elf;
}

function refuseEmpty({ name, bytes }: BootFile, kind: string): void {
  if (bytes.length === 0) throw new UserError(`${kind} ${name} is empty: fetch or build it again`);
}

function placeFirmware({ bios, ramBase }: BootRequest): Placed {
  if (bios === 'none') return { loads: [], entry: ramBase, end: ramBase };
  if (bios === 'builtin') return { loads: [], entry: ramBase, end: ramBase + BUILTIN_SIZE };
  refuseEmpty(bios, 'firmware');
  if (isElf(bios.bytes)) return placeElf(parseProgram(bios, 'firmware'), `firmware ${bios.name}`);
  return raw(`firmware ${bios.name}`, ramBase, bios);
}

/** The built-in SBI keeps its range, so that what runs over it runs over firmware in a file too. */
function builtinRange({ bios, ramBase }: BootRequest): Range[] {
  return bios === 'builtin' ? [{ what: 'the built-in firmware', address: ramBase, size: BUILTIN_SIZE }] : [];
}

function placeKernel(kernel: BootFile, request: BootRequest, firmwareEnd: number): Placed {
  refuseEmpty(kernel, 'kernel');
  const { name, bytes } = kernel;
  const what = `kernel ${name}`;
  if (isElf(bytes)) return placeElf(parseProgram(kernel, 'kernel'), what);
  const address = alignUp(firmwareEnd, KERNEL_ALIGN);
  if (isLinuxImage(bytes)) {
    const running = { what, address, size: parseLinuxImage(bytes, what).imageSize };
    refuseOutside(running, request);
    // What is behind the file the kernel zeroes itself; nothing else may be put there.
    return { ...raw(what, address, kernel), end: address + running.size, running };
  }
  const foreign = foreignKernel(bytes);
  if (foreign !== undefined) throw new UserError(`${what} is ${foreign}, this machine is riscv64`);
  return raw(what, address, kernel);
}

function placeInitrd(initrd: BootFile, { ramSize }: BootRequest, kernel: Placed): Load {
  refuseEmpty(initrd, 'initrd');
  const { name, bytes, readInto } = initrd;
  const address = kernel.entry + Math.min(Math.floor(ramSize / 2), INITRD_DISTANCE);
  if (address < kernel.end) {
    throw new UserError(`initrd ${name} does not fit behind the kernel: give the machine more with -m`);
  }
  return { what: `initrd ${name}`, address, bytes, size: bytes.length, readInto };
}

function isFile(tree: DtNode | BootFile): tree is BootFile {
  return 'bytes' in tree;
}

function finishTree(
  { tree, append, rngSeed }: BootRequest,
  initrd: Load | undefined,
): { root: DtNode; reservations: readonly MemoryReservation[] } {
  const { root, reservations } = isFile(tree)
    ? readTree(tree.bytes, `device tree ${tree.name}`)
    : { root: tree, reservations: [] };
  const range = initrd && { start: initrd.address, end: initrd.address + initrd.size };
  return { root: withChosen(root, { bootargs: append, initrd: range, rngSeed }), reservations };
}

function placeTree(fdt: Uint8Array, { ramBase, ramSize }: BootRequest): Load {
  const top = Math.min(ramBase + ramSize, Math.max(FDT_LIMIT, ramBase));
  const address = Math.floor((top - fdt.length) / FDT_ALIGN) * FDT_ALIGN;
  return { what: 'the device tree', address, bytes: fdt, size: fdt.length };
}

function refuseOutside({ what, address, size }: Range, { ramBase, ramSize }: BootRequest): void {
  if (address >= ramBase && address + size <= ramBase + ramSize) return;
  if (address >= ramBase && address < ramBase + ramSize) {
    throw new UserError(`${what} does not fit into ${ramSize / MIB} MiB of RAM: give the machine more with -m`);
  }
  throw outsideRam(what, address, size);
}

/** Parts of one file may overlap each other; two files may not. */
function refuseOverlaps(ranges: readonly Range[]): void {
  let furthest: Range | undefined;
  for (const range of ranges.toSorted((a, b) => a.address - b.address)) {
    if (furthest === undefined || range.address >= furthest.address + furthest.size) {
      furthest = range;
      continue;
    }
    if (range.what !== furthest.what) throw overlap(furthest, range);
    if (range.address + range.size > furthest.address + furthest.size) furthest = range;
  }
}

function overlap(first: Range, second: Range): UserError {
  const mend = [first.what, second.what].some((what) => what.includes('firmware'))
    ? 'link it behind the firmware, or run it without with -bios none'
    : 'give the machine more with -m';
  return new UserError(`${first.what} and ${second.what} overlap at 0x${second.address.toString(16)}: ${mend}`);
}
