/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a copy of a backup for another device: the paths in each list and each database are changed, everything
 * else is copied in compressed form. One file of the backup is in memory at a time, and never a database. Called in
 * worker threads by the command line, the restore and the merge. */
#include "config.h"

#include "namida-fit.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-json-cursor.h"
#include "namida-json-map.h"
#include "namida-new-file.h"
#include "namida-playlists.h"
#include "namida-spool.h"
#include "namida-zip-writer.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A list is in memory twice while its paths are changed; larger lists are changed block by block. */
#define LIST_BYTES_MOST (4u * 1024 * 1024)
/* A database of at least this size is compressed faster and slightly worse. */
#define LARGE_DB_BYTES (32 * 1024 * 1024)
#define STORED_BYTES (8 * 1024 * 1024)
#define NAMES_MOST 100u

typedef struct
{
  NamidaContents *contents;
  const NamidaFitOptions *options;
  NamidaFitReport *report;
  GCancellable *cancellable;
  gboolean foreign;      /* the copy is for another kind of device */
  GHashTable *playlists; /* (nullable) (element-type NamidaItem): all that is included */
} Fit;

static NamidaFitReport *
fit_report_new (void)
{
  NamidaFitReport *self = g_new0 (NamidaFitReport, 1);

  self->omitted = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
namida_fit_report_free (NamidaFitReport *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->omitted);
  g_free (self);
}

static void
fit_note (GPtrArray *names, const char *name)
{
  if (names->len < NAMES_MOST && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (name));
}

/* ---- settings ---- */

static gboolean
fit_is_device_setting (const char *key)
{
  static const char *const keys[] = { "defaultBackupLocation", "defaultBackupLocation_v2", "ytDownloadLocation", NULL };

  return g_strv_contains (keys, key);
}

/* Appends an object without the members that only suit its device, also in nested objects. @cursor: before the
 * object. */
static void
fit_filter_object (Fit *fit, NamidaJsonCursor *cursor, guint depth, GString *out)
{
  const char *key;
  gboolean first = TRUE;

  namida_json_cursor_enter (cursor, '{');
  g_string_append_c (out, '{');
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      gboolean omit = fit_is_device_setting (key);
      const char *start;
      gsize length;

      if (omit)
        fit_note (fit->report->omitted, key);
      else
        {
          if (!first)
            g_string_append_c (out, ',');
          first = FALSE;
          namida_json_append_string (out, key);
          g_string_append_c (out, ':');
        }
      while (*cursor->at == ' ')
        cursor->at++;
      if (!omit && *cursor->at == '{' && depth < 2)
        {
          fit_filter_object (fit, cursor, depth + 1, out);
          continue;
        }
      namida_json_cursor_skip (cursor, &start, &length);
      if (!omit)
        g_string_append_len (out, start, (gssize) length);
    }
  g_string_append_c (out, '}');
}

static GBytes *
fit_filter_settings (Fit *fit, GBytes *settings)
{
  gsize length;
  const char *data = g_bytes_get_data (settings, &length);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  GString *out;

  if (!namida_json_scan (data, length, 1000000, 100000, NULL))
    return g_bytes_ref (settings);
  namida_json_cursor_init (&cursor, data, length);
  while (cursor.at < cursor.end && g_ascii_isspace (*cursor.at))
    cursor.at++;
  if (*cursor.at != '{')
    return g_bytes_ref (settings);
  out = g_string_sized_new (length);
  fit_filter_object (fit, &cursor, 0, out);
  return g_string_free_to_bytes (out);
}

/* ---- lists ---- */

static gboolean
fit_copy (NamidaZipWriter *writer, const NamidaItem *item, const char *name, Fit *fit, GError **error)
{
  if (namida_zip_writer_copy (writer, item->container->zip, item->entry, name, fit->cancellable, error))
    return TRUE;
  namida_contents_name_error (error, item->path);
  return FALSE;
}

/* A list that is changed block by block. */
typedef struct
{
  NamidaMapStream stream;
  NamidaZipWriter *writer;
  GString *out;
} FitBlocks;

static gboolean
fit_write_block (FitBlocks *blocks, GError **error)
{
  gboolean done = namida_zip_writer_write (blocks->writer, blocks->out->str, blocks->out->len, error);

  g_string_truncate (blocks->out, 0);
  return done;
}

static gboolean
fit_on_block (gpointer user_data, const guint8 *data, gsize length, GError **error)
{
  FitBlocks *blocks = user_data;

  return namida_map_stream_feed (&blocks->stream, (const char *) data, length, blocks->out, error)
         && fit_write_block (blocks, error);
}

static gboolean
fit_large_list (
    Fit *fit, NamidaZipWriter *writer, const NamidaItem *item, const char *name, gboolean lines, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  FitBlocks blocks = { .writer = writer, .out = out };
  gboolean done;

  namida_map_stream_init (&blocks.stream, fit->options->map, lines);
  done = namida_zip_writer_begin (writer, name, item->entry->dos_time, 6, item->entry->size * 2, error)
         && namida_zip_read (item->container->zip, item->entry, fit_on_block, &blocks, fit->cancellable, error);
  if (done)
    {
      namida_map_stream_end (&blocks.stream, out);
      done = fit_write_block (&blocks, error) && namida_zip_writer_end (writer, error);
    }
  fit->report->paths += blocks.stream.n;
  namida_map_stream_clear (&blocks.stream);
  if (!done)
    namida_contents_name_error (error, item->path);
  return done;
}

static gboolean
fit_list (Fit *fit, NamidaZipWriter *writer, const NamidaItem *item, const char *name, gboolean lines, GError **error)
{
  gboolean settings = fit->foreign && item->part == NAMIDA_PART_SETTINGS;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) filtered = NULL;
  g_autoptr (GString) out = NULL;
  const char *data;
  gsize length;
  guint64 n;

  if (fit->options->map == NULL && !settings)
    return fit_copy (writer, item, name, fit, error);
  if (!settings && item->entry->size > LIST_BYTES_MOST)
    return fit_large_list (fit, writer, item, name, lines, error);
  bytes = namida_contents_read (fit->contents, item, fit->cancellable, error);
  if (bytes == NULL)
    return FALSE;
  filtered = settings ? fit_filter_settings (fit, bytes) : g_bytes_ref (bytes);
  data = g_bytes_get_data (filtered, &length);
  out = g_string_sized_new (length + length / 8);
  n = fit->options->map == NULL ? 0
      : lines                   ? namida_lines_map (data, length, fit->options->map, out)
                                : namida_json_map (data, length, fit->options->map, out);
  fit->report->paths += n;
  if (n == 0 && filtered == bytes)
    return fit_copy (writer, item, name, fit, error);
  if (n == 0)
    return namida_zip_writer_add (writer, name, item->entry->dos_time, data, length, error);
  return namida_zip_writer_add (writer, name, item->entry->dos_time, out->str, out->len, error);
}

/* ---- databases ---- */

typedef struct
{
  Fit *fit;
  NamidaPartDbWriter *writer;
  GString *value;
  guint64 n;
} FitRows;

static gboolean
fit_row (gpointer user_data, const char *key, gsize key_length, const char *value, gsize value_length, GError **error)
{
  FitRows *rows = user_data;
  NamidaPathMap *map = rows->fit->options->map;
  g_autofree char *path = map != NULL ? namida_path_map_apply (map, key, key_length) : NULL;
  guint64 n = path != NULL;

  g_string_truncate (rows->value, 0);
  if (value != NULL && map != NULL && (value[0] == '{' || value[0] == '['))
    {
      guint64 in_value = namida_json_map (value, value_length, map, rows->value);

      n += in_value;
      if (in_value > 0)
        {
          value = rows->value->str;
          value_length = rows->value->len;
        }
    }
  rows->n += n;
  return namida_part_db_writer_add (rows->writer, path != NULL ? path : key, path != NULL ? strlen (path) : key_length,
                                    value, value_length, error);
}

/* Returns: the number of paths that were changed in the new database in @fd, or -1. */
static gint64
fit_rows (Fit *fit, NamidaContentsDb *db, const char *name, int fd, GError **error)
{
  g_autofree char *table = g_strndup (name, strlen (name) - strlen (".db"));
  g_autoptr (NamidaPartDb) made = namida_part_db_create (table, fd, error);
  FitRows rows = { .fit = fit };
  gboolean done;

  if (made == NULL)
    return -1;
  rows.writer = namida_part_db_writer_new (made, error);
  if (rows.writer == NULL)
    return -1;
  rows.value = g_string_new (NULL);
  done = namida_part_db_foreach (db->db, fit_row, &rows, error);
  namida_part_db_writer_free (rows.writer);
  g_string_free (rows.value, TRUE);
  return done && namida_part_db_finish (made, error) ? (gint64) rows.n : -1;
}

static gboolean
fit_database (Fit *fit, NamidaZipWriter *writer, const NamidaItem *item, const char *name, GError **error)
{
  g_autofree char *base = g_path_get_basename (item->path);
  g_autoptr (NamidaContentsDb) db = namida_contents_open_db (fit->contents, item, fit->cancellable, error);
  gboolean had_wal, done;
  gint64 n;
  int fd;

  if (db == NULL)
    return FALSE;
  fd = namida_spool_new (fit->contents->spool_folder, error);
  if (fd < 0)
    return FALSE;
  n = fit_rows (fit, db, base, fd, error);
  if (n < 0)
    namida_contents_name_error (error, item->path);
  had_wal = db->wal_fd >= 0;
  g_clear_pointer (&db, namida_contents_db_free);
  if (n > 0)
    fit->report->paths += (guint64) n;
  if (n < 0)
    done = FALSE;
  else if (n == 0 && !had_wal)
    done = fit_copy (writer, item, name, fit, error);
  else
    done = namida_zip_writer_add_file (writer, name, item->entry->dos_time, item->entry->size > LARGE_DB_BYTES ? 3 : 6,
                                       fd, fit->cancellable, error);
  close (fd);
  return done;
}

/* ---- files ---- */

static gboolean
fit_is_companion (const char *path)
{
  return g_str_has_suffix (path, ".db-wal") || g_str_has_suffix (path, ".db-shm");
}

static gboolean
fit_wants (Fit *fit, const NamidaItem *item)
{
  if (fit->playlists != NULL ? !g_hash_table_contains (fit->playlists, item) : (item->part & fit->options->parts) == 0)
    {
      fit->report->left_out++;
      return FALSE;
    }
  if (fit->foreign
      && (g_str_equal (item->path, "namida_settings_eq.json") || g_str_equal (item->path, "namida_settings_sync.json")))
    {
      fit_note (fit->report->omitted, item->path);
      return FALSE;
    }
  /* The contents of these files are written into the database itself. */
  return strchr (item->path, '/') != NULL || !fit_is_companion (item->path);
}

static gboolean
fit_item (Fit *fit, NamidaZipWriter *writer, const NamidaItem *item, GError **error)
{
  gboolean local = strchr (item->path, '/') == NULL;
  g_autofree char *name = g_strdup (item->entry->name);

  if (!fit_wants (fit, item))
    return TRUE;
  fit->report->files++;
  if (item->container->entry != NULL && g_str_equal (item->container->entry->name, "YOUTUBE_FILES.zip")
      && !g_str_equal (name, item->path))
    {
      g_free (name);
      name = g_strdup (item->path);
      fit->report->moved_youtube = TRUE;
    }
  if (local && g_str_has_suffix (item->path, ".db"))
    return fit_database (fit, writer, item, name, error);
  if (g_str_has_suffix (item->path, ".json"))
    return fit_list (fit, writer, item, name, FALSE, error);
  if (g_str_has_suffix (item->path, ".m3u8") || g_str_has_suffix (item->path, ".m3u"))
    return fit_list (fit, writer, item, name, TRUE, error);
  return fit_copy (writer, item, name, fit, error);
}

/* The items of a container are consecutive, starting at @index. Returns: the index after the last one, or -1. */
static gint64
fit_container (Fit *fit, const NamidaContainer *container, NamidaZipWriter *writer, guint index, GError **error)
{
  while (index < fit->contents->items->len)
    {
      const NamidaItem *item = fit->contents->items->pdata[index];

      if (item->container != container)
        break;
      if (!fit_item (fit, writer, item, error))
        return -1;
      index++;
    }
  return index;
}

static gboolean
fit_write_container (Fit *fit, const NamidaContainer *container, NamidaZipWriter *outer, guint *index, GError **error)
{
  int fd = namida_spool_new (fit->contents->spool_folder, error);
  g_autoptr (NamidaZipWriter) inner = fd >= 0 ? namida_zip_writer_new (fd) : NULL;
  guint64 before = fit->report->files;
  gint64 next = inner != NULL ? fit_container (fit, container, inner, *index, error) : -1;
  gboolean done = next >= 0 && namida_zip_writer_finish (inner, error);
  struct stat st;

  /* Leave out a part of which nothing is included, but keep a part that was already empty. */
  if (done && (fit->report->files > before || *index == next))
    done = fstat (fd, &st) == 0
           && namida_zip_writer_add_file (outer, container->entry->name, container->entry->dos_time,
                                          st.st_size > STORED_BYTES ? 0 : 6, fd, fit->cancellable, error);
  if (done)
    *index = (guint) next;
  if (fd >= 0)
    close (fd);
  return done;
}

static gboolean
fit_write (Fit *fit, NamidaZipWriter *outer, GError **error)
{
  NamidaZip *zip = ((NamidaContainer *) fit->contents->containers->pdata[0])->zip;
  guint container = 1, index = 0;

  for (guint i = 0; i < zip->entries->len; i++)
    {
      const NamidaZipEntry *entry = zip->entries->pdata[i];
      const NamidaContainer *next
          = container < fit->contents->containers->len ? fit->contents->containers->pdata[container] : NULL;
      gboolean done;

      if (next == NULL || next->entry != entry)
        {
          done = namida_zip_entry_is_folder (entry)
                 || fit_item (fit, outer, fit->contents->items->pdata[index++], error);
        }
      else
        {
          container++;
          if (next->zip != NULL)
            done = fit_write_container (fit, next, outer, &index, error);
          else if (fit->playlists == NULL && (next->part & fit->options->parts) != 0)
            {
              fit->report->files++;
              done = namida_zip_writer_copy (outer, zip, entry, entry->name, fit->cancellable, error);
              if (!done)
                namida_contents_name_error (error, entry->name);
            }
          else
            {
              fit->report->left_out++;
              done = TRUE;
            }
        }
      if (!done)
        return FALSE;
    }
  return namida_zip_writer_finish (outer, error);
}

static gboolean
fit_is_foreign (Fit *fit)
{
  g_autoptr (GPtrArray) folders = NULL;

  if (fit->options->all_settings || fit->options->device == NAMIDA_DEVICE_UNKNOWN)
    return FALSE;
  folders = namida_contents_dup_folders (fit->contents, fit->cancellable);
  return folders->len > 0 && namida_device_of_path (folders->pdata[0]) != fit->options->device;
}

NamidaFitReport *
namida_fit (NamidaContents *contents,
            const NamidaFitOptions *options,
            const char *out,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (NamidaFitReport) report = fit_report_new ();
  g_autoptr (NamidaNewFile) file = namida_new_file_begin (out, error);
  g_autoptr (NamidaZipWriter) writer = file != NULL ? namida_zip_writer_new (file->fd) : NULL;
  g_autoptr (GHashTable) playlists = NULL;
  Fit fit = { .contents = contents, .options = options, .report = report, .cancellable = cancellable };

  if (file == NULL)
    return NULL;
  if (options->playlists != NULL)
    {
      playlists = namida_playlists_find (contents, options->playlists, NULL, cancellable, error);
      if (playlists == NULL)
        return NULL;
      fit.playlists = playlists;
    }
  fit.foreign = fit_is_foreign (&fit);
  if (!fit_write (&fit, writer, error))
    return NULL;
  if (report->files == 0)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("The backup has none of these parts. No file was written."));
      return NULL;
    }
  return namida_new_file_commit (file, error) ? g_steal_pointer (&report) : NULL;
}
