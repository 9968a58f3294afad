import { UserError } from '../base/errors.ts';
import type { Files } from '../host/file.ts';
import { bool, enumOf, optional, required, str, struct, union } from '../qapi/schema.ts';
import type { ObjectType } from '../qapi/struct.ts';

/** An object that a user made. */
export interface UserObject {
  readonly type: string;
  /** What `qom-get` shows. */
  readonly properties: Readonly<Record<string, string | boolean>>;
}

export interface UserObjectKind {
  readonly name: string;
  readonly doc: string;
  readonly options: ObjectType<unknown>;
  create(options: unknown, files: Pick<Files, 'readAll' | 'open'>): Promise<UserObject>;
}

const opened = { opened: optional(bool, 'has no effect') };
const RngProperties = struct('RngProperties', 'A source of randomness.', opened);
const RngRandomProperties = struct('RngRandomProperties', 'A source of randomness out of a file.', {
  ...opened,
  filename: optional(str, '/dev/urandom if absent, or /dev/random'),
});
const SecretProperties = struct('SecretProperties', 'Something that only who needs it should know.', {
  loaded: optional(bool, 'has no effect'),
  format: optional(enumOf('QCryptoSecretFormat', 'How it is written.', ['raw', 'base64']), 'raw if absent'),
  keyid: optional(str, 'the secret that this one is encrypted with, which is not supported'),
  iv: optional(str, 'where that encryption begins'),
  data: optional(str, 'the secret itself'),
  file: optional(str, 'the file that it is in'),
});

const rngBuiltin: UserObjectKind = {
  name: 'rng-builtin',
  doc: 'Randomness of the host.',
  options: RngProperties,
  create: async () => ({ type: 'rng-builtin', properties: { opened: true } }),
};

const rngRandom: UserObjectKind = {
  name: 'rng-random',
  doc: 'Randomness of the host, by the name of its device.',
  options: RngRandomProperties,
  async create(options, files) {
    const { filename = '/dev/urandom' } = options as { filename?: string };
    if (filename !== '/dev/urandom' && filename !== '/dev/random') {
      const file = await files.open(filename, 'read').catch((error: UserError) => {
        if (error.code !== 'ENOENT') throw error;
        throw new UserError(`Could not open '${filename}': No such file or directory`, { cause: error });
      });
      await file.close();
      throw new UserError(`'${filename}' is no source of randomness that is supported; use /dev/urandom`);
    }
    return { type: 'rng-random', properties: { opened: true, filename } };
  },
};

const secret: UserObjectKind = {
  name: 'secret',
  doc: 'A password or a key.',
  options: SecretProperties,
  async create(options, files) {
    const { data, file, format = 'raw', keyid } = options as Partial<Record<string, string>>;
    if (keyid !== undefined) throw new UserError('encrypted secrets are not supported yet; leave keyid out');
    if (data !== undefined && file !== undefined) throw new UserError("'file' and 'data' are mutually exclusive");
    if (data === undefined && file === undefined) throw new UserError("Either 'file' or 'data' must be provided");
    const text = data ?? new TextDecoder().decode(await files.readAll(file!));
    if (format === 'base64') checkBase64(text);
    return {
      type: 'secret',
      properties: { loaded: true, format, data: text, ...(file === undefined ? {} : { file }) },
    };
  },
};

function checkBase64(text: string): void {
  try {
    atob(text.trim());
  } catch (cause) {
    throw new UserError('Base64 data is not valid', { cause });
  }
}

export const userObjectKinds: readonly UserObjectKind[] = [rngBuiltin, rngRandom, secret];

/** What `-object` and `object-add` take. */
export const ObjectOptions = union('ObjectOptions', 'An object to make.', {
  tag: 'qom-type',
  members: {
    'qom-type': required(
      enumOf('ObjectType', 'A type of objects that a user can make.', ['rng-builtin', 'rng-random', 'secret']),
      'its type',
    ),
    id: required(str, 'its name'),
  },
  cases: { 'rng-builtin': RngProperties, 'rng-random': RngRandomProperties, secret: SecretProperties },
});
