/**
 * Console device with several ports (section 5.3). Port 0 has queues 0 and 1, the control queues are
 * 2 and 3, and port n has 2n + 2 and 2n + 3; even ones lead to the guest.
 *
 *     guest: DEVICE_READY --> PORT_ADD for each port
 *     guest: PORT_READY   --> CONSOLE_PORT or PORT_NAME, and PORT_OPEN if the peer is there
 *     guest: PORT_OPEN        bytes flow to the guest
 */

import { UserError } from '../../base/errors.ts';
import { array } from '../../mem/struct.ts';
import { device } from '../device.ts';
import type { Device } from '../device.ts';
import { bool, uint32 } from '../properties.ts';
import { lengthOf, readBuffers, sliceOf, writeBuffers } from './buffers.ts';
import type { SerialPort } from './console.ts';
import { ringFeatures, virtioProperties } from './model.ts';
import type { VirtioModel, VirtioTransport } from './model.ts';

const F_MULTIPORT = 1;
const F_EMERG_WRITE = 2;

/** Control events (5.3.6.2). */
const DEVICE_READY = 0;
const PORT_ADD = 1;
const PORT_READY = 3;
const CONSOLE_PORT = 4;
const PORT_OPEN = 6;
const PORT_NAME = 7;

const CONTROL_IN = 2;
const CONTROL_OUT = 3;
const MAX_PORTS = 31;
const QUEUE_SIZE = 128;
const ANY_NR = 0xffff_ffff;
/** Bytes that move at once. */
const CHUNK = 4096;

export interface SerialBus extends VirtioModel {
  /** Adds a port; before the machine starts, on every thread the same. */
  plugPort(port: Device<SerialPort>): void;
  readonly ports: readonly Device<SerialPort>[];
}

const inQueue = (nr: number): number => (nr === 0 ? 0 : 2 * nr + 2);
const portOf = (queue: number): number => (queue < 2 ? 0 : (queue >> 1) - 1);

export const virtioSerial = device(
  'virtio-serial-device',
  {
    doc: 'Console with several ports (VIRTIO 1.2, section 5.3).',
    category: 'Input',
    bus: 'virtio-bus',
    provides: 'virtio-serial-bus',
    regs: {
      cols: [0x0, 'ro', 'columns of the console; not used', { width: 2 }],
      rows: [0x2, 'ro', 'rows of the console; not used', { width: 2 }],
      max_nr_ports: [0x4, 'ro', 'most ports'],
      emerg_wr: [0x8, 'rw', 'a byte for the console without any queue'],
    },
    state: {
      guestOpen: array('u8', MAX_PORTS + 1),
      /** What the guest was told last. */
      hostOpen: array('u8', MAX_PORTS + 1),
      /** Bytes sent of the buffer that waits for the peer. */
      sent: array('u32', MAX_PORTS + 1),
    },
    properties: {
      max_ports: uint32(MAX_PORTS),
      'emergency-write': bool(true),
      ...virtioProperties,
    },
    counters: {
      rx_bytes: { doc: 'bytes given to the guest', unit: 'bytes' },
      tx_bytes: { doc: 'bytes from the guest', unit: 'bytes' },
    },
    section: { name: 'virtio-console', version: 3 },
  },
  (d, env) => {
    const { memory, counters } = env;
    const maxPorts = Math.max(1, Math.min(env.props.max_ports, MAX_PORTS));
    const ports = new Map<number, SerialPort>();
    const plugged: Device<SerialPort>[] = [];
    let transport: VirtioTransport | undefined;

    const isMultiport = (): boolean => transport!.has(F_MULTIPORT);

    /** Sends a control message; without a buffer for it, it is lost. */
    function tell(nr: number, event: number, value: number, text = ''): void {
      const queue = transport!.queue(CONTROL_IN);
      const chain = queue.next();
      if (chain === undefined) return;
      const bytes = new Uint8Array(8 + text.length);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, nr, true);
      view.setUint16(4, event, true);
      view.setUint16(6, value, true);
      bytes.set(new TextEncoder().encode(text).subarray(0, text.length), 8);
      queue.push(chain, writeBuffers(memory, chain.writable, bytes));
      queue.notify();
    }

    function tellOpen(nr: number, { port }: SerialPort): void {
      const open = port?.open === true ? 1 : 0;
      if (d.hostOpen[nr] === open) return;
      d.hostOpen[nr] = open;
      tell(nr, PORT_OPEN, open);
    }

    function control(message: Uint8Array): void {
      if (message.length < 8) return env.log.guestError(`a control message of ${message.length} bytes`);
      const view = new DataView(message.buffer);
      const nr = view.getUint32(0, true);
      const event = view.getUint16(4, true);
      const value = view.getUint16(6, true);
      if (event === DEVICE_READY) {
        if (value === 1) for (const added of ports.keys()) tell(added, PORT_ADD, 1);
        else env.log.guestError('the guest failed to set up the device');
        return;
      }
      const port = ports.get(nr);
      if (port === undefined) return env.log.guestError(`control message for port ${nr}, which does not exist`);
      if (event === PORT_READY) {
        if (value !== 1) return env.log.guestError(`the guest failed to add port ${nr}`);
        if (port.isConsole) tell(nr, CONSOLE_PORT, 1);
        if (port.name !== '') tell(nr, PORT_NAME, 1, port.name);
        d.hostOpen[nr] = 0;
        tellOpen(nr, port);
      } else if (event === PORT_OPEN) {
        d.guestOpen[nr] = value === 0 ? 0 : 1;
        receive(nr, port);
      } else env.log.guestError(`unknown control event ${event}`);
    }

    /** Moves bytes from the guest to the peer until it takes no more. */
    function send(nr: number, { port }: SerialPort): void {
      const queue = transport!.queue(inQueue(nr) + 1);
      let any = false;
      for (let chain = queue.peek(); chain !== undefined; chain = queue.peek()) {
        const { readable } = chain;
        const total = lengthOf(readable);
        while (d.sent[nr] < total && (port === undefined || port.canWrite())) {
          const bytes = readBuffers(memory, sliceOf(readable, d.sent[nr], CHUNK), CHUNK);
          let count = 0;
          while (count < bytes.length && (port === undefined || port.canWrite())) port?.write(bytes[count++]);
          if (port === undefined) count = bytes.length;
          d.sent[nr] += count;
          counters.tx_bytes += count;
        }
        if (d.sent[nr] < total) break;
        d.sent[nr] = 0;
        queue.take();
        queue.push(chain, 0);
        any = true;
      }
      if (any) queue.notify();
    }

    /** Moves bytes from the peer to the guest while it has buffers. */
    function receive(nr: number, { port }: SerialPort): void {
      if (port === undefined || !transport!.isLive()) return;
      if (isMultiport() && d.guestOpen[nr] === 0) return;
      const queue = transport!.queue(inQueue(nr));
      let any = false;
      while (port.available() > 0) {
        const chain = queue.next();
        if (chain === undefined) break;
        const bytes = new Uint8Array(Math.min(port.available(), lengthOf(chain.writable), CHUNK));
        for (let i = 0; i < bytes.length; i++) bytes[i] = port.read();
        counters.rx_bytes += bytes.length;
        queue.push(chain, writeBuffers(memory, chain.writable, bytes));
        any = true;
        // A buffer that takes nothing would be asked for ever.
        if (bytes.length === 0) break;
      }
      if (any) queue.notify();
    }

    function pollAll(): void {
      if (transport === undefined) return;
      for (const [nr, port] of ports) {
        if (isMultiport() && transport.isLive()) tellOpen(nr, port);
        send(nr, port);
        receive(nr, port);
      }
    }

    return {
      regs: {
        cols: { read: () => 0 },
        rows: { read: () => 0 },
        max_nr_ports: { read: () => maxPorts },
        emerg_wr: {
          read: () => 0,
          write(value) {
            if (env.props['emergency-write']) ports.get(0)?.port?.write(value & 0xff);
          },
        },
      },
      poll: pollAll,
      api: {
        id: 3,
        configSize: 12,
        queues: Array.from({ length: 2 * (maxPorts + 1) }, () => QUEUE_SIZE),
        features(modern) {
          let features = ringFeatures(env.props, modern);
          if (maxPorts > 1) features |= 1 << F_MULTIPORT;
          if (env.props['emergency-write']) features |= 1 << F_EMERG_WRITE;
          return features;
        },
        connect: (to) => void (transport = to),
        statusChanged() {
          if (transport!.isLive() && !isMultiport()) pollAll();
        },
        kick(index) {
          if (index === CONTROL_OUT) {
            const queue = transport!.queue(index);
            for (let chain = queue.next(); chain !== undefined; chain = queue.next()) {
              const message = readBuffers(memory, chain.readable, CHUNK);
              queue.push(chain, 0);
              control(message);
            }
            queue.notify();
            return;
          }
          if (index === CONTROL_IN) return;
          const nr = portOf(index);
          const port = ports.get(nr);
          if (port === undefined) {
            if (index % 2 === 1) discard(index);
          } else if (index % 2 === 1) send(nr, port);
          else receive(nr, port);
        },
        ports: plugged,
        plugPort(added) {
          const wanted = added.api.nr;
          let nr = wanted;
          if (wanted === ANY_NR) {
            // Port 0 is for a console: older guests know no other use of it.
            nr = added.api.isConsole ? 0 : 1;
            while (ports.has(nr)) nr++;
          }
          if (nr >= maxPorts || ports.has(nr))
            throw new UserError(`virtio-serial port ${nr} is taken or above ${maxPorts - 1}; choose another nr`);
          ports.set(nr, added.api);
          plugged.push(added);
        },
      } satisfies SerialBus as SerialBus,
    };

    /** Bytes for a port that does not exist go nowhere. */
    function discard(index: number): void {
      const queue = transport!.queue(index);
      for (let chain = queue.next(); chain !== undefined; chain = queue.next()) queue.push(chain, 0);
      queue.notify();
    }
  },
);
