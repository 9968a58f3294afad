import { UserError } from '../../base/errors.ts';
import type { BoardDevice } from '../../board/site.ts';
import { pluggable } from '../../board/virtio-slots.ts';
import type { Chardevs } from '../../char/chardevs.ts';
import type { Device } from '../../hw/device.ts';
import { devices } from '../../hw/devices.ts';
import { QapiError } from '../../qapi/error.ts';
import type { Json } from '../../qapi/json.ts';
import { ObjectNode, type ObjectProperty } from '../../monitor/objects/node.ts';
import { resolve } from '../../monitor/objects/path.ts';
import type { DeviceOptions, ObjectTarget } from '../../monitor/objects/target.ts';
import type { Machine } from '../../vm/machine.ts';
import type { UserObjects, UserObjectOptions } from '../../vm/user-objects.ts';
import { objectTypes } from './object-types.ts';

/** Devices that the machine has under a name of its own. */
const NAMED: Readonly<Record<string, string>> = { fw_cfg_mem: 'fw_cfg' };
/** The order in which native machines number the others. */
const FIRST = ['riscv.aclint.swi', 'riscv.aclint.mtimer', 'riscv.sifive.plic', 'riscv.sifive.test'];

const constant = (type: string, value: Json): ObjectProperty => ({ type, get: () => value });

/** The objects of this process's machine. */
export class MachineObjects implements ObjectTarget {
  readonly types = objectTypes();
  readonly #machine: Machine;
  readonly #chardevs: Chardevs;
  readonly #user: UserObjects;
  /** Devices stay: the machine's part of the tree is made once. */
  readonly #tree: ObjectNode;

  constructor(machine: Machine, chardevs: Chardevs, user: UserObjects) {
    this.#machine = machine;
    this.#chardevs = chardevs;
    this.#user = user;
    this.#tree = this.#machineNode();
  }

  get root(): ObjectNode {
    const root = new ObjectNode('container');
    const made = root.add('objects', new ObjectNode('container'));
    const { ramSize } = this.#machine.config.board;
    made.add(
      'riscv_virt_board.ram',
      new ObjectNode('memory-backend-ram', () => ({ size: constant('int', ramSize), share: constant('bool', false) })),
    );
    for (const [id, { type, properties }] of this.#user.all)
      made.add(
        id,
        new ObjectNode(type, () =>
          Object.fromEntries(
            Object.entries(properties).map(([name, value]) => [
              name,
              constant(typeof value === 'boolean' ? 'bool' : 'string', value),
            ]),
          ),
        ),
      );
    root.add('machine', this.#tree);
    const chardevs = root.add('chardevs', new ObjectNode('container'));
    for (const { label, kind } of this.#chardevs.list()) chardevs.add(label, new ObjectNode(`chardev-${kind}`));
    return root;
  }

  #machineNode(): ObjectNode {
    const { config, core } = this.#machine;
    const node = new ObjectNode('virt-machine', () => ({
      usb: constant('bool', false),
      graphics: constant('bool', true),
      'dump-guest-core': constant('bool', true),
      'mem-merge': constant('bool', true),
      'memory-backend': constant('link<memory-backend>', '/objects/riscv_virt_board.ram'),
      smp: constant('SMPConfiguration', { ...config.board.topology, dies: 1, clusters: 1 }),
      memory: constant('MemorySizeConfiguration', { size: config.board.ramSize }),
    }));
    const peripheral = node.add('peripheral', new ObjectNode('container'));
    const anonymous = node.add('peripheral-anon', new ObjectNode('container'));
    const unattached = node.add('unattached', new ObjectNode('container'));
    const soc = node.add('soc0', new ObjectNode('riscv.hart_array'));
    for (const index of core.vcpus.keys()) soc.add(`harts[${index}]`, new ObjectNode('rv64-riscv-cpu'));
    const paths = new Map<Device, string>();
    for (const region of ['system', 'riscv_virt_board.mrom', 'riscv_virt_board.ram'])
      unattached.add(`${region}[0]`, new ObjectNode('memory-region', () => ({ priority: constant('uint32', 0) })));
    unattached.add('sysbus', new ObjectNode('System'));
    for (const each of inOrder(core.board.devices)) {
      const { device } = each;
      const parts = this.#container(each, { node, peripheral, anonymous, unattached });
      paths.set(device, parts.path);
      parts.container.add(
        parts.name,
        deviceNode(each, () => busPath(each, core.board.devices, paths)),
      );
    }
    return node;
  }

  /** Where a device belongs. */
  #container(
    { device, parent }: BoardDevice,
    places: Readonly<Record<'node' | 'peripheral' | 'anonymous' | 'unattached', ObjectNode>>,
  ): { readonly container: ObjectNode; readonly name: string; readonly path: string } {
    const { name: driver } = device.declaration;
    const at = (place: keyof typeof places, folder: string, name: string) => ({
      container: places[place],
      name,
      path: `/machine${folder}/${name}`,
    });
    const own = driver === 'cfi.pflash01' ? `virt.flash${device.id.slice(-1)}` : NAMED[driver];
    if (own !== undefined) return at('node', '', own);
    if (parent !== undefined && device.id !== '') return at('peripheral', '/peripheral', device.id);
    const [place, folder] =
      parent === undefined ? (['unattached', '/unattached'] as const) : (['anonymous', '/peripheral-anon'] as const);
    const number = [...places[place].children.keys()].filter((name) => name.startsWith('device[')).length;
    return at(place, folder, `device[${number}]`);
  }

  create(options: { readonly 'qom-type': string; readonly id: string }): Promise<void> {
    return this.#user.create(options as UserObjectOptions);
  }

  delete(id: string): void {
    this.#user.delete(id);
  }

  plug({ driver, bus, id }: DeviceOptions): never {
    const kind = pluggable.find(({ name }) => name === driver);
    if (kind === undefined) {
      throw new UserError(
        devices.some(({ name }) => name === driver)
          ? "Parameter 'driver' expects a pluggable device type"
          : `'${driver}' is not a valid device model name`,
      );
    }
    const buses = this.#machine.core.board.devices.filter(({ provides }) => provides !== undefined);
    const isTaken = ({ device }: BoardDevice): boolean =>
      kind.spec.bus === 'virtio-bus' && this.#machine.core.board.devices.some(({ parent }) => parent === device);
    const fits = ({ provides }: BoardDevice): boolean =>
      provides!.type === kind.spec.bus || (kind.spec.bus === 'virtio-bus' && provides!.type === 'virtio-mmio-bus');
    const found =
      bus === undefined
        ? buses.toReversed().find((each) => fits(each) && !isTaken(each))
        : buses.find(({ provides }) => provides!.name === bus);
    if (found === undefined)
      throw new UserError(
        bus === undefined ? `No '${kind.spec.bus}' bus found for device '${driver}'` : `Bus '${bus}' not found`,
      );
    if (!fits(found)) throw new UserError(`Device '${driver}' can't go on ${found.provides!.type} bus`);
    if (id !== undefined && this.#machine.core.board.devices.some(({ device }) => device.id === id))
      throw new UserError(`Duplicate device ID '${id}'`);
    throw new UserError(`Bus '${found.provides!.name}' does not support hotplugging`);
  }

  unplug(id: string): never {
    const named = this.#machine.core.board.devices.find(
      ({ device, parent }) => parent !== undefined && device.id === id,
    );
    const bus = named === undefined ? resolveDevice(this.root, id) : busName(named, this.#machine.core.board.devices);
    throw new UserError(`Bus '${bus}' does not support hotplugging`);
  }
}

/** The bus of the device that a path leads to. */
function resolveDevice(root: ObjectNode, path: string): string {
  const missing = new QapiError(`Device '${path}' not found`, 'DeviceNotFound');
  if (!path.startsWith('/')) throw missing;
  const { parent_bus: bus } = resolve(root, path).node.properties;
  if (bus?.get === undefined) throw missing;
  const at = String(bus.get());
  return at.slice(at.lastIndexOf('/') + 1);
}

function inOrder(all: readonly BoardDevice[]): readonly BoardDevice[] {
  const rank = ({ device }: BoardDevice): number => {
    const index = FIRST.indexOf(device.declaration.name);
    return index < 0 ? FIRST.length : index;
  };
  return all.toSorted((a, b) => rank(a) - rank(b));
}

function busName({ parent }: BoardDevice, all: readonly BoardDevice[]): string {
  return all.find(({ device }) => device === parent)?.provides?.name ?? 'main-system-bus';
}

function busPath(each: BoardDevice, all: readonly BoardDevice[], paths: ReadonlyMap<Device, string>): string {
  const above = each.parent && paths.get(each.parent);
  return above === undefined ? '/machine/unattached/sysbus' : `${above}/${busName(each, all)}`;
}

function deviceNode({ device, parent, provides }: BoardDevice, bus: () => string): ObjectNode {
  const { declaration, props, backendNames } = device;
  const { name: driver, spec } = declaration;
  const who = device.id === '' || parent === undefined ? 'anonymous device' : `device '${device.id}'`;
  const fixed = (name: string, type: string, value: Json): ObjectProperty => ({
    type,
    get: () => value,
    set() {
      throw new UserError(`Attempt to set property '${name}' on ${who} (type '${driver}') after it was realized`);
    },
  });
  const node = new ObjectNode(driver, () => ({
    parent_bus: { type: 'link<bus>', get: bus },
    realized: constant('bool', true),
    hotplugged: constant('bool', false),
    hotpluggable: constant('bool', false),
    ...Object.fromEntries(
      Object.keys(spec.backends ?? {}).map((slot) => [slot, fixed(slot, 'str', backendNames[slot] ?? '')]),
    ),
    ...Object.fromEntries(
      Object.entries(spec.properties ?? {}).map(([name, { type }]) => [name, fixed(name, type, props[name]!)]),
    ),
  }));
  for (const { name, base, size } of device.regions)
    node.add(
      `${name}[0]`,
      new ObjectNode('memory-region', () => ({
        addr: constant('uint64', base),
        size: constant('uint64', size),
        priority: constant('uint32', 0),
      })),
    );
  if (provides !== undefined) node.add(provides.name, new ObjectNode(provides.type));
  return node;
}
