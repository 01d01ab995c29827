/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the union of backups, file by file in the order of their names, in the layout of today's Namida, whatever
 * the layouts of the backups are. The path of a file that several backups have decides how it is merged
 * (namida-merge-lists.c for lists, namida-part-db.c for databases). Called in worker threads by the command line and
 * the restore. */
#include "config.h"

#include "namida-merge.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-merge-lists.h"
#include "namida-new-file.h"
#include "namida-spool.h"
#include "namida-zip-writer.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STORED_BYTES (8 * 1024 * 1024)
#define LARGE_DB_BYTES (32 * 1024 * 1024)

/* One file of one backup. */
typedef struct
{
  NamidaContents *contents;
  const NamidaItem *item;
} MergeSource;

typedef struct
{
  NamidaMergeReport *report;
  GCancellable *cancellable;
  const char *spool_folder;
  GHashTable *files; /* path → GArray of MergeSource */
  /* The state of the current part. */
  NamidaZipWriter *writer;
} Merge;

void
namida_merge_report_free (NamidaMergeReport *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->conflicts);
  g_ptr_array_unref (self->damaged);
  g_free (self);
}

/* ---- the place of a file ---- */

/* Returns the part of the new backup that @path belongs to. @name: (out): its name in that part. */
static char *
merge_dup_part (const char *path, gboolean loose, const char **name)
{
  gboolean youtube = g_str_has_prefix (path, "Youtube/");
  const char *part = youtube ? path + strlen ("Youtube/") : path;
  const char *inner = strchr (part, '/');

  *name = path;
  if (youtube && inner == NULL)
    return g_strdup ("YOUTUBE_FILES.zip");
  if (inner == NULL)
    return loose ? g_strdup ("") : g_strdup ("LOCAL_FILES.zip");
  *name = inner + 1;
  return g_strdup_printf (youtube ? "YOUTUBE_TEMPDIR_%.*s.zip" : "TEMPDIR_%.*s.zip", (int) (inner - part), part);
}

/* Returns whether the file is outside of all parts of a backup. */
static gboolean
merge_is_loose (const MergeSource *source)
{
  return source->item->container->entry == NULL && source->item->part == NAMIDA_PART_OTHER
         && strchr (source->item->path, '/') == NULL;
}

/* ---- copies ---- */

static int
merge_compare_sources (const MergeSource *one, const MergeSource *other)
{
  const NamidaZipEntry *a = one->item->entry, *b = other->item->entry;

  if (a->dos_time != b->dos_time)
    return a->dos_time < b->dos_time ? -1 : 1;
  if (a->size != b->size)
    return a->size < b->size ? -1 : 1;
  return (a->crc > b->crc) - (a->crc < b->crc);
}

static gboolean
merge_is_same (const MergeSource *one, const MergeSource *other)
{
  return one->item->entry->size == other->item->entry->size && one->item->entry->crc == other->item->entry->crc;
}

static const MergeSource *
merge_get_newest (GArray *sources)
{
  const MergeSource *newest = &g_array_index (sources, MergeSource, 0);

  for (guint i = 1; i < sources->len; i++)
    if (merge_compare_sources (&g_array_index (sources, MergeSource, i), newest) > 0)
      newest = &g_array_index (sources, MergeSource, i);
  return newest;
}

static gboolean
merge_copy (Merge *merge, const MergeSource *source, const char *name, GError **error)
{
  merge->report->files++;
  if (namida_zip_writer_copy (merge->writer, source->item->container->zip, source->item->entry, name,
                              merge->cancellable, error))
    return TRUE;
  namida_contents_name_error (error, source->item->path);
  return FALSE;
}

/* ---- lists ---- */

typedef GBytes *(*MergeFunc) (GBytes *one, GBytes *other);

static MergeFunc
merge_get_func (const char *path)
{
  if (g_str_has_prefix (path, "History/") || g_str_has_prefix (path, "Youtube/Youtube History/"))
    return namida_merge_days;
  if (g_str_equal (path, "favs.json") || g_str_equal (path, "Youtube/yt_likes.json"))
    return namida_merge_favourites;
  if (g_str_equal (path, "Youtube/yt_subs.json"))
    return namida_merge_objects;
  if (g_str_equal (path, "Youtube/yt_sub_groups.json"))
    return namida_merge_words;
  return g_str_equal (path, "total_listen.txt") ? namida_merge_largest : NULL;
}

/* Returns (transfer full) (nullable) (element-type MergeSource): the sources that are not damaged; all of them if none
 * is intact. */
static GArray *
merge_list_whole (Merge *merge, GArray *sources, MergeFunc func, const char *path, GError **error)
{
  g_autoptr (GArray) whole = g_array_new (FALSE, FALSE, sizeof (MergeSource));

  for (guint i = 0; i < sources->len; i++)
    {
      const MergeSource *source = &g_array_index (sources, MergeSource, i);
      g_autoptr (GBytes) bytes = namida_contents_read (source->contents, source->item, merge->cancellable, error);

      if (bytes == NULL)
        return NULL;
      if (func == namida_merge_largest ? namida_merge_is_total (bytes) : !namida_merge_is_damaged (bytes))
        g_array_append_val (whole, *source);
    }
  if (whole->len < sources->len)
    g_ptr_array_add (merge->report->damaged, g_strdup (path));
  return whole->len > 0 ? g_steal_pointer (&whole) : g_array_ref (sources);
}

/* Returns: %FALSE without an error if the files are not such lists; the newest one is then copied. */
static gboolean
merge_list (Merge *merge, GArray *sources, MergeFunc func, const char *name, GError **error)
{
  g_autoptr (GBytes) all = NULL;

  for (guint i = 0; i < sources->len; i++)
    {
      const MergeSource *source = &g_array_index (sources, MergeSource, i);
      g_autoptr (GBytes) bytes = namida_contents_read (source->contents, source->item, merge->cancellable, error);
      GBytes *both;

      if (bytes == NULL)
        return FALSE;
      both = all != NULL ? func (all, bytes) : g_bytes_ref (bytes);
      g_clear_pointer (&all, g_bytes_unref);
      all = both;
      if (all == NULL)
        return FALSE;
    }
  merge->report->files++;
  merge->report->combined++;
  return namida_zip_writer_add (merge->writer, name, merge_get_newest (sources)->item->entry->dos_time,
                                g_bytes_get_data (all, NULL), g_bytes_get_size (all), error);
}

/* ---- databases ---- */

static gboolean
merge_row (gpointer user_data, const char *key, gsize key_length, const char *value, gsize value_length, GError **error)
{
  return namida_part_db_writer_add (user_data, key, key_length, value, value_length, error);
}

static gboolean
merge_rows (Merge *merge, GArray *sources, NamidaPartDb *made, GError **error)
{
  g_autoptr (NamidaPartDbWriter) writer = namida_part_db_writer_new (made, error);

  for (guint i = 0; writer != NULL && i < sources->len; i++)
    {
      const MergeSource *source = &g_array_index (sources, MergeSource, i);
      g_autoptr (NamidaContentsDb) db
          = namida_contents_open_db (source->contents, source->item, merge->cancellable, error);

      if (db == NULL)
        return FALSE;
      if (!namida_part_db_foreach (db->db, merge_row, writer, error))
        {
          namida_contents_name_error (error, source->item->path);
          return FALSE;
        }
    }
  return writer != NULL;
}

static gboolean
merge_database (Merge *merge, GArray *sources, const char *path, const char *name, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *table = g_strndup (base, strlen (base) - strlen (".db"));
  int fd = namida_spool_new (merge->spool_folder, error);
  g_autoptr (NamidaPartDb) made = fd >= 0 ? namida_part_db_create (table, fd, error) : NULL;
  gboolean done = made != NULL && merge_rows (merge, sources, made, error) && namida_part_db_finish (made, error);
  struct stat st;

  g_clear_pointer (&made, namida_part_db_free);
  merge->report->files++;
  merge->report->combined++;
  done = done && fstat (fd, &st) == 0
         && namida_zip_writer_add_file (merge->writer, name, merge_get_newest (sources)->item->entry->dos_time,
                                        st.st_size > LARGE_DB_BYTES ? 3 : 6, fd, merge->cancellable, error);
  if (fd >= 0)
    close (fd);
  return done;
}

/* ---- playlists ---- */

static gboolean
merge_is_playlist (const char *path)
{
  return (g_str_has_prefix (path, "Playlists/") || g_str_has_prefix (path, "Youtube/Youtube Playlists/"))
         && g_str_has_suffix (path, ".json");
}

/* One version of a playlist. */
typedef struct
{
  NamidaMergePlaylist *playlist;
  const MergeSource *source;
  char *stem; /* name of its file without the mark and ".json" */
  char *name; /* its name without the mark */
  gboolean marked;
} MergeVersion;

static void
merge_version_free (gpointer data)
{
  MergeVersion *version = data;

  namida_merge_playlist_free (version->playlist);
  g_free (version->stem);
  g_free (version->name);
  g_free (version);
}

static MergeVersion *
merge_version_new (Merge *merge, const MergeSource *source, GError **error)
{
  g_autoptr (GBytes) bytes = namida_contents_read (source->contents, source->item, merge->cancellable, error);
  NamidaMergePlaylist *playlist = bytes != NULL ? namida_merge_playlist_new (bytes) : NULL;
  g_autofree char *mark = playlist != NULL ? namida_merge_playlist_dup_mark (playlist) : NULL;
  MergeVersion *version;

  if (playlist == NULL)
    return NULL;
  version = g_new0 (MergeVersion, 1);
  version->playlist = playlist;
  version->source = source;
  version->stem = g_strndup (source->item->path, strlen (source->item->path) - strlen (".json"));
  version->name = g_strdup (playlist->name);
  if (g_str_has_suffix (version->stem, mark))
    {
      version->marked = TRUE;
      version->stem[strlen (version->stem) - strlen (mark)] = '\0';
      if (g_str_has_suffix (version->name, mark))
        version->name[strlen (version->name) - strlen (mark)] = '\0';
    }
  return version;
}

static int
merge_compare_versions (gconstpointer a, gconstpointer b)
{
  const MergeVersion *one = *(MergeVersion *const *) a;
  const MergeVersion *other = *(MergeVersion *const *) b;
  int order = namida_merge_playlist_compare (other->playlist, one->playlist);

  if (order == 0)
    order = one->marked - other->marked;
  if (order == 0)
    order = strcmp (one->name, other->name);
  return order != 0 ? order : -merge_compare_sources (one->source, other->source);
}

/* @versions: newest first. Keeps only those that no other version makes superfluous. */
static void
merge_drop_versions (GPtrArray *versions)
{
  for (guint i = 1; i < versions->len;)
    {
      gboolean replaced = FALSE;

      for (guint j = 0; j < i && !replaced; j++)
        replaced = namida_merge_playlist_replaces (((MergeVersion *) versions->pdata[j])->playlist,
                                                   ((MergeVersion *) versions->pdata[i])->playlist);
      if (replaced)
        g_ptr_array_remove_index (versions, i);
      else
        i++;
    }
}

static gboolean
merge_write_version (Merge *merge, const MergeVersion *version, const char *part_prefix, gboolean first, GError **error)
{
  g_autofree char *mark = first ? g_strdup ("") : namida_merge_playlist_dup_mark (version->playlist);
  g_autofree char *file = g_strconcat (version->stem + strlen (part_prefix), mark, ".json", NULL);
  g_autofree char *name = g_strconcat (version->name, mark, NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (first == !version->marked && g_str_equal (name, version->playlist->name))
    return merge_copy (merge, version->source, file, error);
  bytes = namida_merge_playlist_to_bytes (version->playlist, name);
  merge->report->files++;
  return namida_zip_writer_add (merge->writer, file, version->source->item->entry->dos_time,
                                g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

static gboolean
merge_write_versions (Merge *merge, GPtrArray *versions, const char *part_prefix, GError **error)
{
  g_ptr_array_sort (versions, merge_compare_versions);
  merge_drop_versions (versions);
  if (versions->len > 1)
    g_ptr_array_add (merge->report->conflicts, namida_format_alias (((MergeVersion *) versions->pdata[0])->name));
  for (guint i = 0; i < versions->len; i++)
    if (!merge_write_version (merge, versions->pdata[i], part_prefix, i == 0, error))
      return FALSE;
  return TRUE;
}

/* Puts the versions of the file into @groups. If it is a playlist in no backup, the newest file is copied. */
static gboolean
merge_collect_versions (
    Merge *merge, const char *path, const char *name, GHashTable *groups, GPtrArray *stems, GError **error)
{
  GArray *sources = g_hash_table_lookup (merge->files, path);
  gboolean any = FALSE, damaged = FALSE;

  for (guint i = 0; i < sources->len; i++)
    {
      GError *local = NULL;
      MergeVersion *version = merge_version_new (merge, &g_array_index (sources, MergeSource, i), &local);
      GPtrArray *group;

      if (local != NULL)
        {
          g_propagate_error (error, local);
          return FALSE;
        }
      damaged = damaged || version == NULL;
      if (version == NULL)
        continue;
      any = TRUE;
      group = g_hash_table_lookup (groups, version->stem);
      if (group == NULL)
        {
          group = g_ptr_array_new_with_free_func (merge_version_free);
          g_hash_table_insert (groups, g_strdup (version->stem), group);
          g_ptr_array_add (stems, g_strdup (version->stem));
        }
      g_ptr_array_add (group, version);
    }
  if (any && damaged)
    g_ptr_array_add (merge->report->damaged, g_strdup (path));
  return any || merge_copy (merge, merge_get_newest (sources), name, error);
}

/* @paths: the paths of one part, in order. */
static gboolean
merge_playlists (Merge *merge, GPtrArray *paths, GError **error)
{
  g_autoptr (GHashTable) groups
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GPtrArray) stems = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *prefix = NULL;

  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = paths->pdata[i];
      const char *name;
      g_autofree G_GNUC_UNUSED char *part = merge_dup_part (path, FALSE, &name);

      if (prefix == NULL)
        prefix = g_strndup (path, (gsize) (name - path));
      if (merge_is_playlist (path) && !merge_collect_versions (merge, path, name, groups, stems, error))
        return FALSE;
    }
  for (guint i = 0; i < stems->len; i++)
    if (!merge_write_versions (merge, g_hash_table_lookup (groups, stems->pdata[i]), prefix, error))
      return FALSE;
  return TRUE;
}

/* ---- files ---- */

static gboolean
merge_file (Merge *merge, const char *path, const char *name, GError **error)
{
  GArray *sources = g_hash_table_lookup (merge->files, path);
  gboolean database
      = g_str_has_suffix (path, ".db") && (strchr (path, '/') == NULL || g_str_has_suffix (path, "/ytid_stats.db"));
  MergeFunc func = merge_get_func (path);
  g_autoptr (GArray) whole = NULL;
  gboolean same = TRUE;
  GError *local = NULL;

  if (g_str_has_suffix (path, ".db-wal") || g_str_has_suffix (path, ".db-shm"))
    return TRUE; /* the contents of these files are in the database */
  for (guint i = 1; i < sources->len; i++)
    same = same && merge_is_same (&g_array_index (sources, MergeSource, 0), &g_array_index (sources, MergeSource, i));
  if (database)
    {
      g_autofree char *wal = g_strconcat (path, "-wal", NULL);

      if (!same || g_hash_table_contains (merge->files, wal))
        return merge_database (merge, sources, path, name, error);
    }
  if (!same && func != NULL)
    {
      whole = merge_list_whole (merge, sources, func, path, error);
      if (whole == NULL)
        return FALSE;
      sources = whole;
      if (whole->len > 1 && merge_list (merge, whole, func, name, &local))
        return TRUE;
      if (local != NULL)
        {
          g_propagate_error (error, local);
          return FALSE;
        }
    }
  return merge_copy (merge, merge_get_newest (sources), name, error);
}

static gboolean
merge_files (Merge *merge, GPtrArray *paths, GError **error)
{
  for (guint i = 0; i < paths->len; i++)
    {
      const char *name;
      g_autofree G_GNUC_UNUSED char *part = merge_dup_part (paths->pdata[i], FALSE, &name);

      if (!merge_is_playlist (paths->pdata[i]) && !merge_file (merge, paths->pdata[i], name, error))
        return FALSE;
    }
  return merge_playlists (merge, paths, error);
}

/* ---- parts ---- */

static gboolean
merge_part (Merge *merge, NamidaZipWriter *outer, const char *part, GPtrArray *paths, GError **error)
{
  int fd = namida_spool_new (merge->spool_folder, error);
  guint32 newest = 0;
  gboolean done;
  struct stat st;

  if (fd < 0)
    return FALSE;
  for (guint i = 0; i < paths->len; i++)
    newest
        = MAX (newest, merge_get_newest (g_hash_table_lookup (merge->files, paths->pdata[i]))->item->entry->dos_time);
  merge->writer = namida_zip_writer_new (fd);
  done = merge_files (merge, paths, error) && namida_zip_writer_finish (merge->writer, error);
  g_clear_pointer (&merge->writer, namida_zip_writer_free);
  done = done && fstat (fd, &st) == 0
         && namida_zip_writer_add_file (outer, part, newest, st.st_size > STORED_BYTES ? 0 : 6, fd, merge->cancellable,
                                        error);
  close (fd);
  return done;
}

static int
merge_compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
merge_sort_keys (GHashTable *table)
{
  GPtrArray *keys = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (keys, key);
  g_ptr_array_sort (keys, merge_compare_texts);
  return keys;
}

static void
merge_add_contents (Merge *merge, NamidaContents *contents)
{
  for (guint i = 0; i < contents->items->len; i++)
    {
      const NamidaItem *item = contents->items->pdata[i];
      MergeSource source = { contents, item };
      GArray *sources = g_hash_table_lookup (merge->files, item->path);

      if (namida_contents_find (contents, item->path) != item)
        continue; /* a later entry of the same name counts */
      if (sources == NULL)
        {
          sources = g_array_new (FALSE, FALSE, sizeof (MergeSource));
          g_hash_table_insert (merge->files, item->path, sources);
        }
      g_array_append_val (sources, source);
    }
}

/* Returns a table of part → its paths, in order. */
static GHashTable *
merge_group_parts (Merge *merge)
{
  GHashTable *parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GPtrArray) paths = merge_sort_keys (merge->files);

  for (guint i = 0; i < paths->len; i++)
    {
      GArray *sources = g_hash_table_lookup (merge->files, paths->pdata[i]);
      const char *name;
      char *part = merge_dup_part (paths->pdata[i], merge_is_loose (&g_array_index (sources, MergeSource, 0)), &name);
      GPtrArray *group = g_hash_table_lookup (parts, part);

      if (group == NULL)
        {
          group = g_ptr_array_new ();
          g_hash_table_insert (parts, part, group);
        }
      else
        g_free (part);
      g_ptr_array_add (group, paths->pdata[i]);
    }
  return parts;
}

static gboolean
merge_write (Merge *merge, NamidaZipWriter *outer, GError **error)
{
  g_autoptr (GHashTable) parts = merge_group_parts (merge);
  g_autoptr (GPtrArray) names = merge_sort_keys (parts);
  gboolean done = TRUE;

  for (guint i = 0; done && i < names->len; i++)
    {
      GPtrArray *paths = g_hash_table_lookup (parts, names->pdata[i]);

      if (*(const char *) names->pdata[i] != '\0')
        {
          done = merge_part (merge, outer, names->pdata[i], paths, error);
          continue;
        }
      merge->writer = outer;
      for (guint j = 0; done && j < paths->len; j++)
        done = merge_copy (merge, merge_get_newest (g_hash_table_lookup (merge->files, paths->pdata[j])),
                           paths->pdata[j], error);
      merge->writer = NULL;
    }
  return done && namida_zip_writer_finish (outer, error);
}

NamidaMergeReport *
namida_merge (GPtrArray *backups, const char *out, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaMergeReport) report = g_new0 (NamidaMergeReport, 1);
  g_autofree char *folder = g_path_get_dirname (out);
  g_autoptr (NamidaNewFile) file = namida_new_file_begin (out, error);
  g_autoptr (NamidaZipWriter) writer = NULL;
  Merge merge = { .report = report, .cancellable = cancellable, .spool_folder = folder };
  gboolean done;

  report->conflicts = g_ptr_array_new_with_free_func (g_free);
  report->damaged = g_ptr_array_new_with_free_func (g_free);
  if (file == NULL)
    return NULL;
  writer = namida_zip_writer_new (file->fd);
  merge.files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_array_unref);
  for (guint i = 0; i < backups->len; i++)
    merge_add_contents (&merge, backups->pdata[i]);
  done = merge_write (&merge, writer, error) && namida_new_file_commit (file, error);
  g_hash_table_unref (merge.files);
  return done ? g_steal_pointer (&report) : NULL;
}
