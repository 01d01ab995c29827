/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Keeps a large JSON text that lies in a file from being in memory as a whole while it is parsed: the pages behind the
 * parser are dropped. The scanner and the cursor call it; the server's workers say what they parse. Each thread has its
 * own. */

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

  /* Another text, which only happens to lie behind this one. */
  if (at > window_end)
    return;
  if (page > window_kept)
    madvise ((void *) window_kept, (size_t) (page - window_kept), MADV_DONTNEED);
  window_kept = page;
  namida_json_window_mark = at + WINDOW_BYTES;
}
