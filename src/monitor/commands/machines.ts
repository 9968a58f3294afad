import { arrayOf, bool, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { topic } from '../topic.ts';

const MachineInfo = struct('MachineInfo', 'A machine for `-machine`.', {
  name: required(str, 'its name'),
  alias: optional(str, 'another name for it'),
  'is-default': optional(bool, 'it is taken if none is named'),
  'cpu-max': required(int, 'the most vCPUs it can have'),
  'hotpluggable-cpus': required(bool, 'vCPUs can be added while it runs'),
  'numa-mem-supported': required(bool, 'it understands `-numa node,mem=`'),
  deprecated: required(bool, 'it will go away'),
  'default-cpu-type': optional(str, 'the vCPU it has if none is named'),
  'default-ram-id': optional(str, 'the name of its memory if that is not given'),
});

const queryMachines = command('query-machines', {
  since: '1.2',
  doc: 'Lists the machines that this program can be.',
  returns: arrayOf(MachineInfo),
  example: {},
  run: (_, { target }) =>
    target.machines().map(({ name, alias, isDefault, cpuMax, defaultCpuType, defaultRamId }) => ({
      name,
      alias,
      'is-default': isDefault ? true : undefined,
      'cpu-max': cpuMax,
      'hotpluggable-cpus': false,
      'numa-mem-supported': false,
      deprecated: false,
      'default-cpu-type': defaultCpuType,
      'default-ram-id': defaultRamId,
    })),
});

export const machines = topic('Machines', { doc: 'What there is to emulate.', commands: [queryMachines] });
