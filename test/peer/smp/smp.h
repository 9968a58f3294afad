/* What programs for several harts under an SBI share. */
#include <stdint.h>

#define HARTS_MAX 8
#define LINE __attribute__((aligned(64)))
#define PAGE __attribute__((aligned(4096)))

typedef uint64_t u64;
typedef uint32_t u32;

struct sbi_result {
  long error;
  u64 value;
};

struct sbi_result sbi(u64 extension, u64 function, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4);

extern u64 harts;

void put(const char *text);
void put_number(u64 number);
/* Writes `name value` and a line end. */
void report(const char *name, u64 value);
/* Ends the machine: status 0 if all is right. */
void end(int is_right) __attribute__((noreturn));

/* Runs body(hart) on the first `count` harts, this one among them, and waits for all. */
void on_harts(u64 count, void (*body)(u64 hart));
/* All harts of on_harts meet here. */
void barrier(void);

static inline void fence(void) { __asm__ volatile("fence rw, rw" ::: "memory"); }
static inline void fence_i(void) { __asm__ volatile("fence.i" ::: "memory"); }
static inline void relax(void) { __asm__ volatile(".word 0x0100000f" ::: "memory"); }

void remote_fence_i(u64 mask);
void remote_sfence(u64 mask, u64 start, u64 size);
void send_ipi(u64 mask);
