/* Quicksort of records that knows their order only from a function it is given. */
#include "runtime.h"

#define RECORDS 5000

struct record {
  u64 key;
  u32 serial, weight;
};

typedef int (*order)(const void *, const void *);

static int by_key(const void *a, const void *b) {
  u64 x = ((const struct record *)a)->key, y = ((const struct record *)b)->key;
  return x < y ? -1 : x > y;
}

static int by_weight_then_key(const void *a, const void *b) {
  u32 x = ((const struct record *)a)->weight, y = ((const struct record *)b)->weight;
  return x == y ? by_key(a, b) : x < y ? 1 : -1;
}

static int by_serial(const void *a, const void *b) {
  return (int)((const struct record *)a)->serial - (int)((const struct record *)b)->serial;
}

/* Not constant, so that no compiler knows whom it calls. */
static volatile order orders[] = {by_key, by_weight_then_key, by_serial};

static void swap(struct record *a, struct record *b) {
  struct record kept = *a;
  *a = *b;
  *b = kept;
}

static void insertion_sort(struct record *first, struct record *last, order compare) {
  for (struct record *next = first + 1; next <= last; next++) {
    struct record moving = *next, *to = next;
    for (; to > first && compare(to - 1, &moving) > 0; to--) *to = *(to - 1);
    *to = moving;
  }
}

static void quicksort(struct record *first, struct record *last, order compare) {
  while (last - first > 8) {
    struct record *middle = first + (last - first) / 2;
    if (compare(middle, first) < 0) swap(middle, first);
    if (compare(last, middle) < 0) swap(last, middle);
    if (compare(middle, first) < 0) swap(middle, first);
    struct record pivot = *middle, *up = first, *down = last;
    while (up <= down) {
      while (compare(up, &pivot) < 0) up++;
      while (compare(down, &pivot) > 0) down--;
      if (up <= down) swap(up++, down--);
    }
    /* The smaller part by recursion, so that the stack stays small. */
    if (down - first < last - up) {
      quicksort(first, down, compare);
      first = up;
    } else {
      quicksort(up, last, compare);
      last = down;
    }
  }
  insertion_sort(first, last, compare);
}

static struct record records[RECORDS];

u64 run(u64 rounds) {
  u64 random = 42, checksum = 0;
  for (u64 round = 0; round < rounds; round++) {
    for (u32 i = 0; i < RECORDS; i++) {
      u64 key = next_random(&random);
      records[i] = (struct record){.key = key, .serial = i, .weight = key >> 20 & 63};
    }
    for (int o = 0; o < 3; o++) {
      quicksort(records, records + RECORDS - 1, orders[o]);
      for (int i = 0; i < RECORDS; i += 7) checksum = add_to(checksum, records[i].key);
    }
  }
  return checksum;
}
