import { arrayOf, enumOf, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { flag, integer, optionalInteger } from '../hmp-args.ts';
import { hmp, textOf } from '../hmp-command.ts';
import { type CpuInfo, type MonitorTarget, TARGET_ARCHS } from '../target.ts';
import { topic } from '../topic.ts';

const SysEmuTarget = enumOf('SysEmuTarget', 'A processor architecture.', TARGET_ARCHS);

export const CpuInstanceProperties = struct('CpuInstanceProperties', 'Where a vCPU is in the machine.', {
  'node-id': optional(int, 'the node of memory'),
  'socket-id': optional(int, 'the socket'),
  'die-id': optional(int, 'the die'),
  'cluster-id': optional(int, 'the cluster'),
  'core-id': optional(int, 'the core'),
  'thread-id': optional(int, 'the thread of the core'),
});

const CpuInfoFast = struct('CpuInfoFast', 'A vCPU.', {
  'cpu-index': required(int, 'its number'),
  'qom-path': required(str, 'its path among the objects of the machine, by which other commands know it'),
  'thread-id': required(int, 'the thread of this process that runs it'),
  props: optional(CpuInstanceProperties, 'its place'),
  target: required(SysEmuTarget, 'its architecture'),
});

const queryCpusFast = command('query-cpus-fast', {
  since: '2.12',
  doc: 'Lists the vCPUs, without disturbing them.',
  returns: arrayOf(CpuInfoFast),
  example: {},
  async run(_, { target }) {
    const threads = await target.cpuThreads();
    return target.cpus().map(({ index, qomPath, coreId }, i) => ({
      'cpu-index': index,
      'qom-path': qomPath,
      'thread-id': threads[i]!,
      props: { 'core-id': coreId },
      target: target.arch,
    }));
  },
});

const queryTarget = command('query-target', {
  since: '1.2',
  doc: 'Tells which architecture this program emulates.',
  returns: struct('TargetInfo', 'What is emulated.', { arch: required(SysEmuTarget, 'the architecture') }),
  example: {},
  run: (_, { target }) => ({ arch: target.arch }),
});

const infoCpus = hmp('info cpus', {
  doc: 'show the vCPUs, with a star at the one that commands are about',
  async run(_, { target, cpu }) {
    const threads = await target.cpuThreads();
    return textOf(
      target.cpus().map(({ index }, i) => `${index === cpu ? '*' : ' '} CPU #${index}: thread_id=${threads[i]}`),
    );
  },
});

const selectCpu = hmp('cpu', {
  args: { index: integer('the number of the vCPU') },
  doc: 'choose the vCPU that commands are about',
  example: 'cpu 0',
  run({ index }, context) {
    if (find(context.target, index) === undefined) return 'invalid CPU index\n';
    context.selectCpu(index);
    return '';
  },
});

const infoRegisters = hmp('info registers', {
  args: { all: flag('a', 'those of all vCPUs'), vcpu: optionalInteger('the number of a vCPU') },
  doc: 'show the registers of the current vCPU, of another, or of all (-a)',
  async run({ all, vcpu }, { target, cpu }) {
    if (all) {
      const texts = await Promise.all(target.cpus().map(({ index }) => registersOf(target, index)));
      return texts.join('');
    }
    const index = vcpu ?? cpu;
    if (find(target, index) !== undefined) return registersOf(target, index);
    return vcpu === undefined ? 'No CPU available\n' : `CPU#${index} not available\n`;
  },
});

const find = (target: MonitorTarget, wanted: number): CpuInfo | undefined =>
  target.cpus().find(({ index }) => index === wanted);

const registersOf = async (target: MonitorTarget, cpu: number): Promise<string> =>
  `\nCPU#${cpu}\n${textOf(await target.registers(cpu))}`;

export const cpus = topic('vCPUs', {
  doc: 'The processors of the machine.',
  commands: [queryCpusFast, queryTarget],
  hmp: [infoCpus, selectCpu, infoRegisters],
});
