/** Any file as a program: it is loaded or refused with an errno. */
import { BugError } from '../../base/errors.ts';
import { FuzzedProgram } from '../memory-kernel/fuzzed-program.ts';
import { ET_DYN, ET_EXEC } from './elf.ts';
import { type OpenProgram, startProgram } from './start.ts';

const EHDR = 64;
const PHDR = 56;

function openBytes(data: Uint8Array): OpenProgram {
  return {
    fd: -1,
    name: '/program',
    size: data.length,
    read: (offset, length) => data.slice(offset, offset + length),
    // Every dynamic linker is the same file.
    openInterpreter: () => openBytes(data),
    close() {},
  };
}

export function fuzzElf(data: Uint8Array): void {
  const program = FuzzedProgram.one;
  program.reset();
  program.process.space.clear();
  const started = startProgram(program.process, {
    file: openBytes(data),
    argv: [Uint8Array.of(0x61)],
    envp: [],
    path: Uint8Array.of(0x2f),
    random: new Uint8Array(16),
    ids: { uid: 0, euid: 0, gid: 0, egid: 0 },
  });
  if (typeof started === 'number' ? started >= 0 || started < -4095 : started.stack.pointer % 16 !== 0) {
    throw new BugError(`a program begins with ${JSON.stringify(started)}`);
  }
}

/** One with a segment, and PT_INTERP if `isDynamic`. */
function elf(type: number, isDynamic: boolean): Uint8Array {
  const file = new Uint8Array(512);
  const view = new DataView(file.buffer);
  const word = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, type, true);
  view.setUint16(18, 243, true);
  word(24, 0x1_0100);
  word(32, EHDR);
  view.setUint16(54, PHDR, true);
  view.setUint16(56, isDynamic ? 2 : 1, true);
  view.setUint32(EHDR, 1, true);
  view.setUint32(EHDR + 4, 7, true);
  word(EHDR + 16, 0x1_0000);
  word(EHDR + 32, file.length);
  word(EHDR + 40, 0x3000);
  word(EHDR + 48, 0x1000);
  if (isDynamic) {
    view.setUint32(EHDR + PHDR, 3, true);
    word(EHDR + PHDR + 8, 400);
    word(EHDR + PHDR + 32, 4);
    file.set([0x2f, 0x6c, 0x64], 400);
  }
  return file;
}

export const target = {
  name: 'user-elf',
  run: fuzzElf,
  seeds: (): Uint8Array[] => [elf(ET_EXEC, false), elf(ET_DYN, true), elf(ET_DYN, false), new Uint8Array()],
};
