/* The mixture that processor benchmarks of small systems are made of: a linked list that is searched,
 * reversed and sorted; a matrix of small integers; a state machine that reads numbers; a CRC of it all. */
#include "runtime.h"

/* CRC-16/ARC, bit by bit. */
static u16 crc_byte(u16 crc, u8 byte) {
  for (int bit = 0; bit < 8; bit++) {
    int carry = (crc ^ byte) & 1;
    crc >>= 1;
    byte >>= 1;
    if (carry) crc ^= 0xa001;
  }
  return crc;
}

static u16 crc_half(u16 crc, u16 half) {
  return crc_byte(crc_byte(crc, half), half >> 8);
}

static u16 crc_word(u16 crc, u32 word) {
  return crc_half(crc_half(crc, word), word >> 16);
}

#define NODES 200

struct node {
  struct node *next;
  s16 key, place;
};

static struct node nodes[NODES];

static struct node *make_list(u64 *random) {
  for (int i = 0; i < NODES; i++) {
    nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : 0;
    nodes[i].key = next_random(random) & 0x3ff;
    nodes[i].place = i;
  }
  return nodes;
}

static struct node *find(struct node *list, s16 key) {
  while (list && list->key != key) list = list->next;
  return list;
}

static struct node *reverse(struct node *list) {
  struct node *done = 0;
  while (list) {
    struct node *next = list->next;
    list->next = done;
    done = list;
    list = next;
  }
  return done;
}

typedef s32 (*order)(const struct node *, const struct node *);

static s32 by_key(const struct node *a, const struct node *b) {
  return a->key - b->key;
}

static s32 by_place(const struct node *a, const struct node *b) {
  return a->place - b->place;
}

/* Merges runs of 1, 2, 4 ... nodes, in place. */
static struct node *sort(struct node *list, order compare) {
  for (int width = 1;; width *= 2) {
    struct node *rest = list, **end = &list;
    int merges = 0;
    while (rest) {
      struct node *left = rest, *right = rest;
      int lefts = 0, rights = width;
      merges++;
      while (lefts < width && right) {
        lefts++;
        right = right->next;
      }
      while (lefts > 0 || (rights > 0 && right)) {
        struct node **from;
        if (lefts == 0 || (rights > 0 && right && compare(left, right) > 0)) {
          from = &right;
          rights--;
        } else {
          from = &left;
          lefts--;
        }
        struct node *taken = *from;
        *from = taken->next;
        *end = taken;
        end = &taken->next;
      }
      rest = right;
    }
    *end = 0;
    if (merges <= 1) return list;
  }
}

static u16 use_list(u16 crc, u64 *random) {
  struct node *list = make_list(random);
  for (int i = 0; i < 20; i++) {
    struct node *found = find(list, next_random(random) & 0x3ff);
    if (found) crc = crc_half(crc, found->place);
    list = reverse(list);
  }
  list = sort(list, by_key);
  for (struct node *n = list; n; n = n->next) crc = crc_half(crc, n->key);
  list = sort(list, by_place);
  for (struct node *n = list; n; n = n->next) crc = crc_byte(crc, n->place);
  return crc;
}

#define SIDE 12

static s16 left[SIDE][SIDE], right[SIDE][SIDE];
static s32 product[SIDE][SIDE];

static u16 use_matrix(u16 crc, u64 *random) {
  s16 scale = next_random(random) & 15;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      left[i][j] = (i * SIDE + j) * scale & 0xff;
      right[i][j] = (left[i][j] + i) & 0x7f;
    }
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      s32 sum = 0;
      for (int k = 0; k < SIDE; k++) sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
  /* Again with fields of the products, and with 16 bits in place of 32. */
  s32 previous = 0, rises = 0;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      s32 p = product[i][j];
      s32 value = (p >> 2 & 15) * (p >> 5 & 127) + (s16)(p * scale);
      rises += value > previous ? 10 : value & 1;
      previous = value;
    }
  crc = crc_word(crc, rises);
  for (int i = 0; i < SIDE; i++) crc = crc_word(crc, product[i][SIDE - 1 - i]);
  return crc;
}

enum state { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, POWER, INVALID, STATES };

static u32 visits[STATES];

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

static enum state after(enum state state, char c) {
  switch (state) {
    case START:
      if (c == '+' || c == '-') return SIGN;
      if (c == '.') return POINT;
      return is_digit(c) ? INTEGER : INVALID;
    case SIGN:
      if (c == '.') return POINT;
      return is_digit(c) ? INTEGER : INVALID;
    case INTEGER:
      if (c == '.') return FRACTION;
      if (c == 'e' || c == 'E') return EXPONENT;
      return is_digit(c) ? INTEGER : INVALID;
    case POINT:
      return is_digit(c) ? FRACTION : INVALID;
    case FRACTION:
      if (c == 'e' || c == 'E') return EXPONENT;
      return is_digit(c) ? FRACTION : INVALID;
    case EXPONENT:
      if (c == '+' || c == '-') return EXPONENT_SIGN;
      return is_digit(c) ? POWER : INVALID;
    case EXPONENT_SIGN:
    case POWER:
      return is_digit(c) ? POWER : INVALID;
    default:
      return INVALID;
  }
}

static const char *const numbers[] = {"5012", "-874", "+122", "35.54400", ".1234500", "-110.700", "+0.64400", "5.500e+3",
                                      "-.123e-2", "-87e+832", "+0.6e-12", "T0.3e-1F", "-T.T++Tq", "1T3.4e4z", "34.0e-T^"};
static char input[1024];

static u16 use_states(u16 crc, u64 *random) {
  u32 length = 0;
  while (length < sizeof input - 16) {
    for (const char *c = numbers[next_random(random) % 15]; *c; c++) input[length++] = *c;
    input[length++] = ',';
  }
  input[length] = 0;
  for (int state = 0; state < STATES; state++) visits[state] = 0;
  enum state state = START;
  for (const char *c = input; *c; c++) {
    if (*c == ',') {
      crc = crc_byte(crc, state);
      state = START;
    } else {
      state = after(state, *c);
    }
    visits[state]++;
  }
  for (int state = 0; state < STATES; state++) crc = crc_word(crc, visits[state]);
  return crc;
}

u64 run(u64 rounds) {
  u64 random = 0x1234567, checksum = 0;
  u16 crc = 0;
  for (u64 round = 0; round < rounds; round++) {
    crc = use_list(crc, &random);
    crc = use_matrix(crc, &random);
    crc = use_states(crc, &random);
    checksum = add_to(checksum, crc);
  }
  return checksum;
}
