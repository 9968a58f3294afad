import { EEXIST, EISDIR, ELOOP, ENOENT, ENOTDIR, ENOTEMPTY } from '../errno.ts';

/** A file, a directory or a link of a file system in memory. */
export type TreeNode = FileNode | DirectoryNode | LinkNode;

interface Common {
  readonly number: number;
  mode: number;
  /** Seconds since 1970. */
  modified: number;
}
export interface FileNode extends Common {
  readonly kind: 'file';
  /** Its content begins; the rest is room to grow. */
  bytes: Uint8Array;
  size: number;
}
export interface DirectoryNode extends Common {
  readonly kind: 'directory';
  readonly entries: Map<string, TreeNode>;
  parent: DirectoryNode;
}
export interface LinkNode extends Common {
  readonly kind: 'link';
  readonly target: string;
}

/** Where a path leads: its last name, in which directory, and what is there. */
export interface Place {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: TreeNode | undefined;
}

const MOST_LINKS = 40;

/** Files by paths. Names are text with one character a byte. */
export class FileTree {
  readonly root: DirectoryNode;
  readonly #now: () => number;
  #number = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.root = this.#directory(0o755, undefined);
  }

  #directory(mode: number, parent: DirectoryNode | undefined): DirectoryNode {
    const entries = new Map<string, TreeNode>();
    const node = { kind: 'directory', ...this.#common(mode), entries } as unknown as DirectoryNode;
    node.parent = parent ?? node;
    return node;
  }
  #common(mode: number): Common {
    return { number: ++this.#number, mode, modified: this.#now() };
  }

  /** Finds a path's place, or a negative errno. Links on the way are followed; at its end if `follows`. */
  find(from: DirectoryNode, path: string, follows = true): Place | number {
    let directory = path.startsWith('/') ? this.root : from;
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    let place: Place = { directory, name: '.', node: directory };
    for (let links = 0; names.length > 0;) {
      const name = names.shift()!;
      const node = name === '..' ? directory.parent : directory.entries.get(name);
      if (node?.kind === 'link' && (names.length > 0 || follows)) {
        if (++links > MOST_LINKS) return -ELOOP;
        if (node.target.startsWith('/')) directory = this.root;
        names.unshift(...node.target.split('/').filter((part) => part !== '' && part !== '.'));
        place = { directory, name: '.', node: directory };
        continue;
      }
      place = { directory, name, node };
      if (names.length === 0) break;
      if (node === undefined) return -ENOENT;
      if (node.kind !== 'directory') return -ENOTDIR;
      directory = node;
    }
    return place;
  }

  makeFile({ directory, name }: Place, mode: number): FileNode {
    const node: FileNode = { kind: 'file', ...this.#common(mode), bytes: new Uint8Array(), size: 0 };
    directory.entries.set(name, node);
    return node;
  }

  makeDirectory({ directory, name, node }: Place, mode: number): number {
    if (node !== undefined) return -EEXIST;
    directory.entries.set(name, this.#directory(mode, directory));
    return 0;
  }

  makeLink({ directory, name, node }: Place, target: string): number {
    if (node !== undefined) return -EEXIST;
    directory.entries.set(name, { kind: 'link', ...this.#common(0o777), target });
    return 0;
  }

  remove({ directory, name, node }: Place, isDirectory: boolean): number {
    if (node === undefined) return -ENOENT;
    if (isDirectory !== (node.kind === 'directory')) return isDirectory ? -ENOTDIR : -EISDIR;
    if (node.kind === 'directory' && (node.entries.size > 0 || node === this.root)) return -ENOTEMPTY;
    directory.entries.delete(name);
    return 0;
  }

  rename(from: Place, to: Place): number {
    const { node } = from;
    if (node === undefined) return -ENOENT;
    if (node === to.node) return 0;
    if (to.node?.kind === 'directory') {
      if (node.kind !== 'directory') return -EISDIR;
      if (to.node.entries.size > 0) return -ENOTEMPTY;
    } else if (to.node !== undefined && node.kind === 'directory') return -ENOTDIR;
    from.directory.entries.delete(from.name);
    to.directory.entries.set(to.name, node);
    if (node.kind === 'directory') node.parent = to.directory;
    return 0;
  }

  /** Puts a file at a path, with the directories before it. */
  put(path: string, content: Uint8Array, mode = 0o755): void {
    const names = path.split('/').filter((name) => name !== '');
    let directory = this.root;
    for (const name of names.slice(0, -1)) {
      const place = this.find(directory, name);
      if (typeof place === 'number') continue;
      if (place.node === undefined) this.makeDirectory(place, 0o755);
      directory = directory.entries.get(name) as DirectoryNode;
    }
    const file = this.makeFile({ directory, name: names.at(-1)!, node: undefined }, mode);
    file.bytes = content;
    file.size = content.length;
  }

  /** All files by their paths, with their contents. */
  files(): Map<string, Uint8Array> {
    const all = new Map<string, Uint8Array>();
    const walk = (directory: DirectoryNode, path: string): void => {
      for (const [name, node] of directory.entries) {
        if (node.kind === 'directory') walk(node, `${path}/${name}`);
        else if (node.kind === 'file') all.set(`${path}/${name}`, node.bytes.slice(0, node.size));
      }
    };
    walk(this.root, '');
    return all;
  }

  pathOf(directory: DirectoryNode): string {
    const names: string[] = [];
    for (let at = directory; at !== this.root; at = at.parent) {
      const found = [...at.parent.entries].find(([, node]) => node === at);
      names.unshift(found?.[0] ?? '?');
    }
    return `/${names.join('/')}`;
  }
}

/** Most bytes of a file. */
export const MOST_BYTES = 2 ** 30;

/** Writes into a file; false if it would become too large. */
export function writeFile(file: FileNode, at: number, bytes: Uint8Array): boolean {
  const end = at + bytes.length;
  if (end > MOST_BYTES) return false;
  resizeFile(file, Math.max(file.size, end));
  file.bytes.set(bytes, at);
  return true;
}

export function resizeFile(file: FileNode, size: number): void {
  if (size > file.bytes.length || file.bytes.buffer instanceof SharedArrayBuffer) {
    const bigger = new Uint8Array(Math.max(size, Math.min(2 * file.bytes.length, MOST_BYTES)));
    bigger.set(file.bytes.subarray(0, Math.min(file.size, size)));
    file.bytes = bigger;
  } else if (size < file.size) file.bytes.fill(0, size, file.size);
  file.size = size;
}
