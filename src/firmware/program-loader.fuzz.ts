import { UserError } from '../base/errors.ts';
import { planBoot } from './boot.ts';
import { elfSymbols, isElf, loadElf, parseElf } from './elf.ts';
import { FakeTarget } from './fake-target.ts';
import { makeElf } from './make-elf.ts';

const RAM = 0x8000_0000;
const MIB = 2 ** 20;
const target64 = new FakeTarget(RAM, MIB);

/** Runs what may refuse its input. */
function mayRefuse(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof UserError) || error.message.includes('\n')) throw error;
  }
}

/** ELF files and Linux Images as firmware, kernel and initrd. */
export const target = {
  name: 'program-loader',
  run(bytes: Uint8Array): void {
    const file = { name: 'file', bytes };
    const tree = { name: '', properties: {} };
    for (const bios of ['builtin', 'none', file] as const) {
      mayRefuse(() => {
        const { loads } = planBoot({ ramBase: RAM, ramSize: 64 * MIB, bios, kernel: file, initrd: file, tree });
        for (const { address, bytes: part, size } of loads) {
          if (address < RAM || address + Math.max(size, part.length) > RAM + 64 * MIB) throw new Error('outside RAM');
        }
      });
    }
    if (!isElf(bytes)) return;
    elfSymbols(bytes);
    mayRefuse(() => loadElf(parseElf(bytes, 'file'), target64, 'file'));
  },
  seeds(): Uint8Array[] {
    const segments = [
      { physical: RAM + 0x40_000, bytes: [0x13, 0, 0, 0], memorySize: 64 },
      { physical: RAM + 0x50_000, bytes: [1, 2, 3] },
    ];
    const image = new Uint8Array(0x100);
    image.set(new TextEncoder().encode('RISCV\0\0\0RSC\x05'), 48);
    image.set([0x4d, 0x5a]);
    image[17] = 2;
    image[60] = 64;
    image.set([0x50, 0x45, 0, 0, 0, 0, 2], 64);
    return [
      makeElf({ segments }),
      makeElf({ segments, bits: 32 }),
      makeElf({ segments, littleEndian: false }),
      makeElf({ segments, machine: 62 }),
      image,
    ];
  },
};
