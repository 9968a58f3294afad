/** `tinamou-system-riscv64`: emulates a RISC-V machine. `-help` tells how. */
import { UserError } from '../base/errors.ts';
import { keepCode } from '../host-node/kept-code.ts';
import { nodeThreads, placerThread } from '../host-node/threads.ts';
import { prepareWorker } from '../host-node/workers.ts';
import { leave, toTheEnd } from './leave.ts';
import { parseCommandLine } from './options/parse.ts';

const PROGRAM = 'tinamou-system-riscv64';

async function main(argv: readonly string[]): Promise<number> {
  const settings = parseCommandLine(argv);
  if (settings.listing !== undefined) {
    process.stdout.write(await settings.listing());
    return 0;
  }
  // Only a machine needs all of the emulator, of which the thread of its first CPU loads its part meanwhile.
  prepareWorker(nodeThreads.vcpu, 'vcpu0');
  const { runSystem } = await import('./system/run.ts');
  keepCode();
  if (settings.loadvm !== undefined || settings.incoming !== undefined) prepareWorker(placerThread, 'placer');
  return runSystem(settings, PROGRAM);
}

try {
  process.exitCode = await toTheEnd(() => main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${PROGRAM}: ${error.message}\n`);
  process.exitCode = 1;
}
leave();
