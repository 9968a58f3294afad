import { arrayOf, bool, enumOf, optional, required, size, str, struct, uint16 } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';
import type { MonitorTarget } from '../target.ts';

const queryMemorySizeSummary = command('query-memory-size-summary', {
  since: '2.11',
  doc: 'Tells how much memory the guest has.',
  returns: struct('MemoryInfo', 'How much memory there is.', {
    'base-memory': required(size, 'bytes that the machine was made with'),
    'plugged-memory': optional(size, 'bytes that were added while it ran'),
  }),
  example: {},
  run: (_, { target }) => ({ 'base-memory': target.memory.ram.size }),
});

const Memdev = struct('Memdev', 'What memory of the guest is made of.', {
  id: optional(str, 'its name'),
  size: required(size, 'bytes'),
  merge: required(bool, 'the host may share equal pages'),
  dump: required(bool, 'it is part of a core dump of this process'),
  prealloc: required(bool, 'the host gave all of it at once'),
  share: required(bool, 'other processes see what is written'),
  reserve: optional(bool, 'the host has set it aside'),
  'host-nodes': required(arrayOf(uint16), 'the nodes of the host that it is on'),
  policy: required(
    enumOf('HostMemPolicy', 'How the host chooses nodes.', ['default', 'preferred', 'bind', 'interleave']),
    'how the host chooses nodes',
  ),
});

const memoryBackends = ({ memory }: MonitorTarget) =>
  [
    {
      id: memory.ram.name,
      size: memory.ram.size,
      merge: true,
      dump: true,
      prealloc: false,
      share: false,
      reserve: false,
      'host-nodes': [],
      policy: 'default',
    },
  ] as const;

const queryMemdev = command('query-memdev', {
  since: '2.1',
  doc: 'Lists what the memory of the guest is made of.',
  returns: arrayOf(Memdev),
  example: {},
  run: (_, { target }) => memoryBackends(target),
});

const MemoryDeviceInfo = struct('MemoryDeviceInfo', 'Memory that was added.', {
  type: required(
    enumOf('MemoryDeviceInfoKind', 'A kind of memory device.', [
      'dimm',
      'nvdimm',
      'virtio-pmem',
      'virtio-mem',
      'sgx-epc',
    ]),
    'its kind',
  ),
});

const queryMemoryDevices = command('query-memory-devices', {
  since: '2.1',
  doc: 'Lists the memory that was added to the machine.',
  returns: arrayOf(MemoryDeviceInfo),
  example: {},
  run: () => [],
});

const infoMemorySizeSummary = hmp('info memory_size_summary', {
  doc: 'show how much memory the guest has',
  run: (_, { target }) => `base memory: ${target.memory.ram.size}\n`,
});

const infoMemdev = hmp('info memdev', {
  doc: 'show what the memory of the guest is made of',
  run: (_, { target }) =>
    memoryBackends(target)
      .map(
        ({ id, size: bytes, merge, dump, prealloc, share, reserve, policy }) =>
          `memory backend: ${id}\n  size:  ${bytes}\n  merge: ${merge}\n  dump: ${dump}\n  prealloc: ${prealloc}\n  share: ${share}\n` +
          `  reserve: ${reserve}\n  policy: ${policy}\n  host nodes: \n\n`,
      )
      .join(''),
});

const infoMemoryDevices = hmp('info memory-devices', { doc: 'show the memory that was added', run: () => '' });

export const memoryDevices = topic('Memory of the machine', {
  doc: 'How much memory there is and what it is made of.',
  commands: [queryMemorySizeSummary, queryMemdev, queryMemoryDevices],
  hmp: [infoMemorySizeSummary, infoMemdev, infoMemoryDevices],
});
