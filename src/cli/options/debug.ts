import { UserError } from '../../base/errors.ts';
import { asksForHelp } from './key-values.ts';
import { flag, valued, type OptionGroup } from './option.ts';

/** What `-d` can report. */
export const LOG_ITEMS: Readonly<Record<string, string>> = {
  guest_errors: 'log when the guest OS does something invalid (eg accessing a non-existent register)',
  unimp: 'log unimplemented functionality',
};
/** What QEMU's can besides. */
const LATER = [
  'out_asm',
  'in_asm',
  'op',
  'op_opt',
  'op_ind',
  'int',
  'exec',
  'cpu',
  'fpu',
  'mmu',
  'pcall',
  'cpu_reset',
  'page',
  'nochain',
  'complete',
  'plugin',
  'strace',
  'tid',
];

export const debug: OptionGroup = {
  title: 'Running and debugging',
  options: [
    flag('S', 'wait for `cont` before the first instruction', (settings) => {
      settings.startsPaused = true;
    }),
    flag('no-reboot', "end instead of following the guest's reset", (settings) => {
      settings.noReboot = true;
    }),
    flag('no-shutdown', 'stop instead of ending when the guest switches off', (settings) => {
      settings.noShutdown = true;
    }),
    valued('d', 'item1,...', 'report these on standard error; `-d help` lists them', (settings, text) => {
      if (asksForHelp(text)) {
        settings.listing = async () => (await import('./listings.ts')).logListing();
        return;
      }
      for (const item of text.split(',')) {
        if (LATER.includes(item))
          throw new UserError(`the log item '${item}' is not supported yet; -d help lists those that are`);
        if (item !== 'all' && !Object.hasOwn(LOG_ITEMS, item)) {
          throw new UserError(`'${item}' is no log item; -d help lists them`);
        }
        for (const each of item === 'all' ? Object.keys(LOG_ITEMS) : [item]) settings.log.add(each);
      }
    }),
    valued('D', 'file', 'write what -d reports to a file', (settings, text) => {
      settings.logFile = text;
    }),
    valued(
      'dfilter',
      'range[,range...]',
      'addresses that the items of -d about guest code are about; there is none yet',
      (_settings, text) => {
        for (const range of text.split(',')) {
          if (!/^(0x[0-9a-f]+|\d+)((\.\.|\+|-)(0x[0-9a-f]+|\d+))?$/i.test(range)) {
            throw new UserError(
              `Bad range specifier '${range}'; write 0x80000000..0x80001000, 0x80000000+0x1000 or 0x80001000-0x1000`,
            );
          }
        }
      },
    ),
    valued('pidfile', 'file', "write the process's number to a file", (settings, text) => {
      settings.pidFile = text;
    }),
  ],
};
