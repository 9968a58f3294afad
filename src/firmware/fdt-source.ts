import { resolveLabels, valueBytes, type DtNode, type DtValue } from './fdt.ts';

/**
 * A device tree as source text (Devicetree Specification v0.4 chapter 6), for tests and
 * `-machine dumpdtb`. A flattened tree has lost the types of its values, so they are guessed from
 * the bytes, always in the same way: text, else whole cells, else bytes. Trees that are equal as
 * bytes give equal text.
 */
export function treeSource(root: DtNode): string {
  const lines: string[] = ['/dts-v1/;', ''];
  const write = (node: DtNode, indent: string): void => {
    lines.push(`${indent}${node.name === '' ? '/' : node.name} {`);
    for (const [name, value] of Object.entries(node.properties)) {
      const text = valueSource(value);
      lines.push(`${indent}\t${name}${text === '' ? '' : ` = ${text}`};`);
    }
    for (const child of node.children ?? []) write(child, `${indent}\t`);
    lines.push(`${indent}};`);
  };
  write(resolveLabels(root), '');
  return `${lines.join('\n')}\n`;
}

function valueSource(value: DtValue): string {
  const bytes = valueBytes(value);
  if (bytes.length === 0) return '';
  const strings = asStrings(bytes);
  if (strings !== undefined) return strings.map((text) => JSON.stringify(text)).join(', ');
  if (bytes.length % 4 === 0) {
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const cells = Array.from({ length: bytes.length / 4 }, (_, i) => `0x${data.getUint32(i * 4).toString(16)}`);
    return `<${cells.join(' ')}>`;
  }
  return `[${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}]`;
}

/** The strings, if the bytes are printable ones, none empty, each with its NUL. */
function asStrings(bytes: Uint8Array): string[] | undefined {
  if (bytes.at(-1) !== 0) return undefined;
  const strings = new TextDecoder('latin1').decode(bytes.subarray(0, -1)).split('\0');
  return strings.every((text) => /^[\x20-\x7e]+$/.test(text)) ? strings : undefined;
}
