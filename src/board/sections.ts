import { Sbi } from '../firmware/sbi/sbi.ts';
import { savedDeadline, type Timer } from '../hw/timers.ts';
import { RiscvState } from '../isa/riscv/state.ts';
import { ENGINE_FIELDS } from '../mem/cpu.ts';
import { structSection, withNumbers, type Section } from '../mem/section.ts';
import type { BoardDevice } from './site.ts';

/** What is saved of a hart, and the alarm that it has. */
export function hartSection(memory: WebAssembly.Memory, address: number, alarm: Timer): Section {
  const { fields } = RiscvState;
  return withNumbers(structSection('cpu', 1, { fields, memory, address, except: ENGINE_FIELDS }), [
    savedDeadline(alarm),
  ]);
}

export const firmwareSection = (memory: WebAssembly.Memory, address: number, hart: number): Section =>
  Sbi.section(memory, address, hart);

/** What is saved of the devices. One behind a transport has the place of that in its name, as QEMU names it. */
export function deviceSections(devices: readonly BoardDevice[]): Section[] {
  return devices.flatMap(({ device, parent }) => {
    const { section } = device;
    if (section.fields.length === 0) return [];
    const base = parent?.regions[0]?.base;
    if (base === undefined) return [section];
    const place = `${parent!.declaration.name}@${base.toString(16).padStart(16, '0')}`;
    return [{ ...section, name: `${place}/${section.name}` }];
  });
}
