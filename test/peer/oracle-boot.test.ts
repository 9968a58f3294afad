/**
 * A boot of Linux through OpenSBI is the same on every engine as on the oracle interpreter, to the
 * instruction: all registers at checkpoints, the console, and RAM at the end. Time is the count of
 * instructions, so that interrupts come at the same one everywhere.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { TIERS } from '../../src/vm/config.ts';
import { assertAgreement, marksEvery } from './oracle-boot/agreement.ts';
import { CountedMachine, type Boot, type Image } from './oracle-boot/counted-machine.ts';
import { runEngine, type EngineRun, type EngineTask } from './oracle-boot/engine-run.ts';
import { openSbi, type OpenSbi } from './opensbi.ts';
import { noTinyGuest, tinyGuest } from './tiny-guest.ts';

const MILLION = 1_000_000;
const TRANSLATORS = TIERS.filter((tier) => tier !== 'oracle');
const DEADLINE = { timeout: 300_000 };
const APPEND = 'console=ttyS0 earlycon=sbi';
/** Leaves out what computes for long on the way to the first program. */
const SHORT = 'cryptomgr.notests initcall_blacklist=jent_mod_init,init_encrypted';

const seconds = ({ seconds }: EngineRun): string => `${seconds.toFixed(1)} s`;

/** One test for each engine; the oracle runs beside them. */
function agreement(task: () => Omit<EngineTask, 'tier'>, look: (oracle: EngineRun) => void): void {
  let oracle: Promise<EngineRun>;
  const expected = (): EngineTask => ({ ...task(), tier: 'oracle' });
  before(() => {
    oracle = runEngine(expected());
    // Whoever awaits it sees it fail.
    oracle.catch(() => {});
  });

  for (const tier of TRANSLATORS) {
    test(tier, DEADLINE, async (t) => {
      const actual: EngineTask = { ...task(), tier };
      const run = await runEngine(actual);
      await assertAgreement({ task: expected(), run: await oracle }, { task: actual, run });
      t.diagnostic(`${seconds(run)}, the oracle ${seconds(await oracle)}`);
    });
  }

  test('the boot comes as far as it should', DEADLINE, async () => look(await oracle));
}

describe('a boot through OpenSBI', { skip: noTinyGuest }, () => {
  let firmware: OpenSbi;
  const boot = (path: string, cpu: string, append = APPEND): Boot => ({ cpu, firmware: path, append, ...tinyGuest() });
  before(async () => void (firmware = await openSbi()), DEADLINE);

  describe('fw_jump, 20 million instructions from power-on', () => {
    const marks = marksEvery(MILLION, 0, 20 * MILLION);
    agreement(
      () => ({ boot: boot(firmware.jump, 'rv64'), marks }),
      ({ console, checkpoints }) => {
        assert.match(console, /OpenSBI v1\.6[^]+Boot HART MEDELEG/);
        assert.match(checkpoints.at(-1)!.hart['pc']!, /^ffffffff8/, 'in the kernel');
      },
    );
  });

  describe('fw_dynamic without Sstc, 20 million instructions from power-on', () => {
    const marks = marksEvery(MILLION, 0, 20 * MILLION);
    agreement(
      () => ({ boot: boot(firmware.dynamic, 'rv64,sstc=off'), marks }),
      ({ console }) => assert.match(console, /OpenSBI v1\.6[^]+Boot HART MEDELEG/),
    );
  });

  describe('the first programs, with interrupts and page faults', () => {
    let image: Image;
    before(() => {
      // The firmware keeps the timer, so that each tick goes through it.
      const machine = new CountedMachine(boot(firmware.jump, 'rv64,sstc=off', `${APPEND} ${SHORT}`), 'auto');
      for (let at = 0; !machine.isInProgram;) machine.runTo((at += 50_000));
      image = machine.image();
    }, DEADLINE);
    agreement(
      () => ({
        boot: image.boot,
        image,
        marks: marksEvery(MILLION / 10, image.retired, image.retired + 5 * MILLION),
      }),
      ({ checkpoints }) => {
        const causes = new Set(checkpoints.map(({ hart }) => `${hart['scause']}`));
        assert.ok(causes.has('8000000000000005'), 'ticks');
        assert.ok(causes.has('0000000000000008'), 'system calls');
      },
    );
  });
});
