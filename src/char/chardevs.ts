import { UserError } from '../base/errors.ts';
import { Options } from '../host/options.ts';
import type { CharBackend } from './backend.ts';
import type { CharEnv, CharKind } from './kind.ts';
import { charKinds } from './kinds.ts';
import type { MuxOptions } from './mux.ts';
import { MuxChardev } from './mux.ts';
import { RingbufChardev } from './ringbuf.ts';
import { SocketChardev } from './socket.ts';

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
  readonly #kinds = new WeakMap<object, string>();
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

  /** Puts a new back end in the place of one; `user` is its front end, if that can change over. */
  async change(values: ChardevOptions, user: { replace(backend: CharBackend): void } | undefined): Promise<void> {
    const { id, backend: name } = values as { readonly id: string; readonly backend: string };
    const old = this.#backends.get(id);
    if (old === undefined) throw new UserError(`Chardev '${id}' does not exist`);
    if (old instanceof MuxChardev || name === 'mux') throw new UserError('Mux device hotswap not supported yet');
    if (old.frontendOpen && user === undefined) throw new UserError('Chardev user does not support chardev hotswap');
    const options = new Options(values);
    for (const used of ['backend', 'id']) options.take(used);
    options.refuse(...LATER);
    const kind = findKind(name);
    const made = await kind.open(id, new Options(options.rest()), this.#env);
    this.#register(made, kind);
    if (old.frontendOpen) user?.replace(made);
    await old.close();
  }

  async remove(id: string): Promise<void> {
    const found = this.#backends.get(id);
    if (found === undefined) throw new UserError(`Chardev '${id}' not found`);
    if (found.frontendOpen) throw new UserError(`Chardev '${id}' is busy`);
    this.#backends.delete(id);
    await found.close();
  }

  /** As if the peer had sent a line break. */
  sendBreak(id: string): void {
    const found = this.#backends.get(id);
    if (found === undefined) throw new UserError(`Chardev '${id}' not found`);
    found.sendBreak();
  }

  ring(id: string): RingbufChardev {
    const found = this.#backends.get(id);
    if (found === undefined) throw new UserError(`Device '${id}' not found`);
    if (!(found instanceof RingbufChardev)) throw new UserError(`${id} is not a ringbuf device`);
    return found;
  }

  sockets(): readonly SocketChardev[] {
    return [...this.#backends.values()].filter((each) => each instanceof SocketChardev);
  }

  has(id: string): boolean {
    return this.#backends.has(id);
  }

  /** Every back end with its kind. */
  list(): readonly { readonly label: string; readonly kind: string }[] {
    return [...this.#backends].map(([label, backend]) => ({ label, kind: this.#kinds.get(backend) ?? 'mux' }));
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
    this.#register(backend, kind);
    return backend;
  }

  #register(backend: CharBackend, kind: CharKind): void {
    this.#backends.set(backend.label, backend);
    this.#kinds.set(backend, kind.name);
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
