/**
 * Machine code that the engine's optimizing compiler made of WebAssembly modules, as bytes for other processes. Only
 * the same engine with the same flags on the same kind of processor takes them back.
 */
export interface CompiledModules {
  /**
   * A module all of whose functions the optimizing compiler makes now, where `new WebAssembly.Module` would compile them
   * in haste, and only when they are called. A module of the same bytes that is alive in this process is returned as it is.
   */
  optimize(wireBytes: Uint8Array<ArrayBuffer>): WebAssembly.Module;
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
