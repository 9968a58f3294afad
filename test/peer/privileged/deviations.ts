/**
 * Where QEMU 7.2 does otherwise than the manuals say and this machine does not follow it: what is
 * done to the native transcript, or to both, before they are compared. Each entry says why.
 */

interface Deviation {
  readonly program: string;
  readonly because: string;
  /** A line of the native transcript as the manual would have it. */
  readonly native: (line: string) => string;
}

const clear =
  (bit: bigint) =>
  (line: string): string =>
    line.replace(
      /status=([0-9a-f]+)/,
      (_all, status: string) => `status=${(BigInt(`0x${status}`) & ~bit).toString(16)}`,
    );

const when =
  (pattern: RegExp, change: (line: string) => string) =>
  (line: string): string =>
    pattern.test(line) ? change(line) : line;

export const DEVIATIONS: readonly Deviation[] = [
  {
    program: 'traps',
    because: 'an AMO where no memory is raises a store/AMO access fault (Privileged 3.1.15), not a load one',
    native: when(/^. amoadd\.w nowhere/, (line) => line.replace('cause=5', 'cause=7')),
  },
  {
    program: 'traps',
    because: 'a misaligned AMO raises store/AMO address misaligned (Privileged 3.1.15), not load',
    native: when(/^. amo\S+ misaligned/, (line) => line.replace('cause=4', 'cause=6')),
  },
  {
    program: 'traps',
    because: 'MRET and SRET clear MPRV when they leave M (Privileged 1.12, 3.1.6.3)',
    native: when(/^([US] mret|sret in .) with/, clear(1n << 17n)),
  },
  {
    program: 'traps',
    because: 'a comparison may set fflags, so it makes FS dirty (Privileged 3.1.6.6)',
    native: when(/^[USM] feq\.d mode=\d cause=[89b]/, (line) =>
      line.replace(/status=([0-9a-f]+)/, (_all, status: string) => {
        const dirty = BigInt(`0x${status}`) | 0x6000n | (1n << 63n);
        return `status=${dirty.toString(16)}`;
      }),
    ),
  },
  {
    program: 'paging',
    because: 'an AMO that finds no readable page raises a store/AMO page fault, not a load one',
    native: when(/^ level=/, (line) => line.replace(/([.0-9a-f]{3})d([.0-9a-f] )/g, '$1f$2')),
  },
  {
    program: 'svinval',
    because: 'mtval of an illegal instruction is its word, here as for every other',
    native: when(/^sinval\.vma .*cause=2/, (line) => line.replace(/tval=\w+/, 'tval=16b50073')),
  },
];

const ALL = 2n ** 64n - 1n;

/** Bits of CSRs that the manuals fix and QEMU 7.2 lets software write; undefined: no such CSR. */
const CSR_BITS: Readonly<Record<number, bigint | undefined>> = {
  // Without vector state VS is 0, and UXL cannot be changed here.
  0x100: ALL & ~0x600n & ~(3n << 32n),
  // Likewise; MPV and GVA belong to the hypervisor, and 2 is no value of MPP.
  0x300: ALL & ~0x600n & ~0x1800n & ~(3n << 32n) & ~(3n << 38n),
  // 32 counters.
  0x106: 0xffff_ffffn,
  0x306: 0xffff_ffffn,
  // And time cannot be stopped.
  0x320: 0xffff_fffdn,
  // Bit 0 of an exception's pc is always 0.
  0x141: ALL & ~1n,
  0x341: ALL & ~1n,
  // Hypervisor's timer compare.
  0x24d: undefined,
  // Ecall from M is never delegated, 10 and 14 and those from 16 on do not exist.
  0x302: 0xb3ffn,
  // Interrupts of the hypervisor and of counter overflow. STIP stays there as stimecmp left it.
  0x303: 0x222n,
  0x304: 0xaaan,
  0x344: 0x282n,
};
const PMPADDR_BITS = 2n ** 54n - 1n;
const PMPCFG_BITS = 0x9f9f_9f9f_9f9f_9f9fn;

/** A line of the CSR program, on either side, with the bits that are to be equal. */
function csrLine(line: string): string | undefined {
  const number = Number.parseInt(line, 16);
  const isAddress = number >= 0x3b0 && number < 0x3c0;
  const isConfiguration = number >= 0x3a0 && number < 0x3b0;
  if (!isAddress && !isConfiguration && !(number in CSR_BITS)) return line;
  const bits = isAddress ? PMPADDR_BITS : isConfiguration ? PMPCFG_BITS : CSR_BITS[number];
  if (bits === undefined) return undefined;
  return line.replaceAll(/=([0-9a-f]+)/g, (_all, value: string) => `=${(BigInt(`0x${value}`) & bits).toString(16)}`);
}

const lines = (transcript: string): string[] => transcript.replaceAll('\r', '').split('\n');

/** What the native machine printed, as it should be. */
export function expected(program: string, transcript: string): string[] {
  const changes = DEVIATIONS.filter((deviation) => deviation.program === program);
  return comparable(program, transcript).map((line) => changes.reduce((text, { native }) => native(text), line));
}

/** What a machine printed, without what is not compared. */
export function comparable(program: string, transcript: string): string[] {
  const all = lines(transcript);
  return program === 'csr' ? all.map(csrLine).filter((line) => line !== undefined) : all;
}
