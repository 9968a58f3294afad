/** The module that the timer's worker runs. */
import { runTimerThread, type TimerData } from '../vm/timer-thread.ts';
import { NodeClock } from './clock.ts';
import { workerSide } from './workers.ts';

runTimerThread((await workerSide()).data as TimerData, new NodeClock());
