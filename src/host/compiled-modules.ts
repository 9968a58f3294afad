/** A module whose functions are all compiled. */
export interface OptimizedModule {
  /** For `deserialize`: the module without what its functions do, which nobody looks at any more. It is of no other use. */
  readonly wireBytes: Uint8Array<ArrayBuffer>;
  readonly compiled: Uint8Array<ArrayBuffer>;
}

/**
 * Machine code that the engine's optimizing compiler made of WebAssembly modules, as bytes for other processes. Only
 * the same engine with the same flags on the same kind of processor takes them back.
 */
export interface CompiledModules {
  /** All functions of a module, made by the optimizing compiler now. */
  optimize(wireBytes: Uint8Array): OptimizedModule;
  /** What there is of `module` by now, for `deserialize`. Undefined if none of its functions has been optimized yet. */
  serialize(module: WebAssembly.Module): Uint8Array<ArrayBuffer> | undefined;
  /**
   * The module of `wireBytes` with the optimized code that `serialize` gave; the rest is compiled when it is called.
   * Undefined for bytes that were made of another module, by another engine or with other flags, or are damaged: compile
   * it then. A module of the same bytes that is alive in this process is returned as it is, with the code it has.
   * `isChecked`: both are known to be as they were given, and are not looked through for damage.
   */
  deserialize(compiled: Uint8Array, wireBytes: Uint8Array, isChecked?: boolean): WebAssembly.Module | undefined;
}
