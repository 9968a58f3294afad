import { sectionSize, type Section, type SectionField } from '../../mem/section.ts';
import { damaged } from './frame.ts';
import { otherMachine } from './shape.ts';

/** A section of a machine, with its number among those of its name. */
export interface NumberedSection {
  readonly section: Section;
  readonly instance: number;
}

export function numbered(sections: readonly Section[]): NumberedSection[] {
  const counts = new Map<string, number>();
  return sections.map((section) => {
    const instance = counts.get(section.name) ?? 0;
    counts.set(section.name, instance + 1);
    return { section, instance };
  });
}

/** What a frame says of its section. */
interface Description {
  readonly name: string;
  readonly instance: number;
  readonly version: number;
  readonly fields: readonly (readonly [name: string, type: string, length: number])[];
}

/** The payload of a frame that holds the section: length of the description (32 bits), that as JSON, the bytes. */
export function packSection({ section, instance }: NumberedSection): Uint8Array {
  const { name, version, fields } = section;
  const described: Description = { name, instance, version, fields: fields.map((f) => [f.name, f.type, f.length]) };
  const description = new TextEncoder().encode(JSON.stringify(described));
  const bytes = section.save();
  const payload = new Uint8Array(4 + description.length + bytes.length);
  new DataView(payload.buffer).setUint32(0, description.length, true);
  payload.set(description, 4);
  payload.set(bytes, 4 + description.length);
  return payload;
}

/** Bytes for a section of this machine. */
export interface ReadSection {
  readonly section: Section;
  readonly bytes: Uint8Array;
}

/** Finds for each payload the section that it is for. */
export class SectionReader {
  readonly #waiting: NumberedSection[];

  constructor(sections: readonly NumberedSection[]) {
    this.#waiting = [...sections];
  }

  read(payload: Uint8Array): ReadSection {
    const length = payload.length < 4 ? Infinity : new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
    if (4 + length > payload.length) throw damaged('a part of it is too short');
    const { name, instance, version, fields } = parse(payload.subarray(4, 4 + length));
    const place = `'${name}' ${instance}`;
    const index = this.#waiting.findIndex((each) => each.section.name === name && each.instance === instance);
    if (index < 0) throw otherMachine(`it has a part ${place}, for which there is no place here`);
    const { section } = this.#waiting.splice(index, 1)[0]!;
    if (version !== section.version) {
      throw otherMachine(`${place} has version ${version} there and ${section.version} here`);
    }
    const difference = differentField(fields, section.fields);
    if (difference !== undefined) throw otherMachine(`${place}: ${difference}`);
    const bytes = payload.subarray(4 + length);
    if (bytes.length !== sectionSize(section.fields)) throw damaged(`${place} has ${bytes.length} bytes`);
    return { section, bytes };
  }

  /** All sections have been read. */
  end(): void {
    const [missing] = this.#waiting;
    if (missing !== undefined) {
      throw otherMachine(`it has no part '${missing.section.name}' ${missing.instance}`);
    }
  }
}

function parse(bytes: Uint8Array): Description {
  const given = parseJson(bytes) as Partial<Description> | null;
  const isRight =
    typeof given?.name === 'string' &&
    typeof given.instance === 'number' &&
    typeof given.version === 'number' &&
    Array.isArray(given.fields) &&
    given.fields.every((field) => Array.isArray(field) && field.length === 3);
  if (!isRight) throw damaged('a part of it is not described');
  return given as Description;
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('a description in it cannot be read');
  }
}

function differentField(theirs: Description['fields'], ours: readonly SectionField[]): string | undefined {
  for (let i = 0; i < Math.max(theirs.length, ours.length); i++) {
    const [name, type, length] = theirs[i] ?? [];
    const our = ours[i];
    if (our === undefined) return `it has a field ${String(name)}, which is not here`;
    if (name === undefined) return `it has no field ${our.name}`;
    if (name !== our.name || type !== our.type || length !== our.length) {
      return `field ${our.name} is ${our.type}[${our.length}] here and ${String(name)}: ${String(type)}[${String(length)}] there`;
    }
  }
  return undefined;
}
