/**
 * The privileged suite: programs of our own (guest/*.c) print the same transcript under this
 * machine, with each way of running code forced, and under native QEMU 7.2: CSRs, traps and
 * delegation, page faults, PMP, code that changes, interrupts, a thousand threads, and the SBI with
 * OpenSBI 1.6.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { openSbi, type OpenSbi } from './opensbi.ts';
import { comparable, DEVIATIONS, expected } from './privileged/deviations.ts';
import { build, emptyDisk, NATIVE, runMachine } from './privileged/programs.ts';

const OURS = join(import.meta.dirname, '../../bin/tinamou-system-riscv64');
/** Ways to run code: each tier by itself, and the translator under stress (jit/stress.ts). */
const TIERS = [
  'oracle',
  '0',
  '1',
  '2',
  'auto',
  '2,x-stress=eviction',
  '2,x-stress=flushes+writes',
  'regions,x-stress=thresholds+eviction+flushes+writes',
] as const;
/** And the CPU they run on. */
const PROGRAMS: Readonly<Record<string, string>> = {
  csr: 'rv64,h=off',
  traps: 'rv64,h=off',
  paging: 'rv64,h=off',
  pmp: 'rv64,h=off',
  smc: 'rv64,h=off',
  interrupts: 'rv64,h=off',
  svinval: 'rv64,h=off,svinval=on',
  threads: 'rv64,h=off',
  rewriting: 'rv64,h=off',
};

/** What a program needs on the command line. */
const needs = (program: string): string[] => (program === 'rewriting' ? emptyDisk() : []);
const forced = (tier: string): string[] => ['-accel', `tcg,tier=${tier}`];

describe('machine mode, without firmware', { concurrency: 2 }, () => {
  for (const [program, cpu] of Object.entries(PROGRAMS)) {
    test(program, { timeout: 300_000 }, async (t) => {
      const path = build(program);
      const transcript = await runMachine(NATIVE, path, { cpu, extra: needs(program) });
      assert.match(transcript, program === 'csr' ? /^3a2 /m : /^done$/m, 'the program came to its end');
      const native = expected(program, transcript);
      for (const tier of TIERS) {
        await t.test(`tier ${tier}`, async () => {
          const ours = await runMachine(OURS, path, { cpu, seconds: 200, extra: [...needs(program), ...forced(tier)] });
          assert.deepEqual(comparable(program, ours), native);
        });
      }
    });
  }
});

describe('supervisor mode, below an SBI', () => {
  let firmware: OpenSbi;
  let path: string;
  let native: string;

  before(
    async () => {
      firmware = await openSbi();
      path = build('sbi', '-DSUPERVISOR', '-Wl,--defsym=guest_base=0x80200000');
      native = await runMachine(NATIVE, path, { bios: firmware.jump });
      assert.match(native, /^done$/m);
    },
    { timeout: 180_000 },
  );

  for (const tier of TIERS) {
    test(`OpenSBI 1.6, tier ${tier}`, { timeout: 180_000 }, async () => {
      const ours = await runMachine(OURS, path, { bios: firmware.jump, seconds: 150, extra: forced(tier) });
      assert.deepEqual(comparable('sbi', ours), comparable('sbi', native));
    });

    test(`the built-in SBI, tier ${tier}`, { timeout: 180_000 }, async () => {
      const ours = await runMachine(OURS, path, { bios: 'default', extra: forced(tier) });
      // The banner is the firmware's own.
      const program = native.slice(native.indexOf('spec value'));
      assert.deepEqual(comparable('sbi', ours), comparable('sbi', program));
    });
  }
});

test('each deviation from QEMU 7.2 is there to be seen', { timeout: 60_000 }, async () => {
  for (const { program, because, native } of DEVIATIONS) {
    const transcript = await runMachine(NATIVE, build(program), { cpu: PROGRAMS[program]! });
    assert.ok(
      transcript.split('\n').some((line) => native(line) !== line),
      `nothing differs any more: ${because}`,
    );
  }
});
