import { INVALID, OK, packetCommand } from '../command.ts';
import { parseNumber } from '../hex.ts';

/** Packets of QEMU's, for `maintenance packet`. */

/** How a single step is made. Without ENABLE nothing changes. */
const BITS = { ENABLE: 1, NOIRQ: 2, NOTIMER: 4 };
const ALL = BITS.ENABLE | BITS.NOIRQ | BITS.NOTIMER;

const known = packetCommand('qqemu.Supported', "QEMU's own packets.", () => 'sstepbits;sstep;PhyMemMode');

const stepBits = packetCommand('qqemu.sstepbits', 'The bits of `sstep`.', () =>
  Object.entries(BITS)
    .map(([name, bit]) => `${name}=${bit}`)
    .join(),
);

const stepMode = packetCommand('qqemu.sstep', 'How single steps are made.', (_, { step }) => {
  const noInterrupts = step.takesInterrupts ? 0 : BITS.NOIRQ;
  const noTimers = step.runsTimers ? 0 : BITS.NOTIMER;
  return `0x${(BITS.ENABLE | noInterrupts | noTimers).toString(16)}`;
});

/** `=BITS`; without, it asks. */
const setStepMode = packetCommand('Qqemu.sstep', 'Sets how single steps are made.', (text, context) => {
  if (text === '') return stepMode.run('', context);
  const bits = parseNumber(text.slice(1));
  if (bits === undefined || bits > BigInt(ALL)) return INVALID;
  const has = (bit: number): boolean => (Number(bits) & bit) !== 0;
  context.step = { takesInterrupts: !has(BITS.NOIRQ), runsTimers: !has(BITS.NOTIMER) };
  return OK;
});

const memoryMode = packetCommand('qqemu.PhyMemMode', 'Whether addresses are physical.', (_, { isPhysical }) =>
  isPhysical ? '1' : '0',
);

const setMemoryMode = packetCommand('Qqemu.PhyMemMode', 'Says whether addresses are physical.', (text, context) => {
  const mode = parseNumber(text.slice(1));
  if (mode === undefined) return INVALID;
  context.isPhysical = mode !== 0n;
  return OK;
});

export const qemuPackets = [known, stepBits, stepMode, setStepMode, memoryMode, setMemoryMode];
