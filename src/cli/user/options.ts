import { UserError } from '../../base/errors.ts';
import { asksForHelp } from '../../host/key-values.ts';
import { DEFAULT_WINDOW } from '../../linux-user/process.ts';
import { parseAddressRanges } from '../../mem/address-range.ts';
import { USER_LOG_ITEM_NAMES } from '../../mem/log-items.ts';
import { parseLogItems } from '../options/debug.ts';
import { flag, valued, type Option, type OptionGroup } from '../options/option.ts';
import { DEFAULT_PREFIX, type UserSettings } from './settings.ts';

type UserOption = Option<UserSettings>;

/** An option that a variable of the environment stands for, too. */
const also = (variable: string, option: UserOption): UserOption => ({ ...option, variable });

const KIB = 2 ** 10;
const SCALES: Readonly<Record<string, number>> = { '': 1, k: KIB, m: KIB ** 2, g: KIB ** 3 };
const LEAST_STACK = 64 * KIB;
const LEAST_WINDOW = 64 * KIB ** 2;
const PAGE = 4096;

function sizeOf(text: string): number {
  const [, digits, suffix = ''] = /^(0x[0-9a-f]+|\d+)([kmg]?)$/i.exec(text) ?? [];
  if (digits === undefined) throw new UserError(`'${text}' is no size; write a number of bytes, or with K, M or G`);
  return Number(digits) * SCALES[suffix.toLowerCase()]!;
}

/** Changes of the environment: `NAME=value,…`. */
function environmentChanges(text: string, sets: boolean): string[] {
  const changes = text.split(',');
  for (const change of changes) {
    if (change.includes('=') === sets && !change.startsWith('=') && change !== '') continue;
    throw new UserError(sets ? `'${change}': write NAME=value` : `'${change}': write the name of a variable alone`);
  }
  return changes;
}

const what: OptionGroup<UserSettings> = {
  title: 'The program',
  options: [
    also(
      'QEMU_LD_PREFIX',
      valued(
        'L',
        'path',
        `look for the dynamic linker, libraries and other files of programs below this directory first (${DEFAULT_PREFIX})`,
        (settings: UserSettings, text) => {
          settings.prefix = text;
        },
      ),
    ),
    also(
      'QEMU_SET_ENV',
      valued('E', 'var=value[,...]', "set variables of the program's environment", (settings: UserSettings, text) => {
        settings.environment.push(...environmentChanges(text, true));
      }),
    ),
    also(
      'QEMU_UNSET_ENV',
      valued('U', 'var[,...]', "take variables away from the program's environment", (settings: UserSettings, text) => {
        settings.environment.push(...environmentChanges(text, false));
      }),
    ),
    also(
      'QEMU_ARGV0',
      valued('0', 'argv0', 'what the program is told as its name', (settings: UserSettings, text) => {
        settings.argv0 = text;
      }),
    ),
  ],
};

const computer: OptionGroup<UserSettings> = {
  title: 'The computer that it finds',
  options: [
    also(
      'QEMU_CPU',
      valued(
        'cpu',
        'model[,property=value...]',
        'the CPU; `-cpu help` lists the models',
        (settings: UserSettings, text) => {
          if (asksForHelp(text)) settings.listing = async () => (await import('../options/listings.ts')).cpuListing();
          else settings.cpu = text;
        },
      ),
    ),
    also(
      'QEMU_STACK_SIZE',
      valued('s', 'size', 'bytes of the stack, also with K, M, G (8M)', (settings: UserSettings, text) => {
        const size = sizeOf(text);
        if (size > DEFAULT_WINDOW / 2)
          throw new UserError(`a stack of at most ${DEFAULT_WINDOW / 2} bytes is possible`);
        settings.stackSize = Math.max(LEAST_STACK, Math.ceil(size / PAGE) * PAGE);
      }),
    ),
    also(
      'QEMU_RESERVED_VA',
      valued('R', 'size', 'bytes of addresses that the program has (2G)', (settings: UserSettings, text) => {
        const size = Math.ceil(sizeOf(text) / 2 ** 16) * 2 ** 16;
        // 0 asks for the default.
        if (size === 0) return;
        if (size < LEAST_WINDOW || size > DEFAULT_WINDOW) {
          throw new UserError(`a program can have from ${LEAST_WINDOW / KIB ** 2}M to ${DEFAULT_WINDOW / KIB ** 3}G`);
        }
        settings.windowSize = size;
      }),
    ),
    also(
      'QEMU_UNAME',
      valued('r', 'uname', "the kernel's release that uname tells", (settings: UserSettings, text) => {
        settings.release = text;
      }),
    ),
    also(
      'QEMU_RAND_SEED',
      valued(
        'seed',
        'number',
        'the same random bytes each time: what the kernel gives a program when it begins, and getrandom',
        (settings: UserSettings, text) => {
          if (!/^(0x[0-9a-f]+|\d+)$/i.test(text) || BigInt(text) >= 2n ** 64n) {
            throw new UserError(`Invalid seed number: ${text}; write one below 2^64`);
          }
          settings.seed = BigInt(text);
        },
      ),
    ),
    also(
      'QEMU_GUEST_BASE',
      valued('B', 'address', 'where addresses begin on the host: only 0, which leaves it open', (_, text) => {
        if (!/^(0x0*|0+)?$/i.test(text)) {
          throw new UserError("the program's addresses lie where there is room; leave the option away");
        }
      }),
    ),
    also(
      'QEMU_PAGESIZE',
      valued('p', 'pagesize', 'bytes of a page: only 4096', (_, text) => {
        if (sizeOf(text) !== PAGE) throw new UserError(`pages have ${PAGE} bytes; leave the option away`);
      }),
    ),
  ],
};

const debugging: OptionGroup<UserSettings> = {
  title: 'Looking at it',
  options: [
    also(
      'QEMU_STRACE',
      flag('strace', 'log every system call: short for -d strace', (settings: UserSettings) => {
        settings.log.add('strace');
      }),
    ),
    also(
      'QEMU_LOG',
      valued('d', 'item[,...]', 'log these; `-d help` lists them', (settings: UserSettings, text) => {
        if (asksForHelp(text)) {
          settings.listing = async () => (await import('../options/listings.ts')).programLogListing();
          return;
        }
        for (const item of parseLogItems(text, USER_LOG_ITEM_NAMES)) settings.log.add(item);
      }),
    ),
    also(
      'QEMU_DFILTER',
      valued('dfilter', 'range[,...]', 'log only what is about code at these addresses', (settings, text) => {
        settings.logRanges = parseAddressRanges(text);
      }),
    ),
    also(
      'QEMU_LOG_FILENAME',
      valued(
        'D',
        'logfile',
        'write the log to a file; %d in its name is the number of the process (standard error)',
        (settings: UserSettings, text) => {
          settings.logFile = text;
        },
      ),
    ),
    also(
      'QEMU_GDB',
      valued(
        'g',
        'port',
        'wait for gdb before the first instruction, on this port or on unix:PATH',
        (settings: UserSettings, text) => {
          settings.gdb = text;
        },
      ),
    ),
    also(
      'QEMU_SINGLESTEP',
      flag(
        'one-insn-per-tb',
        'translate nothing: every instruction is interpreted by itself',
        (settings: UserSettings) => {
          settings.isSingle = true;
        },
        ['singlestep'],
      ),
    ),
    also(
      'QEMU_TRACE',
      valued('trace', 'pattern', 'not supported', () => {
        throw new UserError('there are no trace events; -d help lists what can be logged');
      }),
    ),
    also(
      'QEMU_PLUGIN',
      valued('plugin', 'file', 'not supported', () => {
        throw new UserError('plugins of QEMU are native libraries, which cannot be loaded; leave the option away');
      }),
    ),
    also(
      'QEMU_VERSION',
      flag('version', 'show the version and exit', (settings: UserSettings) => {
        settings.listing = async () => (await import('../options/help.ts')).versionText();
      }),
    ),
    flag(
      'help',
      'show this text and exit',
      (settings: UserSettings) => {
        settings.listing = async () => (await import('./help.ts')).userHelpText();
      },
      ['h'],
    ),
  ],
};

export const userOptionGroups: readonly OptionGroup<UserSettings>[] = [what, computer, debugging];
export const userOptions: readonly UserOption[] = userOptionGroups.flatMap(({ options }) => options);
