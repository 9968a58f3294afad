/* What every kernel uses. Integers have the width their names say. */
#pragma once
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef signed short s16;
typedef signed int s32;
typedef signed long s64;

/* The kernel itself: does its work so many times over and returns a value that depends on all of it. */
u64 run(u64 rounds);

void *memcpy(void *to, const void *from, u64 length);
void *memset(void *to, int value, u64 length);

/* The next of a row of numbers that look random: xorshift with these three shifts visits all but 0. */
static inline u64 next_random(u64 *state) {
  u64 x = *state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *state = x;
}

/* A checksum that the order of the values matters to. */
static inline u64 add_to(u64 checksum, u64 value) {
  checksum = (checksum ^ value) * 0x9e3779b97f4a7c15ul;
  return checksum ^ checksum >> 29;
}

static inline u64 bits_of(double value) {
  union {
    double value;
    u64 bits;
  } same = {value};
  return same.bits;
}
