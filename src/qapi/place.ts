import { QapiError } from './error.ts';

/**
 * Where a value stands in what a user gave, and how it was given: as JSON, or as the text of an option
 * on the command line, where every number is spelled. It words the errors, as clients know them.
 */
export class Place {
  /** The name in the innermost object; an element of an array has none. */
  readonly name: string | undefined;
  readonly isText: boolean;
  readonly #path: string;

  private constructor(name: string | undefined, path: string, isText: boolean) {
    this.name = name;
    this.isText = isText;
    this.#path = path;
  }

  /** The arguments of a command as a whole, or of an option. */
  static root(form: 'json' | 'text' = 'json'): Place {
    return new Place(undefined, '', form === 'text');
  }

  member(name: string): Place {
    return new Place(name, this.#path === '' ? name : `${this.#path}.${name}`, this.isText);
  }

  element(index: number): Place {
    return new Place(undefined, `${this.#path}[${index}]`, this.isText);
  }

  isMissing(): QapiError {
    return new QapiError(`Parameter '${this.#path}' is missing`);
  }

  isUnexpected(): QapiError {
    return new QapiError(`Parameter '${this.#path}' is unexpected`);
  }

  /** JSON of another kind than `expected`. */
  hasWrongType(expected: string): QapiError {
    return new QapiError(`Invalid parameter type for '${this.#path}', expected: ${expected}`);
  }

  /** Text that does not spell a value of the type. */
  isNotSpelled(expected: string): QapiError {
    return new QapiError(`Parameter '${this.#path}' expects ${expected}`);
  }

  /** A number that the type's values do not reach to. */
  expects(expected: string): QapiError {
    return new QapiError(`Parameter '${this.name ?? 'null'}' expects ${expected}`);
  }

  doesNotAccept(value: string): QapiError {
    return new QapiError(`Parameter '${this.name ?? 'null'}' does not accept value '${value}'`);
  }
}
