import type { Node } from '../ir/node.ts';
import { OP, SIMD } from '../wasm/opcodes.ts';
import type { Emitter } from './emitter.ts';

const PREFIX = 0xfd;

interface Lane {
  readonly splat: number;
  readonly add: number;
  readonly sub: number;
  readonly extract: number;
  readonly replace: number;
  readonly isWide: boolean;
}

const LANES: Readonly<Record<string, Lane>> = {
  i8: {
    splat: SIMD.i8x16_splat,
    add: SIMD.i8x16_add,
    sub: SIMD.i8x16_sub,
    extract: SIMD.i8x16_extract_lane_u,
    replace: SIMD.i8x16_replace_lane,
    isWide: false,
  },
  i16: {
    splat: SIMD.i16x8_splat,
    add: SIMD.i16x8_add,
    sub: SIMD.i16x8_sub,
    extract: SIMD.i16x8_extract_lane_u,
    replace: SIMD.i16x8_replace_lane,
    isWide: false,
  },
  i32: {
    splat: SIMD.i32x4_splat,
    add: SIMD.i32x4_add,
    sub: SIMD.i32x4_sub,
    extract: SIMD.i32x4_extract_lane,
    replace: SIMD.i32x4_replace_lane,
    isWide: false,
  },
  i64: {
    splat: SIMD.i64x2_splat,
    add: SIMD.i64x2_add,
    sub: SIMD.i64x2_sub,
    extract: SIMD.i64x2_extract_lane,
    replace: SIMD.i64x2_replace_lane,
    isWide: true,
  },
};

/** Pushes the value of an operation on v128; false if it is none. */
export function emitVector(emitter: Emitter, node: Node): boolean {
  const { code } = emitter;
  const lane = LANES[node.attributes.lane ?? 'i64']!;
  const [a, b] = node.args as [Node, Node];
  switch (node.op) {
    case 'and':
    case 'or':
    case 'xor':
      emitter.use(a);
      emitter.use(b);
      code.prefixed(PREFIX, SIMD[`v128_${node.op}`]);
      return true;
    case 'v_add':
    case 'v_sub':
      emitter.use(a);
      emitter.use(b);
      code.prefixed(PREFIX, node.op === 'v_add' ? lane.add : lane.sub);
      return true;
    case 'v_splat':
      emitter.use(a);
      code.prefixed(PREFIX, lane.splat);
      return true;
    case 'v_extract':
      emitter.use(a);
      code.prefixed(PREFIX, lane.extract).byte(node.attributes.value as number);
      if (node.type === 'i64' && !lane.isWide) code.op(OP.i64_extend_i32_u);
      return true;
    case 'v_replace':
      emitter.use(a);
      emitter.use(b);
      code.prefixed(PREFIX, lane.replace).byte(node.attributes.value as number);
      return true;
    default:
      return false;
  }
}
