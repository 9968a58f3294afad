/** The ports of a virtio-serial device: a console, and a plain port that has a name. */

import type { CharPort } from '../backends.ts';
import { device } from '../device.ts';
import { str, uint32 } from '../properties.ts';

export interface SerialPort {
  /** The number asked for; 0xffffffff: any that is free. */
  readonly nr: number;
  readonly name: string;
  readonly isConsole: boolean;
  readonly port: CharPort | undefined;
}

const properties = { nr: uint32(0xffff_ffff), name: str() } as const;
const backends = { chardev: { kind: 'char', doc: 'ID of a chardev to use as a backend' } } as const;

export const virtConsole = device(
  'virtconsole',
  {
    doc: 'Console port of a virtio-serial device (VIRTIO 1.2, section 5.3).',
    category: 'Input',
    bus: 'virtio-serial-bus',
    regs: {},
    properties,
    backends,
  },
  (_d, { props, backends: { chardev } }) => ({
    api: { nr: props.nr, name: props.name, isConsole: true, port: chardev } as SerialPort,
  }),
);

export const virtSerialPort = device(
  'virtserialport',
  {
    doc: 'Named port of a virtio-serial device (VIRTIO 1.2, section 5.3).',
    category: 'Input',
    bus: 'virtio-serial-bus',
    regs: {},
    properties,
    backends,
  },
  (_d, { props, backends: { chardev } }) => ({
    api: { nr: props.nr, name: props.name, isConsole: false, port: chardev } as SerialPort,
  }),
);
