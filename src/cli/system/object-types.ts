import type { DeviceDeclaration } from '../../hw/device.ts';
import { devices } from '../../hw/devices.ts';
import { ObjectTypes, type ObjectType, type TypeProperty } from '../../monitor/objects/types.ts';
import { userObjectKinds } from '../../vm/user-object-kinds.ts';

/** Types that stand above those of objects. */
const BASES: readonly ObjectType[] = [
  { name: 'object', isAbstract: true, properties: [] },
  {
    name: 'device',
    parent: 'object',
    isAbstract: true,
    properties: [
      { name: 'realized', type: 'bool' },
      { name: 'hotplugged', type: 'bool' },
      { name: 'hotpluggable', type: 'bool' },
      { name: 'parent_bus', type: 'link<bus>' },
    ],
  },
  { name: 'sys-bus-device', parent: 'device', isAbstract: true, properties: [] },
  { name: 'virtio-device', parent: 'device', isAbstract: true, properties: [] },
  { name: 'virtio-serial-port', parent: 'device', isAbstract: true, properties: [] },
  { name: 'bus', parent: 'object', isAbstract: true, properties: [] },
  { name: 'virtio-bus', parent: 'bus', isAbstract: true, properties: [] },
  { name: 'machine', parent: 'object', isAbstract: true, properties: [] },
  { name: 'cpu', parent: 'device', isAbstract: true, properties: [] },
  { name: 'riscv-cpu', parent: 'cpu', isAbstract: true, properties: [] },
  { name: 'rng-backend', parent: 'object', isAbstract: true, properties: [{ name: 'opened', type: 'bool' }] },
  { name: 'container', parent: 'object', properties: [] },
  { name: 'memory-region', parent: 'object', properties: [] },
  { name: 'System', parent: 'bus', properties: [] },
  { name: 'virtio-mmio-bus', parent: 'virtio-bus', properties: [] },
  { name: 'virtio-serial-bus', parent: 'bus', properties: [] },
  { name: 'virt-machine', parent: 'machine', properties: [] },
  { name: 'rv64-riscv-cpu', parent: 'riscv-cpu', properties: [] },
  { name: 'riscv.hart_array', parent: 'sys-bus-device', properties: [] },
  { name: 'memory-backend-ram', parent: 'object', properties: [] },
];

/** Which base a device is a kind of, by the bus it is on. */
const PARENTS: Readonly<Record<string, string>> = {
  'virtio-bus': 'virtio-device',
  'virtio-serial-bus': 'virtio-serial-port',
};

/** How QEMU writes the type of a property that names a back end. */
const BACKENDS: Readonly<Record<string, string>> = { entropy: 'link<rng-backend>' };

/** Every type that there can be an object of. */
export function objectTypes(): ObjectTypes {
  const objects = userObjectKinds.map(({ name, options }): ObjectType => ({
    name,
    parent: name.startsWith('rng-') ? 'rng-backend' : 'object',
    properties: Object.entries(options.members)
      .filter(([member]) => member !== 'opened')
      .map(([member, { type, doc }]) => ({
        name: member,
        type: type.json === 'boolean' ? 'bool' : 'string',
        description: doc,
      })),
  }));
  return new ObjectTypes([...BASES, ...objects, ...devices.map(deviceType)]);
}

function deviceType({ name, spec }: DeviceDeclaration): ObjectType {
  const backends = Object.entries(spec.backends ?? {})
    .filter(([, { kind }]) => kind !== 'power')
    .map(([slot, { kind, doc }]): TypeProperty => ({ name: slot, type: BACKENDS[kind] ?? 'str', description: doc }));
  const properties = Object.entries(spec.properties ?? {}).map(([property, declared]): TypeProperty => ({
    name: property,
    type: declared.type,
    ...(declared.doc === '' ? {} : { description: declared.doc }),
    ...(declared.quiet === true ? {} : { 'default-value': declared.default }),
  }));
  return { name, parent: PARENTS[spec.bus ?? ''] ?? 'sys-bus-device', properties: [...backends, ...properties] };
}
