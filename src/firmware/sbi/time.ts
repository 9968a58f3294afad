import { sbiFunction, type SbiExtension } from './extension.ts';
import { FW_SET_TIMER } from './pmu-events.ts';
import { OK } from './result.ts';

export const time: SbiExtension = {
  id: 0x54494d45,
  name: 'time',
  doc: 'Timer extension, SBI 2.0 chapter 6.',
  functions: [
    sbiFunction(0, 'set_timer', {
      doc: 'Programs the next timer interrupt of the calling hart and clears a pending one.',
      args: { stime_value: 'absolute time; all ones for never' },
      run: ({ host, hart, pmu }, { stime_value }) => {
        pmu.count(hart, FW_SET_TIMER);
        host.setTimer(hart, stime_value);
        return OK;
      },
    }),
  ],
};
