/** The module that a vCPU's worker runs. */
import { runVcpuThread } from '../vm/vcpu-thread.ts';
import { NodeClock } from './clock.ts';
import { NodeRandom } from './random.ts';
import { threadNumber } from './thread-number.ts';
import { workerSide } from './workers.ts';

runVcpuThread(await workerSide(), { clock: new NodeClock(), random: new NodeRandom(), thread: threadNumber() });
