import { UserError } from '../../base/errors.ts';
import { parseAddressRanges } from '../../mem/address-range.ts';
import { isLogItem, LOG_ITEM_NAMES, type LogItem } from '../../mem/log-items.ts';
import { Options } from '../../host/options.ts';
import { asksForHelp, keyValues } from '../../host/key-values.ts';
import { flag, valued, type OptionGroup } from './option.ts';
import { icount } from './icount.ts';
import { stats } from './stats.ts';

/** What QEMU can log besides. */
const FOREIGN = ['op_ind', 'pcall', 'page', 'plugin', 'strace', 'tid'];

/** The items of a list with commas between them, out of `known`; `all` stands for each. */
export function parseLogItems(text: string, known: readonly LogItem[] = LOG_ITEM_NAMES): readonly LogItem[] {
  return text.split(',').flatMap((item) => {
    if (item === 'all') return known;
    const found = known.find((name) => name === item);
    if (found !== undefined) return [found];
    throw new UserError(
      FOREIGN.includes(item) || isLogItem(item) || item.startsWith('trace:')
        ? `the log item '${item}' is not supported; -d help lists those that are`
        : `'${item}' is no log item; -d help lists them`,
    );
  });
}

export const debug: OptionGroup = {
  title: 'Running and debugging',
  options: [
    flag('S', 'wait for `cont` before the first instruction', (settings) => {
      settings.startsPaused = true;
    }),
    flag('s', 'let gdb come: short for -gdb tcp::1234', (settings) => {
      settings.gdb = { origin: '-s', what: 'tcp::1234' };
    }),
    valued(
      'gdb',
      'backend',
      'let gdb come, over tcp:HOST:PORT, unix:PATH,server=on,wait=off, chardev:ID or stdio; none: it may not',
      (settings, text) => {
        settings.gdb = { origin: `-gdb ${text}`, what: text };
      },
    ),
    valued('loadvm', 'tag', 'begin as the machine of a snapshot that savevm made', (settings, text) => {
      settings.loadvm = text;
    }),
    valued(
      'incoming',
      'uri',
      'wait for a machine that `migrate` sends: from file:PATH, exec:COMMAND, unix:PATH or tcp:HOST:PORT; `defer`: migrate-incoming says from where',
      (settings, text) => {
        settings.incoming = text;
      },
    ),
    flag('no-reboot', "end instead of following the guest's reset", (settings) => {
      settings.noReboot = true;
    }),
    flag('no-shutdown', 'stop instead of ending when the guest switches off', (settings) => {
      settings.noShutdown = true;
    }),
    valued(
      'action',
      'event=action[,event=action...]',
      "what follows the guest's reset (reboot=reset|shutdown) or its switching off (shutdown=poweroff|pause)",
      (settings, text) => {
        const options = new Options(keyValues(text));
        const reboot = options.choice('reboot', ['reset', 'shutdown'], settings.noReboot ? 'shutdown' : 'reset');
        const shutdown = options.choice('shutdown', ['poweroff', 'pause'], settings.noShutdown ? 'pause' : 'poweroff');
        options.refuse('panic', 'watchdog');
        options.finish();
        settings.noReboot = reboot === 'shutdown';
        settings.noShutdown = shutdown === 'pause';
      },
    ),
    valued('d', 'item1,...', 'report these on standard error; `-d help` lists them', (settings, text) => {
      if (asksForHelp(text)) {
        settings.listing = async () => (await import('./listings.ts')).logListing();
        return;
      }
      for (const item of parseLogItems(text)) settings.log.add(item);
    }),
    valued('D', 'file', 'write what -d reports to a file', (settings, text) => {
      settings.logFile = text;
    }),
    valued('dfilter', 'range[,range...]', 'report only about guest code at these addresses', (settings, text) => {
      settings.logRanges = parseAddressRanges(text);
    }),
    icount,
    stats,
    valued('pidfile', 'file', "write the process's number to a file", (settings, text) => {
      settings.pidFile = text;
    }),
  ],
};
