/* What programs do with text, byte by byte: lengths, searches, comparisons, words and their counts. */
#include "runtime.h"

#define FUNCTION static __attribute__((noinline))

FUNCTION u64 length_of(const char *s) {
  const char *end = s;
  while (*end) end++;
  return end - s;
}

FUNCTION const char *find_byte(const char *s, char byte, u64 length) {
  for (; length > 0; s++, length--)
    if (*s == byte) return s;
  return 0;
}

FUNCTION int compare(const char *a, const char *b, u64 length) {
  for (; length > 0; a++, b++, length--)
    if (*a != *b) return (u8)*a - (u8)*b;
  return 0;
}

FUNCTION const char *find_text(const char *s, const char *text) {
  for (; *s; s++) {
    u64 i = 0;
    while (text[i] && s[i] == text[i]) i++;
    if (!text[i]) return s;
  }
  return 0;
}

FUNCTION void copy(char *to, const char *from) {
  while ((*to++ = *from++)) {
  }
}

FUNCTION void to_upper(char *s) {
  for (; *s; s++)
    if (*s >= 'a' && *s <= 'z') *s -= 32;
}

static const char *const words[] = {"a",       "machine", "is",      "emulated", "when",     "another", "machine's", "instructions",
                                    "are",     "carried", "out",     "one",      "by",       "one",     "and",       "nobody",
                                    "inside",  "can",     "tell",    "but",      "from",     "the",     "time",      "translation",
                                    "remembers", "what",  "it",      "has",      "seen",     "of",      "loops",     "before"};

#define SLOTS 128

static char text[8192], shouted[sizeof text];
static struct {
  const char *word;
  u64 length, count;
} slots[SLOTS];

static void write_text(u64 *random) {
  u64 used = 0;
  while (used < sizeof text - 32) {
    u64 number = next_random(random);
    for (const char *c = words[number & 31]; *c; c++) text[used++] = *c;
    if ((number >> 8 & 15) == 0) text[used++] = '.';
    text[used++] = (number >> 12 & 15) == 0 ? '\n' : ' ';
  }
  text[used] = 0;
}

static void count_word(const char *word, u64 length) {
  u32 hash = 2166136261;
  for (u64 i = 0; i < length; i++) hash = (hash ^ (u8)word[i]) * 16777619;
  for (u32 slot = hash % SLOTS;; slot = (slot + 1) % SLOTS) {
    if (slots[slot].word == 0) {
      slots[slot].word = word;
      slots[slot].length = length;
    } else if (slots[slot].length != length || compare(slots[slot].word, word, length) != 0) {
      continue;
    }
    slots[slot].count++;
    return;
  }
}

static u64 count_words(u64 checksum) {
  for (int i = 0; i < SLOTS; i++) {
    slots[i].word = 0;
    slots[i].count = 0;
  }
  const char *word = text;
  for (const char *c = text;; c++) {
    if (*c != ' ' && *c != '\n' && *c != '.' && *c != 0) continue;
    if (c > word) count_word(word, c - word);
    word = c + 1;
    if (*c == 0) break;
  }
  for (int i = 0; i < SLOTS; i++) checksum = add_to(checksum, slots[i].count);
  return checksum;
}

static u64 count_lines(u64 checksum) {
  u64 left = length_of(text), lines = 0;
  const char *line = text;
  for (const char *end; (end = find_byte(line, '\n', left)); line = end + 1) {
    left -= end + 1 - line;
    lines++;
  }
  return add_to(add_to(checksum, lines), left);
}

static u64 search(u64 checksum) {
  for (int i = 0; i < 32; i += 5) {
    const char *at = find_text(text, words[i]);
    for (int found = 0; at && found < 8; found++) {
      checksum = add_to(checksum, at - text);
      at = find_text(at + 1, words[i]);
    }
  }
  return add_to(checksum, find_text(text, "machine's translation remembers nobody inside.") == 0);
}

u64 run(u64 rounds) {
  u64 random = 7, checksum = 0;
  for (u64 round = 0; round < rounds; round++) {
    write_text(&random);
    checksum = count_words(checksum);
    checksum = count_lines(checksum);
    checksum = search(checksum);
    copy(shouted, text);
    checksum = add_to(checksum, compare(text, shouted, sizeof text));
    to_upper(shouted);
    for (int i = 0; i < 1024; i += 64) checksum = add_to(checksum, compare(text + i, shouted + i, 64));
  }
  return checksum;
}
