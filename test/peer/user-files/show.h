/* How the programs of these tests tell what calls gave. Lines that begin with "!" are what Linux gives where QEMU 7.2
 * gives something else. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SHOW_AS(mark, what) do { errno = 0; long result_ = (long)(what); int error_ = errno; \
    printf("%s%s = %ld %s\n", mark, #what, result_, result_ == -1 ? error_ == 0 ? "ok" : strerrorname_np(error_) : ""); } while (0)
#define SHOW(what) SHOW_AS("", what)
#define LINUX(what) SHOW_AS("!", what)
