/**
 * Platform-level interrupt controller (RISC-V PLIC specification 1.0.0) with SiFive's memory map.
 * Each hart has the contexts that `hart-config` lists, such as "MS": machine and supervisor mode.
 *
 *     source n:  idle -- line rises --> pending -- claim --> in service -- complete --> idle, or
 *                                                               pending again if the line is high
 */

import { array } from '../mem/struct.ts';
import { device } from './device.ts';
import { cells64 } from './fdt.ts';
import { str, uint32 } from './properties.ts';

/** Sources 1 to 96; source 0 is none. */
const SOURCES = 96;
const WORDS = 4;
const MAX_PRIORITY = 7;
const MAX_CONTEXTS = 64;
const PENDING = 0x1000;
const ENABLE = 0x2000;
const ENABLE_STRIDE = 0x80;
const CONTEXT = 0x20_0000;
const CONTEXT_STRIDE = 0x1000;
const SIZE = 0x60_0000;
const M_EXTERNAL = 11;
const S_EXTERNAL = 9;

/** The mode letters of all contexts in order. */
function contextsOf(config: string): string[] {
  return [...config.replaceAll(',', '')].slice(0, MAX_CONTEXTS);
}

/** Bits that exist in a word of the pending or enable bits. */
const validBits = (word: number): number => (word === 0 ? ~1 : word === WORDS - 1 ? 1 : ~0);

/** What others ask of it. */
export interface Plic {
  /** Sources that are in use and contexts, a line each. */
  describe(): readonly string[];
}

export const plic = device(
  'riscv.sifive.plic',
  {
    doc: 'Platform-level interrupt controller (RISC-V PLIC specification 1.0.0).',
    size: SIZE,
    access: { min: 4, max: 4 },
    regs: {
      PRIORITY: [0, 'rw', 'priority of source n at 4n, 0 to 7; 0 never interrupts', { span: 4 * (SOURCES + 1) }],
      PENDING: [PENDING, 'ro', 'pending bits, one a source', { span: 4 * WORDS }],
      ENABLE: [ENABLE, 'rw', 'enable bits of context c at 0x80 c', { span: ENABLE_STRIDE * MAX_CONTEXTS }],
      CONTEXT: [
        CONTEXT,
        'rw',
        'context c at 0x1000 c: +0 threshold, +4 claim (read) and complete (write)',
        { span: CONTEXT_STRIDE * MAX_CONTEXTS },
      ],
    },
    state: {
      priority: array('u8', SOURCES + 1),
      level: array('u32', WORDS),
      pending: array('u32', WORDS),
      inService: array('u32', WORDS),
      enable: array('u32', WORDS * MAX_CONTEXTS),
      threshold: array('u8', MAX_CONTEXTS),
    },
    // Reset leaves the wires as they are.
    keep: ['level'],
    properties: {
      'hart-config': str('MS', 'modes of each hart, such as MS,MS'),
      'hartid-base': uint32(0),
      'num-sources': uint32(SOURCES),
      'num-priorities': uint32(MAX_PRIORITY),
    },
    counters: {
      requests: { doc: 'times that a source asked for attention' },
      claims: { doc: 'interrupts that a hart took up' },
      completions: { doc: 'interrupts that a hart was done with' },
      'claims-by-source': {
        doc: 'interrupts that a hart took up, by the number of their source',
        buckets: SOURCES + 1,
      },
    },
    section: { name: 'riscv_sifive_plic', version: 1 },
    compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
    dt: ({ base, props }) => {
      const harts = String(props['hart-config']).split(',');
      return [
        {
          name: `plic@${base.toString(16)}`,
          label: 'plic',
          properties: {
            'riscv,ndev': [SOURCES],
            reg: [...cells64(base), ...cells64(SIZE)],
            'interrupts-extended': harts.flatMap((modes, hart) =>
              [...modes].flatMap((mode) => [{ ref: `intc${hart}` }, mode === 'M' ? M_EXTERNAL : S_EXTERNAL]),
            ),
            'interrupt-controller': true,
            compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
            '#address-cells': [0],
            '#interrupt-cells': [1],
          },
        },
      ];
    },
  },
  (d, env) => {
    const contexts = contextsOf(env.props['hart-config']).length;
    const lines = Array.from({ length: contexts }, (_, context) => env.irq(context));

    const isSet = (bits: Uint32Array, source: number): boolean => ((bits[source >>> 5] >>> (source & 31)) & 1) === 1;
    const put = (bits: Uint32Array, source: number, on: boolean): void => {
      if (on) bits[source >>> 5] |= 1 << (source & 31);
      else bits[source >>> 5] &= ~(1 << (source & 31));
    };

    /** The source that a context would claim: highest priority above the threshold, lowest number. */
    function best(context: number): number {
      let source = 0;
      let priority = d.threshold[context];
      for (let word = 0; word < WORDS; word++) {
        let bits = d.pending[word] & ~d.inService[word] & d.enable[context * WORDS + word] & validBits(word);
        while (bits !== 0) {
          const bit = 31 - Math.clz32(bits & -bits);
          bits &= bits - 1;
          const candidate = 32 * word + bit;
          if (d.priority[candidate] > priority) {
            priority = d.priority[candidate];
            source = candidate;
          }
        }
      }
      return source;
    }

    function request(source: number): void {
      env.counters.requests++;
      put(d.pending, source, true);
    }

    function update(): void {
      for (let context = 0; context < contexts; context++) lines[context].set(best(context) !== 0);
    }

    function claim(context: number): number {
      const source = best(context);
      if (source !== 0) {
        env.counters.claims++;
        env.counters['claims-by-source'][source]!++;
        put(d.pending, source, false);
        put(d.inService, source, true);
        update();
      }
      return source;
    }

    function complete(context: number, source: number): void {
      // "If the completion ID does not match an interrupt source that is currently enabled for the
      // target, the completion is silently ignored" (chapter 9).
      if (source < 1 || source > SOURCES) {
        env.log.guestError(`completion of source ${source}, which does not exist`);
        return;
      }
      if (!isSet(d.enable.subarray(context * WORDS, (context + 1) * WORDS), source)) return;
      env.counters.completions++;
      put(d.inService, source, false);
      if (isSet(d.level, source)) request(source);
      update();
    }

    function describe(): readonly string[] {
      const words = (source: number): readonly string[] => [
        `priority ${d.priority[source]}`,
        ...(isSet(d.level, source) ? ['high'] : []),
        ...(isSet(d.pending, source) ? ['pending'] : []),
        ...(isSet(d.inService, source) ? ['in service'] : []),
      ];
      const sources = Array.from({ length: SOURCES }, (_, index) => index + 1)
        .filter((source) => d.priority[source] !== 0 || words(source).length > 1)
        .map((source) => `source ${source}: ${words(source).join(', ')}`);
      return [
        ...sources,
        ...lines.map((_, context) => `context ${context}: threshold ${d.threshold[context]}, next ${best(context)}`),
      ];
    }

    return {
      api: { describe } satisfies Plic as Plic,
      regs: {
        PRIORITY: {
          read: (offset) => d.priority[offset >>> 2],
          write(value, offset) {
            if (offset === 0) return;
            d.priority[offset >>> 2] = value & MAX_PRIORITY;
            update();
          },
        },
        PENDING: { read: (offset) => d.pending[offset >>> 2] },
        ENABLE: {
          read(offset) {
            const word = (offset % ENABLE_STRIDE) >>> 2;
            const context = Math.floor(offset / ENABLE_STRIDE);
            return context < contexts && word < WORDS ? d.enable[context * WORDS + word] : 0;
          },
          write(value, offset) {
            const word = (offset % ENABLE_STRIDE) >>> 2;
            const context = Math.floor(offset / ENABLE_STRIDE);
            if (context >= contexts || word >= WORDS) {
              env.log.guestError(`enable bits of context ${context}, word ${word}, which do not exist`);
              return;
            }
            d.enable[context * WORDS + word] = value & validBits(word);
            update();
          },
        },
        CONTEXT: {
          read(offset) {
            const context = Math.floor(offset / CONTEXT_STRIDE);
            const register = offset % CONTEXT_STRIDE;
            if (context >= contexts || register > 4) return 0;
            return register === 0 ? d.threshold[context] : claim(context);
          },
          write(value, offset) {
            const context = Math.floor(offset / CONTEXT_STRIDE);
            const register = offset % CONTEXT_STRIDE;
            if (context >= contexts || register > 4) {
              env.log.guestError(`write to context ${context}, register ${register}, which does not exist`);
            } else if (register === 0) {
              d.threshold[context] = value & MAX_PRIORITY;
              update();
            } else complete(context, value);
          },
        },
      },
      input(source, level) {
        if (source < 1 || source > SOURCES || isSet(d.level, source) === level) return;
        put(d.level, source, level);
        // The gateway sends no further request until the one in service is complete, and a request
        // once sent stays, whatever the wire does then (chapter 1, "Interrupt Gateways").
        if (!level || isSet(d.inService, source)) return;
        request(source);
        update();
      },
      reset: update,
      loaded: update,
    };
  },
);
