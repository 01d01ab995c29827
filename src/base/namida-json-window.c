/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-json-window.h with madvise(MADV_DONTNEED) on the pages of the mapping that the parser has passed.
 * The state is in thread-local variables, because the scanner and the cursor have no object that could hold it. */
#include "config.h"

#include "namida-json-window.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define WINDOW_BYTES (1024 * 1024)

_Thread_local const char *namida_json_window_mark;
static _Thread_local const char *window_start, *window_end, *window_kept;

static const char *
window_page_of (const char *at)
{
  uintptr_t page = (uintptr_t) sysconf (_SC_PAGESIZE);

  return (const char *) ((uintptr_t) at & ~(page - 1));
}

void
namida_json_window_begin (const char *data, gsize length)
{
  window_start = window_page_of (data);
  window_end = data + length;
  namida_json_window_rewind (data);
}

void
namida_json_window_end (void)
{
  namida_json_window_mark = window_start = window_end = window_kept = NULL;
}

void
namida_json_window_rewind (const char *at)
{
  if (window_start == NULL || at < window_start || at > window_end)
    return;
  madvise ((void *) window_start, (size_t) (window_end - window_start), MADV_DONTNEED);
  window_kept = window_page_of (at);
  namida_json_window_mark = at + WINDOW_BYTES;
}

void
namida_json_window_drop (const char *at)
{
  const char *page = window_page_of (at);

  /* The parser is in another text, whose address happens to be higher. */
  if (at > window_end)
    return;
  if (page > window_kept)
    madvise ((void *) window_kept, (size_t) (page - window_kept), MADV_DONTNEED);
  window_kept = page;
  namida_json_window_mark = at + WINDOW_BYTES;
}
