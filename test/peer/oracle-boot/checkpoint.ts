import { RiscvState } from '../../../src/isa/riscv/state.ts';
import { ENGINE_FIELDS } from '../../../src/mem/cpu.ts';

/** A hart after so many retired instructions. */
export interface Checkpoint {
  readonly retired: number;
  /** Every register of which a guest can tell what it holds, as hexadecimal digits, by name. */
  readonly hart: Readonly<Record<string, string>>;
}

/** The registers of the hart whose state is at an address of the shared memory. */
export function hartAt(memory: WebAssembly.Memory, address: number): Checkpoint['hart'] {
  const hart: Record<string, string> = {};
  for (const { name, type, offset, length, isArray } of RiscvState.fields) {
    if (ENGINE_FIELDS.has(name)) continue;
    const size = SIZES[type];
    // Behind x31 is what swallows writes to x0.
    const count = name === 'x' ? 32 : length;
    for (let i = 0; i < count; i++) {
      const bytes = new Uint8Array(memory.buffer, address + offset + i * size, size);
      hart[isArray ? `${name}${i}` : name] = Buffer.from(bytes.slice().reverse()).toString('hex');
    }
  }
  return hart;
}
const SIZES = { u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f64: 8, u64: 8, i64: 8 } as const;

/** The registers in which two harts differ, a line for each. */
export function differences(expected: Checkpoint, actual: Checkpoint): string[] {
  return Object.keys(expected.hart)
    .filter((name) => expected.hart[name] !== actual.hart[name])
    .map((name) => `${name}: ${expected.hart[name]} and not ${actual.hart[name]}`);
}
