import { enumOf, optional, required } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { suggesting, word } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { PANIC_ACTIONS, REBOOT_ACTIONS, SHUTDOWN_ACTIONS, WATCHDOG_ACTIONS } from '../target.ts';
import { topic } from '../topic.ts';
import { UserError } from '../../base/errors.ts';

const RebootAction = enumOf('RebootAction', 'What becomes of the machine when its guest resets it.', REBOOT_ACTIONS);
const ShutdownAction = enumOf('ShutdownAction', 'What becomes of it when the guest switches off.', SHUTDOWN_ACTIONS);
const PanicAction = enumOf(
  'PanicAction',
  'What becomes of it when the guest tells that it has crashed.',
  PANIC_ACTIONS,
);
const WatchdogAction = enumOf('WatchdogAction', 'What becomes of it when a watchdog bites.', WATCHDOG_ACTIONS);

const setAction = command('set-action', {
  since: '6.0',
  doc: 'Sets what follows certain deeds of the guest; what is not named stays as it is.',
  args: {
    reboot: optional(RebootAction, 'for a reset; at first `reset`, or `shutdown` with -no-reboot'),
    shutdown: optional(ShutdownAction, 'for switching off; at first `poweroff`, or `pause` with -no-shutdown'),
    panic: optional(PanicAction, 'for a crash; no device of this machine tells of one'),
    watchdog: optional(WatchdogAction, 'for a watchdog; this machine has none'),
  },
  example: { reboot: 'reset' },
  run: (actions, { target }) => target.setActions(actions),
});

const watchdogSetAction = command('watchdog-set-action', {
  since: '2.11',
  doc: 'Sets what a watchdog does, which this machine does not have.',
  args: { action: required(WatchdogAction, 'what it does') },
  example: { action: 'none' },
  run: ({ action }, { target }) => target.setActions({ watchdog: action }),
});

const hmpWatchdogAction = hmp('watchdog_action', {
  args: { action: suggesting(word('what a watchdog does'), () => WATCHDOG_ACTIONS) },
  doc: `set what a watchdog does: ${WATCHDOG_ACTIONS.join(', ')}`,
  example: 'watchdog_action reset',
  run({ action }, { target }) {
    const watchdog = WATCHDOG_ACTIONS.find((each) => each === action);
    if (watchdog === undefined) throw new UserError(`invalid parameter value: ${action}`);
    target.setActions({ watchdog });
  },
});

export const actions = topic('What follows', {
  doc: 'What the machine does when its guest resets it or switches off.',
  commands: [setAction, watchdogSetAction],
  hmp: [hmpWatchdogAction],
});
