import { UserError } from '../base/errors.ts';
import type { Device, DeviceDeclaration } from '../hw/device.ts';
import { devices } from '../hw/devices.ts';
import type { VirtioSlot } from '../hw/virtio/mmio.ts';
import type { VirtioModel } from '../hw/virtio/model.ts';
import type { SerialPort } from '../hw/virtio/console.ts';
import type { SerialBus } from '../hw/virtio/serial.ts';
import type { BoardDevice } from './site.ts';
import type { PluggedDevice } from './virt-config.ts';

/** What can be plugged in by name. */
export const pluggable: readonly DeviceDeclaration[] = devices.filter(({ spec }) => spec.category !== undefined);

/** A place that takes devices. */
interface Bus {
  readonly name: string;
  readonly kind: string;
  readonly parent: Device;
  isFull(): boolean;
  plug(device: Device): void;
}

/** Buses of a machine, and what is plugged into them. */
export class VirtioSlots {
  readonly #buses: Bus[];
  readonly #ids = new Set<string>();
  #serials = 0;

  /** `transports` in the order of their addresses; the last is filled first. */
  constructor(transports: readonly Device<VirtioSlot>[]) {
    this.#buses = transports
      .map((parent, index): Bus => ({
        name: transportBus(index),
        kind: 'virtio-bus',
        parent,
        isFull: () => parent.api.device !== undefined,
        plug: (device) => parent.api.plug(device as Device<VirtioModel>),
      }))
      .toReversed();
  }

  /** Makes the device with `create` and plugs it in. */
  plug(plugged: PluggedDevice, create: (declaration: DeviceDeclaration) => Device): BoardDevice {
    const { driver, id } = plugged;
    const declaration = pluggable.find(({ name }) => name === driver);
    if (declaration === undefined) throw unknownDevice(driver);
    if (id !== undefined && this.#ids.has(id)) {
      throw new UserError(`Duplicate ID '${id}' for device; choose another`);
    }
    const bus = this.#findBus(plugged.bus, declaration);
    for (const [slot, { kind }] of Object.entries(declaration.spec.backends ?? {})) {
      if (kind === 'block' && plugged.backends[slot] === undefined) {
        throw new UserError(`${slot} property not set; add ${slot}=ID of a -drive or -blockdev`);
      }
    }
    const device = create(declaration);
    bus.plug(device);
    if (id !== undefined) this.#ids.add(id);
    const provided = this.#provide(device, id);
    const provides = provided && { name: provided, type: device.declaration.spec.provides! };
    return { device, parent: bus.parent, ...(provides && { provides }) };
  }

  #findBus(name: string | undefined, { name: driver, spec }: DeviceDeclaration): Bus {
    if (name === undefined) {
      const free = this.#buses.find((bus) => bus.kind === spec.bus && !bus.isFull());
      if (free !== undefined) return free;
      const none = spec.bus === 'virtio-bus' ? 'all of them are taken' : 'add -device virtio-serial-device before it';
      throw new UserError(`No '${spec.bus}' bus found for device '${driver}': ${none}`);
    }
    const bus = this.#buses.find((each) => each.name === name);
    if (bus === undefined) throw new UserError(`Bus '${name}' not found; see \`info qtree\` for those there are`);
    if (bus.kind !== spec.bus) throw new UserError(`Device '${driver}' can't go on ${bus.kind} bus`);
    if (bus.isFull()) throw new UserError(`Bus '${name}' is full; choose another`);
    return bus;
  }

  /** The name of the bus that came with the device. */
  #provide(device: Device, id: string | undefined): string | undefined {
    if (device.declaration.spec.provides !== 'virtio-serial-bus') return undefined;
    const serial = device as Device<SerialBus>;
    const name = id === undefined ? `virtio-serial-bus.${this.#serials}` : `${id}.0`;
    this.#serials++;
    this.#buses.push({
      name,
      kind: 'virtio-serial-bus',
      parent: device,
      isFull: () => false,
      plug: (port) => serial.api.plugPort(port as Device<SerialPort>),
    });
    return name;
  }
}

/** The name of the bus of transport `index`. */
export const transportBus = (index: number): string => `virtio-mmio-bus.${index}`;

function unknownDevice(driver: string): UserError {
  const mmio = driver.replace(/(-pci)?(-transitional|-non-transitional)?$/, '-device');
  const hint = pluggable.some(({ name }) => name === mmio)
    ? `this machine has no PCI; use ${mmio}`
    : '-device help lists them';
  return new UserError(`'${driver}' is not a valid device model name: ${hint}`);
}
