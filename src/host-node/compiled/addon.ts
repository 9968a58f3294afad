/** The addon and two functions of this Node, put together when a thread asks for them first. */
import type { DynamicLibrary } from 'node:ffi';
import { assemble } from '../native/machine-code.ts';
import { withMemoryFile } from '../native/memory-file.ts';
import { sharedObject } from '../native/shared-object.ts';
import { ADDON_IMPORTS } from './imports.ts';
import { X86_64_ADDON } from './x86-64.ts';

const NAME = 'libtinamou-compiled.so';
const EM_X86_64 = 62;
const ENTRY = 'napi_register_module_v1';
const RTLD_LAZY = 1;
/** Fails if the library is not in the process yet. */
const RTLD_NOLOAD = 4;

/** Engines whose classes are laid out as the machine code has them. */
const KNOWN_ENGINES = ['14.6.202.34-node.34'];

export type Addon = {
  /** What V8 gives, a copy; undefined if it has optimized nothing yet. */
  serialize(module: WebAssembly.Module): Uint8Array | undefined;
  /** A copy of what the module was made of. */
  wireBytes(module: WebAssembly.Module): Uint8Array;
  /**
   * Undefined if V8 refuses because of version, flags or processor. It checks nothing else and dies of what is damaged.
   * `keep` is an empty array.
   */
  deserialize(compiled: Uint8Array, wireBytes: Uint8Array, keep: unknown[]): WebAssembly.Module | undefined;
};

export type AddonWithHash = {
  readonly addon: Addon;
  /** V8's number for its version, its flags and the processor's features. */
  readonly engineTag: () => number;
  readonly hash: (bytes: Uint8Array, length: bigint, seed: bigint) => bigint;
};

const FUNCTIONS = {
  // v8::ScriptCompiler::CachedDataVersionTag(), as `node:v8` has it, which takes 8 ms to load.
  _ZN2v814ScriptCompiler20CachedDataVersionTagEv: { arguments: [], return: 'uint32' },
  ZSTD_XXH64: { arguments: ['buffer', 'uint64', 'uint64'], return: 'uint64' },
} as const;

function library(program: DynamicLibrary): Uint8Array {
  const { bytes, labels } = assemble(X86_64_ADDON);
  const view = new DataView(bytes.buffer);
  for (const [slot, symbol] of Object.entries(ADDON_IMPORTS))
    view.setBigUint64(labels.get(slot)!, program.getSymbol(symbol), true);
  return sharedObject(EM_X86_64, NAME, { bytes, labels: new Map([[ENTRY, labels.get(ENTRY)!]]) });
}

function load(program: DynamicLibrary): Addon {
  const module = { exports: {} };
  try {
    process.dlopen(module, NAME, RTLD_LAZY | RTLD_NOLOAD);
  } catch {
    withMemoryFile(NAME, library(program), (path) => process.dlopen(module, path, RTLD_LAZY));
  }
  return module.exports as Addon;
}

/** Undefined on hosts where this is not possible. */
export function openAddon(): AddonWithHash | undefined {
  const { platform, arch, versions } = process;
  if (platform !== 'linux' || arch !== 'x64' || !KNOWN_ENGINES.includes(versions.v8)) return undefined;
  try {
    const { functions, lib } = process.getBuiltinModule('node:ffi').dlopen(null, FUNCTIONS);
    const { _ZN2v814ScriptCompiler20CachedDataVersionTagEv: engineTag, ZSTD_XXH64: hash } = functions;
    return { addon: load(lib), engineTag, hash };
  } catch {
    // Another build of this Node, which lacks a symbol, or one that loads no addons.
    return undefined;
  }
}
