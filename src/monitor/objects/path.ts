import { QapiError } from '../../qapi/error.ts';
import type { ObjectNode } from './node.ts';

/** An object and the path from the root to it. */
export interface Found {
  readonly node: ObjectNode;
  readonly path: string;
}

/** The object that a path means: from the root, or any part of the tree if it is meant only once. */
export function resolve(root: ObjectNode, path: string): Found {
  const names = path.split('/').filter((name) => name !== '');
  const matches = path.startsWith('/') ? [descend(root, '', names)] : candidates(root, names);
  const found = matches.filter((match) => match !== undefined);
  if (found.length > 1) throw new QapiError(`Path '${path}' is ambiguous`);
  if (found[0] === undefined) throw new QapiError(`Device '${path}' not found`, 'DeviceNotFound');
  return found[0];
}

/** What a path that does not begin at the root leads to, from anywhere. */
function candidates(root: ObjectNode, names: readonly string[]): (Found | undefined)[] {
  return [...walk(root)].map(({ node, path }) => descend(node, path === '/' ? '' : path, names));
}

/** An object and all below it. */
export function* walk(node: ObjectNode, path = '/'): Iterable<Found> {
  yield { node, path };
  for (const [name, child] of node.children) yield* walk(child, `${path === '/' ? '' : path}/${name}`);
}

function descend(from: ObjectNode, at: string, names: readonly string[]): Found | undefined {
  let node: ObjectNode | undefined = from;
  let path = at;
  for (const name of names) {
    node = node.children.get(name);
    path += `/${name}`;
    if (node === undefined) return undefined;
  }
  return { node, path: path === '' ? '/' : path };
}
