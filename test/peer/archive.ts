/** An archive that the kernel unpacks behind its initrd: newc, as Documentation/driver-api/early-userspace says. */
export function archive(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const pieces: Uint8Array[] = [];
  const entry = (name: string, bytes: Uint8Array, index: number): void => {
    const mode = index < 0 ? 0 : 0o100755;
    const numbers = [index + 1, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length + 1, 0];
    const header = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}${name}\0`;
    pieces.push(padded(new TextEncoder().encode(header)), padded(bytes));
  };
  for (const [index, [name, bytes]] of Object.entries(files).entries()) entry(name, bytes, index);
  entry('TRAILER!!!', new Uint8Array(0), -1);
  return Buffer.concat(pieces);
}

/** Up to a multiple of four bytes. */
export function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}
