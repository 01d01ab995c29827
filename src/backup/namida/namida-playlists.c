/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds playlists of a backup by their names. The name is the one in the list itself, or that of its file if there is
 * none, as in the search of all versions. Called in worker threads by fit and the restore. */
#include "config.h"

#include "namida-playlists.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-merge-lists.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PLAYLIST_FOLDER "Playlists/"

/* Returns (transfer full) (nullable): the name of the playlist in @item; NULL without @error if it is not a playlist. A
 * damaged list goes by the name of its file, so that the damage is reported only if this list is requested. */
static char *
playlists_dup_name (NamidaContents *contents, const NamidaItem *item, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *base = NULL;
  NamidaMergePlaylist *playlist;
  char *name;

  if (!g_str_has_prefix (item->path, PLAYLIST_FOLDER) || !g_str_has_suffix (item->path, ".json")
      || namida_contents_find (contents, item->path) != item)
    return NULL;
  base = g_path_get_basename (item->path);
  base[strlen (base) - strlen (".json")] = '\0';
  bytes = namida_contents_read (contents, item, cancellable, &local);
  if (g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM))
    return g_utf8_make_valid (base, -1);
  if (bytes == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  playlist = namida_merge_playlist_new (bytes);
  if (playlist == NULL)
    return NULL;
  name = g_utf8_make_valid (*playlist->name != '\0' ? playlist->name : base, -1);
  namida_merge_playlist_free (playlist);
  return name;
}

/* @names: (element-type utf8): the name of each playlist in @items */
static guint
playlists_take (GHashTable *found, GPtrArray *items, GPtrArray *names, const char *wanted, gboolean exact)
{
  g_autofree char *folded = namida_format_fold (wanted);
  guint n = 0;

  for (guint i = 0; i < items->len; i++)
    {
      g_autofree char *own = exact ? NULL : namida_format_fold (names->pdata[i]);

      if (!g_str_equal (exact ? names->pdata[i] : own, exact ? wanted : folded))
        continue;
      g_hash_table_add (found, items->pdata[i]);
      n++;
    }
  return n;
}

GHashTable *
namida_playlists_find (
    NamidaContents *contents, const char *const *names, char **missing, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) found = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);

  if (missing != NULL)
    *missing = NULL;
  for (guint i = 0; i < contents->items->len; i++)
    {
      GError *local = NULL;
      char *title = playlists_dup_name (contents, contents->items->pdata[i], cancellable, &local);

      if (local != NULL)
        {
          g_propagate_error (error, local);
          return NULL;
        }
      if (title == NULL)
        continue;
      g_ptr_array_add (items, contents->items->pdata[i]);
      g_ptr_array_add (titles, title);
    }
  for (guint i = 0; names[i] != NULL; i++)
    if (playlists_take (found, items, titles, names[i], TRUE) == 0
        && playlists_take (found, items, titles, names[i], FALSE) == 0 && missing != NULL && *missing == NULL)
      *missing = g_strdup (names[i]);
  return g_steal_pointer (&found);
}

gboolean
namida_playlists_check_file (
    const char *zip, const char *const *names, guint *found, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaContents) contents = namida_contents_open (zip, FALSE, NULL, cancellable, error);
  g_autoptr (GHashTable) items = NULL;
  g_autofree char *missing = NULL;

  if (found != NULL)
    *found = 0;
  items = contents != NULL ? namida_playlists_find (contents, names, &missing, cancellable, error) : NULL;
  if (items == NULL)
    return FALSE;
  if (found != NULL)
    *found = g_hash_table_size (items);
  if (missing == NULL)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The backup has no playlist “%s”."), missing);
  return FALSE;
}
