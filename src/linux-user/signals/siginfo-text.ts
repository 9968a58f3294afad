import { FAULTS, SIGCHLD, signalName, SIGNALS } from './numbers.ts';

const CODES = new Map<number, string>([
  [0, 'SI_USER'],
  [128, 'SI_KERNEL'],
  [-1, 'SI_QUEUE'],
  [-2, 'SI_TIMER'],
  [-3, 'SI_MESGQ'],
  [-4, 'SI_ASYNCIO'],
  [-5, 'SI_SIGIO'],
  [-6, 'SI_TKILL'],
]);
/** Sent by kill and the like: nothing is known but the sender. */
const SENT = new Set([0, 128, -6]);
const QUEUED = new Set([-1, -2, -3, -4]);

/** A siginfo as -strace shows a signal that was taken. */
export function siginfoText(view: DataView): string {
  const int = (at: number): number => view.getInt32(at, true);
  const [signal, code] = [int(0), int(8)];
  const fields: (readonly [string, string | number])[] = [
    ['si_signo', signalName(signal)],
    ['si_code', CODES.get(code) ?? code],
  ];
  const sender = [
    ['si_pid', int(16)],
    ['si_uid', int(20)],
  ] as const;
  if (SENT.has(code)) fields.push(...sender);
  else if (QUEUED.has(code)) fields.push(...sender, ['si_sigval', int(24)]);
  else if (FAULTS.includes(signal)) {
    fields.push(['si_addr', `0x${view.getBigUint64(16, true).toString(16).padStart(16, '0')}`]);
  } else if (signal === SIGCHLD) {
    const times = ['si_utime', 'si_stime'].map(
      (name, i) => [name, Number(view.getBigInt64(32 + 8 * i, true))] as const,
    );
    fields.push(...sender, ['si_status', int(24)], ...times);
  } else if (signal === SIGNALS.SIGIO) fields.push(['si_band', int(16)], ['si_fd', int(24)]);
  else fields.push(...sender, ['si_sigval', int(24)]);
  const text = fields.map(([name, value]) => `${name}=${value}`).join(', ');
  return `--- ${signalName(signal)} {${text}} ---\n`;
}
