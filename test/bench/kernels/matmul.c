/* Products of matrices of doubles, by rows times columns and by rows times numbers in turns. */
#include "runtime.h"

#define SIDE 96

typedef double matrix[SIDE][SIDE];

static matrix left, right, product;

static void by_columns(void) {
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      double sum = 0;
      for (int k = 0; k < SIDE; k++) sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
}

static void by_numbers(void) {
  for (int i = 0; i < SIDE; i++) {
    for (int j = 0; j < SIDE; j++) product[i][j] = 0;
    for (int k = 0; k < SIDE; k++) {
      double number = left[i][k];
      for (int j = 0; j < SIDE; j++) product[i][j] += number * right[k][j];
    }
  }
}

u64 run(u64 rounds) {
  u64 random = 2463534242, checksum = 0;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      left[i][j] = (double)(s64)next_random(&random) * 0x1p-63;
      right[i][j] = (double)(s64)next_random(&random) * 0x1p-63;
    }
  for (u64 round = 0; round < rounds; round++) {
    if (round % 2) by_columns();
    else by_numbers();
    for (int i = 0; i < SIDE; i++) checksum = add_to(checksum, bits_of(product[i][(i + round) % SIDE]));
    /* The next product is another one, of numbers no larger. */
    for (int i = 0; i < SIDE; i++) left[round % SIDE][i] = product[i][round % SIDE] / SIDE;
  }
  return checksum;
}
