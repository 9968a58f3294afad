/** Entropy device (section 5.4). */

import { device } from '../device.ts';
import { lengthOf, sliceOf } from './buffers.ts';
import { ringFeatures, virtioProperties } from './model.ts';
import type { VirtioModel, VirtioTransport } from './model.ts';

/** A request gets no more than this at once; the driver sees how much it got. */
const LIMIT = 0x1_0000;

export const virtioRng = device(
  'virtio-rng-device',
  {
    doc: 'Entropy source (VIRTIO 1.2, section 5.4).',
    category: 'Misc',
    bus: 'virtio-bus',
    regs: {},
    properties: { ...virtioProperties },
    backends: { rng: { kind: 'entropy', doc: 'ID of a source of randomness' } },
    counters: { bytes: { doc: 'random bytes given to the guest', unit: 'bytes' } },
    section: { name: 'virtio-rng', version: 1 },
  },
  (_d, env) => {
    let transport: VirtioTransport | undefined;
    return {
      api: {
        id: 4,
        configSize: 0,
        queues: [8],
        features: (modern) => ringFeatures(env.props, modern),
        connect: (to) => void (transport = to),
        kick(index) {
          const queue = transport!.queue(index);
          for (let chain = queue.next(); chain !== undefined; chain = queue.next()) {
            const buffers = sliceOf(chain.writable, 0, LIMIT);
            for (const { address, length } of buffers) {
              const bytes = env.memory.bytes(address, length);
              if (bytes !== undefined) env.backends.rng?.fill(bytes);
              env.memory.wrote(address, length);
            }
            env.counters.bytes += lengthOf(buffers);
            queue.push(chain, lengthOf(buffers));
          }
          queue.notify();
        },
      } satisfies VirtioModel as VirtioModel,
    };
  },
);
