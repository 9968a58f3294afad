import { UserError } from '../../base/errors.ts';
import { QapiError } from '../../qapi/error.ts';
import { ObjectNode } from './node.ts';
import type { DeviceOptions, ObjectTarget } from './target.ts';
import { ObjectTypes } from './types.ts';

/** Objects for tests: a machine with one disk, and a container for what is made. */
export class FakeObjects implements ObjectTarget {
  readonly root = new ObjectNode('container');
  readonly types = new ObjectTypes([
    { name: 'object', isAbstract: true, properties: [] },
    { name: 'device', parent: 'object', isAbstract: true, properties: [{ name: 'realized', type: 'bool' }] },
    { name: 'virtio-device', parent: 'device', isAbstract: true, properties: [] },
    {
      name: 'virtio-rng-device',
      parent: 'virtio-device',
      properties: [
        { name: 'event_idx', type: 'bool', description: 'on/off', 'default-value': true },
        { name: 'rng', type: 'link<rng-backend>' },
      ],
    },
    { name: 'virtio-blk-device', parent: 'virtio-device', properties: [] },
    { name: 'rng-random', parent: 'object', properties: [{ name: 'filename', type: 'string' }] },
    { name: 'memory-region', parent: 'object', properties: [] },
  ]);
  readonly #made: ObjectNode;

  constructor() {
    this.#made = this.root.add('objects', new ObjectNode('container'));
    this.#made.add('rng0', new ObjectNode('rng-random'));
    const machine = this.root.add(
      'machine',
      new ObjectNode('virt-machine', () => ({ usb: { type: 'bool', get: () => false } })),
    );
    const peripheral = machine.add('peripheral', new ObjectNode('container'));
    machine.add('unattached', new ObjectNode('container')).add('disk0', new ObjectNode('memory-region'));
    const disk = new ObjectNode('virtio-blk-device', () => ({
      serial: {
        type: 'str',
        get: () => '',
        set() {
          throw new UserError(
            "Attempt to set property 'serial' on device 'disk0' (type 'virtio-blk-device') after it was realized",
          );
        },
      },
    }));
    peripheral.add('disk0', disk);
  }

  create({ 'qom-type': type, id }: { 'qom-type': string; id: string }): void {
    if (this.#made.children.has(id))
      throw new UserError(`attempt to add duplicate property '${id}' to object (type 'container')`);
    this.#made.add(id, new ObjectNode(type));
  }

  delete(id: string): void {
    if (!this.#made.children.delete(id)) throw new UserError(`object '${id}' not found`);
  }

  plug({ driver }: DeviceOptions): void {
    if (this.types.find(driver) === undefined) throw new UserError(`'${driver}' is not a valid device model name`);
    throw new UserError("Bus 'virtio-mmio-bus.7' does not support hotplugging");
  }

  unplug(id: string): void {
    if (id !== 'disk0') throw new QapiError(`Device '${id}' not found`, 'DeviceNotFound');
    throw new UserError("Bus 'virtio-mmio-bus.6' does not support hotplugging");
  }
}
