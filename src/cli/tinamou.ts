/** The friendly front: `tinamou --help` tells what it does. */
import { parseArgs } from 'node:util';
import { UserError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';

const HELP = `Tinamou emulates whole machines. It speaks QEMU's command line and protocols.

Start here:
  tinamou run                    boot a Linux shell on an emulated RISC-V machine
                                 (the first time fetches it, about 52 MB)

Guests that can be fetched:
  tinamou guest list             what there is, and what is here already
  tinamou guest fetch NAME       fetch one and print where its files are
  tinamou run [NAME] [-- OPTION...]
                                 fetch if need be and boot; OPTIONs go to the machine,
                                 for example: tinamou run -- -m 1G

  --mirror URL                   fetch from this Debian mirror, not from the one this
                                 machine's apt uses; also: TINAMOU_MIRROR=URL
  --again                        fetch although it is here

A machine of your own, with the options that qemu-system-riscv64 takes:
  tinamou-system-riscv64 -M virt -m 512M -kernel Image -append 'console=ttyS0' -nographic
  tinamou-system-riscv64 -help

  tinamou --version              tinamou --help
`;

type Flags = { mirror?: string; again: boolean; extra: string[] };

async function runCommand(names: string[], flags: Flags): Promise<void> {
  const { start } = await import('./start.ts');
  const { DEFAULT_GUEST } = await import('./guest/catalog.ts');
  const { guestNamed } = await import('./guest/fetch.ts');
  const [name, ...more] = names;
  if (more.length > 0) throw new UserError(`one guest at a time: options for the machine go after --`);
  await start(name === undefined ? DEFAULT_GUEST : guestNamed(name), flags);
}

async function guestCommand([verb, ...names]: string[], flags: Flags): Promise<void> {
  const { fetchGuest, guestNamed } = await import('./guest/fetch.ts');
  if (verb === 'list' && names.length === 0) {
    const { GUESTS } = await import('./guest/catalog.ts');
    const { cached } = await import('./guest/cache.ts');
    for (const guest of GUESTS) {
      const state = cached(guest.name) === undefined ? `to fetch, about ${guest.megabytes} MB` : 'here';
      process.stdout.write(`${guest.name.padEnd(28)}  ${guest.title} (${state})\n`);
    }
  } else if (verb === 'fetch' && names.length === 1) {
    const { kernel, initrd } = await fetchGuest(guestNamed(names[0]!), flags);
    process.stdout.write(`${kernel}\n${initrd}\n`);
  } else {
    throw new UserError('say `tinamou guest list` or `tinamou guest fetch NAME`');
  }
}

async function main(argv: string[]): Promise<void> {
  // What follows a lone -- belongs to the machine, whatever it looks like.
  const split = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const { values, positionals } = parse(argv.slice(0, split));
  const [command, ...rest] = positionals;
  const flags: Flags = {
    again: values.again ?? false,
    extra: argv.slice(split + 1),
    ...(values.mirror === undefined ? {} : { mirror: values.mirror }),
  };

  if (values.version) {
    process.stdout.write(`tinamou ${VERSION}\n`);
  } else if (values.help || command === undefined || command === 'help') {
    process.stdout.write(HELP);
  } else if (command === 'run') {
    await runCommand(rest, flags);
  } else if (command === 'guest') {
    await guestCommand(rest, flags);
  } else {
    throw new UserError(`no command '${command}': \`tinamou --help\` lists them`);
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        mirror: { type: 'string' },
        again: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('. ')[0]}: \`tinamou --help\` lists the options`, {
      cause: error,
    });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`tinamou: ${error.message}\n`);
  process.exitCode = error.code === 'interrupted' ? 130 : 1;
}
