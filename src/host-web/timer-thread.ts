/** The module that the timer's worker runs. */
import { runTimerThread, type TimerData } from '../vm/timer-thread.ts';
import { WebClock } from './clock.ts';
import { runWorker } from './workers.ts';

await runWorker(({ data }) => runTimerThread(data as TimerData, new WebClock()));
