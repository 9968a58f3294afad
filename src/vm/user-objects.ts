import { UserError } from '../base/errors.ts';
import type { Files } from '../host/file.ts';
import { QapiError } from '../qapi/error.ts';
import type { Static } from '../qapi/schema.ts';
import { type ObjectOptions, type UserObject, userObjectKinds } from './user-object-kinds.ts';

export type UserObjectOptions = Static<typeof ObjectOptions>;

/** The objects of `-object` and `object-add`, by id. */
export class UserObjects {
  readonly #files: Pick<Files, 'readAll' | 'open'>;
  readonly #objects = new Map<string, UserObject>();
  readonly #users = new Map<string, string>();

  constructor(files: Pick<Files, 'readAll' | 'open'>) {
    this.#files = files;
  }

  get all(): ReadonlyMap<string, UserObject> {
    return this.#objects;
  }

  async create(options: UserObjectOptions): Promise<void> {
    const { 'qom-type': type, id } = options;
    if (!/^[a-z][\w.-]*$/i.test(id)) throw new QapiError("Parameter 'id' expects an identifier");
    this.#refuseTaken(id);
    const kind = userObjectKinds.find(({ name }) => name === type)!;
    const made = await kind.create(options, this.#files);
    this.#refuseTaken(id);
    this.#objects.set(id, made);
  }

  #refuseTaken(id: string): void {
    if (this.#objects.has(id))
      throw new UserError(`attempt to add duplicate property '${id}' to object (type 'container')`);
  }

  /** The object of an id and a type, which then cannot be deleted; `user` is who needs it. */
  use(id: string, type: string, user: string): UserObject {
    const found = this.#objects.get(id);
    if (found === undefined) throw new QapiError(`Device '${id}' not found`, 'DeviceNotFound');
    if (!found.type.startsWith(type)) throw new UserError(`Invalid parameter type for '${user}', expected: ${type}`);
    this.#users.set(id, user);
    return found;
  }

  delete(id: string): void {
    if (!this.#objects.has(id)) throw new UserError(`object '${id}' not found`);
    if (this.#users.has(id)) throw new UserError(`object '${id}' is in use, can not be deleted`);
    this.#objects.delete(id);
  }
}
