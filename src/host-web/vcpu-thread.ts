/** The module that a vCPU's worker runs. */
import { runVcpuThread } from '../vm/vcpu-thread.ts';
import { WebClock } from './clock.ts';
import { WebRandom } from './random.ts';
import { runWorker } from './workers.ts';

await runWorker((side) => runVcpuThread(side, { clock: new WebClock(), random: new WebRandom() }));
