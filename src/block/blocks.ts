import { UserError } from '../base/errors.ts';
import type { File } from '../host/file.ts';
import type { Host } from '../host/host.ts';
import { DriveAccount } from './account.ts';
import type { BlockDrive } from './drive.ts';
import type { DriveInterface, DriveOptions } from './drive-options.ts';
import { driveOptions } from './drive-options.ts';
import { FileNode } from './file-node.ts';
import type { BlockNode } from './node.ts';
import { openNode } from './open-node.ts';
import { OverlayNode } from './overlay-node.ts';
import { probeFormat } from './probe.ts';
import type { BlockInfo } from './query-block.ts';
import { describeDrive } from './query-block.ts';
import { RawNode } from './raw-node.ts';

export interface BlocksEnv {
  readonly host: Pick<Host, 'files'>;
  /** Tells the user something, in one line. */
  notify(line: string): void;
}

/** The disks of one machine: nodes by `node-name`, drives by `id`. */
export class Blocks {
  readonly #env: BlocksEnv;
  readonly #nodes = new Map<string, BlockNode>();
  readonly #drives: { drive: BlockDrive; options?: DriveOptions }[] = [];
  #autoName = 0;

  constructor(env: BlocksEnv) {
    this.#env = env;
  }

  /** Makes what a `-blockdev` option asks for. */
  async addNode(values: Readonly<Record<string, unknown>>): Promise<BlockNode> {
    const nodes: BlockNode[] = [];
    const node = await openNode(values, {
      files: this.#env.host.files,
      find: (name) => this.#nodes.get(name),
      freeName: (name) => this.#freeName(name),
      root: true,
      made: nodes,
    });
    for (const made of nodes) this.#nodes.set(made.nodeName, made);
    return node;
  }

  /** Makes what a `-drive` option asks for; undefined if it names no file. */
  async addDrive(
    values: Readonly<Record<string, unknown>>,
    { snapshot = false }: { snapshot?: boolean } = {},
  ): Promise<DriveOptions> {
    const options = driveOptions(values, (type) => this.#nextIndex(type), snapshot);
    const clash = this.#drives.find(({ options: other }) => other !== undefined && sharesPlace(other, options));
    if (clash !== undefined) {
      const twice = clash.drive.id === options.id;
      throw new UserError(
        twice
          ? `Duplicate ID '${options.id}' for drive; choose another`
          : `drive with bus=0, unit=${options.index} (index=${options.index}) exists; choose another index`,
      );
    }
    if (options.file === undefined) throw new UserError(`drive '${options.id}' is empty; add file=IMAGE`);
    const node = await this.#openDrive(options, options.file);
    const { id, cache, writeThrough } = options;
    this.#drives.push({
      drive: { id, node, cache, writeThrough, user: undefined, reportsStatus: false, account: new DriveAccount() },
      options,
    });
    return options;
  }

  /** Drives of an interface, in the order of their indices: the machine connects them by itself. */
  drivesOf(type: DriveInterface): readonly { readonly index: number; readonly drive: BlockDrive }[] {
    return this.#drives
      .flatMap(({ drive, options }) => (options?.interface === type ? [{ index: options.index, drive }] : []))
      .toSorted((a, b) => a.index - b.index);
  }

  /**
   * The drive that `drive=` of a device means: a `-drive` id or a node name. `user` is the device's
   * id or path; a disk has one user.
   */
  connect(name: string, user: string, { reportsStatus = true }: { reportsStatus?: boolean } = {}): BlockDrive {
    const node = this.#nodes.get(name);
    let drive = this.#drives.find((each) => each.drive.id === name)?.drive;
    if (drive === undefined && node !== undefined) {
      drive = this.#drives.find((each) => each.drive.id === '' && each.drive.node === node)?.drive;
      if (drive === undefined) {
        const cache = node instanceof FileNode ? node.cache : { direct: false, noFlush: false };
        drive = {
          id: '',
          node,
          cache,
          writeThrough: false,
          user: undefined,
          reportsStatus: false,
          account: new DriveAccount(),
        };
        this.#drives.push({ drive });
      }
    }
    if (drive === undefined) {
      throw new UserError(
        `can't find drive '${name}'; define it with -drive id=${name} or -blockdev node-name=${name}`,
      );
    }
    if (drive.user !== undefined) {
      throw new UserError(`Drive '${name}' is already in use by ${drive.user}; give each device a drive of its own`);
    }
    drive.user = user;
    drive.reportsStatus = reportsStatus;
    return drive;
  }

  /** Every disk, in the order they were made. */
  get drives(): readonly BlockDrive[] {
    return this.#drives.map(({ drive }) => drive);
  }

  /** Every node: those with a name of their own, and those of drives. */
  get nodes(): readonly BlockNode[] {
    const roots = [...this.#drives.map(({ drive }) => drive.node), ...this.#nodes.values()];
    return [...new Set(roots.flatMap((node) => (node.child === undefined ? [node] : [node, node.child])))];
  }

  /** Closes a node that nobody uses. */
  async removeNode(name: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new UserError(`Failed to find node with node-name='${name}'`);
    const isUsed =
      this.#drives.some(({ drive }) => drive.node === node) ||
      [...this.#nodes.values()].some((each) => each.child === node);
    if (isUsed) throw new UserError(`Node ${name} is in use`);
    this.#nodes.delete(name);
    await node.close();
  }

  /** The answer to query-block. */
  query(): Promise<BlockInfo[]> {
    return Promise.all(this.#drives.map(({ drive }) => describeDrive(drive)));
  }

  /** Flushes and closes everything; the first failure is thrown once all have been tried. */
  async close(): Promise<void> {
    const nodes = new Set([...this.#nodes.values(), ...this.#drives.map(({ drive }) => drive.node)]);
    const results: PromiseSettledResult<void>[] = [];
    // What lies on top was made last.
    for (const node of [...nodes].toReversed()) results.push(...(await Promise.allSettled([node.close()])));
    this.#nodes.clear();
    this.#drives.length = 0;
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #openDrive(options: DriveOptions, path: string): Promise<BlockNode> {
    const { files } = this.#env.host;
    const name = this.#freeName(options.nodeName);
    const file = await files.open(path, options.readOnly || options.snapshot ? 'read' : 'write');
    try {
      await this.#checkFormat(options.format, file);
      const below = await FileNode.over(file, this.#freeName(undefined), options.cache);
      const raw = new RawNode(below, options.snapshot ? this.#freeName(undefined) : name, {
        readOnly: options.readOnly,
        owns: true,
      });
      return options.snapshot ? new OverlayNode(raw, await files.temporary(), name) : raw;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #checkFormat(asked: string | undefined, file: File): Promise<void> {
    const format = asked ?? (await probeFormat(file));
    if (format !== 'raw') {
      throw new UserError(
        `the format '${format}' of '${file.path}' is not supported yet; convert the image with: qemu-img convert -O raw`,
      );
    }
    if (asked === undefined) {
      this.#env.notify(`the format of '${file.path}' was not given and looks like raw; say format=raw to be sure`);
    }
  }

  #nextIndex(type: DriveInterface): number {
    const taken = new Set(this.drivesOf(type).map(({ index }) => index));
    let index = 0;
    while (taken.has(index)) index++;
    return index;
  }

  #freeName(name: string | undefined): string {
    if (name === undefined) return `#block${String(this.#autoName++).padStart(3, '0')}`;
    if (!/^[a-z][\w.-]*$/i.test(name)) throw new UserError(`Invalid node-name: '${name}'; start it with a letter`);
    if (this.#nodes.has(name)) throw new UserError(`Duplicate nodes with node-name='${name}'; choose another`);
    if (this.#drives.some(({ drive }) => drive.id === name)) {
      throw new UserError(`node-name=${name} is conflicting with a device id; choose another`);
    }
    return name;
  }
}

function sharesPlace(a: DriveOptions, b: DriveOptions): boolean {
  return a.id === b.id || (a.interface === b.interface && a.index === b.index);
}
