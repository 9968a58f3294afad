import { COMPRESSED, INSTRUCTIONS } from './guest.ts';
import type { Compressed, Encoding, Instruction } from './insn.ts';

/** The page docs/reference/riscv.md: every instruction that is declared, by the extension it needs. */
export function referencePage(): string {
  const groups = new Map<string, Encoding[]>();
  for (const { needs, members } of [...INSTRUCTIONS, ...COMPRESSED]) {
    const key = needs.map(titleOf).join(' and ');
    groups.set(key, [...(groups.get(key) ?? []), ...members]);
  }
  const count = [...groups.values()].reduce((sum, members) => sum + members.length, 0);
  const sections = [...groups].map(([title, members]) => section(title, members));
  return `# RISC-V instructions

Made from the declarations in src/isa/riscv by \`npm run bless\`. All ${count} encodings, by the extensions that a hart must have.

In a pattern, the most significant bit is on the left; \`rd:5\` is an operand of five bits, \`s\` makes it signed, \`[12|10:5]\` are its bits in that order, \`'\` means one of the registers 8 to 15, and \`!0\` excludes a value. Dots are bits that do not matter. Registers are written by number, and \`{,rm}\` is absent when the rounding mode is the dynamic one.

${sections.join('\n')}`;
}

const titleOf = (extension: string): string =>
  extension.length === 1 ? extension.toUpperCase() : extension[0]!.toUpperCase() + extension.slice(1);

function section(title: string, members: readonly Encoding[]): string {
  const rows = members.map((encoding) => {
    const example = encoding.cases[0]!;
    const word = example.word.toString(16).padStart(encoding.bits.width / 4, '0');
    return `| \`${cell(encoding.asm)}\` | \`${cell(encoding.pattern)}\` | ${meaningOf(encoding)} | \`${word}\` ${example.asm} |`;
  });
  return `## ${title}

| assembly | pattern | meaning | example |
|---|---|---|---|
${rows.join('\n')}
`;
}

/** A bar would end the cell of the table. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

function meaningOf(encoding: Encoding): string {
  const { expands } = encoding as Encoding & Partial<Compressed & Instruction>;
  return expands === undefined ? encoding.doc : `${encoding.doc} Expands to \`${expands.name}\`.`;
}
