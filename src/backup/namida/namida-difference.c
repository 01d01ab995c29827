/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares two backups: which listens, favorites, tracks and playlists only one of them has, by the paths in the
 * backups. For each listen, eight bytes are in memory, a number computed from its time and track. Among ten million
 * listens, two have the same number by accident once in 400,000 comparisons. Called in worker threads by the command
 * line. */
#include "config.h"

#include "namida-extract.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-lists.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define LISTENS_FREE 2000000u
/* The number of listens that are allowed in any zip, plus this many for each byte of it: a listen has at least ten
 * bytes in a zip. */
#define LISTENS_A_BYTE 1u
#define PLAYLISTS_MOST 10000u

typedef struct
{
  GArray *listens, *favourites; /* guint64, one for each entry */
  GHashTable *playlists;        /* name → GChecksum of its tracks */
  guint64 left;                 /* how many more entries are allowed */
  gboolean full;
} Summary;

static Summary *
summary_new (void)
{
  Summary *self = g_new0 (Summary, 1);

  self->listens = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->favourites = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->playlists = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_checksum_free);
  return self;
}

static void
summary_free (Summary *self)
{
  g_array_unref (self->listens);
  g_array_unref (self->favourites);
  g_hash_table_unref (self->playlists);
  g_free (self);
}

/* FNV-1a of the path, then the finalizer of MurmurHash3 with the time. */
static void
summary_add (Summary *self, GArray *numbers, gint64 date, const char *track)
{
  guint64 number = 0xcbf29ce484222325u;

  for (const char *at = track; *at != '\0'; at++)
    number = (number ^ (guchar) *at) * 0x100000001b3u;
  number ^= (guint64) date * 0x9e3779b97f4a7c15u;
  number = (number ^ (number >> 33)) * 0xff51afd7ed558ccdu;
  number = (number ^ (number >> 33)) * 0xc4ceb9fe1a85ec53u;
  number ^= number >> 33;
  if (self->left == 0)
    {
      self->full = TRUE;
      return;
    }
  self->left--;
  g_array_append_val (numbers, number);
}

static void
summary_on_entry (gpointer user_data, const NamidaListEntry *entry)
{
  Summary *self = user_data;
  GChecksum *sum;

  if (entry->item->part == NAMIDA_PART_HISTORY)
    {
      summary_add (self, self->listens, entry->date, entry->track);
      return;
    }
  if (entry->item->part == NAMIDA_PART_FAVOURITES)
    {
      summary_add (self, self->favourites, 0, entry->track);
      return;
    }
  sum = g_hash_table_lookup (self->playlists, entry->name);
  if (sum == NULL)
    {
      if (g_hash_table_size (self->playlists) >= PLAYLISTS_MOST)
        {
          self->full = TRUE;
          return;
        }
      sum = g_checksum_new (G_CHECKSUM_SHA256);
      g_hash_table_insert (self->playlists, g_strdup (entry->name), sum);
    }
  g_checksum_update (sum, (const guchar *) entry->track, (gssize) strlen (entry->track) + 1);
}

static int
summary_compare (gconstpointer a, gconstpointer b)
{
  guint64 one = *(const guint64 *) a, other = *(const guint64 *) b;

  return (one > other) - (one < other);
}

/* Sorts the numbers and removes duplicates. */
static void
summary_sort (GArray *numbers)
{
  guint kept = 0;

  g_array_sort (numbers, summary_compare);
  for (guint i = 0; i < numbers->len; i++)
    {
      guint64 number = g_array_index (numbers, guint64, i);

      if (kept == 0 || g_array_index (numbers, guint64, kept - 1) != number)
        g_array_index (numbers, guint64, kept++) = number;
    }
  g_array_set_size (numbers, kept);
}

static Summary *
summary_read (NamidaContents *contents, guint *unreadable, GCancellable *cancellable, GError **error)
{
  Summary *self = summary_new ();
  gboolean done;

  self->left = LISTENS_FREE + contents->size * LISTENS_A_BYTE;
  done = namida_lists_foreach (contents, NAMIDA_PART_HISTORY | NAMIDA_PART_FAVOURITES | NAMIDA_PART_PLAYLISTS,
                               summary_on_entry, self, unreadable, cancellable, error);
  if (done && self->full)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                           _ ("The backup unpacks to far more than any Namida backup. It was not opened."));
      done = FALSE;
    }
  if (!done)
    {
      summary_free (self);
      return NULL;
    }
  summary_sort (self->listens);
  summary_sort (self->favourites);
  return self;
}

static void
difference_count (GArray *first, GArray *second, guint64 *same, guint64 *only_first, guint64 *only_second)
{
  guint i = 0, j = 0;

  *same = 0;
  while (i < first->len && j < second->len)
    {
      guint64 one = g_array_index (first, guint64, i), other = g_array_index (second, guint64, j);

      *same += one == other;
      i += one <= other;
      j += other <= one;
    }
  *only_first = first->len - *same;
  *only_second = second->len - *same;
}

static void
difference_count_library (GHashTable *first, GHashTable *second, NamidaDifference *self)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, first);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    self->library_same += g_hash_table_contains (second, key);
  self->library_first = g_hash_table_size (first) - self->library_same;
  self->library_second = g_hash_table_size (second) - self->library_same;
}

static int
difference_compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
difference_compare_playlists (NamidaDifference *self, Summary *first, Summary *second)
{
  GHashTableIter iter;
  gpointer name, sum;

  g_hash_table_iter_init (&iter, first->playlists);
  while (g_hash_table_iter_next (&iter, &name, &sum))
    {
      GChecksum *other = g_hash_table_lookup (second->playlists, name);

      if (other == NULL)
        g_ptr_array_add (self->playlists_first, namida_format_alias (name));
      else if (g_str_equal (g_checksum_get_string (sum), g_checksum_get_string (other)))
        self->playlists_same++;
      else
        g_ptr_array_add (self->playlists_differ, namida_format_alias (name));
    }
  g_hash_table_iter_init (&iter, second->playlists);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (first->playlists, name))
      g_ptr_array_add (self->playlists_second, namida_format_alias (name));
  g_ptr_array_sort (self->playlists_first, difference_compare);
  g_ptr_array_sort (self->playlists_second, difference_compare);
  g_ptr_array_sort (self->playlists_differ, difference_compare);
}

void
namida_difference_free (NamidaDifference *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->playlists_first);
  g_ptr_array_unref (self->playlists_second);
  g_ptr_array_unref (self->playlists_differ);
  g_free (self);
}

static NamidaDifference *
difference_new (Summary *first, Summary *second)
{
  NamidaDifference *self = g_new0 (NamidaDifference, 1);

  self->playlists_first = g_ptr_array_new_with_free_func (g_free);
  self->playlists_second = g_ptr_array_new_with_free_func (g_free);
  self->playlists_differ = g_ptr_array_new_with_free_func (g_free);
  difference_count (first->listens, second->listens, &self->listens_same, &self->listens_first, &self->listens_second);
  difference_count (first->favourites, second->favourites, &self->favourites_same, &self->favourites_first,
                    &self->favourites_second);
  difference_compare_playlists (self, first, second);
  return self;
}

NamidaDifference *
namida_compare_backups (NamidaContents *first, NamidaContents *second, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaLibrary) library = namida_library_read (first, cancellable, error);
  g_autoptr (NamidaLibrary) other_library = library != NULL ? namida_library_read (second, cancellable, error) : NULL;
  guint unreadable = 0;
  Summary *one = other_library != NULL ? summary_read (first, &unreadable, cancellable, error) : NULL;
  Summary *other = one != NULL ? summary_read (second, &unreadable, cancellable, error) : NULL;
  NamidaDifference *self = NULL;

  if (other != NULL)
    {
      self = difference_new (one, other);
      self->unreadable = unreadable;
      difference_count_library (library->by_path, other_library->by_path, self);
    }
  g_clear_pointer (&one, summary_free);
  g_clear_pointer (&other, summary_free);
  return self;
}
