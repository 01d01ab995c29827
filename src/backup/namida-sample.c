/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the music of the made-up backup; see the header. Blocking; worker threads. */
#include "config.h"

#include "namida-sample.h"

#include "namida-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_SIZE 300000u
#define FIRST_MTIME G_GINT64_CONSTANT (1500000000)

/* Names from real libraries, each of which has broken some program. */
static const char *const hard_names[] = {
  "01 + Me.flac",    "50% off.mp3",    "%41 %2F.mp3",   "😀 party 🎉.opus",  "\u202egnp.mp3",  "-rf.mp3",
  "dot..mp3",        "space at end ",  "trailing dot.", "new\nline.mp3",   ".hidden.mp3",    "Ænima – “quoted”.m4a",
  "e\u0301 NFD.mp3", "\u00e9 NFC.mp3", "שלום עולם.mp3", "日本語の歌.flac", "a & b = c?.mp3", "#1 [live] {x}.ogg",
};
static const char *const endings[] = { "mp3", "flac", "m4a", "wav", "ogg", "aac", "wma", "opus" };

/* xorshift64*: fast, and the same on every machine, unlike rand(). */
static guint64
sample_next_random (guint64 *state)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * G_GUINT64_CONSTANT (2685821657736338717);
}

static guint64
sample_start_random (guint seed, guint i)
{
  guint64 state = ((guint64) seed << 32) ^ ((guint64) i * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) ^ 0x5bd1e995;

  return state != 0 ? state : 1;
}

char *
namida_sample_track (guint i)
{
  if (i < G_N_ELEMENTS (hard_names))
    return g_strdup_printf ("Hard names/%s", hard_names[i]);
  if (i == G_N_ELEMENTS (hard_names))
    {
      /* As long as a name can be. */
      g_autofree char *name = g_strnfill (251, 'L');

      return g_strdup_printf ("Hard names/%s.mp3", name);
    }
  return g_strdup_printf ("Artist %02u/Album %u/%02u - Song %u.%s", i / 24, i / 12 % 2 + 1, i % 12 + 1, i,
                          endings[i % G_N_ELEMENTS (endings)]);
}

static gboolean
sample_fail (GError **error, int saved_errno, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = g_strdup_printf (_ ("Could not write “%s”"), shown);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

static GByteArray *
sample_make_content (guint seed, guint i)
{
  guint64 state = sample_start_random (seed, i);
  /* Make sure that the smallest and the largest size occur. */
  guint size = i == 0 ? 0 : i == 1 ? MAX_SIZE : (guint) (sample_next_random (&state) % (MAX_SIZE + 1));
  GByteArray *content = g_byte_array_sized_new (size + 8);

  g_byte_array_set_size (content, size);
  for (guint at = 0; at < size; at += 8)
    {
      guint64 word = GUINT64_TO_LE (sample_next_random (&state));

      memcpy (content->data + at, &word, MIN (8u, size - at));
    }
  if (size >= 4)
    memcpy (content->data, i % 2 ? "fLaC" : "ID3\4", 4);
  return content;
}

static gboolean
sample_write_at (const char *path, const guint8 *data, gsize length, GError **error)
{
  FILE *file = g_fopen (path, "wbe");

  if (file == NULL)
    return sample_fail (error, errno, path);
  if (length > 0 && fwrite (data, 1, length, file) != length)
    {
      int saved_errno = errno;

      fclose (file);
      return sample_fail (error, saved_errno, path);
    }
  return fclose (file) == 0 || sample_fail (error, errno, path);
}

static gboolean
sample_write_track (const char *music, guint seed, guint i, GError **error)
{
  g_autofree char *relative = namida_sample_track (i);
  g_autofree char *path = g_build_filename (music, relative, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GByteArray) content = sample_make_content (seed, i);
  gint64 mtime = FIRST_MTIME + (gint64) i * 86399;
  struct timespec times[2] = { { mtime, (i * 37 % 1000) * 1000000 }, { mtime, (i * 37 % 1000) * 1000000 } };

  if (g_mkdir_with_parents (folder, 0777) != 0)
    return sample_fail (error, errno, folder);
  if (!sample_write_at (path, content->data, content->len, error))
    return FALSE;
  return utimensat (AT_FDCWD, path, times, 0) == 0 || sample_fail (error, errno, path);
}

gboolean
namida_sample_write (const char *dir, guint n_files, guint seed, GError **error)
{
  g_autofree char *music = g_build_filename (dir, "Music", NULL);
  g_autofree char *empty = g_build_filename (music, "An empty folder", NULL);
  g_autofree char *zip = g_build_filename (dir, NAMIDA_SAMPLE_ZIP, NULL);

  if (g_mkdir_with_parents (empty, 0777) != 0)
    return sample_fail (error, errno, empty);
  for (guint i = 0; i < n_files; i++)
    if (!sample_write_track (music, seed, i, error))
      return FALSE;
  return namida_sample_write_zip (zip, n_files, seed, error);
}
