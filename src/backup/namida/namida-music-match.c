/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the music of a backup on this computer, and thereby which of its folders correspond to which folders here.
 * The tracks are the evidence: a folder is where most of its tracks are found under the same relative path; names of
 * folders alone are only a guess. Called in worker threads by fit, by the restore and by `inspect --here`. */
#include "config.h"

#include "namida-music-match.h"

#include "namida-format.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAME_NAME_MOST 64u
#define MISSING_MOST 1000u
#define DURATION_SLACK_MS 2000

typedef struct
{
  NamidaMusicMatch *result;
  NamidaLibrary *library;
  NamidaPathMap *manual;
  NamidaMusicHere *here;
  guint8 *state; /* of each track: */
} Matching;

enum
{
  TRACK_OPEN,
  TRACK_FOUND,
  TRACK_ADDRESS
};

static void
match_folder_free (gpointer data)
{
  NamidaMusicFolder *folder = data;

  g_free (folder->from);
  g_free (folder->to);
  g_free (folder);
}

void
namida_music_match_free (NamidaMusicMatch *self)
{
  if (self == NULL)
    return;
  namida_path_map_free (self->map);
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->missing);
  g_free (self);
}

static const NamidaLibraryTrack *
match_get (Matching *matching, guint i)
{
  return &g_array_index (matching->library->tracks, NamidaLibraryTrack, i);
}

/* Returns: (nullable): the part of @path after the folder @prefix of a backup and its separator; %NULL if @path is
 * not below it. */
static const char *
match_skip_prefix (const char *path, const char *prefix)
{
  gsize length = strlen (prefix);

  while (length > 1 && (prefix[length - 1] == '/' || prefix[length - 1] == '\\'))
    length--;
  if (namida_path_is_windows (prefix, length))
    {
      for (gsize i = 0; i < length; i++)
        if (g_ascii_tolower (path[i] == '\\' ? '/' : path[i]) != g_ascii_tolower (prefix[i] == '\\' ? '/' : prefix[i]))
          return NULL;
    }
  else if (strncmp (path, prefix, length) != 0)
    return NULL;
  return path[length] == '/' || path[length] == '\\' ? path + length + 1 : NULL;
}

static const char *
match_get_name (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *back = namida_path_is_windows (path, strlen (path)) ? strrchr (path, '\\') : NULL;

  return MAX (slash, back) != NULL ? MAX (slash, back) + 1 : path;
}

/* Returns: where the relative path @relative of a backup, which may have been written on Windows, begins at the end
 * of @path; 0 if @path does not end in it. */
static gsize
match_find_suffix (const char *path, const char *relative, gboolean windows)
{
  g_autofree char *slashed = windows ? g_strdelimit (g_strdup (relative), "\\", '/') : NULL;
  const char *wanted = slashed != NULL ? slashed : relative;
  gsize length = strlen (path), n = strlen (wanted);
  const char *at = path + length;

  if (n < length && path[length - n - 1] == '/' && memcmp (path + length - n, wanted, n) == 0)
    return length - n;
  /* Accept the same path with composed or decomposed characters, or in another case. */
  for (const char *slash = wanted; slash != NULL && at != NULL; slash = strchr (slash + 1, '/'))
    {
      at = g_strrstr_len (path, at - path, "/");
    }
  if (at == NULL || at == path || !namida_path_equal (at + 1, wanted))
    return 0;
  return (gsize) (at + 1 - path);
}

static gboolean
match_is_inside (Matching *matching, const char *path)
{
  for (guint i = 0; i < matching->here->folders->len; i++)
    {
      const char *folder = matching->here->folders->pdata[i];
      gsize length = strlen (folder);

      if (strncmp (path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0'))
        return TRUE;
    }
  return FALSE;
}

/* ---- by path ---- */

/* Returns the folder here that contains @file under the relative path. If that is above all music folders, uses the
 * first of the path's own folders that is not. @taken: (out): how much of @relative belongs to that folder. */
static char *
match_dup_candidate (Matching *matching, const NamidaMusicFile *file, const char *relative, gsize at, gsize *taken)
{
  g_autofree char *folder = g_strndup (file->path, at - 1);
  gsize n = 0;

  *taken = 0;
  while (!match_is_inside (matching, folder))
    {
      gsize component = strcspn (relative + n, "/\\");
      g_autofree char *deeper = NULL;

      /* If the path is written with other characters, its components have other lengths. */
      if (relative[n + component] == '\0' || strlen (file->path) - at != strlen (relative))
        return NULL;
      deeper = g_strndup (file->path, at + n + component);
      n += component + 1;
      g_free (folder);
      folder = g_steal_pointer (&deeper);
      *taken = n - 1;
    }
  return g_steal_pointer (&folder);
}

static void
match_vote (Matching *matching, GHashTable *votes, const char *expected, const NamidaLibraryTrack *track)
{
  const char *relative = match_skip_prefix (track->path, expected);
  gboolean windows = namida_path_is_windows (track->path, strlen (track->path));
  NamidaMusicFile *file;
  guint seen = 0;

  if (relative == NULL)
    return;
  file = namida_music_here_first (matching->here, match_get_name (track->path));
  for (; file != NULL && seen < SAME_NAME_MOST; file = namida_music_here_next (matching->here, file), seen++)
    {
      gsize taken, at = match_find_suffix (file->path, relative, windows);
      g_autofree char *to = at > 0 ? match_dup_candidate (matching, file, relative, at, &taken) : NULL;
      g_autofree char *key = NULL;
      guint count;

      if (to == NULL)
        continue;
      key = g_strdup_printf ("%.*s\t%s", (int) taken, relative, to);
      count = GPOINTER_TO_UINT (g_hash_table_lookup (votes, key));
      g_hash_table_insert (votes, g_steal_pointer (&key), GUINT_TO_POINTER (count + 1));
    }
}

static char *
match_dup_winner (GHashTable *votes)
{
  GHashTableIter iter;
  gpointer key, value;
  const char *best = NULL;
  guint most = 0;

  g_hash_table_iter_init (&iter, votes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      guint n = GPOINTER_TO_UINT (value);

      if (n > most || (n == most && strcmp (key, best) < 0))
        {
          best = key;
          most = n;
        }
    }
  return g_strdup (best);
}

static void
match_add_folder (Matching *matching, const char *expected)
{
  g_autoptr (GHashTable) votes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  NamidaMusicFolder *folder = g_new0 (NamidaMusicFolder, 1);
  g_autofree char *winner = NULL;
  g_autofree char *from = NULL;
  char *tab;

  folder->from = g_strdup (expected);
  g_ptr_array_add (matching->result->folders, folder);
  for (guint i = 0; i < matching->library->tracks->len; i++)
    {
      folder->tracks += match_skip_prefix (match_get (matching, i)->path, expected) != NULL;
      match_vote (matching, votes, expected, match_get (matching, i));
    }
  winner = match_dup_winner (votes);
  if (winner == NULL)
    return;
  tab = strchr (winner, '\t');
  *tab = '\0';
  folder->to = namida_music_here_dup_native (matching->here, tab + 1);
  from = *winner != '\0' ? g_strconcat (expected, strchr (expected, '\\') != NULL ? "\\" : "/", winner, NULL)
                         : g_strdup (expected);
  if (g_str_equal (from, folder->to))
    return;
  namida_path_map_add_folder (matching->result->map, from, folder->to);
  /* The expected folder itself would be above the folder that was found here, so point Namida to the one that was
   * found. */
  if (*winner != '\0')
    namida_path_map_add_file (matching->result->map, expected, folder->to);
}

/* Adds a folder for which the user named a folder. */
static void
match_add_named (Matching *matching, const char *expected)
{
  NamidaMusicFolder *folder = g_new0 (NamidaMusicFolder, 1);

  folder->from = g_strdup (expected);
  folder->to = namida_path_map_apply (matching->manual, expected, strlen (expected));
  if (folder->to == NULL)
    folder->to = g_strdup (expected);
  for (guint i = 0; i < matching->library->tracks->len; i++)
    folder->tracks += match_skip_prefix (match_get (matching, i)->path, expected) != NULL;
  g_ptr_array_add (matching->result->folders, folder);
}

static gboolean
match_is_there (Matching *matching, const char *path, NamidaMusicFile **file)
{
  g_autofree char *plain = g_strdup (path);

  if (matching->here->windows)
    g_strdelimit (plain, "\\", '/');
  *file = namida_music_here_find (matching->here, plain);
  return *file != NULL || (!matching->here->elsewhere && path[0] == '/' && access (path, F_OK) == 0);
}

/* Looks for a track where the folders of the map lead, or where it has always been. */
static void
match_try_path (Matching *matching, guint i)
{
  const NamidaLibraryTrack *track = match_get (matching, i);
  g_autofree char *path = namida_path_map_apply (matching->result->map, track->path, strlen (track->path));
  NamidaMusicFile *file;

  if (!match_is_there (matching, path != NULL ? path : track->path, &file) || (file != NULL && file->claimed))
    return;
  if (file != NULL)
    file->claimed = TRUE;
  matching->state[i] = TRACK_FOUND;
}

/* ---- by name and size, by fields ---- */

static void
match_claim (Matching *matching, guint i, NamidaMusicFile *file)
{
  g_autofree char *native = namida_music_here_dup_native (matching->here, file->path);

  file->claimed = TRUE;
  matching->state[i] = TRACK_FOUND;
  matching->result->elsewhere++;
  namida_path_map_add_file (matching->result->map, match_get (matching, i)->path, native);
}

static void
match_try_name (Matching *matching, guint i)
{
  const NamidaLibraryTrack *track = match_get (matching, i);
  NamidaMusicFile *file = namida_music_here_first (matching->here, match_get_name (track->path));
  NamidaMusicFile *only = NULL;

  for (guint seen = 0; file != NULL && seen < SAME_NAME_MOST; seen++)
    {
      if (!file->claimed && track->size > 0 && file->size == track->size)
        {
          if (only != NULL)
            return; /* ambiguous */
          only = file;
        }
      file = namida_music_here_next (matching->here, file);
    }
  if (only != NULL)
    match_claim (matching, i, only);
}

/* Accepts a path that the device of the backup wrote with composed or decomposed characters or in another case. */
static void
match_try_similar (Matching *matching, guint i)
{
  const NamidaLibraryTrack *track = match_get (matching, i);
  g_autofree char *path = namida_path_map_apply (matching->result->map, track->path, strlen (track->path));
  const char *wanted = path != NULL ? path : track->path;
  NamidaMusicFile *file = namida_music_here_first (matching->here, match_get_name (track->path));
  NamidaMusicFile *only = NULL;
  g_autofree char *plain = g_strdup (wanted);

  if (matching->here->windows)
    g_strdelimit (plain, "\\", '/');
  for (guint seen = 0; file != NULL && seen < SAME_NAME_MOST; seen++)
    {
      if (!file->claimed && namida_path_equal (file->path, plain))
        {
          if (only != NULL)
            return; /* ambiguous */
          only = file;
        }
      file = namida_music_here_next (matching->here, file);
    }
  if (only != NULL)
    match_claim (matching, i, only);
}

static char *
match_dup_fields (const NamidaLibraryTrack *track)
{
  if (*track->title == '\0' || *track->artist == '\0' || track->duration == 0)
    return NULL;
  return g_strjoin ("\n", track->title, track->artist, track->album, NULL);
}

static void
match_by_fields (Matching *matching, NamidaLibrary *own)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < own->tracks->len; i++)
    {
      char *fields = match_dup_fields (&g_array_index (own->tracks, NamidaLibraryTrack, i));

      if (fields != NULL)
        g_hash_table_insert (known, fields, &g_array_index (own->tracks, NamidaLibraryTrack, i));
    }
  for (guint i = 0; i < matching->library->tracks->len; i++)
    {
      const NamidaLibraryTrack *track = match_get (matching, i);
      g_autofree char *fields = matching->state[i] == TRACK_OPEN ? match_dup_fields (track) : NULL;
      const NamidaLibraryTrack *same = fields != NULL ? g_hash_table_lookup (known, fields) : NULL;
      NamidaMusicFile *file = same != NULL ? namida_music_here_find (matching->here, same->path) : NULL;

      if (file != NULL && !file->claimed
          && ABS ((gint64) same->duration - (gint64) track->duration) <= DURATION_SLACK_MS)
        match_claim (matching, i, file);
    }
}

/* ---- by the names of folders ---- */

static gboolean
match_is_taken (Matching *matching, const char *to)
{
  for (guint i = 0; i < matching->result->folders->len; i++)
    if (g_strcmp0 (((NamidaMusicFolder *) matching->result->folders->pdata[i])->to, to) == 0)
      return TRUE;
  return FALSE;
}

static void
match_guess (Matching *matching, NamidaMusicFolder *folder)
{
  GPtrArray *here = matching->here->folders;
  const char *name = match_get_name (folder->from);

  for (guint i = 0; i < here->len && folder->to == NULL; i++)
    {
      g_autofree char *native = namida_music_here_dup_native (matching->here, here->pdata[i]);

      if (g_ascii_strcasecmp (match_get_name (here->pdata[i]), name) == 0 && !match_is_taken (matching, native))
        folder->to = g_steal_pointer (&native);
    }
  if (folder->to == NULL && here->len == 1 && matching->result->folders->len == 1)
    folder->to = namida_music_here_dup_native (matching->here, here->pdata[0]);
  if (folder->to == NULL)
    return;
  folder->guessed = TRUE;
  if (!g_str_equal (folder->from, folder->to))
    namida_path_map_add_folder (matching->result->map, folder->from, folder->to);
}

/* Returns how many of the tracks that were below @expected are now below @here_folder. */
static guint
match_count_below (Matching *matching, const char *expected, const char *here_folder)
{
  guint n = 0;

  for (guint i = 0; i < matching->library->tracks->len; i++)
    {
      const NamidaLibraryTrack *track = match_get (matching, i);
      g_autofree char *path = NULL;

      if (matching->state[i] != TRACK_FOUND || match_skip_prefix (track->path, expected) == NULL)
        continue;
      path = namida_path_map_apply (matching->result->map, track->path, strlen (track->path));
      n += path != NULL && match_skip_prefix (path, here_folder) != NULL;
    }
  return n;
}

/* Handles a folder whose tracks were found one by one: Namida then has to look for its library in the folder here
 * that has most of them. Only the path of the folder itself is replaced, not what is below it. */
static void
match_point_folder (Matching *matching, NamidaMusicFolder *folder)
{
  guint most = 0;

  for (guint i = 0; i < matching->here->folders->len; i++)
    {
      g_autofree char *native = namida_music_here_dup_native (matching->here, matching->here->folders->pdata[i]);
      guint n = match_count_below (matching, folder->from, native);

      if (n <= most)
        continue;
      most = n;
      g_free (folder->to);
      folder->to = g_steal_pointer (&native);
    }
  if (folder->to != NULL)
    namida_path_map_add_file (matching->result->map, folder->from, folder->to);
}

/* ---- the whole search ---- */

static char *
match_dup_title (const NamidaLibraryTrack *track)
{
  g_autofree char *name = namida_track_dup_name (track->path);
  g_autofree char *title = namida_format_alias (*track->title != '\0' ? track->title : name);
  g_autofree char *artist = *track->artist != '\0' ? namida_format_alias (track->artist) : NULL;

  return artist != NULL ? g_strdup_printf ("%s – %s", artist, title) : g_steal_pointer (&title);
}

static int
match_compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
match_count (Matching *matching)
{
  NamidaMusicMatch *result = matching->result;

  for (guint i = 0; i < matching->library->tracks->len; i++)
    {
      const NamidaLibraryTrack *track = match_get (matching, i);

      result->on_servers += matching->state[i] == TRACK_ADDRESS;
      if (matching->state[i] == TRACK_ADDRESS)
        continue;
      result->tracks++;
      result->found += matching->state[i] == TRACK_FOUND;
      if (matching->state[i] == TRACK_OPEN && result->n_missing++ < MISSING_MOST)
        g_ptr_array_add (result->missing, match_dup_title (track));
      for (guint j = 0; matching->state[i] == TRACK_FOUND && j < result->folders->len; j++)
        {
          NamidaMusicFolder *folder = result->folders->pdata[j];

          folder->found += match_skip_prefix (track->path, folder->from) != NULL;
        }
    }
  g_ptr_array_sort (result->missing, match_compare_texts);
}

static void
match_add_manual (Matching *matching)
{
  g_auto (GStrv) lines = namida_path_map_dup_folders (matching->manual);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *tab = strchr (lines[i], '\t');

      *tab = '\0';
      namida_path_map_add_folder (matching->result->map, lines[i], tab + 1);
    }
}

static void
match_each_open (Matching *matching, void (*try_one) (Matching *, guint))
{
  for (guint i = 0; i < matching->library->tracks->len; i++)
    if (matching->state[i] == TRACK_OPEN)
      try_one (matching, i);
}

NamidaMusicMatch *
namida_music_match_find (
    NamidaLibrary *library, GPtrArray *expected, NamidaPathMap *manual, NamidaMusicHere *here, NamidaLibrary *own)
{
  NamidaMusicMatch *result = g_new0 (NamidaMusicMatch, 1);
  Matching matching = { .result = result, .library = library, .manual = manual, .here = here };

  result->map = namida_path_map_new ();
  result->other_device = here->elsewhere;
  result->folders = g_ptr_array_new_with_free_func (match_folder_free);
  result->missing = g_ptr_array_new_with_free_func (g_free);
  matching.state = g_malloc0 (MAX (library->tracks->len, 1));
  for (guint i = 0; i < library->tracks->len; i++)
    if (namida_track_is_address (match_get (&matching, i)->path))
      matching.state[i] = TRACK_ADDRESS;
  if (manual != NULL)
    match_add_manual (&matching);
  for (guint i = 0; i < expected->len; i++)
    if (manual == NULL || !namida_path_map_covers (manual, expected->pdata[i]))
      match_add_folder (&matching, expected->pdata[i]);
    else
      match_add_named (&matching, expected->pdata[i]);
  match_each_open (&matching, match_try_path);
  match_each_open (&matching, match_try_similar);
  match_each_open (&matching, match_try_name);
  if (own != NULL)
    match_by_fields (&matching, own);
  match_count (&matching);
  for (guint i = 0; i < result->folders->len; i++)
    {
      NamidaMusicFolder *folder = result->folders->pdata[i];

      if (folder->to == NULL && folder->found == 0)
        match_guess (&matching, folder);
      else if (folder->to == NULL)
        match_point_folder (&matching, folder);
    }
  g_free (matching.state);
  return result;
}
