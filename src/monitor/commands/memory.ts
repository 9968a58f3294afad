import { QapiError } from '../../qapi/error.ts';
import { int, optional, required, str } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { address, integer, word } from '../hmp-args.ts';
import { hmp, type HmpContext } from '../hmp-command.ts';
import { characterText, format, formatNumber, type GivenFormat, type NumberFormat } from '../hmp-format.ts';
import { outputFile } from '../output-file.ts';
import { report } from '../report.ts';
import type { MonitorTarget } from '../target.ts';
import { topic } from '../topic.ts';

/** As much as is held at a time. */
const CHUNK = 65536;
const PAGE = 4096n;

const hex16 = (value: bigint | number): string => BigInt.asUintN(64, BigInt(value)).toString(16).padStart(16, '0');

/** What a vCPU would read; undefined if an address leads nowhere. It is read page by page. */
function readVirtual({ memory }: MonitorTarget, cpu: number, start: bigint, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const at = BigInt.asUintN(64, start + BigInt(done));
    const count = Math.min(length - done, Number(PAGE - (at % PAGE)));
    const physical = memory.translate(cpu, at);
    const part = physical === undefined ? undefined : memory.read(physical, count);
    if (part === undefined) return undefined;
    bytes.set(part, done);
    done += count;
  }
  return bytes;
}

interface Saved {
  readonly start: bigint;
  readonly size: bigint;
  readonly filename: string;
  /** None: the address is physical, and what is nowhere is zero. */
  readonly cpu: number | undefined;
}

async function save(target: MonitorTarget, { start, size, filename, cpu }: Saved): Promise<void> {
  if (size < 0n) throw new QapiError("Parameter 'size' expects a positive value");
  await using file = await outputFile(target, filename);
  for (let done = 0n; done < size; done += BigInt(CHUNK)) {
    const count = Number(size - done < CHUNK ? size - done : CHUNK);
    const at = BigInt.asUintN(64, start + done);
    const bytes = cpu === undefined ? readPhysical(target, at, count) : readVirtual(target, cpu, at, count);
    if (bytes === undefined) throw new QapiError(`Invalid addr 0x${hex16(at)}/size ${size} specified`);
    await file.write(bytes);
  }
}

/** Page by page, zeroes for what is nowhere. */
function readPhysical({ memory }: MonitorTarget, start: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const at = start + BigInt(done);
    const count = Math.min(length - done, Number(PAGE - (at % PAGE)));
    const part = at + BigInt(count) <= BigInt(Number.MAX_SAFE_INTEGER) ? memory.read(Number(at), count) : undefined;
    if (part !== undefined) bytes.set(part, done);
    done += count;
  }
  return bytes;
}

const memsave = command('memsave', {
  since: '0.14',
  doc: 'Writes memory to a file, as a vCPU sees it.',
  args: {
    val: required(int, 'the virtual address to begin at'),
    size: required(int, 'how many bytes'),
    filename: required(str, 'the file'),
    'cpu-index': optional(int, 'the number of the vCPU; the first if absent'),
  },
  errors: { GenericError: 'there is no such vCPU, nothing at an address, or the file cannot be written' },
  example: { val: 0x8000_0000, size: 16, filename: '/tmp/memory' },
  run({ val, size, filename, 'cpu-index': index = 0 }, { target }) {
    if (target.cpus().every((cpu) => BigInt(cpu.index) !== BigInt(index)))
      throw new QapiError("Parameter 'cpu-index' expects a CPU number");
    return save(target, { start: BigInt(val), size: BigInt(size), filename, cpu: Number(index) });
  },
});

const pmemsave = command('pmemsave', {
  since: '0.14',
  doc: 'Writes memory to a file by its physical address. Where nothing is, zeroes are written.',
  args: {
    val: required(int, 'the physical address to begin at'),
    size: required(int, 'how many bytes'),
    filename: required(str, 'the file'),
  },
  errors: { GenericError: 'the file cannot be written' },
  example: { val: 0x8000_0000, size: 16, filename: '/tmp/memory' },
  run: ({ val, size, filename }, { target }) =>
    save(target, { start: BigInt(val), size: BigInt(size), filename, cpu: undefined }),
});

const saveArgs = {
  addr: address('where to begin'),
  size: integer('how many bytes'),
  file: word('the file, in quotes'),
};

const hmpMemsave = hmp('memsave', {
  args: saveArgs,
  doc: 'write memory to a file, from a virtual address on',
  example: 'memsave 0x80000000 16 "/tmp/memory"',
  run: ({ addr, size, file }, { target, cpu }) =>
    save(target, { start: addr, size: BigInt(size), filename: file, cpu }),
});

const hmpPmemsave = hmp('pmemsave', {
  args: saveArgs,
  doc: 'write memory to a file, from a physical address on',
  example: 'pmemsave 0x80000000 16 "/tmp/memory"',
  run: ({ addr, size, file }, { target }) =>
    save(target, { start: addr, size: BigInt(size), filename: file, cpu: undefined }),
});

type Read = (at: bigint, length: number) => Uint8Array | undefined;

/** The lines of `x` and `xp`. */
function examine(start: bigint, given: GivenFormat, context: HmpContext, read: Read): string {
  const { letter, size } = settle(given, context);
  if (letter === 'i') return listing(start, given.count, context.target, read);
  const lineSize = size === 1 ? 8 : 16;
  const step = letter === 'c' ? 1 : size;
  let text = '';
  for (let left = given.count * size, at = start; left > 0; left -= lineSize, at += BigInt(lineSize)) {
    text += `${hex16(at)}:`;
    const bytes = read(at, Math.min(left, lineSize));
    if (bytes === undefined) return `${text} Cannot access memory\n`;
    for (let i = 0; i < bytes.length; i += step)
      text += ` ${formatNumber(little(bytes.subarray(i, i + step)), { letter, size: step })}`;
    text += '\n';
  }
  return text;
}

function listing(start: bigint, count: number, { memory }: MonitorTarget, read: Read): string {
  let text = '';
  let at = BigInt.asUintN(64, start);
  for (let i = 0; i < count; i++) {
    // The longest instruction, or one that ends where memory does.
    const found = [4, 2].flatMap((length) => {
      const bytes = read(at, length);
      return bytes === undefined ? [] : [memory.disassemble(at, bytes)];
    });
    const instruction = found.find(({ length }) => length > 0);
    if (instruction === undefined) return `${text}0x${hex16(at)}:  Cannot access memory\n`;
    text += `0x${hex16(at)}:  ${instruction.line}\n`;
    at += BigInt(instruction.length);
  }
  return text;
}

/** What the line left out is as it was before. */
function settle(given: GivenFormat, context: HmpContext): NumberFormat {
  const { letter = context.format.letter, size = context.format.size } = given;
  context.format = { letter, size };
  return context.format;
}

function little(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}

const examineArgs = { format: format('how many, in which form and size'), addr: address('where to begin') };

const x = hmp('x', {
  args: examineArgs,
  doc: 'show memory from a virtual address on: o x u d c are numbers and characters, i is instructions; b h w g are 1, 2, 4 and 8 bytes',
  example: 'x /4xw 0x80000000',
  run: ({ format: given, addr }, context) =>
    examine(addr, given, context, (at, length) => readVirtual(context.target, context.cpu, at, length)),
});

const xp = hmp('xp', {
  args: examineArgs,
  doc: 'show memory from a physical address on',
  example: 'xp /4xw 0x80000000',
  run: ({ format: given, addr }, context) =>
    examine(addr, given, context, (at, length) => {
      const end = BigInt.asUintN(64, at) + BigInt(length);
      return end > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : context.target.memory.read(Number(at), length);
    }),
});

const print = hmp('print', {
  aliases: ['p'],
  args: { format: format('its form'), expr: address('the expression') },
  doc: 'show the value of an expression',
  example: 'print /x 16*2',
  run({ format: given, expr }, context) {
    const { letter } = settle(given, context);
    const unsigned = BigInt.asUintN(64, expr);
    const forms: Readonly<Record<string, string>> = {
      o: `${unsigned === 0n ? '' : '0'}${unsigned.toString(8)}`,
      x: `0x${unsigned.toString(16)}`,
      u: unsigned.toString(),
      c: characterText(Number(BigInt.asUintN(32, expr))),
    };
    return `${forms[letter] ?? BigInt.asIntN(64, expr)}\n`;
  },
});

const sum = hmp('sum', {
  args: { addr: address('where to begin'), size: integer('how many bytes') },
  doc: 'show the checksum of memory from a physical address on',
  example: 'sum 0x80000000 16',
  run({ addr, size }, { target }) {
    let value = 0;
    for (let done = 0; done < size; done += CHUNK)
      for (const byte of readPhysical(target, BigInt.asUintN(64, addr + BigInt(done)), Math.min(CHUNK, size - done)))
        value = (((value >>> 1) | (value << 15)) + byte) & 0xffff;
    return `${String(value).padStart(5, '0')}\n`;
  },
});

const gva2gpa = hmp('gva2gpa', {
  args: { addr: address('a virtual address') },
  doc: 'show the physical address that a virtual one leads to',
  example: 'gva2gpa 0x80000000',
  run({ addr }, { target, cpu }) {
    const physical = target.memory.translate(cpu, BigInt.asUintN(64, addr));
    return physical === undefined ? 'Unmapped\n' : `gpa: 0x${BigInt(physical).toString(16)}\n`;
  },
});

const infoMem = hmp('info mem', {
  doc: 'show what the page tables of the current vCPU map',
  run(_, { target, cpu }) {
    const mappings = target.memory.mappings(cpu);
    if (mappings === undefined) return 'No translation or protection\n';
    const rows = Array.from(
      mappings,
      ({ virtual, physical, size, attributes }) =>
        `${hex16(virtual)} ${hex16(physical)} ${hex16(size)} ${attributes}\n`,
    );
    return `${TABLE_HEAD}${rows.join('')}`;
  },
});

const TABLE_HEAD = `vaddr            paddr            size             attr
---------------- ---------------- ---------------- -------
`;

const ramblock = report('ramblock', {
  doc: 'what of the memory of the host the guest has',
  text: ({ memory }) =>
    `              Block Name    PSize              Offset               Used              Total
${memory
  .blocks()
  .map(
    ({ name, offset, size }) => `${name.padStart(24)}    4 KiB  0x${hex16(offset)} 0x${hex16(size)} 0x${hex16(size)}\n`,
  )
  .join('')}`,
});

const roms = report('roms', {
  doc: 'what was put into memory before the guest began',
  text: ({ memory }) =>
    memory
      .loaded()
      .map(
        ({ name, address: at, size, kind }) =>
          `addr=${hex16(at)} size=0x${size.toString(16).padStart(6, '0')} mem=${kind} name="${name}"\n`,
      )
      .join(''),
});

export const memory = topic('Memory', {
  doc: 'What is in the memory of the guest, read while it runs.',
  commands: [memsave, pmemsave, ramblock.command, roms.command],
  hmp: [x, xp, print, sum, gva2gpa, hmpMemsave, hmpPmemsave, infoMem, ramblock.hmp, roms.hmp],
});
