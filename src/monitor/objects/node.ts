import { QapiError } from '../../qapi/error.ts';
import type { Json } from '../../qapi/json.ts';

/** One property of an object: a value, or a link or a child, whose value is a path. */
export interface ObjectProperty {
  readonly type: string;
  readonly get?: () => Json;
  /** Absent: it cannot be written. Throws a UserError if the value does not fit, or it is too late. */
  readonly set?: (value: Json) => void;
}

/** An object of the machine, as QOM shows them: a type, properties, and children with names. */
export class ObjectNode {
  readonly type: string;
  readonly children = new Map<string, ObjectNode>();
  readonly #properties: () => Readonly<Record<string, ObjectProperty>>;

  /** `properties` is asked each time, since values change. */
  constructor(type: string, properties: () => Readonly<Record<string, ObjectProperty>> = () => ({})) {
    this.type = type;
    this.#properties = properties;
  }

  /** Adds a child and returns it. */
  add(name: string, child: ObjectNode): ObjectNode {
    this.children.set(name, child);
    return child;
  }

  /** Those of its own, `type` first, without its children. */
  get properties(): Readonly<Record<string, ObjectProperty>> {
    return { type: { type: 'string', get: () => this.type }, ...this.#properties() };
  }

  property(name: string): ObjectProperty {
    const { properties } = this;
    const found = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (found === undefined) throw new QapiError(`Property '${this.type}.${name}' not found`);
    return found;
  }
}
