import { UserError } from '../../base/errors.ts';
import { event } from '../../qapi/declaration.ts';
import { QapiError } from '../../qapi/error.ts';
import type { Json } from '../../qapi/json.ts';
import { any, arrayOf, bool, openStruct, optional, required, str, struct } from '../../qapi/schema.ts';
import { ObjectOptions } from '../../vm/user-object-kinds.ts';
import { Place } from '../../qapi/place.ts';
import { command } from '../command.ts';
import { flag, optionalRest, optionalWord, restOfLine, suggesting, word } from '../hmp-args.ts';
import { hmp, textOf } from '../hmp-command.ts';
import { keyValues } from '../../host/key-values.ts';
import type { ObjectNode } from '../objects/node.ts';
import { resolve, walk } from '../objects/path.ts';
import type { MonitorTarget } from '../target.ts';
import { prettyJson } from '../pretty-json.ts';
import { topic } from '../topic.ts';

const ObjectPropertyInfo = struct('ObjectPropertyInfo', 'A property of an object.', {
  name: required(str, 'its name'),
  type: required(str, 'its type; `child<T>` and `link<T>` lead to other objects'),
  description: optional(str, 'what it means'),
  'default-value': optional(any, 'what it is if not given'),
});

/** Properties and children of an object. */
const listed = (node: ObjectNode): readonly { name: string; type: string }[] => [
  ...Object.entries(node.properties).map(([name, { type }]) => ({ name, type })),
  ...[...node.children].map(([name, child]) => ({ name, type: `child<${child.type}>` })),
];

function get({ objects }: MonitorTarget, path: string, property: string): Json {
  const found = resolve(objects.root, path);
  const child = found.node.children.get(property);
  if (child !== undefined) return `${found.path === '/' ? '' : found.path}/${property}`;
  const { get: read } = found.node.property(property);
  if (read === undefined) throw new QapiError(`Property '${found.node.type}.${property}' is not readable`);
  return read();
}

function set({ objects }: MonitorTarget, path: string, property: string, value: Json): void {
  const { node } = resolve(objects.root, path);
  const { set: write } = node.children.has(property) ? {} : node.property(property);
  if (write === undefined) throw new QapiError(`Property '${node.type}.${property}' is not writable`);
  write(value);
}

const PATH_DOC = 'the path of the object; a part of one if only one object has it';

const qomList = command('qom-list', {
  since: '1.2',
  doc: 'Lists the properties of an object, its children among them.',
  args: { path: required(str, PATH_DOC) },
  returns: arrayOf(ObjectPropertyInfo),
  errors: { DeviceNotFound: 'there is no such object', GenericError: 'the path means several' },
  example: { path: '/machine' },
  run: ({ path }, { target }) => listed(resolve(target.objects.root, path).node),
});

const qomGet = command('qom-get', {
  since: '1.2',
  doc: 'Reads a property of an object. Children and links are paths.',
  args: { path: required(str, PATH_DOC), property: required(str, 'its name') },
  returns: any,
  errors: { DeviceNotFound: 'there is no such object', GenericError: 'it has no such property' },
  example: { path: '/machine', property: 'type' },
  run: ({ path, property }, { target }) => get(target, path, property),
});

const qomSet = command('qom-set', {
  since: '1.2',
  doc: 'Writes a property of an object. Those of a device are fixed once it is there.',
  args: { path: required(str, PATH_DOC), property: required(str, 'its name'), value: required(any, 'the value') },
  errors: { DeviceNotFound: 'there is no such object', GenericError: 'it cannot be written' },
  example: { path: '/machine', property: 'type', value: 'x' },
  run: ({ path, property, value }, { target }) => set(target, path, property, value),
});

const qomListTypes = command('qom-list-types', {
  since: '1.1',
  doc: 'Lists the types of objects that this program knows.',
  args: {
    implements: optional(str, 'only those that are of this type'),
    abstract: optional(bool, 'those as well of which there can be no object'),
  },
  returns: arrayOf(
    struct('ObjectTypeInfo', 'A type of objects.', {
      name: required(str, 'its name'),
      abstract: optional(bool, 'true if there can be no object of it'),
      parent: optional(str, 'the type that it is a kind of'),
    }),
  ),
  example: { implements: 'device' },
  run: ({ implements: of, abstract = false }, { target }) =>
    target.objects.types
      .descendants(of)
      .filter(({ isAbstract }) => abstract || isAbstract !== true)
      .map(({ name, parent, isAbstract }) => ({ name, parent, abstract: isAbstract })),
});

const qomListProperties = command('qom-list-properties', {
  since: '2.12',
  doc: 'Lists the properties that objects of a type have.',
  args: { typename: required(str, 'the type') },
  returns: arrayOf(ObjectPropertyInfo),
  errors: { DeviceNotFound: 'there is no such type' },
  example: { typename: 'rng-random' },
  run({ typename }, { target: { objects } }) {
    const type = objects.types.find(typename);
    if (type === undefined) throw new QapiError(`Class '${typename}' not found`, 'DeviceNotFound');
    return [{ name: 'type', type: 'string' }, ...objects.types.properties(type)];
  },
});

const deviceListProperties = command('device-list-properties', {
  since: '1.2',
  doc: 'Lists the properties that `-device` and `device_add` take for a kind of device.',
  args: { typename: required(str, 'the kind') },
  returns: arrayOf(ObjectPropertyInfo),
  errors: { DeviceNotFound: 'there is no such kind', GenericError: 'it is no kind of device' },
  example: { typename: 'virtio-rng-device' },
  run({ typename }, { target: { objects } }) {
    const type = objects.types.find(typename);
    if (type === undefined) throw new QapiError(`Device '${typename}' not found`, 'DeviceNotFound');
    if (type.isAbstract === true || !objects.types.implements(type, 'device'))
      throw new QapiError("Parameter 'typename' expects a non-abstract device type");
    return type.properties;
  },
});

const DeviceAddArguments = openStruct('device_add arguments', {
  driver: required(str, 'the kind of device'),
  bus: optional(str, 'the bus to plug it into; one that is free if absent'),
  id: optional(str, 'a name for it'),
});

const deviceAdd = command('device_add', {
  since: '0.13',
  doc: `Plugs a device in. Its properties are further arguments. No bus of this machine takes devices while it is
there: devices are given on the command line.`,
  features: ['json-cli', 'json-cli-hotplug'],
  args: DeviceAddArguments,
  errors: { GenericError: 'there is no such kind of device, or no bus that takes it' },
  example: { driver: 'virtio-rng-device' },
  run: (options, { target }) => target.objects.plug(options),
});

const deviceDel = command('device_del', {
  since: '0.14',
  doc: 'Pulls a device out.',
  args: { id: required(str, 'its name or path') },
  errors: { DeviceNotFound: 'there is no such device', GenericError: 'it cannot be pulled out' },
  example: { id: 'disk0' },
  run: ({ id }, { target }) => target.objects.unplug(id),
});

const DEVICE_DELETED = event('DEVICE_DELETED', {
  since: '1.5',
  doc: 'A device is gone.',
  data: { device: optional(str, 'its name'), path: required(str, 'its path') },
});

const objectAdd = command('object-add', {
  since: '2.0',
  doc: 'Makes an object that devices and others can use, as `-object` does.',
  args: ObjectOptions,
  errors: { GenericError: 'the name is taken, or the object cannot be made' },
  example: { 'qom-type': 'rng-random', id: 'rng1' },
  run: (options, { target }) => target.objects.create(options),
});

const objectDel = command('object-del', {
  since: '2.0',
  doc: 'Deletes an object that nobody uses.',
  args: { id: required(str, 'its name') },
  errors: { GenericError: 'there is no such object, or it is in use' },
  example: { id: 'rng0' },
  run: ({ id }, { target }) => target.objects.delete(id),
});

/** Every object. */
const paths = ({ objects }: MonitorTarget): readonly string[] => Array.from(walk(objects.root), ({ path }) => path);

/** What a person wrote, as options of the command line. */
const given = (text: string, implied: string): Readonly<Record<string, unknown>> =>
  text === '' ? {} : keyValues(text, implied);

const hmpObjectAdd = hmp('object_add', {
  args: { object: restOfLine('[qom-type=]type,id=str[,prop=value][,...]') },
  doc: 'make an object',
  example: 'object_add rng-random,id=rng1',
  async run({ object }, { target }) {
    await target.objects.create(ObjectOptions.accept(given(object, 'qom-type'), Place.root('text')));
  },
});

const hmpObjectDel = hmp('object_del', {
  args: {
    id: suggesting(word('its name'), ({ objects }) => [
      ...(objects.root.children.get('objects')?.children.keys() ?? []),
    ]),
  },
  doc: 'delete an object',
  example: 'object_del rng0',
  run: ({ id }, { target }) => target.objects.delete(id),
});

const hmpDeviceAdd = hmp('device_add', {
  args: { device: optionalRest('driver[,prop=value][,...]') },
  doc: 'plug a device in',
  example: 'device_add virtio-rng-device',
  run({ device }, { target }) {
    target.objects.plug(DeviceAddArguments.accept(given(device, 'driver'), Place.root('text')));
  },
});

const hmpDeviceDel = hmp('device_del', {
  args: {
    device: suggesting(word('its name or path'), ({ objects }) => [
      ...resolve(objects.root, '/machine/peripheral').node.children.keys(),
    ]),
  },
  doc: 'pull a device out',
  example: 'device_del disk0',
  run: ({ device }, { target }) => target.objects.unplug(device),
});

const hmpQomList = hmp('qom-list', {
  args: { path: suggesting(optionalWord('the path of an object'), paths) },
  doc: 'show the properties of an object',
  run({ path }, { target }) {
    if (path === undefined) return '/\n';
    return textOf(listed(resolve(target.objects.root, path).node).map(({ name, type }) => `${name} (${type})`));
  },
});

const hmpQomGet = hmp('qom-get', {
  args: { path: suggesting(word('the path of an object'), paths), property: word('its name') },
  doc: 'show a property of an object',
  example: 'qom-get /machine type',
  run: ({ path, property }, { target }) => `${prettyJson(get(target, path, property))}\n`,
});

const hmpQomSet = hmp('qom-set', {
  args: {
    json: flag('j', 'the value is JSON'),
    path: suggesting(word('the path of an object'), paths),
    property: word('its name'),
    value: restOfLine('value'),
  },
  doc: 'change a property of an object (-j: the value is JSON)',
  example: 'qom-set /machine type x',
  run({ json, path, property, value }, { target }) {
    set(target, path, property, json ? parseJson(value) : value);
  },
});

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new UserError('JSON parse error, this is none', { cause });
  }
}

const infoQomTree = hmp('info qom-tree', {
  args: { path: suggesting(optionalWord('where to begin'), paths) },
  doc: 'show the objects of the machine as a tree',
  run({ path = '/machine' }, { target }) {
    const { node, path: from } = resolve(target.objects.root, path);
    return textOf(tree(node, from.slice(from.lastIndexOf('/') + 1), ''));
  },
});

const tree = (node: ObjectNode, name: string, indent: string): readonly string[] => [
  `${indent}/${name} (${node.type})`,
  ...[...node.children]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([childName, child]) => tree(child, childName, `${indent}  `)),
];

export const objects = topic('Objects and devices', {
  doc: `What a machine is made of. Everything is an object with a type, and has a path: devices that were given a name
are in /machine/peripheral, those without one in /machine/peripheral-anon, what users made in /objects.`,
  commands: [
    qomList,
    qomGet,
    qomSet,
    qomListTypes,
    qomListProperties,
    deviceListProperties,
    deviceAdd,
    deviceDel,
    objectAdd,
    objectDel,
  ],
  events: [DEVICE_DELETED],
  hmp: [hmpObjectAdd, hmpObjectDel, hmpDeviceAdd, hmpDeviceDel, hmpQomList, hmpQomGet, hmpQomSet, infoQomTree],
});
