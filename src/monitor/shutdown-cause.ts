import { bool, enumOf, required } from '../qapi/schema.ts';
import { SHUTDOWN_CAUSES } from './target.ts';

const ShutdownCause = enumOf(
  'ShutdownCause',
  `Why a machine goes down or begins anew: a command, a signal or a window of the host, the guest's own doing,
or a part of this program.`,
  SHUTDOWN_CAUSES,
);

/** What SHUTDOWN and RESET say. */
export const CAUSE_MEMBERS = {
  guest: required(bool, 'the guest did it itself'),
  reason: required(ShutdownCause, 'who or what did it'),
};
