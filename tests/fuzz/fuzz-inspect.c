/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the inspection of a backup zip, with the bytes both as a zip and as the lists in one. The texts of the result
 * must be valid UTF-8 and its counts within their limits. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "namida-inspect-lists-private.h"
#include "namida-inspection-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const NamidaInspection *inspection)
{
  g_autofree char *sentence = namida_inspection_dup_sentence (inspection);
  g_autofree char *summary = namida_inspection_dup_summary (inspection);
  g_auto (GStrv) lines = namida_inspection_dup_lines (inspection);
  g_autoptr (JsonNode) node = namida_inspection_to_json (inspection);
  g_autofree char *json = json_to_string (node, FALSE);

  g_assert_true (g_utf8_validate (sentence, -1, NULL));
  g_assert_true (g_utf8_validate (summary, -1, NULL));
  g_assert_true (g_utf8_validate (json, -1, NULL));
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_null (strchr (lines[i], '\n'));
  g_assert_cmpuint (inspection->top_tracks->len, <=, 10);
  g_assert_cmpuint (inspection->playlists->len, <=, 500);
  g_assert_cmpuint (inspection->music_folders->len, <=, 64);
  g_assert_cmpuint (inspection->tracks_heard, <=, 200000);
}

/* The bytes as a zip. */
static void
try_zip (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("fuzz", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (NamidaInspection) inspection = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (ssize_t) size);
  inspection = namida_inspector_inspect (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (inspection->size, ==, size);
  check (inspection);
  close (fd);
}

/* The bytes as a list of each kind: a wrong checksum would keep most mutations from the lists. In two pieces, as they
 * may come out of a zip. */
static void
try_lists (const uint8_t *data, size_t size)
{
  g_autoptr (NamidaInspection) inspection = namida_inspection_new ("fuzz");
  g_autoptr (NamidaInspectLists) lists = namida_inspect_lists_new (inspection);
  size_t half = size / 2;

  for (NamidaListKind kind = NAMIDA_LIST_UNKNOWN; kind <= NAMIDA_LIST_LOOSE; kind++)
    {
      if (namida_inspect_lists_begin (lists, kind, "x/19000.json"))
        {
          namida_inspect_lists_feed (lists, (const char *) data, half);
          namida_inspect_lists_feed (lists, (const char *) data + half, size - half);
        }
      namida_inspect_lists_end (lists, TRUE);
    }
  namida_inspect_lists_finish (lists);
  check (inspection);
}

static void
try_name (const uint8_t *data, size_t size)
{
  g_autofree char *name = g_strndup ((const char *) data, size);
  g_autofree char *folder = NULL;
  gboolean wanted;

  g_assert_cmpint (namida_inspect_classify ("", name), <=, NAMIDA_LIST_LOOSE);
  if (namida_inspect_part (name, &folder, &wanted))
    g_assert_nonnull (folder);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  try_zip (data, size);
  try_lists (data, size);
  try_name (data, size);
  return 0;
}
