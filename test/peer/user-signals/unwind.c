/* An unwinder finds its way through a handler's frame. */
#include "check.h"
#include <unwind.h>

__attribute__((noinline)) void innermost(volatile int *where) { *where = 1; asm volatile(""); }
__attribute__((noinline)) void middle(void) { innermost((volatile int *)16); asm volatile(""); }
static volatile int steps;
int main(void);
static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *unused) {
  (void)unused;
  void *start = _Unwind_FindEnclosingFunction((void *)_Unwind_GetIP(context));
  if (start == (void *)innermost) printf("innermost\n");
  if (start == (void *)middle) printf("middle\n");
  if (start == (void *)main) printf("main\n");
  return ++steps > 50 ? _URC_END_OF_STACK : _URC_NO_REASON;
}
static void handler(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info; (void)context;
  _Unwind_Backtrace(step, 0);
  _exit(0);
}
int main(void) {
  begin();
  handle(SIGSEGV, handler, 0);
  middle();
  return 1;
}
