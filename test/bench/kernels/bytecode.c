/* An interpreter of a small stack machine, one switch in a loop, that sieves primes, follows Collatz
 * sequences and sums greatest common divisors. */
#include "runtime.h"

/* Operands follow in the code: a byte for PUSH, LOAD and STORE, two for what jumps. */
enum operation {
  HALT,
  PUSH,
  LOAD,
  STORE,
  GET,
  SET,
  DROP,
  COPY,
  ADD,
  SUBTRACT,
  MULTIPLY,
  REMAINDER,
  AND,
  XOR,
  SHIFT_LEFT,
  SHIFT_RIGHT,
  LESS,
  EQUAL,
  NOT,
  JUMP,
  JUMP_IF_ZERO,
  CALL,
  RETURN,
};

static u8 code[512], memory[4096];
static u64 here;

static u64 interpret(u64 pc, u64 argument) {
  u64 stack[64], locals[16] = {argument}, returns[16];
  u64 *top = stack, *back = returns;
  for (;;) {
    switch (code[pc++]) {
      case HALT:
        return *top;
      case PUSH:
        *++top = code[pc++];
        break;
      case LOAD:
        *++top = locals[code[pc++]];
        break;
      case STORE:
        locals[code[pc++]] = *top--;
        break;
      case GET:
        *top = memory[*top % sizeof memory];
        break;
      case SET:
        memory[*top % sizeof memory] = top[-1];
        top -= 2;
        break;
      case DROP:
        top--;
        break;
      case COPY:
        top[1] = top[0];
        top++;
        break;
      case ADD:
        top--;
        top[0] += top[1];
        break;
      case SUBTRACT:
        top--;
        top[0] -= top[1];
        break;
      case MULTIPLY:
        top--;
        top[0] *= top[1];
        break;
      case REMAINDER:
        top--;
        top[0] %= top[1];
        break;
      case AND:
        top--;
        top[0] &= top[1];
        break;
      case XOR:
        top--;
        top[0] ^= top[1];
        break;
      case SHIFT_LEFT:
        top--;
        top[0] <<= top[1] & 63;
        break;
      case SHIFT_RIGHT:
        top--;
        top[0] >>= top[1] & 63;
        break;
      case LESS:
        top--;
        top[0] = top[0] < top[1];
        break;
      case EQUAL:
        top--;
        top[0] = top[0] == top[1];
        break;
      case NOT:
        *top = !*top;
        break;
      case JUMP:
        pc = code[pc] | code[pc + 1] << 8;
        break;
      case JUMP_IF_ZERO:
        if (*top-- == 0) pc = code[pc] | code[pc + 1] << 8;
        else pc += 2;
        break;
      case CALL:
        *++back = pc + 2;
        pc = code[pc] | code[pc + 1] << 8;
        break;
      case RETURN:
        pc = *back--;
        break;
      default:
        return -1;
    }
  }
}

static void emit(enum operation operation) {
  code[here++] = operation;
}

static void emit_with(enum operation operation, u8 operand) {
  emit(operation);
  code[here++] = operand;
}

/* A transfer of control, to somewhere known or to where `land` will say. */
static u64 emit_to(enum operation operation, u64 target) {
  emit(operation);
  code[here] = target;
  code[here + 1] = target >> 8;
  here += 2;
  return here - 2;
}

static void land(u64 transfer) {
  code[transfer] = here;
  code[transfer + 1] = here >> 8;
}

enum local { LIMIT, I, J, T, SUM };

static void emit_binary(enum local local, enum operation operation, u8 number) {
  emit_with(LOAD, local);
  emit_with(PUSH, number);
  emit(operation);
}

/* for (local = first; local < LIMIT; ...) */
static u64 begin_loop(enum local local, u8 first, u64 *out) {
  emit_with(PUSH, first);
  emit_with(STORE, local);
  u64 top = here;
  emit_with(LOAD, local);
  emit_with(LOAD, LIMIT);
  emit(LESS);
  *out = emit_to(JUMP_IF_ZERO, 0);
  return top;
}

static void end_loop(enum local local, u64 top, u64 out) {
  emit_binary(local, ADD, 1);
  emit_with(STORE, local);
  emit_to(JUMP, top);
  land(out);
}

static void emit_sieve(void) {
  u64 out, top = begin_loop(I, 0, &out);
  emit_with(PUSH, 0);
  emit_with(LOAD, I);
  emit(SET);
  end_loop(I, top, out);
  top = begin_loop(I, 2, &out);
  emit_with(LOAD, I);
  emit(GET);
  emit(NOT);
  u64 composite = emit_to(JUMP_IF_ZERO, 0);
  emit_binary(SUM, MULTIPLY, 31);
  emit_with(LOAD, I);
  emit(ADD);
  emit_with(STORE, SUM);
  emit_binary(I, SHIFT_LEFT, 1);
  emit_with(STORE, J);
  u64 next = here;
  emit_with(LOAD, J);
  emit_with(LOAD, LIMIT);
  emit(LESS);
  u64 end = emit_to(JUMP_IF_ZERO, 0);
  emit_with(PUSH, 1);
  emit_with(LOAD, J);
  emit(SET);
  emit_with(LOAD, J);
  emit_with(LOAD, I);
  emit(ADD);
  emit_with(STORE, J);
  emit_to(JUMP, next);
  land(end);
  land(composite);
  end_loop(I, top, out);
}

static void emit_collatz(void) {
  u64 out, top = begin_loop(I, 1, &out);
  emit_with(LOAD, I);
  emit_with(STORE, T);
  u64 next = here;
  emit_binary(T, EQUAL, 1);
  emit(NOT);
  u64 end = emit_to(JUMP_IF_ZERO, 0);
  emit_binary(T, AND, 1);
  u64 even = emit_to(JUMP_IF_ZERO, 0);
  emit_binary(T, MULTIPLY, 3);
  emit_with(PUSH, 1);
  emit(ADD);
  u64 odd = emit_to(JUMP, 0);
  land(even);
  emit_binary(T, SHIFT_RIGHT, 1);
  land(odd);
  emit_with(STORE, T);
  emit_binary(SUM, ADD, 1);
  emit_with(STORE, SUM);
  emit_to(JUMP, next);
  land(end);
  end_loop(I, top, out);
}

/* A function of two arguments in J and T; its result stays on the stack. */
static u64 emit_gcd(void) {
  u64 start = here;
  emit_with(LOAD, T);
  u64 end = emit_to(JUMP_IF_ZERO, 0);
  emit_with(LOAD, J);
  emit_with(LOAD, T);
  emit(COPY);
  emit_with(STORE, J);
  emit(REMAINDER);
  emit_with(STORE, T);
  emit_to(JUMP, start);
  land(end);
  emit_with(LOAD, J);
  emit(RETURN);
  return start;
}

static void emit_divisors(u64 gcd) {
  u64 out, top = begin_loop(I, 1, &out);
  emit_with(LOAD, I);
  emit_with(STORE, J);
  emit_binary(SUM, AND, 255);
  emit_with(STORE, T);
  emit_to(CALL, gcd);
  emit(COPY);
  emit_with(LOAD, SUM);
  emit(XOR);
  emit_with(STORE, SUM);
  emit(DROP);
  end_loop(I, top, out);
}

u64 run(u64 rounds) {
  here = 0;
  u64 gcd = emit_gcd(), start = here;
  emit_sieve();
  emit_collatz();
  emit_divisors(gcd);
  emit_with(LOAD, SUM);
  emit(HALT);
  u64 checksum = 0;
  for (u64 round = 0; round < rounds; round++) checksum = add_to(checksum, interpret(start, 1000 + round % 64));
  return checksum;
}
