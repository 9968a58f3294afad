import { UserError } from '../base/errors.ts';
import type { File, Files } from '../host/file.ts';
import { Options } from '../host/options.ts';
import { FileNode } from './file-node.ts';
import type { BlockNode, CacheMode } from './node.ts';
import { RawNode } from './raw-node.ts';

export interface OpenNodeEnv {
  readonly files: Files;
  find(name: string): BlockNode | undefined;
  /** Checks a name that was given, or makes one up. */
  freeName(name: string | undefined): string;
  /** This node is nobody's child: it needs a name. */
  readonly root: boolean;
  /** Every node made is put here, children first. */
  readonly made: BlockNode[];
}

/** Accepted for the sake of command lines that give them; each leaves things as they are. */
const WITHOUT_EFFECT = ['discard', 'detect-zeroes', 'force-share', 'locking', 'aio', 'aio-max-batch'];
/** What a child takes from its parent. */
const INHERITED = ['read-only', 'auto-read-only', 'cache'];
const LATER = [
  'qcow2',
  'qcow',
  'qed',
  'vmdk',
  'vdi',
  'vhdx',
  'vpc',
  'luks',
  'parallels',
  'nbd',
  'null-co',
  'host_device',
];

/** A node of `-blockdev`, with its children, from nested (JSON) or dotted options. */
export async function openNode(values: Readonly<Record<string, unknown>>, env: OpenNodeEnv): Promise<BlockNode> {
  const options = new Options(nest(values));
  const driver = options.needed('driver');
  const given = options.string('node-name');
  if (given === undefined && env.root) throw new UserError("'node-name' must be specified for the root node");
  const nodeName = env.freeName(given);
  const inherited = Object.fromEntries(INHERITED.map((name) => [name, options.take(name)]));
  for (const name of WITHOUT_EFFECT) options.take(name);
  const node = await openDriver(driver, nodeName, options, inherited, env);
  env.made.push(node);
  return node;
}

async function openDriver(
  driver: string,
  nodeName: string,
  options: Options,
  inherited: Readonly<Record<string, unknown>>,
  env: OpenNodeEnv,
): Promise<BlockNode> {
  if (driver === 'file') return openFile(nodeName, options, inherited, env.files);
  if (driver === 'raw') {
    options.refuse('offset', 'size');
    const file = options.take('file');
    if (file === undefined) throw new UserError("Parameter 'file' is missing");
    options.finish();
    const readOnly = new Options(inherited).flag('read-only', false);
    if (typeof file === 'string') {
      const below = env.find(file);
      if (below === undefined) {
        throw new UserError(`Cannot find device='' nor node-name='${file}'; define that node before this one`);
      }
      return new RawNode(below, nodeName, { readOnly, owns: false });
    }
    if (!isRecord(file)) throw new UserError("Invalid parameter type for 'file', expected: object");
    const below = await openNode({ ...inherited, ...file }, { ...env, root: false });
    return new RawNode(below, nodeName, { readOnly, owns: false });
  }
  if (LATER.includes(driver)) {
    throw new UserError(`the block driver '${driver}' is not supported yet; use raw over file`);
  }
  throw new UserError(`Parameter 'driver' does not accept value '${driver}'; use raw or file`);
}

async function openFile(
  nodeName: string,
  options: Options,
  inherited: Readonly<Record<string, unknown>>,
  files: Files,
): Promise<BlockNode> {
  const path = options.needed('filename');
  options.finish();
  const common = new Options(inherited);
  const readOnly = common.flag('read-only', false);
  const auto = common.flag('auto-read-only', false);
  const cache = cacheMode(common.take('cache'));
  return FileNode.over(await openHostFile(files, path, readOnly, auto), nodeName, cache);
}

/** With `auto-read-only` what cannot be opened for writing is opened for reading. */
async function openHostFile(files: Files, path: string, readOnly: boolean, auto: boolean): Promise<File> {
  if (readOnly) return files.open(path, 'read');
  try {
    return await files.open(path, 'write');
  } catch (error) {
    if (auto && error instanceof UserError && /^(EACCES|EPERM|EROFS)$/.test(error.code ?? '')) {
      return files.open(path, 'read');
    }
    throw error;
  }
}

function cacheMode(value: unknown): CacheMode {
  if (value === undefined) return { direct: false, noFlush: false };
  if (!isRecord(value)) throw new UserError("Invalid parameter type for 'cache', expected: object");
  const options = new Options(value);
  const cache = { direct: options.flag('direct', false), noFlush: options.flag('no-flush', false) };
  options.finish();
  return cache;
}

/** `{'file.driver': 'file'}` is `{file: {driver: 'file'}}`. */
function nest(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const dot = key.indexOf('.');
    if (dot < 0) {
      nested[key] = value;
      continue;
    }
    const outer = key.slice(0, dot);
    const inside = nested[outer] ?? {};
    if (!isRecord(inside)) throw new UserError(`'${outer}' is given both as a value and as a group of options`);
    nested[outer] = { ...inside, [key.slice(dot + 1)]: value };
  }
  return nested;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
