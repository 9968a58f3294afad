import { sbiFunction, type SbiExtension } from './extension.ts';
import { failed, SBI_ERR_INVALID_PARAM } from './result.ts';

const SHUTDOWN = 0n;
const COLD_REBOOT = 1n;
const WARM_REBOOT = 2n;
const NO_REASON = 0n;
const SYSTEM_FAILURE = 1n;

export const srst: SbiExtension = {
  id: 0x53525354,
  name: 'srst',
  doc: 'System reset, SBI 2.0 chapter 10.',
  functions: [
    sbiFunction(0, 'system_reset', {
      doc: 'Shuts the machine down or resets it. Bits above the 32 of a parameter make it invalid, as under OpenSBI.',
      args: { reset_type: '0 shutdown, 1 cold reboot, 2 warm reboot', reset_reason: '0 none, 1 system failure' },
      run: ({ host }, { reset_type, reset_reason }) => {
        if (reset_type !== SHUTDOWN && reset_type !== COLD_REBOOT && reset_type !== WARM_REBOOT) {
          return failed(SBI_ERR_INVALID_PARAM);
        }
        if (reset_reason !== NO_REASON && reset_reason !== SYSTEM_FAILURE) return failed(SBI_ERR_INVALID_PARAM);
        host.reset(reset_type === SHUTDOWN ? 0 : reset_type === COLD_REBOOT ? 1 : 2, reset_reason === SYSTEM_FAILURE);
        return 'away';
      },
    }),
  ],
};
