/* The compiler calls these two for structs, whatever the flags. */
#include "runtime.h"

void *memcpy(void *to, const void *from, u64 length) {
  u8 *t = to;
  for (const u8 *f = from; length > 0; length--) *t++ = *f++;
  return to;
}

void *memset(void *to, int value, u64 length) {
  for (u8 *t = to; length > 0; length--) *t++ = value;
  return to;
}
