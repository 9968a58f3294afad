import { array, struct } from '../../mem/struct.ts';
import { structSection } from '../../mem/section.ts';
import { MemoryFile } from '../../host/memory-file.ts';
import { noCompression } from '../../host/compression.ts';
import type { StateParts } from './parts.ts';
import { numbered } from './sections.ts';
import { saveState } from './save.ts';
import { PAGE } from './pages.ts';

const Device = struct({ control: 'u8', count: 'u64', fifo: array('u16', 5) });

/** A machine that is nothing but state: two devices, memory of 300 and of 3 pages, a disk of nine sectors. */
export class StateRig {
  readonly ram: Uint8Array;
  readonly rom: Uint8Array;
  readonly devices: readonly ReturnType<typeof Device.at>[];
  readonly disk: MemoryFile;
  readonly parts: StateParts;
  /** How often devices were told of a new state. */
  told = 0;

  constructor(shape: StateParts['shape'] = { machine: 'rig', memory: 300 }) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    this.ram = new Uint8Array(300 * PAGE);
    this.rom = new Uint8Array(3 * PAGE);
    this.devices = [0, 64].map((address) => Device.at(memory, address));
    const content = { bytes: new Uint8Array(9 * 512) };
    this.disk = new MemoryFile('disk', content);
    const { disk } = this;
    this.parts = {
      shape,
      sections: numbered(
        [0, 64].map((address) => ({
          ...structSection('device', 3, { fields: Device.fields, memory, address }),
          loaded: () => void this.told++,
        })),
      ),
      memory: [
        { name: 'ram', size: this.ram.length, bytes: this.ram },
        { name: 'rom', size: this.rom.length, bytes: this.rom },
      ],
      calendar: () => undefined,
      disks: [
        {
          name: 'disk',
          size: content.bytes.length,
          node: {
            async read(offset, ...into) {
              await disk.read(offset, ...into);
            },
            write: (offset, ...from) => disk.write(offset, ...from),
            async flush() {},
          },
        },
      ],
    };
  }

  /** Puts something into every part. */
  fill(seed: number): void {
    let state = seed;
    const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16;
    for (const device of this.devices) {
      device.control = next();
      device.count = BigInt(next());
      for (let i = 0; i < device.fifo.length; i++) device.fifo[i] = next();
    }
    for (const page of [0, 5, 255, 256, 299]) this.ram.fill(next(), page * PAGE + 100, (page + 1) * PAGE - 7);
    this.rom.fill(next(), PAGE, PAGE + 1);
    this.disk.bytes.fill(next() | 1, 1024, 4608);
  }

  async save(): Promise<Uint8Array> {
    const pieces: number[] = [];
    await saveState(
      this.parts,
      { compression: noCompression, runState: 'running', wall: 1.5, clock: 2.5, tag: 'a tag' },
      async (bytes) => {
        for (const byte of bytes) pieces.push(byte);
      },
    );
    return Uint8Array.from(pieces);
  }

  /** All that there is, to be compared. */
  get content(): unknown {
    const devices = this.parts.sections.map(({ section }) => section.save());
    return { devices, ram: this.ram, rom: this.rom, disk: this.disk.bytes, told: this.told };
  }
}
