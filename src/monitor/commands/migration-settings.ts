import { UserError } from '../../base/errors.ts';
import {
  alternate,
  arrayOf,
  bool,
  enumOf,
  int,
  nothing,
  optional,
  required,
  size,
  str,
  struct,
  uint64,
  uint8,
} from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { word } from '../hmp-args.ts';
import { HmpError } from '../hmp-error.ts';
import { hmp, textOf } from '../hmp-command.ts';
import type { MonitorTarget } from '../target.ts';
import { topic } from '../topic.ts';

const CAPABILITIES = [
  'xbzrle',
  'rdma-pin-all',
  'auto-converge',
  'zero-blocks',
  'compress',
  'events',
  'postcopy-ram',
  'x-colo',
  'release-ram',
  'block',
  'return-path',
  'pause-before-switchover',
  'multifd',
  'dirty-bitmaps',
  'postcopy-blocktime',
  'late-block-activate',
  'x-ignore-shared',
  'validate-uuid',
  'background-snapshot',
  'zero-copy-send',
  'postcopy-preempt',
] as const;
type Capability = (typeof CAPABILITIES)[number];

const isOn = ({ state }: MonitorTarget, capability: Capability): boolean =>
  capability === 'events' && state.migration.tellsEvents;

function setCapability({ state: { migration } }: MonitorTarget, capability: Capability, on: boolean): void {
  if (migration.isUnderWay) throw new UserError("There's a migration process in progress");
  if (capability === 'events') migration.tellsEvents = on;
  else if (on) throw new UserError(`the migration capability '${capability}' is not supported; leave it off`);
}

const MigrationCapability = enumOf(
  'MigrationCapability',
  'Ways to send a machine, and what is told of it.',
  CAPABILITIES,
);
const CapabilityStatus = struct('MigrationCapabilityStatus', 'Whether something is on.', {
  capability: required(MigrationCapability, 'what'),
  state: required(bool, 'it is on'),
});

const setCapabilities = command('migrate-set-capabilities', {
  since: '1.2',
  doc: 'Switches capabilities on and off. `events`, which tells of migrations by MIGRATION, is all that can be on.',
  args: { capabilities: required(arrayOf(CapabilityStatus), 'which, and whether they are on') },
  errors: { GenericError: 'one of them is not supported, or a machine is on its way' },
  example: { capabilities: [{ capability: 'events', state: true }] },
  run({ capabilities }, { target }) {
    for (const { capability, state } of capabilities) setCapability(target, capability, state);
  },
});

const queryCapabilities = command('query-migrate-capabilities', {
  since: '1.2',
  doc: 'Lists the capabilities.',
  returns: arrayOf(CapabilityStatus),
  example: {},
  run: (_, { target }) => CAPABILITIES.map((capability) => ({ capability, state: isOn(target, capability) })),
});

/** What the parameters are that stay as they are, with the unit that people see. */
const FIXED = {
  'announce-initial': 50,
  'announce-max': 550,
  'announce-rounds': 5,
  'announce-step': 100,
  'compress-level': 1,
  'compress-threads': 8,
  'compress-wait-thread': true,
  'decompress-threads': 2,
  'throttle-trigger-threshold': 50,
  'cpu-throttle-initial': 20,
  'cpu-throttle-increment': 10,
  'cpu-throttle-tailslow': false,
  'max-cpu-throttle': 99,
  'tls-creds': '',
  'tls-hostname': '',
  'tls-authz': '',
  'downtime-limit': 300,
  'x-checkpoint-delay': 20_000,
  'block-incremental': false,
  'multifd-channels': 2,
  'multifd-compression': 'none',
  'multifd-zlib-level': 1,
  'multifd-zstd-level': 1,
  'xbzrle-cache-size': 64 << 20,
  'max-postcopy-bandwidth': 0,
} as const;
const BANDWIDTH = 'max-bandwidth';

const Transform = struct('BitmapMigrationBitmapAliasTransform', 'What becomes of a bitmap.', {
  persistent: optional(bool, 'it is kept in the image'),
});
const BitmapAlias = struct('BitmapMigrationBitmapAlias', 'A bitmap by another name.', {
  name: required(str, 'its name'),
  alias: required(str, 'the other'),
  transform: optional(Transform, 'what becomes of it'),
});
const NodeAlias = struct('BitmapMigrationNodeAlias', 'A node by another name.', {
  'node-name': required(str, 'its name'),
  alias: required(str, 'the other'),
  bitmaps: required(arrayOf(BitmapAlias), 'its bitmaps'),
});
const Compression = enumOf('MultiFDCompression', 'Compression of several streams.', ['none', 'zlib', 'zstd']);

/** Members that both ways of asking share. */
const common = {
  'announce-initial': optional(size, 'milliseconds until network cards announce themselves'),
  'announce-max': optional(size, 'milliseconds between announcements at most'),
  'announce-rounds': optional(size, 'number of announcements'),
  'announce-step': optional(size, 'milliseconds more between them each time'),
  'compress-level': optional(uint8, 'of another way to compress than the one used'),
  'compress-threads': optional(uint8, 'of it'),
  'compress-wait-thread': optional(bool, 'of it'),
  'decompress-threads': optional(uint8, 'of it'),
  'throttle-trigger-threshold': optional(uint8, 'when a guest that writes too much is slowed down'),
  'cpu-throttle-initial': optional(uint8, 'how much then'),
  'cpu-throttle-increment': optional(uint8, 'how much more each time'),
  'cpu-throttle-tailslow': optional(bool, 'in smaller steps at the end'),
} as const;
const rest = {
  'max-bandwidth': optional(size, 'bytes a second; zero for no limit'),
  'downtime-limit': optional(uint64, 'milliseconds that the guest may stand still, which is not looked at'),
  'x-checkpoint-delay': optional(int, 'milliseconds between checkpoints'),
  'block-incremental': optional(bool, 'disks are sent in part'),
  'multifd-channels': optional(uint8, 'number of streams, if there were several'),
  'xbzrle-cache-size': optional(size, 'bytes for differences of pages'),
  'max-postcopy-bandwidth': optional(size, 'bytes a second when the guest runs on the other side'),
  'max-cpu-throttle': optional(uint8, 'how much a guest is slowed down at most'),
  'multifd-compression': optional(Compression, 'of several streams'),
  'multifd-zlib-level': optional(uint8, 'of it'),
  'multifd-zstd-level': optional(uint8, 'of it'),
  'block-bitmap-mapping': optional(arrayOf(NodeAlias), 'names of bitmaps on the other side'),
} as const;
const StrOrNull = alternate('StrOrNull', 'A word, or null for none.', { s: str, n: nothing });
const MigrationParameters = struct('MigrationParameters', 'How a machine is sent.', {
  ...common,
  'tls-creds': optional(str, 'keys for encryption, of which there is none'),
  'tls-hostname': optional(str, 'the name in them'),
  'tls-authz': optional(str, 'who may connect'),
  ...rest,
});
const MigrateSetParameters = struct('MigrateSetParameters', 'How a machine is sent from now on.', {
  ...common,
  'tls-creds': optional(StrOrNull, 'keys for encryption, of which there is none'),
  'tls-hostname': optional(StrOrNull, 'the name in them'),
  'tls-authz': optional(StrOrNull, 'who may connect'),
  ...rest,
});

function setParameter({ state: { migration } }: MonitorTarget, name: string, value: unknown): void {
  if (name === BANDWIDTH) {
    migration.maxBandwidth = Number(value);
    return;
  }
  // Whoever sets what is so already need not be told that it cannot be changed.
  if ((value ?? '') !== (FIXED as Readonly<Record<string, unknown>>)[name]) {
    throw new UserError(`the migration parameter '${name}' cannot be changed; leave it as it is`);
  }
}

const setParameters = command('migrate-set-parameters', {
  since: '2.4',
  doc: 'Changes how a machine is sent. `max-bandwidth` is all that can be changed.',
  args: MigrateSetParameters,
  errors: { GenericError: 'one of them cannot be changed' },
  example: { 'max-bandwidth': 33_554_432 },
  run(parameters, { target }) {
    for (const [name, value] of Object.entries(parameters)) setParameter(target, name, value);
  },
});

const queryParameters = command('query-migrate-parameters', {
  since: '2.4',
  doc: 'Tells how a machine is sent.',
  returns: MigrationParameters,
  example: {},
  run: (_, { target }) => ({ ...FIXED, [BANDWIDTH]: target.state.migration.maxBandwidth }),
});

const onOff = (value: boolean): string => (value ? 'on' : 'off');

const hmpSetCapability = hmp('migrate_set_capability', {
  args: { capability: word('which'), state: word('on or off') },
  doc: 'switch a capability of migrations on or off',
  example: 'migrate_set_capability events on',
  run({ capability, state }, { target }) {
    if (state !== 'on' && state !== 'off') throw new HmpError("Expected 'on' or 'off'");
    const known = CAPABILITIES.find((each) => each === capability);
    if (known === undefined) throw new UserError(`invalid parameter value: ${capability}`);
    setCapability(target, known, state === 'on');
  },
});

const MEBIBYTE = 1 << 20;
const SCALES: Readonly<Record<string, number>> = { '': MEBIBYTE, B: 1, K: 1024, M: MEBIBYTE, G: 1 << 30, T: 2 ** 40 };

function bandwidth(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([BKMGT]?)$/i.exec(text) ?? [];
  const bytes = Number(digits) * SCALES[unit.toUpperCase()]!;
  if (!Number.isSafeInteger(Math.floor(bytes))) throw new UserError(`Invalid size ${text}`);
  return Math.floor(bytes);
}

const hmpSetParameter = hmp('migrate_set_parameter', {
  args: { parameter: word('which'), value: word('its value') },
  doc: 'change how a machine is sent: max-bandwidth, in megabytes a second or with a unit',
  example: 'migrate_set_parameter max-bandwidth 32M',
  run({ parameter, value }, { target }) {
    if (parameter === BANDWIDTH) return setParameter(target, parameter, bandwidth(value));
    const fixed = (FIXED as Readonly<Record<string, unknown>>)[parameter];
    if (fixed === undefined) throw new UserError(`invalid parameter value: ${parameter}`);
    const isSame = value === (typeof fixed === 'boolean' ? onOff(fixed) : String(fixed));
    return setParameter(target, parameter, isSame ? fixed : value);
  },
});

const infoCapabilities = hmp('info migrate_capabilities', {
  doc: 'show the capabilities of migrations',
  run: (_, { target }) => textOf(CAPABILITIES.map((capability) => `${capability}: ${onOff(isOn(target, capability))}`)),
});

/** In the order and with the units that programs which read it expect. */
const LISTED: readonly (readonly [name: string, unit: string])[] = [
  ['announce-initial', ' ms'],
  ['announce-max', ' ms'],
  ['announce-rounds', ''],
  ['announce-step', ' ms'],
  ['compress-level', ''],
  ['compress-threads', ''],
  ['compress-wait-thread', ''],
  ['decompress-threads', ''],
  ['throttle-trigger-threshold', ''],
  ['cpu-throttle-initial', ''],
  ['cpu-throttle-increment', ''],
  ['cpu-throttle-tailslow', ''],
  ['max-cpu-throttle', ''],
  ['tls-creds', ''],
  ['tls-hostname', ''],
  [BANDWIDTH, ' bytes/second'],
  ['downtime-limit', ' ms'],
  ['x-checkpoint-delay', ' ms'],
  ['block-incremental', ''],
  ['multifd-channels', ''],
  ['multifd-compression', ''],
  ['xbzrle-cache-size', ' bytes'],
  ['max-postcopy-bandwidth', ''],
  ['tls-authz', ''],
];

const infoParameters = hmp('info migrate_parameters', {
  doc: 'show how a machine is sent',
  run(_, { target }) {
    const values: Readonly<Record<string, number | boolean | string>> = {
      ...FIXED,
      [BANDWIDTH]: target.state.migration.maxBandwidth,
    };
    const show = (name: string, value: number | boolean | string): string => {
      if (typeof value === 'boolean') return onOff(value);
      return name.startsWith('tls-') ? `'${value}'` : String(value);
    };
    return textOf(LISTED.map(([name, unit]) => `${name}: ${show(name, values[name]!)}${unit}`));
  },
});

export const migrationSettings = topic('Migration settings', {
  doc: 'How a machine is sent.',
  commands: [setCapabilities, queryCapabilities, setParameters, queryParameters],
  hmp: [hmpSetCapability, hmpSetParameter, infoCapabilities, infoParameters],
});
