import type { Abi } from '../abi/abi.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, type AddressSpace } from '../memory/address-space.ts';
import { PAGE, PROT_EXEC, PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import type { UserMemory } from '../memory/user-memory.ts';
import { vdsoImage, type VdsoImage } from './vdso-image.ts';

const images = new WeakMap<Abi, VdsoImage>();

function imageOf(abi: Abi): VdsoImage {
  let image = images.get(abi);
  if (image === undefined) images.set(abi, (image = vdsoImage(abi.vdso)));
  return image;
}

export interface Vdso {
  /** AT_SYSINFO_EHDR. */
  readonly address: number;
  /** Where handlers of signals return to. */
  readonly signalReturn: number;
}

/** Puts the kernel's library into a new program's memory; a negative errno if there is no room. */
export function mapVdso(abi: Abi, space: AddressSpace, memory: UserMemory): Vdso | number {
  const { bytes, offsets } = imageOf(abi);
  const address = space.map(0, bytes.length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
  if (address < 0) return address;
  memory.write(address, bytes);
  space.protect(address, bytes.length, PROT_READ | PROT_EXEC);
  const first = address / PAGE;
  space.pages.mapping.fill(space.files.add('[vdso]', 0, first), first, first + Math.ceil(bytes.length / PAGE));
  return { address, signalReturn: address + offsets.get(abi.signalReturn)! };
}
