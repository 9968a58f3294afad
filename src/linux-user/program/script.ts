/** The first line of a script (execve(2), "Interpreter scripts"). Texts have one character a byte. */
export interface ScriptLine {
  readonly interpreter: string;
  /** All that follows, as one argument; undefined if there is nothing. */
  readonly argument: string | undefined;
}

/** Bytes of a file that the kernel looks at: the line must end within them, or the interpreter's name at least. */
export const SCRIPT_HEAD = 256;

const BLANKS = /^[ \t]+|[ \t]+$/g;

export function isScript(head: Uint8Array): boolean {
  return head[0] === 0x23 && head[1] === 0x21;
}

/** The line of a script of which `head` are the first bytes; undefined if it names no interpreter. */
export function readScript(head: Uint8Array): ScriptLine | undefined {
  const text = String.fromCharCode(...head.subarray(2, SCRIPT_HEAD));
  const end = text.search(/[\n\0]/);
  // A file that is shorter is followed by zeroes.
  const isCut = end < 0 && head.length >= SCRIPT_HEAD;
  const line = (end < 0 ? text : text.slice(0, end)).replace(BLANKS, '');
  const blank = line.search(/[ \t]/);
  // A name that is cut off would be another.
  if (line === '' || (isCut && blank < 0 && !/[ \t]$/.test(text))) return undefined;
  if (blank < 0) return { interpreter: line, argument: undefined };
  return { interpreter: line.slice(0, blank), argument: line.slice(blank).replace(BLANKS, '') };
}
