/** The module of the thread that unpacks into a machine's memory. */
import { checkSize, putRuns, sizeOfRuns } from '../host/compression.ts';
import { makeCodecs } from './codecs.ts';
import type { PlacerAnswer, PlacerRequest } from './thread-placer.ts';
import { workerSide } from './workers.ts';

const codecs = makeCodecs();

function place({ how, packed, memory, runs }: PlacerRequest): void {
  const size = sizeOfRuns(runs);
  const unpacked = codecs.get(how)!.unpackHere(packed, Math.max(1, size));
  checkSize(unpacked, size);
  putRuns(unpacked, memory, runs);
}

function canPlace(request: PlacerRequest): PlacerAnswer {
  try {
    place(request);
    return true;
  } catch {
    return false;
  }
}

const { pipe } = await workerSide();
pipe.listen((request) => pipe.post(canPlace(request as PlacerRequest)));
