import { ByteReader, MalformedModule } from './byte-reader.ts';

export interface Signature {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** A function that a module defines. */
export interface ReadFunction {
  readonly signature: Signature;
  /** Runs of locals after the parameters: how many, and of which type. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  /** Its instructions, up to and with the last `end`. */
  readonly code: Uint8Array;
  /** Branches that are hinted, by offset in the code: 1 likely, 0 unlikely. */
  readonly hints: ReadonlyMap<number, number>;
}

/** What of a module is needed to write its functions as text. */
export interface ReadModule {
  readonly signatures: readonly Signature[];
  /** Names of all functions, imported ones first; exported ones have the export's name. */
  readonly names: readonly (string | undefined)[];
  /** How many functions are imported. */
  readonly imported: number;
  readonly functions: readonly ReadFunction[];
}

const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const HINTS = 'metadata.code.branch_hint';

/** Reads a module of ModuleBuilder; throws MalformedModule for anything else. */
export function readModule(bytes: Uint8Array): ReadModule {
  const reader = new ByteReader(bytes);
  if (!MAGIC.every((byte) => reader.byte() === byte)) throw new MalformedModule('it does not begin like a module');
  let signatures: Signature[] = [];
  const names: (string | undefined)[] = [];
  let declared: number[] = [];
  const hints = new Map<number, Map<number, number>>();
  let bodies: Uint8Array[] = [];
  let imported = 0;
  while (!reader.isAtEnd) {
    const section = reader.byte();
    const body = new ByteReader(reader.take(reader.u()));
    switch (section) {
      case 0:
        if (body.text() === HINTS) readHints(body, hints);
        break;
      case 1:
        signatures = body.vector(() => readSignature(body));
        break;
      case 2:
        body.vector(() => readImport(body, names));
        imported = names.length;
        break;
      case 3:
        declared = body.vector(() => body.u());
        break;
      case 7:
        body.vector(() => readExport(body, names));
        break;
      case 10:
        bodies = body.vector(() => body.take(body.u()));
        break;
      default:
    }
  }
  if (bodies.length !== declared.length) throw new MalformedModule('functions and their code differ in number');
  const functions = bodies.map((body, index) =>
    readFunction(body, signatures[declared[index]!], hints.get(imported + index) ?? new Map()),
  );
  return { signatures, names, imported, functions };
}

function readSignature(reader: ByteReader): Signature {
  if (reader.byte() !== 0x60) throw new MalformedModule('a type is no function');
  return { parameters: [...reader.take(reader.u())], results: [...reader.take(reader.u())] };
}

function readImport(reader: ByteReader, names: (string | undefined)[]): void {
  const name = `${reader.text()}.${reader.text()}`;
  switch (reader.byte()) {
    case 0:
      reader.u();
      names.push(name);
      return;
    case 1:
      reader.byte();
      readLimits(reader);
      return;
    case 2:
      readLimits(reader);
      return;
    default:
      throw new MalformedModule('an import of an unknown kind');
  }
}

function readLimits(reader: ByteReader): void {
  const hasMaximum = (reader.byte() & 1) !== 0;
  reader.u();
  if (hasMaximum) reader.u();
}

function readExport(reader: ByteReader, names: (string | undefined)[]): void {
  const name = reader.text();
  if (reader.byte() !== 0) throw new MalformedModule('an export that is no function');
  const index = reader.u();
  if (index >= 0x10000) throw new MalformedModule('an export of a function that does not exist');
  names[index] = name;
}

function readHints(reader: ByteReader, hints: Map<number, Map<number, number>>): void {
  reader.vector(() => {
    const index = reader.u();
    const branches = reader.vector((): [number, number] => {
      const offset = reader.u();
      return [offset, reader.take(reader.u())[0] ?? 0];
    });
    hints.set(index, new Map(branches));
  });
}

function readFunction(
  body: Uint8Array,
  signature: Signature | undefined,
  all: ReadonlyMap<number, number>,
): ReadFunction {
  if (signature === undefined) throw new MalformedModule('a function of an unknown type');
  const reader = new ByteReader(body);
  const locals = reader.vector((): [number, number] => [reader.u(), reader.byte()]);
  // In the module, offsets count from the start of the locals.
  const hints = new Map([...all].map(([offset, hint]) => [offset - reader.at, hint]));
  return { signature, locals, code: body.subarray(reader.at), hints };
}
