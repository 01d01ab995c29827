/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds songs, albums and playlists in all versions; see namida-version-find.h. File names are searched in the table of
 * names, which contains each name once, regardless of the number of versions. Blocking. */
#include "config.h"

#include "namida-version-find.h"

#include "namida-contents.h"
#include "namida-error.h"
#include "namida-lists.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  gint64 id, created_at;
  char *alias;
  char *path;
  char *zip;      /* (nullable): absolute path */
  gboolean plain; /* it has its own copies, and is not only a record of files in the music folders */
} FindVersion;

typedef struct
{
  NamidaDatabase *database;
  char *wanted;     /* case-folded */
  GHashTable *hits; /* key → NamidaFindHit */
  GHashTable *seen; /* keys for which the current version has been counted */
  GHashTable *read; /* hash of a zip → GPtrArray of keys, for versions that share it */
  GPtrArray *keys;  /* (nullable): for the zip that is being read */
  guint counts[3];
  const FindVersion *version;
  GHashTable *places; /* (nullable): path of each file of the current version → its absolute path; read when needed */
  GError *failed;     /* (nullable): why the places could not be read */
} Find;

void
namida_find_hit_free (NamidaFindHit *self)
{
  if (self == NULL)
    return;
  g_free (self->title);
  g_free (self->detail);
  g_free (self->alias);
  g_free (self->place);
  g_free (self->folder);
  g_free (self);
}

const char *
namida_find_kind_to_text (NamidaFindKind kind)
{
  static const char *const texts[] = { "song", "album", "playlist" };

  return texts[kind];
}

static void
find_version_free (FindVersion *version)
{
  g_free (version->alias);
  g_free (version->path);
  g_free (version->zip);
  g_free (version);
}

static gboolean
find_matches (Find *find, const char *text)
{
  g_autofree char *valid = NULL;
  g_autofree char *folded = NULL;

  if (text == NULL || *text == '\0')
    return FALSE;
  valid = g_utf8_make_valid (text, -1);
  folded = namida_format_fold (valid);
  return strstr (folded, find->wanted) != NULL;
}

/* Counts the current version for @key, once. */
static void
find_count (Find *find, NamidaFindHit *hit, const char *key)
{
  if (!g_hash_table_add (find->seen, g_strdup (key)))
    return;
  hit->n_versions++;
  if (hit->n_versions > 1 && find->version->id < hit->version)
    return;
  hit->version = find->version->id;
  hit->created_at = find->version->created_at;
  g_free (hit->alias);
  hit->alias = g_strdup (find->version->alias);
}

/* Returns: (transfer none) (nullable): NULL if there are too many hits already. */
static NamidaFindHit *
find_add (Find *find, NamidaFindKind kind, const char *title, const char *detail)
{
  g_autofree char *key = g_strdup_printf ("%d\n%s\n%s", kind, title, detail);
  NamidaFindHit *hit = g_hash_table_lookup (find->hits, key);

  if (hit == NULL)
    {
      if (find->counts[kind] >= NAMIDA_FIND_MOST)
        return NULL;
      find->counts[kind]++;
      hit = g_new0 (NamidaFindHit, 1);
      hit->kind = kind;
      hit->title = g_utf8_make_valid (title, -1);
      hit->detail = g_utf8_make_valid (detail, -1);
      g_hash_table_insert (find->hits, g_strdup (key), hit);
    }
  find_count (find, hit, key);
  if (find->keys != NULL)
    g_ptr_array_add (find->keys, g_strdup (key));
  return hit;
}

/* @place: “Music/Björk/01.flac”, or the folder of an album; @path: (transfer none): the absolute path of a file
 * there. */
static void
find_set_place (Find *find, NamidaFindHit *hit, const char *place, const char *path)
{
  if (hit == NULL)
    return;
  if (hit->folder == NULL || hit->version == find->version->id)
    {
      g_free (hit->folder);
      hit->folder = g_path_get_dirname (path);
    }
  if (!find->version->plain || *place == '\0' || find->version->id < hit->stored)
    return;
  hit->stored = find->version->id;
  g_free (hit->place);
  hit->place = g_utf8_make_valid (place, -1);
}

static const char *
find_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? text : "";
}

/* Returns (transfer full) (nullable): the versions, oldest first. */
static GPtrArray *
find_read_versions (NamidaDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func ((GDestroyNotify) find_version_free);
  sqlite3_stmt *statement;
  gboolean fine;
  int step;

  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error,
      "SELECT id, created_at, alias, path, zip, landing = 'backup' FROM versions WHERE removing = 0"
      " ORDER BY arrival",
      "");
  while (namida_database_next (statement, &step))
    {
      FindVersion *version = g_new0 (FindVersion, 1);
      const char *zip = (const char *) sqlite3_column_text (statement, 4);

      version->id = sqlite3_column_int64 (statement, 0);
      version->created_at = sqlite3_column_int64 (statement, 1);
      version->alias = g_strdup (find_text (statement, 2));
      version->path = g_strdup (find_text (statement, 3));
      version->plain = sqlite3_column_int (statement, 5) != 0;
      if (zip != NULL)
        version->zip
            = g_path_is_absolute (zip) ? g_strdup (zip) : g_build_filename (find_text (statement, 3), zip, NULL);
      g_ptr_array_add (versions, version);
    }
  fine = namida_database_end (database, statement, step, error);
  namida_database_unlock (database);
  return fine ? g_steal_pointer (&versions) : NULL;
}

/* Returns (transfer full): the absolute path. */
static char *
find_dup_path (Find *find, const char *path)
{
  return g_path_is_absolute (path) ? g_strdup (path) : g_build_filename (find->version->path, path, NULL);
}

/* Adds a file if its name or its folder matches. @sent: its path in the table of files. */
static void
find_take_file (Find *find, const char *label, const char *relative, const char *sent)
{
  g_autofree char *name = g_path_get_basename (relative);
  g_autofree char *folder = g_path_get_dirname (relative);
  g_autofree char *album = g_path_get_basename (folder);
  gboolean has_folder = !g_str_equal (folder, ".");
  g_autofree char *parent = has_folder ? g_path_get_dirname (folder) : g_strdup (".");
  g_autofree char *where = g_str_equal (parent, ".") ? g_strdup (label) : g_build_filename (label, parent, NULL);
  g_autofree char *place = has_folder ? g_build_filename (label, folder, NULL) : g_strdup (label);
  g_autofree char *path = find_dup_path (find, sent);

  if (find_matches (find, name))
    {
      /* Files that were sent without a folder are in no music folder, and cannot be restored separately. */
      g_autofree char *file = *label != '\0' ? g_build_filename (place, name, NULL) : g_strdup ("");

      find_set_place (find, find_add (find, NAMIDA_FIND_SONG, name, place), file, path);
    }
  if (has_folder && find_matches (find, album))
    find_set_place (find, find_add (find, NAMIDA_FIND_ALBUM, album, where), *label != '\0' ? place : "", path);
}

static gboolean
find_in_files (Find *find, GError **error)
{
  sqlite3_stmt *statement;
  gboolean fine;
  int step;

  namida_database_lock (find->database);
  statement = namida_database_prepare (find->database, error,
                                       "SELECT label, relative, path FROM version_files WHERE version = ? AND kind = 1",
                                       "i", find->version->id);
  while (namida_database_next (statement, &step))
    find_take_file (find, find_text (statement, 0), find_text (statement, 1), find_text (statement, 2));
  fine = namida_database_end (find->database, statement, step, error);
  namida_database_unlock (find->database);
  return fine;
}

/* ---- the file of a track in a backup zip ---- */

static void
find_read_places (Find *find)
{
  GError **error = find->failed == NULL ? &find->failed : NULL;
  sqlite3_stmt *statement;
  int result;

  find->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  namida_database_lock (find->database);
  statement = namida_database_prepare (find->database, error,
                                       "SELECT label, relative, path FROM version_files WHERE version = ? AND kind = 1",
                                       "i", find->version->id);
  while (namida_database_next (statement, &result))
    g_hash_table_insert (find->places, g_build_filename (find_text (statement, 0), find_text (statement, 1), NULL),
                         find_dup_path (find, find_text (statement, 2)));
  namida_database_end (find->database, statement, result, error);
  namida_database_unlock (find->database);
}

/* Returns (transfer none) (nullable): the longest end of @track, a path on the device that made the backup, that is
 * also the path of a file here. This works because a music folder keeps its name. */
static const char *
find_get_place (Find *find, const char *track)
{
  if (find->places == NULL)
    find_read_places (find);
  for (const char *end = track; end != NULL; end = strchr (end, '/'))
    {
      end += *end == '/';
      if (*end != '\0' && g_hash_table_contains (find->places, end))
        return end;
    }
  return NULL;
}

static void
find_on_playlist (gpointer user_data, const NamidaListEntry *entry)
{
  Find *find = user_data;

  if (find_matches (find, entry->name))
    find_add (find, NAMIDA_FIND_PLAYLIST, entry->name, "");
}

/* @hit: (nullable): the hit whose place is set. */
static void
find_locate (Find *find, NamidaFindHit *hit, const char *track)
{
  const char *place;
  g_autofree char *folder = NULL;

  if (hit == NULL || hit->stored == find->version->id)
    return;
  place = find_get_place (find, track);
  if (place == NULL)
    return;
  folder = g_path_get_dirname (place);
  find_set_place (find, hit, hit->kind == NAMIDA_FIND_ALBUM ? folder : place,
                  g_hash_table_lookup (find->places, place));
}

static void
find_in_library (Find *find, NamidaLibrary *library)
{
  for (guint i = 0; i < library->tracks->len; i++)
    {
      const NamidaLibraryTrack *track = &g_array_index (library->tracks, NamidaLibraryTrack, i);

      if (find_matches (find, track->title))
        find_locate (find, find_add (find, NAMIDA_FIND_SONG, track->title, track->artist), track->path);
      if (find_matches (find, track->album))
        find_locate (find, find_add (find, NAMIDA_FIND_ALBUM, track->album, track->artist), track->path);
    }
}

/* Returns (transfer full): the hash of the zip, which identifies its content without reading it. */
static char *
find_dup_zip_hash (Find *find)
{
  sqlite3_stmt *statement;
  char *hash = NULL;

  namida_database_lock (find->database);
  statement = namida_database_prepare (find->database, NULL,
                                       "SELECT sha256 FROM version_files WHERE version = ? AND kind = 0", "i",
                                       find->version->id);
  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    hash = g_strdup (find_text (statement, 0));
  sqlite3_finalize (statement);
  namida_database_unlock (find->database);
  return hash;
}

static void
find_in_zip (Find *find, GCancellable *cancellable)
{
  g_autofree char *hash = find->version->zip != NULL ? find_dup_zip_hash (find) : NULL;
  GPtrArray *known = hash != NULL ? g_hash_table_lookup (find->read, hash) : NULL;
  g_autoptr (NamidaContents) contents = NULL;
  g_autoptr (NamidaLibrary) library = NULL;

  for (guint i = 0; known != NULL && i < known->len; i++)
    find_count (find, g_hash_table_lookup (find->hits, known->pdata[i]), known->pdata[i]);
  if (hash == NULL || known != NULL)
    return;
  find->keys = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_insert (find->read, g_strdup (hash), find->keys);
  contents = namida_contents_open (find->version->zip, FALSE, NULL, cancellable, NULL);
  if (contents != NULL)
    {
      namida_lists_foreach (contents, NAMIDA_PART_PLAYLISTS, find_on_playlist, find, NULL, cancellable, NULL);
      library = namida_library_read (contents, cancellable, NULL);
    }
  if (library != NULL)
    find_in_library (find, library);
  find->keys = NULL;
}

static int
find_compare (gconstpointer a, gconstpointer b)
{
  const NamidaFindHit *first = *(const NamidaFindHit *const *) a;
  const NamidaFindHit *second = *(const NamidaFindHit *const *) b;

  if (first->kind != second->kind)
    return first->kind > second->kind ? -1 : 1;
  return g_utf8_collate (first->title, second->title);
}

GPtrArray *
namida_version_find (NamidaDatabase *database, const char *text, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) versions = find_read_versions (database, error);
  g_autoptr (GHashTable) hits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) read
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_find_hit_free);
  g_autofree char *wanted = namida_format_fold (text);
  Find find = { .database = database, .wanted = wanted, .hits = hits, .read = read };
  gboolean ok = versions != NULL;
  GHashTableIter iter;
  gpointer hit;

  for (guint i = 0; ok && i < versions->len; i++)
    {
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

      find.version = versions->pdata[i];
      find.seen = seen;
      ok = find_in_files (&find, error);
      find_in_zip (&find, cancellable);
      g_clear_pointer (&find.places, g_hash_table_unref);
      if (ok && find.failed != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&find.failed));
          ok = FALSE;
        }
      ok = ok && !g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  g_hash_table_iter_init (&iter, hits);
  while (g_hash_table_iter_next (&iter, NULL, &hit))
    g_ptr_array_add (found, hit);
  g_ptr_array_sort (found, find_compare);
  g_clear_error (&find.failed);
  return ok ? g_steal_pointer (&found) : NULL;
}
