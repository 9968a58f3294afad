/**
 * A module of two loops, and a program for compiled-modules.test.ts: `make` writes what the engine made of the first one;
 * `take`, `take-whole` and `take-in-worker` read that and write what they found as JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Code } from '../../wasm/code.ts';
import { ModuleBuilder } from '../../wasm/module.ts';
import { I32, OP } from '../../wasm/opcodes.ts';
import { compiledModules } from './compiled-modules.ts';

type Loops = { first: (n: number) => number; second: (n: number) => number };
export type Found = { refused: boolean; sum: number; bytesAtOnce: number; bytesLater: number; sameWhenAlive: boolean };

/** `first` adds 3 as often as its argument says, `second` adds `step`. */
export function loops(step: number): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const type = builder.type([I32], [I32]);
  const loop = (name: string, summand: number): void => {
    const code = new Code();
    code.byte(OP.loop).byte(0x40);
    code.byte(OP.local_get).u(1).op(OP.i32_const).s(summand).op(OP.i32_add).byte(OP.local_set).u(1);
    code.byte(OP.local_get).u(0).op(OP.i32_const).s(1).op(OP.i32_sub).byte(OP.local_tee).u(0);
    code.byte(OP.br_if).u(0).byte(OP.end).byte(OP.local_get).u(1);
    builder.exportFunction(name, builder.function(type, [I32], code));
  };
  loop('first', 3);
  loop('second', step);
  return builder.build();
}

export const loopsOf = (module: WebAssembly.Module): Loops =>
  new WebAssembly.Instance(module).exports as unknown as Loops;

/** Calls `loop` until the engine has optimized more of `module` than `least` bytes. */
export function optimize(module: WebAssembly.Module, loop: (n: number) => number, least = 0): Uint8Array<ArrayBuffer> {
  for (const end = performance.now() + 20_000; performance.now() < end;) {
    loop(1_000_000);
    const compiled = compiledModules()!.serialize(module);
    if (compiled !== undefined && compiled.length > least) return compiled;
  }
  throw new Error('the engine optimizes nothing');
}

/** What was optimized as a whole, and its module, as JSON of both in base64. */
function takeWhole(json: string): Found {
  const [wireBytes, compiled] = (JSON.parse(json) as string[]).map(
    (text) => new Uint8Array(Buffer.from(text, 'base64')),
  );
  return take(compiled!, wireBytes!, true);
}

/** `isWhole`: there is no more to optimize. */
function take(compiled: Uint8Array, wireBytes: Uint8Array, isWhole = false): Found {
  const modules = compiledModules()!;
  const module = modules.deserialize(compiled, wireBytes);
  if (module === undefined) return { refused: true, sum: 0, bytesAtOnce: 0, bytesLater: 0, sameWhenAlive: false };
  const bytesAtOnce = modules.serialize(module)?.length ?? 0;
  const { first, second } = loopsOf(module);
  const sum = first(10) + second(10);
  const bytesLater = isWhole ? bytesAtOnce : optimize(module, second, bytesAtOnce).length;
  const again = modules.deserialize(compiled, wireBytes);
  const sameWhenAlive = again !== undefined && modules.serialize(again)?.length === bytesLater;
  return { refused: false, sum, bytesAtOnce, bytesLater, sameWhenAlive };
}

const [, , what, step] = process.argv;
if (!isMainThread && workerData?.compiled !== undefined) {
  parentPort!.postMessage(take(workerData.compiled, loops(workerData.step)));
} else if (what === 'make') {
  const module = new WebAssembly.Module(loops(Number(step)));
  writeFileSync(1, optimize(module, loopsOf(module).first));
} else if (what?.startsWith('take') === true) {
  const compiled = new Uint8Array(readFileSync(0));
  const write = (found: Found): void => writeFileSync(1, JSON.stringify(found));
  if (what === 'take-whole') write(takeWhole(Buffer.from(compiled).toString()));
  else if (what === 'take') write(take(compiled, loops(Number(step))));
  else new Worker(new URL(import.meta.url), { workerData: { compiled, step: Number(step) } }).on('message', write);
}
