/**
 * Makes a picture of what a program wrote to a terminal, for the documentation:
 *
 *     bin/tinamou top SOCKET --every 5 --count 1 | tools/node tools/terminal-picture.ts > docs/pictures/top.svg
 */
import { text } from 'node:stream/consumers';

const FONT = 13;
const ADVANCE = FONT * 0.6;
const LINE = 17;
const MARGIN = 14;

const escaped = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function picture(lines: readonly string[]): string {
  const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * ADVANCE + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const rows = lines.map((line, index) => {
    const y = MARGIN + (index + 1) * LINE - 4;
    // Headings are what stands alone on a line, or first.
    const isHeading = index === 0 || /^\s*[a-z]+$/.test(line) || line.includes('vCPU');
    return line.trim() === ''
      ? ''
      : `<text x="${MARGIN}" y="${y}" textLength="${(line.length * ADVANCE).toFixed(1)}"${isHeading ? ' fill="#8fd3ff"' : ''}>${escaped(line)}</text>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect width="100%" height="100%" rx="8" fill="#16191f"/>
<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${FONT}" fill="#d7dae0" xml:space="preserve">
${rows.join('')}</g>
</svg>
`;
}

process.stdout.write(picture((await text(process.stdin)).trimEnd().split('\n')));
