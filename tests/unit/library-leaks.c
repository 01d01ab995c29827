/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests that speak TLS and break it off, in a build with AddressSanitizer, which asks these functions: what
 * LeakSanitizer finds and is not ours is told by the library in the stack of its allocation. That takes whole stacks,
 * which are too slow for every test. Without a sanitizer nobody calls them. */
#include "config.h"

const char *__asan_default_options (void);
const char *__lsan_default_suppressions (void);

const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0:malloc_context_size=16";
}

/* glib-networking 2.74: the error of a read or a write, or the source that waited for it, when another thread shuts the
 * socket down in the middle of it. 50 to 170 bytes, in some runs; nothing of it is handed to us. */
const char *
__lsan_default_suppressions (void)
{
  return "leak:libgiognutls.so\n";
}
