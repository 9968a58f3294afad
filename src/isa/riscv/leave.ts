import type { Builder, Operand } from '../../ir/builder.ts';
import type { HelperDefinition } from '../../ir/ops.ts';
import { sfenceVma } from './helpers.ts';
import { x } from './registers.ts';

/** Calls a helper and leaves the unit. */
export function leave(g: Builder, helper: HelperDefinition): void {
  g.call(helper);
  g.exit();
}

/** SFENCE.VMA and SINVAL.VMA. */
export function fencePages(g: Builder, rs1: Operand, rs2: Operand): void {
  g.call(sfenceVma, g.imm(rs1, 'i32'), x(g, rs1), g.imm(rs2, 'i32'), x(g, rs2));
  g.exit();
}
