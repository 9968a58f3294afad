import { arrayOf, int, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp, textOf } from '../hmp-command.ts';
import { walk } from '../objects/path.ts';
import type { MonitorTarget } from '../target.ts';
import { topic } from '../topic.ts';

const queryPci = command('query-pci', {
  since: '0.14',
  doc: 'Lists the PCI buses with what is on them. No machine has one yet.',
  returns: arrayOf(
    struct('PciInfo', 'A bus.', {
      bus: required(int, 'its number'),
      devices: required(
        arrayOf(
          struct('PciDeviceInfo', 'A device on a bus.', {
            bus: required(int, 'the bus'),
            slot: required(int, 'the slot'),
            function: required(int, 'the function'),
            class_info: required(
              struct('PciDeviceClass', 'A kind of device.', { class: required(int, 'its number') }),
              'its kind',
            ),
            id: required(
              struct('PciDeviceId', 'Who made what.', {
                device: required(int, 'the product'),
                vendor: required(int, 'who made it'),
              }),
              'who made what',
            ),
            irq_pin: required(int, 'its interrupt'),
            qdev_id: required(str, 'its name'),
            regions: required(
              arrayOf(
                struct('PciMemoryRegion', 'A window.', {
                  bar: required(int, 'its number'),
                  type: required(str, '`io` or `memory`'),
                  address: required(int, 'where it is'),
                  size: required(int, 'bytes'),
                }),
              ),
              'its windows',
            ),
          }),
        ),
        'what is on it',
      ),
    }),
  ),
  example: {},
  run: () => [],
});

/** Devices on virtio transports. */
const virtioDevices = ({ objects }: MonitorTarget): readonly { path: string; name: string }[] =>
  Array.from(walk(objects.root))
    .filter(({ node }) => {
      const type = objects.types.find(node.type);
      return type !== undefined && objects.types.implements(type, 'virtio-device');
    })
    .map(({ node, path }) => ({ path, name: node.type.replace(/-device$/, '') }));

const queryVirtio = command('x-query-virtio', {
  since: '7.2',
  doc: 'Lists the virtio devices.',
  features: ['unstable'],
  returns: arrayOf(
    struct('VirtioInfo', 'A virtio device.', {
      path: required(str, 'its path among the objects'),
      name: required(str, 'its kind'),
    }),
  ),
  example: {},
  run: (_, { target }) => virtioDevices(target),
});

const infoVirtio = hmp('info virtio', {
  doc: 'show the virtio devices',
  run: (_, { target }) => textOf(virtioDevices(target).map(({ path, name }) => `${path} [${name}]`)),
});

export const buses = topic('Buses', {
  doc: 'What is on buses of a kind.',
  commands: [queryPci, queryVirtio],
  hmp: [infoVirtio],
});
