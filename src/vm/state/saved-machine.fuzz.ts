import { UserError } from '../../base/errors.ts';
import { noCompression } from '../../host/compression.ts';
import { END, FrameWriter, HEAD, PAGES, SECTION } from './frame.ts';
import { packHead } from './head.ts';
import { placeState, StateReader, type ReadState } from './load.ts';
import { packSection } from './sections.ts';
import { StateRig } from './state-rig.ts';

const rig = new StateRig();
const head = packHead(
  { compression: 'none', runState: 'paused', wall: 0, clock: 0, disks: [{ name: 'disk', size: 4608 }] },
  rig.parts.shape,
);

/** What may refuse its input, with one line. */
function mayRefuse(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof UserError) || error.message.includes('\n')) throw error;
  }
}

function read(pieces: readonly Uint8Array[]): void {
  const reader = new StateReader(rig.parts, noCompression);
  for (const piece of pieces) reader.push(piece);
  place(reader.end());
}

/** Memory that is not packed need not be waited for. */
function place(state: ReadState): void {
  const memory = state.memory.map(({ packed, ...window }) => ({ ...window, bytes: packed }));
  if (memory.every(({ bytes, size }) => bytes.length === size)) placeState({ ...state, memory }, rig.parts, false);
}

/** Frames with the right checksums out of any bytes: kind, length (16 bits), payload. */
function frames(data: Uint8Array): Uint8Array[] {
  const writer = new FrameWriter();
  const all = [writer.begin(), ...writer.frame(HEAD, head)];
  for (let at = 0; at + 3 <= data.length;) {
    const length = data[at + 1]! | (data[at + 2]! << 8);
    all.push(...writer.frame(data[at]! % 8, data.slice(at + 3, at + 3 + length)));
    at += 3 + length;
  }
  return [...all, ...writer.frame(END, new Uint8Array(0))];
}

function seed(...parts: readonly (readonly [kind: number, payload: Uint8Array])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap(([kind, payload]) => [kind, payload.length & 0xff, payload.length >> 8, ...payload]),
  );
}

/** The stream of a saved machine, as it is and with the checksums of its frames put right. */
export const target = {
  name: 'saved-machine',
  run(data: Uint8Array): void {
    mayRefuse(() => read([data]));
    mayRefuse(() => read(frames(data)));
  },
  seeds(): Uint8Array[] {
    const sections = rig.parts.sections.map((section) => [SECTION, packSection(section)] as const);
    const page = new Uint8Array(44 + 4096);
    new DataView(page.buffer).setUint32(8, 4096, true);
    page[12] = 1;
    const writer = new FrameWriter();
    const whole = [writer.begin(), ...writer.frame(HEAD, head), ...writer.frame(END, new Uint8Array(0))];
    return [
      seed(...sections),
      seed(...sections, [PAGES, page]),
      seed([HEAD, head]),
      Uint8Array.from(whole.flatMap((piece) => [...piece])),
    ];
  },
};
