import { UserError } from '../base/errors.ts';
import { Options } from '../host/options.ts';
import type { CharBackend } from './backend.ts';
import type { CharEnv, CharKind } from './kind.ts';
import { charKinds } from './kinds.ts';
import type { MuxOptions } from './mux.ts';
import { MuxChardev } from './mux.ts';

/** An entry of query-chardev. */
export interface ChardevInfo {
  readonly label: string;
  readonly filename: string;
  readonly 'frontend-open': boolean;
}

/** `backend` is the kind, `id` the label, and the rest belongs to the kind. */
export type ChardevOptions = Readonly<Record<string, unknown>>;

/** Common options of QEMU's that do nothing here yet. */
const LATER = ['logfile', 'logappend', 'mux-be-id'];

/** The character back ends of one machine, by id. */
export class Chardevs {
  readonly #env: CharEnv;
  readonly #mux: MuxOptions;
  readonly #backends = new Map<string, CharBackend | MuxChardev>();

  constructor(env: Pick<CharEnv, 'host' | 'notify'>, mux: MuxOptions) {
    this.#env = {
      ...env,
      find: (id) => {
        const found = this.#backends.get(id);
        return found instanceof MuxChardev ? undefined : found;
      },
    };
    this.#mux = mux;
  }

  static get kinds(): readonly string[] {
    return [...charKinds.map(({ name }) => name), 'mux'].toSorted();
  }

  /** Makes what a `-chardev` option asks for. Nothing is left open if it fails. */
  async add(values: ChardevOptions): Promise<void> {
    const options = new Options(values);
    const name = options.string('backend');
    const id = options.string('id');
    if (name === undefined) throw new UserError('chardev: no backend given; start with its name, as in null,id=c0');
    if (id === undefined) throw new UserError('chardev: no id specified; add id=NAME');
    this.#checkId(id);
    options.refuse(...LATER);
    if (name === 'mux') {
      this.#join(id, options);
      return;
    }
    const kind = findKind(name);
    if (options.flag('mux', false)) {
      const base = await this.#open(kind, `${id}-base`, options);
      this.#backends.set(id, new MuxChardev(id, base, this.#mux, this.#env));
    } else {
      await this.#open(kind, id, options);
    }
  }

  /**
   * The back end with this id, for one front end to attach to; of a multiplexer a new seat, which
   * takes the `focus` if it asks for it.
   */
  use(id: string, seat: { focus?: boolean } = {}): CharBackend {
    const found = this.#backends.get(id);
    if (found === undefined) {
      throw new UserError(`chardev '${id}' not found; define it with -chardev ...,id=${id}`);
    }
    return found instanceof MuxChardev ? found.port(seat) : found;
  }

  has(id: string): boolean {
    return this.#backends.has(id);
  }

  /** Closes a back end that nobody uses any more. */
  async remove(id: string): Promise<void> {
    const found = this.#backends.get(id);
    this.#backends.delete(id);
    await found?.close();
  }

  /** The answer to query-chardev. */
  query(): ChardevInfo[] {
    return [...this.#backends].map(([label, backend]) => ({
      'frontend-open': backend.frontendOpen,
      filename: backend instanceof MuxChardev ? 'mux' : backend.filename,
      label,
    }));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#backends.values()].map((backend) => backend.close()));
  }

  #checkId(id: string): void {
    if (!/^[a-z][\w.-]*$/i.test(id)) {
      throw new UserError(
        `Parameter 'id' expects an identifier: letters, digits, '-', '.' and '_', a letter first, not '${id}'`,
      );
    }
    for (const taken of [id, `${id}-base`]) {
      if (this.#backends.has(taken)) throw new UserError(`Duplicate ID '${taken}' for chardev; choose another`);
    }
  }

  async #open(kind: CharKind, label: string, options: Options): Promise<CharBackend> {
    const backend = await kind.open(label, new Options(options.rest()), this.#env);
    this.#backends.set(label, backend);
    return backend;
  }

  /** `-chardev mux,id=ID,chardev=BASE`. */
  #join(id: string, options: Options): void {
    const baseId = options.string('chardev');
    if (baseId === undefined) throw new UserError('chardev: mux: no chardev given; add chardev=ID');
    options.finish();
    const base = this.#env.find(baseId);
    if (base === undefined) {
      throw new UserError(`mux: base chardev ${baseId} not found; define it before the mux`);
    }
    this.#backends.set(id, new MuxChardev(id, base, this.#mux, this.#env));
  }
}

function findKind(name: string): CharKind {
  const kind = charKinds.find((each) => each.name === name);
  if (kind !== undefined) return kind;
  throw new UserError(`'${name}' is not a valid char driver name; use one of ${Chardevs.kinds.join(', ')}`);
}
