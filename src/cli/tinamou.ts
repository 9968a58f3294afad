/** The friendly front: `tinamou --help` tells what it does. */
import { join } from 'node:path';
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

What a running machine does, looked at every second:
  tinamou top SOCKET             SOCKET is the path of its QMP monitor, or HOST:PORT
  --every SECONDS                look so often
  --count NUMBER                 end after so many looks

A machine of your own, with the options that qemu-system-riscv64 takes:
  tinamou-system-riscv64 -M virt -m 512M -kernel Image -append 'console=ttyS0' -nographic
  tinamou-system-riscv64 -help

A Linux program made for another architecture, with the options that qemu-riscv64 takes:
  tinamou-riscv64 -L /usr/riscv64-linux-gnu ./program
  tinamou-riscv64 -help

  tinamou binfmt --print         what Linux is to be told so that it runs such programs by itself:
                                 tinamou binfmt --print | sudo tee /proc/sys/fs/binfmt_misc/register

  tinamou --version              tinamou --help
`;

/** This program's file is cli/NAME below the package, wherever this module is. */
const PROGRAMS = join(process.argv[1]!, '..', '..', '..', 'bin');

type Flags = {
  print: boolean;
  mirror?: string;
  again: boolean;
  extra: string[];
  every: number;
  count: number | undefined;
};

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

async function topCommand(names: string[], { every, count }: Flags): Promise<void> {
  const [where, ...more] = names;
  if (where === undefined || more.length > 0)
    throw new UserError('say `tinamou top SOCKET`, the path of a QMP monitor');
  const { top } = await import('./top/top.ts');
  await top(where, { every, count }, process.stdout);
}

/** The number of an option; not a number: it was spelled wrongly. */
function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new UserError(`--${name} takes a number above zero, not '${text}'`);
  return value;
}

async function main(argv: string[]): Promise<void> {
  // What follows a lone -- belongs to the machine, whatever it looks like.
  const split = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const { values, positionals } = parse(argv.slice(0, split));
  const [command, ...rest] = positionals;
  const flags: Flags = {
    print: values.print ?? false,
    again: values.again ?? false,
    extra: argv.slice(split + 1),
    every: positive('every', values.every) ?? 1,
    count: positive('count', values.count),
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
  } else if (command === 'top') {
    await topCommand(rest, flags);
  } else if (command === 'binfmt') {
    if (!flags.print || rest.length > 0) throw new UserError('say `tinamou binfmt --print`');
    const { binfmtText } = await import('./binfmt.ts');
    process.stdout.write(binfmtText(PROGRAMS));
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
        every: { type: 'string' },
        print: { type: 'boolean' },
        count: { type: 'string' },
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
