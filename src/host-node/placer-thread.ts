/** The module of the thread that unpacks into a machine's memory. */
import { makeCodecs } from './codecs.ts';
import { place, type PlacerRequest } from './placing.ts';
import { workerSide } from './workers.ts';

const codecs = makeCodecs();
const { pipe } = await workerSide();
pipe.listen((request) => pipe.post(place(codecs, request as PlacerRequest)));
