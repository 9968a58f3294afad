/** Random words are the same instructions, with the same operands, to the disassembler of binutils. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseFeatures } from '../../src/isa/riscv/features.ts';
import { COMPRESSED, createRiscv, INSTRUCTIONS } from '../../src/isa/riscv/guest.ts';
import { insert, matches } from '../../src/isa/riscv/pattern.ts';
import { Random } from '../fuzz/random.ts';

const WORDS_EACH = 40;
const guest = createRiscv(parseFeatures('rv64,svinval=true'));
const encodings = [...INSTRUCTIONS.flatMap(({ members }) => members), ...COMPRESSED.flatMap(({ members }) => members)];

function randomWords(): number[] {
  const random = new Random(1);
  return encodings.flatMap(({ bits }) => {
    const words: number[] = [];
    while (words.length < WORDS_EACH) {
      const operands = bits.fields.reduce((all, field) => all | insert(field, field.bias - 1), 0);
      const word = (random.next() & operands) | bits.match;
      if (matches(bits, word)) words.push(word);
    }
    return words;
  });
}

/** What binutils writes, one line for each word. */
function theirs(words: readonly number[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tinamou-disassembly-'));
  const [source, object] = [join(folder, 'words.s'), join(folder, 'words.o')];
  const lines = words.map((word) => ((word & 3) === 3 ? `.insn 4, ${word >>> 0}` : `.insn 2, ${word}`));
  writeFileSync(source, `${lines.join('\n')}\n`);
  const march = 'rv64imafdc_zicsr_zifencei_zihintpause_zba_zbb_zbc_zbs_svinval';
  execFileSync('riscv64-linux-gnu-as', [`-march=${march}`, '-o', object, source]);
  const options = ['-d', '-M', 'numeric,no-aliases', '--no-show-raw-insn', object];
  const listing = execFileSync('riscv64-linux-gnu-objdump', options, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  rmSync(folder, { recursive: true });
  return [...listing.matchAll(/^\s*[0-9a-f]+:\t(.*)$/gm)].map((match) => match[1]!);
}

/** Without what the two write differently for the same thing. */
function normal(text: string): string {
  return (
    text
      .replace(/[<#].*/, '')
      .replace(/^(c\.nop\b|c\.addi\s+x0,).*/, 'c.nop')
      .replace(/^(c\.s\w+)64\s+(x\d+)/, '$1 $2,0')
      // Names of CSRs, reserved rounding modes, and a rounding mode of what is exact.
      .replace(/^(csr\w+\s+x\d+\s*,)\s*\w+/, '$1CSR')
      .replace(/(rm5|rm6|unknown)$/, 'reserved')
      .replace(/^(fcvt\.d\.(?:w|wu|s)\s.*), ?r\w\w$/, '$1')
      .replace(/^(fence .*)\b0\b/, '$1unknown')
      // Addresses without a prefix.
      .replace(/^((?:c\.)?(?:jal|j|b\w+)\s.*?)([0-9a-f]+)\s*$/, (all, before: string, address: string) =>
        /^b(clr|ext|inv|set)/.test(all) || before.endsWith('0x') || before.endsWith('x')
          ? all
          : `${before}0x${address}`,
      )
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ ?, ?/g, ',')
      .trim()
      // Numbers are written in either base, and with a sign or without.
      .replaceAll(/(?<![\w.])(-?)(0x[0-9a-f]+|\d+)/g, (_, sign: string, digits: string) => {
        const value = BigInt(digits);
        return BigInt.asUintN(64, sign === '-' ? -value : value).toString(16);
      })
  );
}

test('random words are disassembled alike', () => {
  const words = randomWords();
  const expected = theirs(words);
  assert.equal(expected.length, words.length);
  let pc = 0n;
  const different: string[] = [];
  const known = new Set<unknown>();
  for (const [index, word] of words.entries()) {
    const ours = guest.disassemble(word, pc);
    // Words whose unused bits are not 0 are data to them.
    const isKnown = !expected[index]!.startsWith('.');
    if (isKnown) known.add(guest.decoder.encodingOf(word)!);
    if (isKnown && normal(ours) !== normal(expected[index]!))
      different.push(`${(word >>> 0).toString(16)}: ${ours} | ${expected[index]}`);
    pc += (word & 3) === 3 ? 4n : 2n;
  }
  assert.deepEqual(different, []);
  assert.equal(known.size, encodings.length, 'each encoding was compared');
});
