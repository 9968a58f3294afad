import { ATOMIC, OP, VOID } from './opcodes.ts';

/** A growing run of bytes in WebAssembly's binary format, with the instructions of one function. */
export class Code {
  bytes: Uint8Array;
  length = 0;
  /** Offset and direction (1 likely, 0 unlikely) of each hinted br_if and if, in order. */
  readonly hints: number[] = [];
  /** Open blocks, to check that every one is closed and to compute branch depths. */
  depth = 0;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
  }

  #grow(extra: number): void {
    if (this.length + extra <= this.bytes.length) return;
    const bigger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + extra));
    bigger.set(this.bytes.subarray(0, this.length));
    this.bytes = bigger;
  }

  byte(value: number): this {
    if (this.length === this.bytes.length) this.#grow(1);
    this.bytes[this.length++] = value;
    return this;
  }

  append(bytes: Uint8Array): this {
    this.#grow(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  /** Unsigned LEB128 of an integer up to 2^53. */
  u(value: number): this {
    while (value >= 0x80) {
      this.byte((value % 0x80) | 0x80);
      value = Math.floor(value / 0x80);
    }
    return this.byte(value);
  }

  /** Signed LEB128 of a 32-bit integer. */
  s(value: number): this {
    value |= 0;
    for (;;) {
      const low = value & 0x7f;
      value >>= 7;
      if ((value === 0 && low < 0x40) || (value === -1 && low >= 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of a 64-bit integer. */
  s64(value: number | bigint): this {
    if (typeof value === 'number') {
      if (value === (value | 0)) return this.s(value);
      value = BigInt(value);
    }
    value = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(value & 0x7fn);
      value >>= 7n;
      if ((value === 0n && low < 0x40) || (value === -1n && low >= 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.u(bytes.length).append(bytes);
  }

  op(opcode: number): this {
    return this.byte(opcode);
  }
  /** An instruction behind the prefix 0xfd (SIMD) or 0xfe (atomics). */
  prefixed(prefix: number, opcode: number): this {
    return this.byte(prefix).u(opcode);
  }
  get(local: number): this {
    return this.byte(OP.local_get).u(local);
  }
  set(local: number): this {
    return this.byte(OP.local_set).u(local);
  }
  tee(local: number): this {
    return this.byte(OP.local_tee).u(local);
  }
  globalGet(global: number): this {
    return this.byte(OP.global_get).u(global);
  }
  globalSet(global: number): this {
    return this.byte(OP.global_set).u(global);
  }
  i32(value: number): this {
    return this.byte(OP.i32_const).s(value);
  }
  i64(value: number | bigint): this {
    return this.byte(OP.i64_const).s64(value);
  }
  f64(value: number): this {
    const words = new Int32Array(Float64Array.of(value).buffer);
    return this.f64Bits(words[0]!, words[1]!);
  }
  f32(value: number): this {
    return this.f32Bits(new Int32Array(Float32Array.of(value).buffer)[0]!);
  }
  f64Bits(low: number, high: number): this {
    this.byte(OP.f64_const);
    for (const word of [low, high]) for (let i = 0; i < 32; i += 8) this.byte((word >>> i) & 0xff);
    return this;
  }
  f32Bits(bits: number): this {
    this.byte(OP.f32_const);
    for (let i = 0; i < 32; i += 8) this.byte((bits >>> i) & 0xff);
    return this;
  }
  /** A load or store; `align` is the base-2 logarithm that atomics need exactly. */
  memory(opcode: number, offset = 0, align = 0): this {
    return this.byte(opcode).u(align).u(offset);
  }
  fence(): this {
    return this.byte(0xfe).u(ATOMIC.fence).byte(0);
  }
  atomic(opcode: number, offset: number, align: number): this {
    return this.byte(0xfe).u(opcode).u(align).u(offset);
  }

  /** Opens a block and returns its label for br and brIf. */
  block(type = VOID): number {
    this.byte(OP.block).byte(type);
    return ++this.depth;
  }
  loop(type = VOID): number {
    this.byte(OP.loop).byte(type);
    return ++this.depth;
  }
  if(type = VOID, likely?: boolean): number {
    this.#hint(likely);
    this.byte(OP.if).byte(type);
    return ++this.depth;
  }
  else(): this {
    return this.byte(OP.else);
  }
  end(): this {
    this.depth--;
    return this.byte(OP.end);
  }
  br(label: number): this {
    return this.byte(OP.br).u(this.depth - label);
  }
  brIf(label: number, likely?: boolean): this {
    this.#hint(likely);
    return this.byte(OP.br_if).u(this.depth - label);
  }
  brTable(labels: readonly number[], otherwise: number): this {
    this.byte(OP.br_table).u(labels.length);
    for (const label of labels) this.u(this.depth - label);
    return this.u(this.depth - otherwise);
  }
  call(index: number): this {
    return this.byte(OP.call).u(index);
  }
  callIndirect(type: number, table = 0): this {
    return this.byte(OP.call_indirect).u(type).u(table);
  }
  returnCall(index: number): this {
    return this.byte(OP.return_call).u(index);
  }
  returnCallIndirect(type: number, table = 0): this {
    return this.byte(OP.return_call_indirect).u(type).u(table);
  }
  /** Functions `from` on of a segment into a table: [to, from, count] -> []. */
  tableInit(segment: number, table: number): this {
    return this.prefixed(0xfc, 12).u(segment).u(table);
  }
  /** [funcref] -> [a function of a type]; traps if it is none. */
  castFunction(type: number): this {
    return this.prefixed(0xfb, 22).s(type);
  }
  #hint(likely: boolean | undefined): void {
    if (likely !== undefined) this.hints.push(this.length, likely ? 1 : 0);
  }
}
