/** The bytes of a module with a custom section more, which says nothing but its name. */
export function withCustomSection(module: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(name);
  const out = new Uint8Array(module.length + 3 + text.length);
  out.set(module);
  out.set([0, 1 + text.length, text.length, ...text], module.length);
  return out;
}
