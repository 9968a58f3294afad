/** `tinamou-riscv64 PROGRAM ARGUMENTS…`: runs a Linux program made for riscv64. `-help` tells how. */
import { UserError } from '../base/errors.ts';
import { keepCode } from '../host-node/kept-code.ts';
import { parseUserCommandLine } from './user/parse.ts';
import { Refusal } from './user/refusal.ts';
import { runUser } from './user/run.ts';

const PROGRAM = 'tinamou-riscv64';

async function main(words: readonly string[]): Promise<void> {
  const { settings, options } = parseUserCommandLine(words, process.env);
  if (settings.listing !== undefined) process.stdout.write(await settings.listing());
  else runUser(settings, words.length - options);
}

keepCode();
main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UserError) && !(error instanceof Refusal)) throw error;
  process.stderr.write(`${PROGRAM}: ${error.message}\n`);
  process.exitCode = error instanceof Refusal ? error.status : 1;
});
