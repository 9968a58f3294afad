/** The encodings that random streams are made of, and what each needs around it. */
import { Builder } from '../../../src/ir/builder.ts';
import { parseFeatures } from '../../../src/isa/riscv/features.ts';
import { COMPRESSED, createRiscv, INSTRUCTIONS } from '../../../src/isa/riscv/guest.ts';
import type { Compressed, Encoding, Instruction } from '../../../src/isa/riscv/insn.ts';

/** What runs both in the streams and under us. */
export const features = parseFeatures('rv64');
export const guest = createRiscv(features);

/** Instructions whose result is the machine's: the privileged suite has them. */
export const PRIVILEGED: readonly string[] = [
  'ecall',
  'ebreak',
  'c.ebreak',
  'mret',
  'sret',
  'wfi',
  'sfence.vma',
  'sinval.vma',
  'sfence.w.inval',
  'sfence.inval.ir',
];

/** plain: registers only; memory: needs an address; branch, jump: a distance; indirect: a register with an address. */
export type Kind = 'plain' | 'memory' | 'reserve' | 'branch' | 'jump' | 'indirect' | 'csr';

export interface Member {
  readonly encoding: Encoding;
  readonly base: Instruction;
  readonly kind: Kind;
  /** Bytes that a memory access must be aligned to; 1 if to none. */
  readonly alignment: number;
}

function memberOf(encoding: Instruction | Compressed): Member {
  const base = 'expands' in encoding ? encoding.expands : encoding;
  const g = new Builder(true);
  base.lower(g, Object.fromEntries(base.operands.map(({ name }) => [name, { name, value: undefined }])));
  const nodes = g.unit.nodes;
  const has = (...ops: string[]): boolean => nodes.some(({ op }) => ops.includes(op));
  const access = nodes.find(({ attributes, op }) => attributes.access !== undefined && op !== 'fence')?.attributes
    .access;
  const alignment = access?.align === 'natural' ? access.size : 1;
  const kind: Kind = has('load_reserved')
    ? 'reserve'
    : access !== undefined
      ? 'memory'
      : has('branch')
        ? 'branch'
        : has('jump')
          ? 'jump'
          : has('jump_reg')
            ? 'indirect'
            : base.name.startsWith('csr')
              ? 'csr'
              : 'plain';
  return { encoding, base, kind, alignment };
}

const all: readonly (Instruction | Compressed)[] = [
  ...INSTRUCTIONS.flatMap(({ members }) => members),
  ...COMPRESSED.flatMap(({ members }) => members),
];

/** Everything declared that is not privileged. */
export const MEMBERS: readonly Member[] = all.filter(({ name }) => !PRIVILEGED.includes(name)).map(memberOf);

/** Every declared name. */
export const NAMES: readonly string[] = all.map(({ name }) => name);

const byName = new Map(MEMBERS.map((member) => [member.encoding.name, member]));

export function member(name: string): Member {
  return byName.get(name)!;
}
