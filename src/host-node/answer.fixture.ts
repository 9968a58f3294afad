/** A worker that answers with its data. */
import { workerSide } from './workers.ts';

const { data, pipe } = await workerSide();
pipe.post(data);
