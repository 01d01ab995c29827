/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests that use TLS and interrupt it, in builds with AddressSanitizer, which calls these functions. Leaks that
 * LeakSanitizer finds in libraries are suppressed by the library in the stack of the allocation. That requires
 * complete stacks, which are too slow for every test. Without a sanitizer, nothing calls these functions. */
#include "config.h"

const char *__asan_default_options (void);
const char *__lsan_default_suppressions (void);

const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0:malloc_context_size=16";
}

/* glib-networking 2.74 leaks the error of a read or write, or the source that waited for it, if another thread shuts
 * the socket down meanwhile: 50 to 170 bytes, in some runs. None of it is returned to this program. */
const char *
__lsan_default_suppressions (void)
{
  return "leak:libgiognutls.so\n";
}
