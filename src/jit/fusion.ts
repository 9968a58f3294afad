import { Code } from '../wasm/code.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import { F32, F64, SIMD } from '../wasm/opcodes.ts';

/**
 * Fused multiply-add by relaxed SIMD (WebAssembly 3.0, relaxed_madd): whether it rounds once or twice
 * is the host's affair, but it is the same for one host always. So it is tried out once.
 */

interface Format {
  readonly splat: number;
  readonly madd: number;
  readonly extract: number;
}
const WIDE: Format = { splat: SIMD.f64x2_splat, madd: SIMD.f64x2_relaxed_madd, extract: SIMD.f64x2_extract_lane };
const NARROW: Format = { splat: SIMD.f32x4_splat, madd: SIMD.f32x4_relaxed_madd, extract: SIMD.f32x4_extract_lane };

/** Pushes a * b + c of three f64 (or f32) locals, rounded once where `hostFuses`. */
export function emitFused(code: Code, isWide: boolean, [a, b, c]: readonly [number, number, number]): void {
  const { splat, madd, extract } = isWide ? WIDE : NARROW;
  for (const local of [a, b, c]) code.get(local).prefixed(0xfd, splat);
  code.prefixed(0xfd, madd).prefixed(0xfd, extract).byte(0);
}

let fuses: boolean | undefined;

/** Whether the host rounds once: products whose low half is all that is left of the sum. */
export function hostFuses(): boolean {
  return (fuses ??= roundsOnce(true, 2 ** -30) && roundsOnce(false, 2 ** -13));
}

/** (1 + e)^2 - (1 + 2 e) is e^2, which a product that was rounded has lost. */
function roundsOnce(isWide: boolean, e: number): boolean {
  const type = isWide ? F64 : F32;
  const builder = new ModuleBuilder();
  const code = new Code();
  emitFused(code, isWide, [0, 1, 2]);
  builder.exportFunction('fused', builder.function(builder.type([type, type, type], [type]), [], code));
  const bytes = builder.build();
  if (!WebAssembly.validate(bytes)) return false;
  const { fused } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as {
    fused: (a: number, b: number, c: number) => number;
  };
  return fused(1 + e, 1 + e, -(1 + 2 * e)) === e * e && fused(1 - e, 1 + e, -1) === -e * e;
}
