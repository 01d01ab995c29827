/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the data for the page of a version from its backup zip: counts, listens by month, changes since the previous
 * version, and whether the music is on this computer. The page of a version calls it; the work is done in a worker
 * thread, and data that cannot be read is left out. */
#include "config.h"

#include "namida-version-data.h"

#include <glib/gi18n.h>

#include "namida-extract.h"
#include "namida-music-match.h"

/* A loss of more than one in this many is worth a warning. */
#define LOSS_SHARE 5
#define MOST_MISSING 100
#define MOST_MONTHS 600

static void
version_change_free (gpointer data)
{
  NamidaVersionChange *change = data;

  g_free (change->text);
  g_free (change);
}

void
namida_version_data_free (NamidaVersionData *self)
{
  g_clear_pointer (&self->inspection, namida_inspection_unref);
  g_clear_pointer (&self->months, g_array_unref);
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_clear_pointer (&self->missing, g_ptr_array_unref);
  g_free (self->problem);
  g_free (self);
}

/* ---- listens by month ---- */

static void
version_data_count_listen (gpointer user_data, const NamidaListEntry *entry)
{
  GHashTable *counts = user_data;
  g_autoptr (GDateTime) time = entry->date > 0 ? g_date_time_new_from_unix_local (entry->date / 1000) : NULL;
  gpointer key;

  if (time == NULL)
    return;
  key = GINT_TO_POINTER (g_date_time_get_year (time) * 12 + g_date_time_get_month (time) - 1);
  g_hash_table_insert (counts, key, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) + 1));
}

static void
version_data_read_months (NamidaVersionData *data, NamidaContents *contents, GCancellable *cancellable)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  int first = G_MAXINT, last = 0;
  GHashTableIter iter;
  gpointer key;

  if (!namida_lists_foreach (contents, NAMIDA_PART_HISTORY, version_data_count_listen, counts, NULL, cancellable, NULL))
    return;
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      first = MIN (first, GPOINTER_TO_INT (key));
      last = MAX (last, GPOINTER_TO_INT (key));
    }
  /* A single wrong date must not lead to a plot of centuries. */
  first = MAX (first, last - MOST_MONTHS);
  for (int i = first; i <= last && g_hash_table_size (counts) > 0; i++)
    {
      NamidaMonth month = { .year = i / 12,
                            .month = i % 12 + 1,
                            .count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, GINT_TO_POINTER (i))) };

      g_array_append_val (data->months, month);
    }
}

/* ---- changes ---- */

static void
version_data_add_change (NamidaVersionData *data, int sign, char *text)
{
  NamidaVersionChange *change = g_new0 (NamidaVersionChange, 1);

  change->sign = sign;
  change->text = text;
  g_ptr_array_add (data->changes, change);
}

static void
version_data_add_counts (NamidaVersionData *data, const NamidaDifference *difference)
{
  guint more = (guint) difference->listens_second, less = (guint) difference->listens_first;

  if (more > 0)
    version_data_add_change (data, 1, g_strdup_printf (ngettext ("%'u listen", "%'u listens", more), more));
  if (less > 0)
    version_data_add_change (data, -1, g_strdup_printf (ngettext ("%'u listen", "%'u listens", less), less));
  more = (guint) difference->favourites_second;
  less = (guint) difference->favourites_first;
  if (more > 0)
    version_data_add_change (data, 1, g_strdup_printf (ngettext ("%'u favorite", "%'u favorites", more), more));
  if (less > 0)
    version_data_add_change (data, -1, g_strdup_printf (ngettext ("%'u favorite", "%'u favorites", less), less));
  more = (guint) difference->library_second;
  less = (guint) difference->library_first;
  if (more > 0)
    version_data_add_change (data, 1, g_strdup_printf (ngettext ("%'u track", "%'u tracks", more), more));
  if (less > 0)
    version_data_add_change (data, -1, g_strdup_printf (ngettext ("%'u track", "%'u tracks", less), less));
}

static void
version_data_add_playlists (NamidaVersionData *data, const NamidaDifference *difference)
{
  for (guint i = 0; i < difference->playlists_second->len; i++)
    version_data_add_change (
        data, 1, g_strdup_printf (_ ("Playlist “%s”"), (char *) g_ptr_array_index (difference->playlists_second, i)));
  for (guint i = 0; i < difference->playlists_first->len; i++)
    version_data_add_change (
        data, -1, g_strdup_printf (_ ("Playlist “%s”"), (char *) g_ptr_array_index (difference->playlists_first, i)));
  for (guint i = 0; i < difference->playlists_differ->len; i++)
    version_data_add_change (data, 0,
                             g_strdup_printf (_ ("“%s” has other tracks now"),
                                              (char *) g_ptr_array_index (difference->playlists_differ, i)));
}

static gboolean
version_data_is_loss (guint64 gone, guint64 same)
{
  return gone * LOSS_SHARE > gone + same;
}

static void
version_data_compare (NamidaVersionData *data, NamidaContents *contents, const char *before, GCancellable *cancellable)
{
  g_autoptr (NamidaContents) old = namida_contents_open (before, FALSE, NULL, cancellable, NULL);
  g_autoptr (NamidaDifference) difference
      = old != NULL ? namida_compare_backups (old, contents, cancellable, NULL) : NULL;

  if (difference == NULL)
    return;
  data->changes = g_ptr_array_new_with_free_func (version_change_free);
  version_data_add_counts (data, difference);
  version_data_add_playlists (data, difference);
  data->loss = version_data_is_loss (difference->listens_first, difference->listens_same)
               || version_data_is_loss (difference->favourites_first, difference->favourites_same)
               || version_data_is_loss (difference->playlists_first->len,
                                        difference->playlists_same + difference->playlists_differ->len);
}

/* ---- is the music here? ---- */

static guint
version_data_count_artists (NamidaLibrary *library)
{
  g_autoptr (GHashTable) artists = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < library->tracks->len; i++)
    {
      const NamidaLibraryTrack *track = &g_array_index (library->tracks, NamidaLibraryTrack, i);

      if (track->artist != NULL && *track->artist != '\0')
        g_hash_table_add (artists, (gpointer) track->artist);
    }
  return g_hash_table_size (artists);
}

static void
version_data_look_for_music (NamidaVersionData *data, NamidaContents *contents, GCancellable *cancellable)
{
  g_autoptr (NamidaLibrary) library = namida_library_read (contents, cancellable, NULL);
  g_autoptr (GPtrArray) folders = namida_here_dup_music_folders ();
  g_autoptr (NamidaMusicHere) here = namida_music_here_scan (folders, cancellable, NULL);
  g_autofree char *own_folder = namida_here_dup_data_folder ();
  g_autoptr (NamidaLibrary) own = namida_library_read_folder (own_folder, cancellable);
  g_autoptr (NamidaMusicMatch) match = NULL;
  NamidaParts lists = NAMIDA_PART_HISTORY | NAMIDA_PART_PLAYLISTS | NAMIDA_PART_FAVOURITES;

  if (library == NULL || here == NULL || data->inspection == NULL)
    return;
  data->artists = version_data_count_artists (library);
  if (!namida_library_add_listed (library, contents, lists, cancellable, NULL))
    return;
  match = namida_music_match_find (library, data->inspection->music_folders, NULL, here, own);
  data->music_known = match->tracks > 0;
  data->tracks = match->tracks;
  data->found = match->found;
  for (guint i = 0; i < match->missing->len && i < MOST_MISSING; i++)
    g_ptr_array_add (data->missing, g_strdup (g_ptr_array_index (match->missing, i)));
}

/* ---- in a worker ---- */

typedef struct
{
  char *zip;
  char *before; /* (nullable) */
} VersionDataJob;

static void
version_data_job_free (VersionDataJob *job)
{
  g_free (job->zip);
  g_free (job->before);
  g_free (job);
}

static void
version_data_thread (GTask *task, gpointer source, gpointer user_data, GCancellable *cancellable)
{
  VersionDataJob *job = user_data;
  g_autoptr (GFile) file = g_file_new_for_path (job->zip);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaContents) contents = NULL;
  g_autoptr (NamidaVersionData) data = g_new0 (NamidaVersionData, 1);

  data->months = g_array_new (FALSE, FALSE, sizeof (NamidaMonth));
  data->missing = g_ptr_array_new_with_free_func (g_free);
  data->inspection = namida_inspector_inspect (file, cancellable, &error);
  if (data->inspection == NULL)
    data->problem = g_strdup (error->message);
  else if (!namida_inspection_is_good (data->inspection))
    data->problem = namida_inspection_dup_sentence (data->inspection);
  else if ((contents = namida_contents_open (job->zip, FALSE, NULL, cancellable, NULL)) != NULL)
    {
      version_data_read_months (data, contents, cancellable);
      if (job->before != NULL)
        version_data_compare (data, contents, job->before, cancellable);
      version_data_look_for_music (data, contents, cancellable);
    }
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, g_steal_pointer (&data), (GDestroyNotify) namida_version_data_free);
}

void
namida_version_data_load_async (
    const char *zip, const char *before, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  VersionDataJob *job = g_new0 (VersionDataJob, 1);

  job->zip = g_strdup (zip);
  job->before = g_strdup (before);
  g_task_set_source_tag (task, namida_version_data_load_async);
  g_task_set_task_data (task, job, (GDestroyNotify) version_data_job_free);
  g_task_run_in_thread (task, version_data_thread);
}

NamidaVersionData *
namida_version_data_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
