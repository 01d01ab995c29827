/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How two backups differ, in figures and names: which listens, favorites, tracks and playlists only one of them has.
 * What is compared is a set of short texts in memory, by the paths that the backups have. Called in worker threads by
 * the command line. */
#include "config.h"

#include "namida-extract.h"

#include "namida-format.h"
#include "namida-lists.h"

#include <string.h>

typedef struct
{
  GHashTable *listens, *favourites; /* sets */
  GHashTable *playlists;            /* name → GChecksum of its tracks */
} Summary;

static Summary *
summary_new (void)
{
  Summary *self = g_new0 (Summary, 1);

  self->listens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->favourites = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->playlists = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_checksum_free);
  return self;
}

static void
summary_free (Summary *self)
{
  g_hash_table_unref (self->listens);
  g_hash_table_unref (self->favourites);
  g_hash_table_unref (self->playlists);
  g_free (self);
}

static void
summary_on_entry (gpointer user_data, const NamidaListEntry *entry)
{
  Summary *self = user_data;
  GChecksum *sum;

  if (entry->item->part == NAMIDA_PART_HISTORY)
    {
      g_hash_table_add (self->listens, g_strdup_printf ("%" G_GINT64_FORMAT "\t%s", entry->date, entry->track));
      return;
    }
  if (entry->item->part == NAMIDA_PART_FAVOURITES)
    {
      g_hash_table_add (self->favourites, g_strdup (entry->track));
      return;
    }
  sum = g_hash_table_lookup (self->playlists, entry->name);
  if (sum == NULL)
    {
      sum = g_checksum_new (G_CHECKSUM_SHA256);
      g_hash_table_insert (self->playlists, g_strdup (entry->name), sum);
    }
  g_checksum_update (sum, (const guchar *) entry->track, (gssize) strlen (entry->track) + 1);
}

static Summary *
summary_read (NamidaContents *contents, GCancellable *cancellable, GError **error)
{
  Summary *self = summary_new ();

  if (namida_lists_foreach (contents, NAMIDA_PART_HISTORY | NAMIDA_PART_FAVOURITES | NAMIDA_PART_PLAYLISTS,
                            summary_on_entry, self, NULL, cancellable, error))
    return self;
  summary_free (self);
  return NULL;
}

static void
difference_count (GHashTable *first, GHashTable *second, guint64 *same, guint64 *only_first, guint64 *only_second)
{
  GHashTableIter iter;
  gpointer key;

  *same = 0;
  g_hash_table_iter_init (&iter, first);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    *same += g_hash_table_contains (second, key);
  *only_first = g_hash_table_size (first) - *same;
  *only_second = g_hash_table_size (second) - *same;
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
  Summary *one = other_library != NULL ? summary_read (first, cancellable, error) : NULL;
  Summary *other = one != NULL ? summary_read (second, cancellable, error) : NULL;
  NamidaDifference *self = NULL;

  if (other != NULL)
    {
      self = difference_new (one, other);
      difference_count (library->by_path, other_library->by_path, &self->library_same, &self->library_first,
                        &self->library_second);
    }
  g_clear_pointer (&one, summary_free);
  g_clear_pointer (&other, summary_free);
  return self;
}
