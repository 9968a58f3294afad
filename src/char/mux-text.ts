/** A key as people write it: `C-a` for 1. */
export function keyName(key: number): string {
  if (key > 0 && key < 27) return `C-${String.fromCharCode(key + 96)}`;
  if (key < 32) return `C-${String.fromCharCode(key + 64)}`;
  return key < 127 ? String.fromCharCode(key) : `\\x${key.toString(16)}`;
}

/** What the help key shows. */
export function muxHelp(escape: number): string {
  const key = keyName(escape);
  const lines = [
    [`${key} h`, 'show these keys'],
    [`${key} x`, 'end the emulator'],
    [`${key} c`, 'type to the next of console and monitor'],
    [`${key} t`, 'time before each line of output: on or off'],
    [`${key} b`, 'send a break (magic SysRq)'],
    [`${key} ${key}`, `type ${key} itself`],
  ];
  return `\r\n${lines.map(([keys, what]) => `${keys!.padEnd(10)}${what}\r\n`).join('')}`;
}

/** `[00:01:02.345] ` for a time in nanoseconds. */
export function timestamp(nanoseconds: number): string {
  const all = Math.floor(nanoseconds / 1e6);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const time = `${two(all / 3_600_000)}:${two((all / 60_000) % 60)}:${two((all / 1000) % 60)}`;
  return `[${time}.${String(all % 1000).padStart(3, '0')}] `;
}
