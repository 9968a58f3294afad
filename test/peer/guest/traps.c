/*
 * Every exception but page faults, from each mode, delegated and not; what returns do to mstatus.
 * Left out: sc without a reservation at a bad address, which fails under QEMU 7.2 without the
 * exception that the manual asks for.
 */
#include "guest.h"

#define ECALL 0x00000073u
#define EBREAK 0x00100073u

static const u64 modes[] = {IN_U, IN_S, IN_M};
static const char *const names[] = {"U", "S", "M"};

static u32 buffer[16] __attribute__((aligned(64)));

/* Puts words into the buffer, an ecall behind them, and makes them visible to fetches. */
static const volatile void *program(int count, const u32 *words) {
  for (int i = 0; i < count; i++) buffer[i] = words[i];
  buffer[count] = ECALL;
  asm volatile("fence.i" ::: "memory");
  return buffer;
}

static void in_each_mode(const char *what, const volatile void *pc, long a0, u64 status, long a1) {
  for (int m = 0; m < 3; m++) {
    enter(pc, a0, modes[m] | status, a1);
    put(names[m][0]);
    put(' ');
    outcome(what);
  }
}

code(load_byte, "lb a0, (a0)\n ecall");
code(load_double, "ld a0, (a0)\n ecall");
code(store_byte, "sb a1, (a0)\n ecall");
code(store_double, "sd a1, (a0)\n ecall");
code(load_reserved, "lr.d a0, (a0)\n ecall");
code(load_reserved_word, "lr.w a0, (a0)\n ecall");
code(amo_word, "amoadd.w a0, a1, (a0)\n ecall");
code(amo_double, "amoswap.d a0, a1, (a0)\n ecall");
code(load_float, "fld fa0, (a0)\n fmv.x.d a0, fa0\n ecall");
code(jump_there, "jalr a0");
code(short_break, "c.nop\n c.ebreak\n ecall");
code(environment_call, "ecall");
code(add_floats, "fadd.s fa0, fa0, fa0\n ecall");
code(store_float, "fsd fa0, (a0)\n ecall");
code(move_float, "fmv.x.d a0, fa0\n ecall");
code(compare_floats, "feq.d a0, fa0, fa0\n ecall");
code(round_reserved, ".insn r 0x53, 5, 0, fa0, fa0, fa0\n ecall");
code(write_flags, "csrwi fflags, 1\n ecall");
code(read_flags, "csrr a0, fcsr\n ecall");

static u64 data[4] = {0x1122334455667788ul, 0x99aabbccddeeff00ul, 0x0123456789abcdeful, 0};

static void illegal(void) {
  static const u32 words[] = {0x00000000, 0xffffffff, 0x00000057, 0x0000000b, 0x12345073, 0x0000100f | 1u << 20,
                              0x02007043, 0x1000202f, 0xf000202f, 0x60c05013, 0x0000705b};
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
    const volatile void *p = program(1, &words[i]);
    hex(words[i]);
    put(' ');
    in_each_mode("word", p, 0, FS, 0);
  }
}

static void system_instructions(void) {
  static const struct {
    const char *name;
    u32 word;
  } list[] = {
      {"mret", 0x30200073},         {"sret", 0x10200073},          {"uret", 0x00200073},
      {"wfi", 0x10500073},          {"sfence.vma", 0x12000073},    {"sfence.vma a0, a1", 0x12b50073},
      {"sinval.vma", 0x16000073},   {"sfence.w.inval", 0x18000073}, {"read satp", 0x18002573},
      {"write satp", 0x18051073},   {"read sstatus", 0x10002573},  {"read mstatus", 0x30002573},
      {"write mhartid", 0xf1451073}, {"set mhartid, x0", 0xf1402573}, {"write cycle", 0xc0051073},
      {"ebreak", EBREAK},           {"ecall", ECALL},
  };
  /* Pending and enabled but not taken in S and M: it only ends wfi, which is illegal in U. */
  csr_write(mideleg, 2);
  csr_write(mip, 2);
  for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
    const volatile void *p = program(1, &list[i].word);
    csr_write(sepc, environment_call);
    static const u64 traps[] = {0, TSR, TW, TVM};
    for (int t = 0; t < 4; t++) {
      for (int m = 0; m < 3; m++) {
        /* mret of M would go to mepc, the same mret: forever. */
        if (m == 2 && list[i].word == 0x30200073) continue;
        csr_write(mie, m == 0 ? 0 : 2);
        enter(p, 0, modes[m] | traps[t], 0);
        hex(t);
        put(' ');
        put(names[m][0]);
        put(' ');
        outcome(list[i].name);
      }
    }
  }
  csr_write(mie, 0);
  csr_write(mip, 0);
  csr_write(mideleg, 0);
}

/* Which CSR numbers may be read from a mode; the numbers of the hypervisor apart. */
static void readable(const char *what, u64 status) {
  text(what);
  for (u32 n = 0; n < 4096; n++) {
    if ((n >> 8 & 3) == 2) continue;
    u32 word = 0x00002573 | n << 20;
    enter(program(1, &word), 0, status | FS, 0);
    if (trap.cause != 2) {
      put(' ');
      hex(n);
    }
  }
  put('\n');
}

static void access_rights(void) {
  static const u64 enables[][2] = {{0, 0}, {7, 0}, {0, 7}, {7, 7}, {~0ul, ~0ul}, {1, 2}};
  for (int i = 0; i < 6; i++) {
    csr_write(mcounteren, enables[i][0]);
    csr_write(scounteren, enables[i][1]);
    hex(i);
    readable(" U reads", IN_U);
    hex(i);
    readable(" S reads", IN_S);
  }
  readable("S with TVM reads", IN_S | TVM);
  csr_write(0x30a, 1ul << 63);
  readable("S with STCE reads", IN_S);
  csr_write(0x30a, 0);
}

static void memory(void) {
  static const u64 nowhere[] = {0x6000000, 0x88000000, 0x87fffffc, 0x7fffffffffful, 0xffffffff80000000ul, 0xfffffffffffffff8ul};
  for (int i = 0; i < 6; i++) {
    u64 at = nowhere[i];
    hex(at);
    put('\n');
    in_each_mode("lb", load_byte, at, 0, 0);
    if (at != 0x87fffffc) in_each_mode("ld", load_double, at & ~7ul, 0, 0);
    in_each_mode("sb", store_byte, at, 0, 0);
    in_each_mode("sd", store_double, at & ~7ul, 0, 0);
    in_each_mode("lr.d", load_reserved, at & ~7ul, 0, 0);
    in_each_mode("amoadd.w nowhere", amo_word, at & ~7ul, 0, 0);
    if (at != 0x87fffffc && at != 0x88000000) in_each_mode("jump", jump_there, at & ~1ul, 0, 0);
  }
  for (int offset = 0; offset < 8; offset++) {
    hex(offset);
    put('\n');
    u64 at = (u64)data + offset;
    in_each_mode("ld misaligned", load_double, at, 0, 0);
    in_each_mode("fld misaligned", load_float, at, FS, 0);
    in_each_mode("lr.w misaligned", load_reserved_word, at, 0, 0);
    in_each_mode("lr.d misaligned", load_reserved, at, 0, 0);
    in_each_mode("amoadd.w misaligned", amo_word, at, 0, 1);
    in_each_mode("amoswap.d misaligned", amo_double, at, 0, 5);
    in_each_mode("sd misaligned", store_double, at, 0, 0x0102030405060708);
    field("data", data[0]);
    field("data", data[1]);
    put('\n');
  }
}

static void delegation(void) {
  static const u32 illegal_word = 0xffffffff;
  for (int on = 0; on < 2; on++) {
    for (int cause = 0; cause < 16; cause++) {
      /* An ecall from S ends the handler of S: it must reach M. */
      if (cause == 9 || cause == 10 || cause == 14 || cause == 11) continue;
      csr_write(medeleg, on ? 1ul << cause : 0xb1ff & ~(1ul << cause));
      hex(cause);
      put('\n');
      in_each_mode("illegal", program(1, &illegal_word), 0, 0, 0);
      in_each_mode("ebreak", short_break, 0, 0, 0);
      in_each_mode("ecall", environment_call, 0, 0, 0);
      in_each_mode("lb", load_byte, 0x6000000, 0, 0);
      in_each_mode("sb", store_byte, 0x6000000, 0, 0);
      in_each_mode("lr", load_reserved, (u64)data + 1, 0, 0);
      in_each_mode("jump", jump_there, 0x6000000, 0, 0);
    }
  }
  csr_write(medeleg, 0);
}

static void stacks(void) {
  /* mret: MPIE and MPP in, SIE and SPIE untouched. */
  csr_write(mie, 0);
  static const u64 bits[] = {0, MPIE, SIE, SPIE, SPP, MPIE | SIE | SPIE | SPP, MPRV, MPRV | SUM | MXR, TVM | TW | TSR};
  for (int i = 0; i < 9; i++) in_each_mode("mret with", environment_call, 0, bits[i], 0);
  /* sret from S and M: to U or S, by SPP. */
  static const u32 sret[] = {0x10200073};
  csr_write(sepc, environment_call);
  for (int i = 0; i < 9; i++) {
    enter(program(1, sret), 0, (bits[i] & ~TSR) | IN_S, 0);
    outcome("sret in S with");
    enter(program(1, sret), 0, (bits[i] & ~TSR) | IN_M, 0);
    outcome("sret in M with");
  }
  csr_write(medeleg, 8);
  for (int i = 0; i < 6; i++) in_each_mode("delegated from", short_break, 0, bits[i], 0);
  csr_write(medeleg, 0);
}

/* MPRV in M: data has the privilege of MPP, so PMP closes to it what is open to M. */
code(under_mprv, "csrs mstatus, a1\n ld a0, (a0)\n ecall");
static void modified_privilege(void) {
  csr_write(pmpaddr0, (u64)data >> 2 | 1);
  csr_write(pmpcfg0, 0x18);
  for (int m = 0; m < 3; m++) {
    enter(under_mprv, (long)data, IN_M, MPRV | modes[m]);
    outcome("load under MPRV");
  }
  csr_write(pmpcfg0, 0);
}

static void floating_point(void) {
  for (u64 fs = 0; fs < 4; fs++) {
    u64 status = fs << 13;
    in_each_mode("fadd.s", add_floats, 0, status, 0);
    in_each_mode("fld", load_float, (long)data, status, 0);
    in_each_mode("fsd", store_float, (long)&data[3], status, 0);
    in_each_mode("fmv.x.d", move_float, 0, status, 0);
    in_each_mode("feq.d", compare_floats, 0, status, 0);
    in_each_mode("reserved rounding", round_reserved, 0, status, 0);
    in_each_mode("write fflags", write_flags, 0, status, 0);
    in_each_mode("read fcsr", read_flags, 0, status, 0);
  }
}

int main(void) {
  open_memory();
  illegal();
  system_instructions();
  access_rights();
  memory();
  delegation();
  stacks();
  modified_privilege();
  floating_point();
  text("done\n");
  return 0;
}
