import { Code } from './code.ts';
import { I32, I64, OP } from './opcodes.ts';

export interface MemoryImport {
  /** Pages of 64 KiB. */
  readonly pages: number;
  readonly width: 32 | 64;
}

interface FunctionBody {
  readonly type: number;
  readonly locals: readonly number[];
  readonly code: Code;
}

/** Functions for a place in the imported table, or of one type for wherever they are put. */
type Elements = { readonly functions: readonly number[] } & ({ readonly offset: number } | { readonly of: number });

/**
 * Assembles a module in WebAssembly's binary format. Functions are numbered in order, imports
 * first, so all imports are declared before the first function.
 */
export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #typeCode = new Code();
  readonly #imports = new Code();
  #importCount = 0;
  #functionImports = 0;
  readonly #functions: FunctionBody[] = [];
  readonly #globals = new Code();
  #globalCount = 0;
  readonly #exports = new Code();
  #exportCount = 0;
  readonly #elements: Elements[] = [];
  readonly #tables = new Code();
  #tableCount = 0;
  #tableImports = 0;
  #globalImports = 0;

  /** Index of the function type; equal types share one. */
  type(parameters: readonly number[], results: readonly number[]): number {
    const key = `${parameters.join()}:${results.join()}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    const code = this.#typeCode.byte(0x60).u(parameters.length);
    for (const type of parameters) code.byte(type);
    code.u(results.length);
    for (const type of results) code.byte(type);
    return this.#types.push(key) - 1;
  }

  importFunction(module: string, name: string, type: number): number {
    this.#imports.text(module).text(name).byte(0).u(type);
    this.#importCount++;
    return this.#functionImports++;
  }
  importMemory(module: string, name: string, { pages, width }: MemoryImport): void {
    // Limits: 1 has a maximum, 2 shared, 4 addressed by i64.
    this.#imports
      .text(module)
      .text(name)
      .byte(2)
      .byte(width === 64 ? 7 : 3)
      .u(pages)
      .u(pages);
    this.#importCount++;
  }
  /** A table of at least `size` functions; or of exactly that many, all of type `of`, if it is given. Gives its index. */
  importTable(module: string, name: string, size: number, of?: number): number {
    this.#imports.text(module).text(name).byte(1);
    tableType(this.#imports, of)
      .byte(of === undefined ? 0 : 1)
      .u(size);
    if (of !== undefined) this.#imports.u(size);
    this.#importCount++;
    return this.#tableImports++;
  }
  /** An i32 that does not change. */
  importGlobal(module: string, name: string): number {
    this.#imports.text(module).text(name).byte(3).byte(I32).byte(0);
    this.#importCount++;
    return this.#globalImports++;
  }

  /** Adds a table of functions of type `of`, all of them `initial` at first. Tables that are imported come before. */
  table(of: number, size: number, initial: number): number {
    this.#tables.byte(0x40).byte(0);
    tableType(this.#tables, of).byte(1).u(size).u(size).op(OP.ref_func).u(initial).op(OP.end);
    return this.#tableImports + this.#tableCount++;
  }

  /** Index of the function that is added next. */
  get nextFunction(): number {
    return this.#functionImports + this.#functions.length;
  }
  /** Adds a mutable global of type i32 or i64 that begins as 0. */
  global(type: number): number {
    this.#globals.byte(type).byte(1);
    if (type === I64) this.#globals.i64(0);
    else this.#globals.i32(0);
    this.#globals.op(OP.end);
    return this.#globalImports + this.#globalCount++;
  }
  /** Adds a function; `locals` are the types of its locals after the parameters. */
  function(type: number, locals: readonly number[], code: Code): number {
    return this.#functionImports + this.#functions.push({ type, locals, code }) - 1;
  }
  exportFunction(name: string, index: number): void {
    this.#exports.text(name).byte(0).u(index);
    this.#exportCount++;
  }
  exportTable(name: string, index: number): void {
    this.#exports.text(name).byte(1).u(index);
    this.#exportCount++;
  }
  /** Functions of type `of` for table.init: gives the number of the segment. */
  segment(functions: readonly number[], of: number): number {
    return this.#elements.push({ of, functions }) - 1;
  }
  /** Fills the imported table from `offset` when the module is instantiated. */
  element(offset: number, functions: readonly number[]): void {
    this.#elements.push({ offset, functions });
  }

  build(): Uint8Array<ArrayBuffer> {
    const out = new Code(4096);
    out.append(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    const section = (id: number, count: number, body: Code): void => {
      if (count === 0) return;
      const head = new Code(8).u(count);
      out.byte(id).u(head.length + body.length);
      out.append(head.bytes.subarray(0, head.length)).append(body.bytes.subarray(0, body.length));
    };
    section(1, this.#types.length, this.#typeCode);
    section(2, this.#importCount, this.#imports);
    const declarations = new Code();
    for (const { type } of this.#functions) declarations.u(type);
    section(3, this.#functions.length, declarations);
    section(4, this.#tableCount, this.#tables);
    section(6, this.#globalCount, this.#globals);
    section(7, this.#exportCount, this.#exports);
    const elements = new Code();
    for (const each of this.#elements) {
      const { functions } = each;
      if ('offset' in each) {
        elements.u(0).i32(each.offset).op(OP.end).u(functions.length);
        for (const index of functions) elements.u(index);
      } else {
        tableType(elements.u(5), each.of).u(functions.length);
        for (const index of functions) elements.op(OP.ref_func).u(index).op(OP.end);
      }
    }
    section(9, this.#elements.length, elements);
    const bodies = new Code(4096);
    const hints = new Code();
    let hinted = 0;
    this.#functions.forEach(({ locals, code }, index) => {
      const head = localsOf(locals);
      bodies.u(head.length + code.length + 1);
      bodies.append(head.bytes.subarray(0, head.length));
      bodies.append(code.bytes.subarray(0, code.length)).byte(OP.end);
      if (code.hints.length === 0) return;
      hinted++;
      hints.u(this.#functionImports + index).u(code.hints.length / 2);
      for (let i = 0; i < code.hints.length; i += 2) {
        // Branch hinting proposal: offsets count from the start of the locals.
        hints
          .u(head.length + code.hints[i]!)
          .u(1)
          .byte(code.hints[i + 1]!);
      }
    });
    if (hinted > 0) {
      const custom = new Code().text('metadata.code.branch_hint').u(hinted);
      custom.append(hints.bytes.subarray(0, hints.length));
      out.byte(0).u(custom.length).append(custom.bytes.subarray(0, custom.length));
    }
    section(10, this.#functions.length, bodies);
    return out.bytes.slice(0, out.length);
  }
}

/** Any functions or none, or functions of one type. */
function tableType(code: Code, of: number | undefined): Code {
  return of === undefined ? code.byte(0x70) : code.byte(0x64).s(of);
}

/** Runs of equal types, as the format wants them. */
function localsOf(locals: readonly number[]): Code {
  const runs: [number, number][] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  const code = new Code(16).u(runs.length);
  for (const [count, type] of runs) code.u(count).byte(type);
  return code;
}
