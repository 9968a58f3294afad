/* Copies, scales and adds arrays that are larger than a second-level cache. */
#include "runtime.h"

#define LENGTH (1 << 20)

static u64 a[LENGTH], b[LENGTH], c[LENGTH];

u64 run(u64 rounds) {
  u64 checksum = 0;
  for (u64 i = 0; i < LENGTH; i++) a[i] = i;
  for (u64 round = 0; round < rounds; round++) {
    for (u64 i = 0; i < LENGTH; i++) c[i] = a[i];
    for (u64 i = 0; i < LENGTH; i++) b[i] = 3 * c[i];
    for (u64 i = 0; i < LENGTH; i++) c[i] = a[i] + b[i];
    for (u64 i = 0; i < LENGTH; i++) a[i] = b[i] + 5 * c[i];
    for (u64 i = round % 512; i < LENGTH; i += 512) checksum = add_to(checksum, a[i]);
  }
  return checksum;
}
