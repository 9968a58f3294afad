import type { CodePages, InstalledCode } from './code-pages.ts';

/**
 * The functions of one WebAssembly module. V8 gives their code back together, when none of them can be
 * called any more.
 */
interface CodeModule {
  readonly bytes: number;
  /** Those that are not dropped. */
  readonly functions: Set<InstalledCode>;
  isOnTrial: boolean;
  /** Functions whose links were cut when the trial began, and how many of them were entered since. */
  cut: number;
  entered: number;
}

/** Of the code that may be kept, the share that is on trial when all of it is used. */
const TRIAL = 1 / 4;

/**
 * The translated code that is kept, module by module, and which of it is given up when it becomes too
 * much: the oldest that nobody enters. To find that out costs code in use next to nothing, since nothing
 * is counted: the oldest modules are on trial, which means that the links to their functions are cut. A
 * function that is entered so often that it would be translated gets its link back instead. When room is
 * needed, the oldest module goes, unless half of what was cut came back: then it counts as new.
 */
export class LiveCode {
  /** Bytes of the modules that are kept. */
  bytes = 0;
  /** Modules given up. */
  evictions = 0;
  /** Functions that are kept. */
  liveBlocks = 0;
  liveRegions = 0;
  /** Regions made since everything was given up. */
  regions = 0;
  readonly #limit: number;
  readonly #pages: Pick<CodePages, 'linkOf' | 'cut' | 'restore' | 'drop' | 'sweep'>;
  /** Oldest first. */
  readonly #modules = new Set<CodeModule>();
  readonly #moduleOf = new Map<InstalledCode, CodeModule>();
  /** Functions on trial, by the address of their link. */
  readonly #cut = new Map<number, InstalledCode>();

  constructor(limit: number, pages: Pick<CodePages, 'linkOf' | 'cut' | 'restore' | 'drop' | 'sweep'>) {
    this.#limit = limit;
    this.#pages = pages;
  }

  get size(): number {
    return this.#modules.size;
  }

  /** A module was made of these functions. */
  add(functions: readonly InstalledCode[], bytes: number): void {
    const module = { bytes, functions: new Set(functions), isOnTrial: false, cut: 0, entered: 0 };
    this.#modules.add(module);
    this.bytes += bytes;
    for (const code of functions) {
      this.#moduleOf.set(code, module);
      if (code.isRegion) {
        this.regions++;
        this.liveRegions++;
      } else this.liveBlocks++;
    }
  }

  /** A function was dropped. */
  remove(code: InstalledCode): void {
    const module = this.#moduleOf.get(code);
    if (module === undefined) return;
    this.#moduleOf.delete(code);
    if (code.isRegion) this.liveRegions--;
    else this.liveBlocks--;
    const link = this.#pages.linkOf(code);
    if (this.#cut.get(link) === code) this.#cut.delete(link);
    module.functions.delete(code);
    if (module.functions.size > 0) return;
    this.#modules.delete(module);
    this.bytes -= module.bytes;
  }

  /** Gives the link at an address back to the function on trial that it belongs to; false if there is none. */
  restore(link: number): boolean {
    const code = this.#cut.get(link);
    if (code === undefined) return false;
    this.#cut.delete(link);
    this.#pages.restore(code);
    this.#moduleOf.get(code)!.entered++;
    return true;
  }

  /** Gives up what is too much. No frame of translated code may be on the stack. */
  trim(): void {
    if (this.bytes < this.#limit * (1 - TRIAL)) return;
    const before = this.evictions;
    while (this.bytes > this.#limit) {
      const [oldest] = this.#modules;
      if (oldest!.isOnTrial && oldest!.entered * 2 >= oldest!.cut) this.#renew(oldest!);
      else this.#evict(oldest!);
    }
    if (this.evictions !== before) this.#pages.sweep();
    let onTrial = 0;
    for (const module of this.#modules) {
      onTrial += module.bytes;
      if (onTrial > this.#limit * TRIAL) break;
      if (!module.isOnTrial) this.#try(module);
    }
  }

  /** Gives up everything. No frame of translated code may be on the stack. */
  clear(): void {
    this.regions = 0;
    for (const module of this.#modules) this.#evict(module);
    this.#pages.sweep();
  }

  #try(module: CodeModule): void {
    module.isOnTrial = true;
    module.cut = module.functions.size;
    module.entered = 0;
    for (const code of module.functions) {
      this.#pages.cut(code);
      this.#cut.set(this.#pages.linkOf(code), code);
    }
  }

  /** What was cut and not entered stays so: it will be entered, or go with the module. */
  #renew(module: CodeModule): void {
    module.isOnTrial = false;
    this.#modules.delete(module);
    this.#modules.add(module);
  }

  #evict(module: CodeModule): void {
    this.evictions++;
    for (const code of module.functions) this.#pages.drop(code);
  }
}
