import { MOST_CPUS } from '../../board/topology.ts';
import { parseTopology } from './smp.ts';
import { UserError } from '../../base/errors.ts';
import { Options } from '../../host/options.ts';
import { isOptimization, type Optimization } from '../../jit/optimizations.ts';
import { isStress, STRESSES, type StressName } from '../../jit/stress.ts';
import { asksForHelp, keyValues } from '../../host/key-values.ts';
import { flag, valued, type OptionGroup } from './option.ts';
import { parseSize } from './size.ts';

/** Properties of `-machine` that are a setting: of an option, but for `dumpdtb`. */
export const FILE_PROPERTIES = {
  append: { setting: 'append', doc: 'Linux kernel command line' },
  dtb: { setting: 'dtb', doc: 'Linux kernel device tree file' },
  dumpdtb: { setting: 'dumpDtb', doc: 'Dump current dtb to a file and quit' },
  firmware: { setting: 'bios', doc: 'Firmware image' },
  initrd: { setting: 'initrd', doc: 'Linux initial ramdisk file' },
  kernel: { setting: 'kernel', doc: 'Linux kernel image file' },
} as const;
/** Properties of `-machine` that leave things as they are at these values. */
export const NO_EFFECT: Readonly<Record<string, readonly string[]>> = {
  usb: ['off'],
  'dump-guest-core': ['on', 'off'],
  'mem-merge': ['on', 'off'],
  graphics: ['on', 'off'],
  aclint: ['off'],
  aia: ['none'],
};
function optimizationNamed(name: string): Optimization {
  if (isOptimization(name)) return name;
  throw new UserError(`there is no optimization '${name}' to be without: -accel tcg,without=help lists them`);
}

/** For tests of the translator. */
function stressNamed(name: string): StressName {
  if (isStress(name)) return name;
  throw new UserError(`there is no stress '${name}'; use one of ${Object.keys(STRESSES).join(', ')}, joined by +`);
}

const MACHINES = ['virt'];
const TIERS = ['auto', 'regions', '0', '1', '2', 'oracle'];

export const standard: OptionGroup = {
  title: 'Standard options',
  options: [
    flag(
      'help',
      'show this text and exit',
      (settings) => {
        settings.listing = async () => (await import('./help.ts')).helpText();
      },
      ['h'],
    ),
    flag('version', 'show the version and exit', (settings) => {
      settings.listing = async () => (await import('./help.ts')).versionText();
    }),
    valued(
      'machine',
      '[type=]name[,property=value...]',
      'the machine; `-machine help` lists them',
      (settings, text) => {
        if (asksForHelp(text)) {
          settings.listing = async () => (await import('./listings.ts')).machineListing();
          return;
        }
        const [, ...properties] = text.split(',');
        if (properties.some(asksForHelp)) {
          settings.listing = async () => (await import('./listings.ts')).machinePropertyListing();
          return;
        }
        const options = new Options(keyValues(text, 'type'));
        const type = options.string('type');
        if (type !== undefined) {
          if (!MACHINES.includes(type)) {
            throw new UserError(`unsupported machine type '${type}'; use -machine help to list supported machines`);
          }
          settings.machine = type;
        }
        for (const [name, { setting }] of Object.entries(FILE_PROPERTIES)) {
          const value = options.string(name);
          if (value !== undefined) settings[setting] = value;
        }
        const accel = options.string('accel');
        if (accel !== undefined) checkAccelerator(accel);
        for (const [name, values] of Object.entries(NO_EFFECT)) {
          const value = options.string(name);
          if (value !== undefined && !values.includes(value)) {
            throw new UserError(`property '${name}=${value}' is not supported yet; leave it out`);
          }
        }
        for (const name of Object.keys(options.rest())) {
          throw new UserError(`Property 'virt-machine.${name}' not found; leave it out`);
        }
      },
      ['M'],
    ),
    valued('cpu', 'model[,property=value...]', 'the CPU; `-cpu help` lists models', (settings, text) => {
      if (asksForHelp(text)) settings.listing = async () => (await import('./listings.ts')).cpuListing();
      else settings.cpu = text;
    }),
    valued(
      'accel',
      '[accel=]tcg[,thread=single|multi][,tier=auto|regions|0|1|2|oracle][,without=name[+name...]]',
      'how guest code runs: CPUs each on a thread of its own, or in turn on one; translated, or one way of it forced for tests (tier= is ours); `without=help` lists what can be left out',
      (settings, text) => {
        if (asksForHelp(text)) {
          settings.listing = async () => 'Accelerators supported in QEMU binary:\ntcg\n';
          return;
        }
        const options = new Options(keyValues(text, 'accel'));
        checkAccelerator(options.needed('accel'));
        // Of the translator's other properties none changes what the guest sees.
        for (const name of ['tb-size', 'split-wx']) options.take(name);
        settings.isParallel = options.choice('thread', ['single', 'multi'], 'multi') === 'multi';
        const tier = options.choice('tier', TIERS, 'auto');
        settings.tier = /^\d$/.test(tier) ? `tier${tier}` : tier;
        const without = options.string('without');
        settings.stress = options.string('x-stress')?.split('+').map(stressNamed);
        options.finish();
        if (asksForHelp(without ?? '')) {
          settings.listing = async () => (await import('./listings.ts')).optimizationListing();
          return;
        }
        settings.without = without === undefined ? [] : without.split('+').map(optimizationNamed);
      },
    ),
    valued(
      'smp',
      '[[cpus=]n][,maxcpus=n][,sockets=n][,cores=n][,threads=n]',
      `number of CPUs, 1 to ${MOST_CPUS}, each on a thread of its own; maxcpus= is sockets times cores times threads`,
      (settings, text) => {
        settings.topology = parseTopology(text);
      },
    ),
    valued('m', '[size=]megs', 'guest memory, 128 MiB by default; with a suffix such as 1G', (settings, text) => {
      const options = new Options(keyValues(text, 'size'));
      options.refuse('slots', 'maxmem');
      const bytes = parseSize(options.needed('size'), 2 ** 20);
      options.finish();
      if (bytes < 2 ** 20) throw new UserError(`${text} is too little memory; give at least 1M`);
      settings.memory = { origin: `-m ${text}`, what: Math.ceil(bytes / 8192) * 8192 };
    }),
    valued(
      'device',
      'driver[,property=value...]',
      'add a device; `-device help` lists them, `-device driver,help` its properties',
      (settings, text) => {
        const [driver = '', rest] = text.startsWith('{') ? [text] : text.split(',', 2);
        if (asksForHelp(text)) settings.listing = async () => (await import('./listings.ts')).deviceListing();
        else if (rest !== undefined && asksForHelp(rest)) {
          settings.listing = async () => (await import('./listings.ts')).propertyListing(driver);
        } else settings.devices.push({ origin: `-device ${text}`, what: keyValues(text, 'driver') });
      },
    ),
    valued(
      'object',
      'type,id=name[,property=value...]',
      'make an object: rng-random, rng-builtin or secret',
      (settings, text) => {
        settings.objects.push({ origin: `-object ${text}`, what: keyValues(text, 'qom-type') });
      },
    ),
    valued('global', 'driver.property=value', 'set a default of a kind of device', (settings, text) => {
      const origin = `-global ${text}`;
      const match = /^([^.=,]+)\.([^=]+)=(.*)$/s.exec(text);
      if (match !== null) {
        const [, driver, property, value] = match as unknown as [string, string, string, string];
        settings.globals.push({ origin, what: { driver, property, value } });
        return;
      }
      const options = new Options(keyValues(text));
      const what = {
        driver: options.needed('driver'),
        property: options.needed('property'),
        value: options.needed('value'),
      };
      options.finish();
      settings.globals.push({ origin, what });
    }),
    valued('name', '[guest=]name[,debug-threads=on|off]', 'name of the guest', (settings, text) => {
      const options = new Options(keyValues(text, 'guest'));
      settings.name = options.string('guest');
      // Threads are named in any case.
      for (const name of ['debug-threads', 'process']) options.take(name);
      options.finish();
    }),
    valued('uuid', 'uuid', "the machine's UUID", (settings, text) => {
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
        throw new UserError(
          `failed to parse UUID string: '${text}' is not of the form 01234567-89ab-cdef-0123-456789abcdef`,
        );
      }
      settings.uuid = text.toLowerCase();
    }),
    flag('nodefaults', 'no devices but those asked for', (settings) => {
      settings.nodefaults = true;
    }),
    flag('no-user-config', 'accepted: there are no configuration files', () => {}),
    ...(['nic', 'net', 'vga', 'parallel'] as const).map((name) =>
      valued(name, 'none', 'accepted: this machine has none', (_settings, text) => {
        if (text !== 'none') throw new UserError(`'${text}' is not supported; use none`);
      }),
    ),
    valued('seed', 'number', 'make the random numbers of the guest repeatable', (settings, text) => {
      if (!/^(\d+|0x[0-9a-f]+)$/i.test(text)) throw new UserError(`Invalid seed number: '${text}'`);
      settings.seed = BigInt(text);
    }),
    valued(
      'rtc',
      '[base=utc|localtime|date][,clock=host|rt|vm]',
      "where the machine's calendar starts, and what moves it",
      (settings, text) => {
        const options = new Options(keyValues(text, 'base'));
        const base = options.string('base') ?? 'utc';
        if (base !== 'utc' && base !== 'localtime' && !/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/.test(base)) {
          throw new UserError(`invalid datetime format '${base}'; valid: '2006-06-17T16:01:21' or '2006-06-17'`);
        }
        const clock = options.choice('clock', ['host', 'rt', 'vm'], 'host');
        options.take('driftfix');
        options.finish();
        settings.rtc = { base, clock: clock === 'vm' ? 'vm' : 'host' };
      },
    ),
  ],
};

function checkAccelerator(accel: string): void {
  if (accel.split(':').includes('tcg')) return;
  throw new UserError(`invalid accelerator ${accel}; use tcg`);
}
