import {
  alternate,
  arrayOf,
  bool,
  enumOf,
  int16,
  int8,
  optional,
  required,
  str,
  struct,
  uint32,
  uint64,
  union,
} from '../../qapi/schema.ts';
import { PROVIDER_NAMES, STATS_TARGETS, STATS_TYPES, STATS_UNITS } from '../../stats/provider.ts';
import { command } from '../command.ts';
import { optionalWord, suggesting, word } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { statsText } from '../stats-text.ts';
import { topic } from '../topic.ts';

const StatsProvider = enumOf('StatsProvider', 'Who counts.', PROVIDER_NAMES);
const StatsTarget = enumOf('StatsTarget', 'What is counted for: the machine, or each vCPU.', STATS_TARGETS);
const StatsType = enumOf(
  'StatsType',
  `What a number means: \`cumulative\` only grows, \`instant\` goes up and down, \`peak\` is the highest so far. A
histogram is a list of how many values fell into each bucket, the lowest first: bucket i of a \`linear-histogram\` is for
values from i times the bucket size; of a \`log2-histogram\`, bucket 0 is for zero and bucket i for values from 2 to the
power of i - 1. The last bucket takes all that is beyond.`,
  STATS_TYPES,
);
const StatsUnit = enumOf('StatsUnit', 'What is counted, if not just events.', STATS_UNITS);

const StatsRequest = struct('StatsRequest', 'What is wanted of a provider.', {
  provider: required(StatsProvider, 'which'),
  names: optional(arrayOf(str), 'only these; names that it does not have are ignored'),
});

const StatsFilter = union('StatsFilter', 'What is wanted.', {
  tag: 'target',
  members: {
    target: required(StatsTarget, 'what it is counted for'),
    providers: optional(arrayOf(StatsRequest), 'only these; all if absent'),
  },
  cases: {
    vcpu: struct('StatsVCPUFilter', 'Which vCPUs.', {
      vcpus: optional(arrayOf(str), 'paths of vCPUs; only these, and those of no vCPU are ignored'),
    }),
  },
});

const StatsValue = alternate('StatsValue', 'A number, a truth, or the buckets of a histogram.', {
  scalar: uint64,
  boolean: bool,
  list: arrayOf(uint64),
});

const Stats = struct('Stats', 'A number.', {
  name: required(str, 'its name, as the schema has it'),
  value: required(StatsValue, 'how much it is now'),
});

const StatsResult = struct('StatsResult', 'What one provider counted for the machine or one vCPU.', {
  provider: required(StatsProvider, 'who'),
  'qom-path': optional(str, 'of the vCPU; absent for the machine'),
  stats: required(arrayOf(Stats), 'how much'),
});

const StatsSchemaValue = struct('StatsSchemaValue', 'What a number is.', {
  name: required(str, 'its name; provider, target and name together mean the same for ever'),
  type: required(StatsType, 'what its value means'),
  unit: optional(StatsUnit, 'what it counts; absent: events'),
  base: optional(int8, 'of the factor; absent if the exponent is zero'),
  exponent: required(int16, 'of the factor: the value counts base to this power of the unit'),
  'bucket-size': optional(uint32, 'of a linear histogram'),
});

const StatsSchema = struct('StatsSchema', 'What one provider can count for one target.', {
  provider: required(StatsProvider, 'who'),
  target: required(StatsTarget, 'for what'),
  stats: required(arrayOf(StatsSchemaValue), 'the numbers'),
});

const queryStats = command('query-stats', {
  since: '7.1',
  doc: `Returns what is counted, for the machine or for vCPUs. Reading does not stop the guest. The provider asked last
comes first, and vCPUs come from the last to the first; where nothing is left after the filters there is no entry.`,
  args: StatsFilter,
  returns: arrayOf(StatsResult),
  errors: { GenericError: 'a provider cannot read its numbers' },
  example: { target: 'vcpu', providers: [{ provider: 'tcg' }] },
  run: (filter, { target }) =>
    target.stats
      .query(filter, target.cpus())
      .map(({ provider, qomPath, stats: entries }) => ({ provider, 'qom-path': qomPath, stats: entries })),
});

const queryStatsSchemas = command('query-stats-schemas', {
  since: '7.1',
  doc: `Describes what \`query-stats\` can return. That depends on the machine and on the host, so it is not part of
\`query-qmp-schema\`, and numbers may come and go from version to version.`,
  args: { provider: optional(StatsProvider, 'only this one') },
  returns: arrayOf(StatsSchema),
  example: {},
  run: ({ provider: only }, { target }) =>
    target.stats.schemas(only).map(({ provider, target: of, elements }) => ({
      provider,
      target: of,
      stats: elements.map(({ name, type, unit, base, exponent, bucketSize }) => ({
        name,
        type,
        unit,
        base,
        exponent: exponent ?? 0,
        'bucket-size': bucketSize,
      })),
    })),
});

const infoStats = hmp('info stats', {
  args: {
    target: suggesting(word('vm or vcpu'), () => STATS_TARGETS),
    names: optionalWord('names with commas between them; * for all'),
    provider: suggesting(optionalWord('only this one'), () => PROVIDER_NAMES),
  },
  doc: 'show what is counted for the machine (vm) or the current vCPU (vcpu); only these names (with commas, * for all), only this provider',
  example: 'info stats vm',
  run({ target: of, names, provider }, { target, cpu }) {
    const kind = STATS_TARGETS.find((each) => each === of);
    if (kind === undefined) return `invalid stats target ${of}\n`;
    const only = PROVIDER_NAMES.find((each) => each === provider);
    if (provider !== undefined && only === undefined) return `invalid stats provider ${provider}\n`;
    return statsText(target.stats, {
      target: kind,
      vcpus: target.cpus().filter(({ index }) => index === cpu),
      names: names === undefined || names === '*' ? undefined : names.split(','),
      provider: only,
    });
  },
});

export const stats = topic('Statistics', {
  doc: `Numbers about the machine, for graphs and for looking where time goes. Each belongs to a provider and to a
target. Read the schemas once and the numbers as often as you like.`,
  commands: [queryStats, queryStatsSchemas],
  hmp: [infoStats],
});
