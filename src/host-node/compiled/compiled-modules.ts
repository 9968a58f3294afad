/**
 * Bytes for another process: a head of our own, then V8's. V8 dies of damaged bytes, so the head has hashes of all there is.
 */
import { BugError } from '../../base/errors.ts';
import type { CompiledModules, OptimizedModule } from '../../host/compiled-modules.ts';
import { withCustomSection } from '../../wasm/custom-section.ts';
import { withoutBodies } from '../../wasm/without-bodies.ts';
import { type AddonWithHash, openAddon } from './addon.ts';

/** Offsets in the head. */
const HEAD = { MAGIC: 0, ENGINE_TAG: 4, WIRE_HASH: 8, COMPILED_HASH: 16, BYTES: 24 } as const;
const MAGIC = 0x314d4d54;
/** Flags of the engine by which it compiles a module in haste; they are looked at whenever it compiles one. */
const HASTY = ['liftoff', 'wasm-lazy-compilation'];

function compiledWhole(wireBytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  for (const flag of HASTY) setFlagsFromString(`--no-${flag}`);
  try {
    return new WebAssembly.Module(wireBytes);
  } finally {
    // The engine's tag says the flags.
    for (const flag of HASTY) setFlagsFromString(`--${flag}`);
  }
}

class NodeCompiledModules implements CompiledModules {
  readonly #engine: AddonWithHash;
  /** Of the hashes: what the engine's own tag leaves out, as patches of Node. */
  readonly #seed: bigint;

  constructor(engine: AddonWithHash) {
    this.#engine = engine;
    const version = new TextEncoder().encode(`${process.versions.v8} ${process.versions.node}`);
    this.#seed = engine.hash(version, BigInt(version.length), 0n);
  }

  optimize(wireBytes: Uint8Array): OptimizedModule {
    // Of bytes that a module in use was made of the engine would give that one.
    const compiled = this.#engine.addon.serialize(compiledWhole(withCustomSection(wireBytes, 'optimized')));
    if (compiled === undefined) throw new BugError('the compiler has made nothing of a module');
    // Modules of the same bytes are the same to the engine, whatever code they were given.
    const shell = withCustomSection(withoutBodies(wireBytes), this.hash(wireBytes).toString(16));
    return { wireBytes: shell, compiled: this.#withHead(compiled, shell) };
  }

  /** The engine's number for its version, its flags and the processor's features: it refuses code with another one. */
  get engineTag(): number {
    return this.#engine.engineTag();
  }

  /** XXH64. */
  hash(bytes: Uint8Array): bigint {
    return this.#engine.hash(bytes, BigInt(bytes.length), this.#seed);
  }

  serialize(module: WebAssembly.Module): Uint8Array<ArrayBuffer> | undefined {
    const { addon } = this.#engine;
    const compiled = addon.serialize(module);
    return compiled && this.#withHead(compiled, addon.wireBytes(module));
  }

  #withHead(compiled: Uint8Array, wireBytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(HEAD.BYTES + compiled.length);
    const head = new DataView(out.buffer);
    head.setUint32(HEAD.MAGIC, MAGIC, true);
    head.setUint32(HEAD.ENGINE_TAG, this.engineTag, true);
    head.setBigUint64(HEAD.WIRE_HASH, this.hash(wireBytes), true);
    head.setBigUint64(HEAD.COMPILED_HASH, this.hash(compiled), true);
    out.set(compiled, HEAD.BYTES);
    return out;
  }

  deserialize(compiled: Uint8Array, wireBytes: Uint8Array, isChecked = false): WebAssembly.Module | undefined {
    if (compiled.length <= HEAD.BYTES || wireBytes.length === 0) return undefined;
    const { addon } = this.#engine;
    const head = new DataView(compiled.buffer, compiled.byteOffset, HEAD.BYTES);
    const code = compiled.subarray(HEAD.BYTES);
    const isOurs =
      head.getUint32(HEAD.MAGIC, true) === MAGIC &&
      head.getUint32(HEAD.ENGINE_TAG, true) === this.engineTag &&
      (isChecked ||
        (head.getBigUint64(HEAD.WIRE_HASH, true) === this.hash(wireBytes) &&
          head.getBigUint64(HEAD.COMPILED_HASH, true) === this.hash(code)));
    return isOurs ? addon.deserialize(code, wireBytes, []) : undefined;
  }
}

let opened: { readonly modules: NodeCompiledModules | undefined } | undefined;

function open(): NodeCompiledModules | undefined {
  const engine = openAddon();
  return engine === undefined ? undefined : new NodeCompiledModules(engine);
}

/** Of the calling thread, with a quick checksum of bytes. Undefined on hosts where this is not possible, which is no fault. Takes some milliseconds first. */
export function compiledModules(): NodeCompiledModules | undefined {
  opened ??= { modules: open() };
  return opened.modules;
}
