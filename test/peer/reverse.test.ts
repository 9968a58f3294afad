/** gdb-multiarch goes backwards in a recorded session, on every tier, and so does the monitor. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CountedRun } from '../counted-run.ts';
import { COUNTER, echoProgram } from '../echo-program.ts';
import { freePort, gdb, noGdb } from './gdb/sessions.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-reverse-'));
after(() => rmSync(directory, { recursive: true }));

const { bytes, store } = echoProgram(false);
const bios = join(directory, 'program');
const file = join(directory, 'session.rr');
writeFileSync(bios, bytes);
const machine = (rr: string): string[] => ['-m', '16M', '-bios', bios, '-icount', `shift=0,rr=${rr},rrfile=${file}`];
const TYPED = 'abcdefgh';

const COMMANDS = `
watch *(long*)${COUNTER}
hbreak *${store}
echo one\\n
continue
print *(long*)${COUNTER}
print/c $a1
stepi
print *(long*)${COUNTER}
reverse-stepi
print *(long*)${COUNTER}
print $pc == ${store}
delete
hbreak *${store}
echo three\\n
continue
continue
print *(long*)${COUNTER}
reverse-continue
print *(long*)${COUNTER}
print/c $a1
reverse-continue
print *(long*)${COUNTER}
reverse-continue
print $pc
delete
watch *(long*)${COUNTER}
echo watched\\n
continue
continue
continue
print *(long*)${COUNTER}
reverse-continue
print *(long*)${COUNTER}
reverse-continue
print *(long*)${COUNTER}
delete
continue
`;

describe('a recorded session', { skip: noGdb }, () => {
  let shown = '';
  before(async () => {
    await using run = await CountedRun.start(directory, machine('record'));
    for (const letter of TYPED) {
      run.type(letter);
      shown += letter;
      await run.expect(new RegExp(`${shown}$`));
    }
    run.type('q');
    await run.switchedOff();
    shown += 'q';
    await run.quit();
  });

  for (const tier of ['auto', '0', 'oracle']) {
    test(`gdb goes back over a store: tier ${tier}`, { timeout: 200_000 }, async () => {
      const port = await freePort();
      const args = ['-gdb', `tcp:127.0.0.1:${port}`, '-accel', `tcg,tier=${tier}`];
      await using run = await CountedRun.paused(directory, [...machine('replay'), ...args]);
      const said = await gdb(directory, { port, commands: COMMANDS });
      const printed = [...said.matchAll(/^\$\d+ = (.*)$/gm)].map(([, value]) => value);
      assert.deepEqual(
        printed,
        // prettier-ignore
        ['0', "97 'a'", '1', '0', '1', '2', '1', "98 'b'", '0', '(void (*)()) 0x1000', '3', '2', '1'],
        said,
      );
      assert.match(said, /No more reverse-execution history/);
      await run.expect(new RegExp(`^${shown}$`));
    });
  }
});
