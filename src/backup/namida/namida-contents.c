/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One view of all layouts of a Namida backup: zips in a zip (today), loose files in one zip (older), YouTube files
 * with and without their folder. Inner zips are read by their directories; those that are not stored are first
 * unpacked into temporary files. Used by fit, merge, compare, extract and the inspection of databases, in worker
 * threads. */
#include "config.h"

#include "namida-contents.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-json-cursor.h"
#include "namida-spool.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The maximum size of one list in memory. The library of 2023 was a list; with 60,000 tracks it has 36 MB. */
#define LIST_BYTES_MOST (16u * 1024 * 1024)
#define LIBRARY_BYTES_MOST (40u * 1024 * 1024)
/* Data that is compressed twice hardly gets smaller the second time. */
#define PART_RATIO_MOST 20u
#define PART_BYTES_FREE (16u * 1024 * 1024)
#define CONTAINERS_MOST 64u
#define ITEMS_MOST 200000u

static void
contents_container_free (gpointer data)
{
  NamidaContainer *container = data;

  namida_zip_free (container->zip);
  if (container->fd >= 0)
    close (container->fd);
  g_free ((char *) container->folder);
  g_free (container);
}

static void
contents_item_free (gpointer data)
{
  NamidaItem *item = data;

  g_free (item->path);
  g_free (item);
}

void
namida_contents_name_error (GError **error, const char *path)
{
  g_autofree char *shown = namida_format_alias (path);
  NamidaError code;
  char *message;

  if (error == NULL || *error == NULL || (*error)->domain != NAMIDA_ERROR)
    return;
  code = (NamidaError) (*error)->code;
  if (code != NAMIDA_ERROR_CHECKSUM && code != NAMIDA_ERROR_INVALID_REQUEST && code != NAMIDA_ERROR_TOO_LARGE)
    return;
  message = code == NAMIDA_ERROR_TOO_LARGE
                /* Translators: the first %s is a file in a backup, the second a sentence */
                ? g_strdup_printf (_ ("“%s”: %s"), shown, (*error)->message)
                : g_strdup_printf (_ ("The file “%s” in the backup is damaged. Use another backup."), shown);
  g_free ((*error)->message);
  (*error)->message = message;
}

/* Returns: (transfer full) (nullable): the folder into which Namida unpacks the zip @name; %NULL if it is not one of
 * its inner zips. */
static char *
contents_dup_folder (const char *name)
{
  gboolean youtube = g_str_has_prefix (name, "YOUTUBE_TEMPDIR_");
  const char *plain = youtube ? name + strlen ("YOUTUBE_TEMPDIR_") : name + strlen ("TEMPDIR_");
  g_autofree char *folder = NULL;

  if (g_str_equal (name, "LOCAL_FILES.zip") || g_str_equal (name, "YOUTUBE_FILES.zip"))
    return g_strdup ("");
  if ((!youtube && !g_str_has_prefix (name, "TEMPDIR_")) || !g_str_has_suffix (name, ".zip"))
    return NULL;
  folder = g_strndup (plain, strlen (plain) - strlen (".zip"));
  return youtube ? g_strconcat ("Youtube/", folder, NULL) : g_steal_pointer (&folder);
}

static gboolean
contents_is_bulk (const char *folder)
{
  static const char *const bulk[] = { "Lyrics",
                                      "Palettes",
                                      "Artworks",
                                      "Artworks Albums",
                                      "Artworks Artists",
                                      "Videos",
                                      "Audios",
                                      "Thumbnails",
                                      "Youtube/Palettes",
                                      "Playlists Artworks",
                                      "Smart Playlists Artworks",
                                      "Youtube/Youtube Playlists Artworks",
                                      NULL };

  return g_strv_contains (bulk, folder);
}

static gboolean
contents_is_safe (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  if (path[0] == '/' || (g_ascii_isalpha (path[0]) && path[1] == ':'))
    return FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    if (g_str_equal (parts[i], "..") || (parts[i][0] == '\0' && parts[i + 1] != NULL))
      return FALSE;
  return TRUE;
}

static char *
contents_dup_path (const NamidaContainer *container, const char *name)
{
  g_autofree char *slashed = g_strdelimit (g_strdup (name), "\\", '/');
  const char *plain = slashed;

  while (g_str_has_prefix (plain, "./"))
    plain += 2;
  if (container->entry != NULL && g_str_equal (container->entry->name, "YOUTUBE_FILES.zip")
      && strchr (plain, '/') == NULL)
    return g_strconcat ("Youtube/", plain, NULL);
  return *container->folder != '\0' ? g_strconcat (container->folder, "/", plain, NULL) : g_strdup (plain);
}

static gboolean
contents_add_item (NamidaContents *self, const NamidaContainer *container, const NamidaZipEntry *entry, GError **error)
{
  NamidaItem *item;

  if (self->items->len >= ITEMS_MOST)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                           _ ("The backup has more files than any Namida backup."));
      return FALSE;
    }
  item = g_new0 (NamidaItem, 1);
  item->path = contents_dup_path (container, entry->name);
  item->container = container;
  item->entry = entry;
  item->part = namida_part_of (item->path);
  g_ptr_array_add (self->items, item);
  if (contents_is_safe (item->path))
    {
      g_hash_table_replace (self->by_path, item->path, item);
      return TRUE;
    }
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
                       _ ("The backup has files with names that lead out of it. Do not use it."));
  return FALSE;
}

/* Opens an inner zip: in place if its entry is stored, otherwise through a temporary file. */
static NamidaZip *
contents_open_zip (
    NamidaContents *self, NamidaZip *outer, NamidaContainer *container, GCancellable *cancellable, GError **error)
{
  const NamidaZipEntry *entry = container->entry;
  guint64 offset;
  struct stat st;

  if (entry->method == 0 && entry->size == entry->packed)
    {
      if (!namida_zip_find_data (outer, entry, &offset, error))
        return NULL;
      return namida_zip_open (self->fd, offset, entry->size, &self->budget, error);
    }
  if (entry->size > PART_BYTES_FREE + entry->packed * PART_RATIO_MOST)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                           _ ("The backup unpacks to far more than any Namida backup. It was not opened."));
      return NULL;
    }
  container->fd = namida_zip_spool (outer, entry, self->spool_folder, cancellable, error);
  if (container->fd < 0 || fstat (container->fd, &st) != 0)
    return NULL;
  return namida_zip_open (container->fd, 0, (guint64) st.st_size, &self->budget, error);
}

/* @zip: the outer zip, or one in it. Encrypted contents cannot even be searched for. */
static gboolean
contents_is_readable (NamidaContents *self, NamidaZip *zip, GError **error)
{
  for (guint i = 0; i < zip->entries->len; i++)
    if (namida_zip_entry_is_encrypted (zip->entries->pdata[i]))
      {
        self->secret = TRUE;
        g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                     _ ("“%s” is protected by a password: neither Namida nor this program can open it."), self->name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
contents_add_container (NamidaContents *self,
                        NamidaZip *outer,
                        const NamidaZipEntry *entry,
                        char *folder,
                        gboolean everything,
                        GCancellable *cancellable,
                        GError **error)
{
  NamidaContainer *container = g_new0 (NamidaContainer, 1);
  g_autofree char *probe = g_strconcat (folder, "/x", NULL);

  container->entry = entry;
  container->folder = folder;
  container->fd = -1;
  container->part = namida_part_of (probe);
  g_ptr_array_add (self->containers, container);
  if (contents_is_bulk (folder) && !everything)
    return TRUE;
  container->zip = self->containers->len <= CONTAINERS_MOST
                       ? contents_open_zip (self, outer, container, cancellable, error)
                       : namida_zip_open (-1, 0, 0, &self->budget, error);
  if (container->zip == NULL)
    {
      self->failed = namida_format_alias (entry->name);
      namida_contents_name_error (error, entry->name);
      return FALSE;
    }
  if (!contents_is_readable (self, container->zip, error))
    {
      self->failed = namida_format_alias (entry->name);
      return FALSE;
    }
  for (guint i = 0; i < container->zip->entries->len; i++)
    {
      const NamidaZipEntry *inner = container->zip->entries->pdata[i];

      if (!namida_zip_entry_is_folder (inner) && !contents_add_item (self, container, inner, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
contents_read_outer (NamidaContents *self, gboolean everything, GCancellable *cancellable, GError **error)
{
  NamidaContainer *outer = g_new0 (NamidaContainer, 1);

  outer->fd = -1;
  outer->folder = g_strdup ("");
  g_ptr_array_add (self->containers, outer);
  outer->zip = namida_zip_open (self->fd, 0, self->size, &self->budget, error);
  if (outer->zip == NULL || !contents_is_readable (self, outer->zip, error))
    return FALSE;
  for (guint i = 0; i < outer->zip->entries->len; i++)
    {
      const NamidaZipEntry *entry = outer->zip->entries->pdata[i];
      char *folder = contents_dup_folder (entry->name);

      if (folder != NULL)
        {
          if (!contents_add_container (self, outer->zip, entry, folder, everything, cancellable, error))
            return FALSE;
        }
      else if (!namida_zip_entry_is_folder (entry) && !contents_add_item (self, outer, entry, error))
        return FALSE;
    }
  return TRUE;
}

/* Returns whether there is a file that only Namida writes. */
static gboolean
contents_is_backup (NamidaContents *self)
{
  if (self->containers->len > 1)
    return TRUE;
  for (guint i = 0; i < self->items->len; i++)
    if (((const NamidaItem *) self->items->pdata[i])->part != NAMIDA_PART_OTHER)
      return TRUE;
  return FALSE;
}

static int
contents_open_file (NamidaContents *self, const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = g_strdup_printf (_ ("Could not read “%s”"), shown);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat st;

  if (fd < 0 && errno == ENOENT)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("There is no file “%s”."), shown);
  else if (fd < 0)
    namida_error_set_from_errno (error, errno, what);
  else if (fstat (fd, &st) != 0 || !S_ISREG (st.st_mode))
    {
      namida_error_set_from_errno (error, S_ISDIR (st.st_mode) ? EISDIR : EINVAL, what);
      close (fd);
      fd = -1;
    }
  else
    self->size = (guint64) st.st_size;
  return fd;
}

/* Several backups may be open, so the message says which one it is about. */
static void
contents_name_backup (NamidaContents *self, GError **error)
{
  if (self->failed == NULL && self->containers->len == 1 && !self->secret
      && g_error_matches (*error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST))
    {
      g_clear_error (error);
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   _ ("“%s” is not a complete zip file. Copy or send it again."), self->name);
    }
}

NamidaContents *
namida_contents_open (
    const char *path, gboolean everything, const char *spool_folder, GCancellable *cancellable, GError **error)
{
  return namida_contents_open_part (path, everything, spool_folder, NULL, cancellable, error);
}

NamidaContents *
namida_contents_open_part (const char *path,
                           gboolean everything,
                           const char *spool_folder,
                           char **part,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (NamidaContents) self = g_new0 (NamidaContents, 1);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *shown = g_filename_display_name (base);

  self->name = namida_format_alias (shown);
  self->containers = g_ptr_array_new_with_free_func (contents_container_free);
  self->items = g_ptr_array_new_with_free_func (contents_item_free);
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->spool_folder = g_strdup (spool_folder);
  self->fd = contents_open_file (self, path, error);
  if (self->fd < 0)
    return NULL;
  namida_zip_budget_init (&self->budget, self->size);
  if (!contents_read_outer (self, everything, cancellable, &local))
    {
      contents_name_backup (self, &local);
      g_propagate_error (error, g_steal_pointer (&local));
      if (part != NULL)
        *part = g_steal_pointer (&self->failed);
      return NULL;
    }
  if (contents_is_backup (self))
    return g_steal_pointer (&self);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, _ ("“%s” is not a Namida backup."), self->name);
  return NULL;
}

void
namida_contents_free (NamidaContents *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_path);
  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->containers);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->spool_folder);
  g_free (self->failed);
  g_free (self->name);
  g_free (self);
}

const NamidaItem *
namida_contents_find (NamidaContents *self, const char *path)
{
  return g_hash_table_lookup (self->by_path, path);
}

GBytes *
namida_contents_read (NamidaContents *self, const NamidaItem *item, GCancellable *cancellable, GError **error)
{
  gsize most = g_str_equal (item->path, "tracks.json") ? LIBRARY_BYTES_MOST : LIST_BYTES_MOST;
  GBytes *bytes = namida_zip_read_bytes (item->container->zip, item->entry, most, cancellable, error);
  GByteArray *text;

  if (bytes == NULL)
    {
      namida_contents_name_error (error, item->path);
      return NULL;
    }
  if (!g_str_has_suffix (item->path, ".json"))
    return bytes;
  text = g_bytes_unref_to_array (bytes);
  namida_json_mend_surrogates ((char *) text->data, text->len);
  return g_byte_array_free_to_bytes (text);
}

void
namida_contents_db_free (NamidaContentsDb *self)
{
  if (self == NULL)
    return;
  namida_part_db_free (self->db);
  if (self->fd >= 0)
    close (self->fd);
  if (self->wal_fd >= 0)
    close (self->wal_fd);
  g_free (self);
}

static gboolean
contents_unpack_db (
    NamidaContents *self, NamidaContentsDb *db, const NamidaItem *item, GCancellable *cancellable, GError **error)
{
  g_autofree char *wal_path = g_strconcat (item->path, "-wal", NULL);
  const NamidaItem *wal = namida_contents_find (self, wal_path);

  db->fd = namida_zip_spool (item->container->zip, item->entry, self->spool_folder, cancellable, error);
  if (db->fd < 0)
    return FALSE;
  if (wal == NULL)
    return TRUE;
  db->wal_fd = namida_zip_spool (wal->container->zip, wal->entry, self->spool_folder, cancellable, error);
  return db->wal_fd >= 0;
}

NamidaContentsDb *
namida_contents_open_db (NamidaContents *self, const NamidaItem *item, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaContentsDb) db = g_new0 (NamidaContentsDb, 1);
  g_autofree char *base = g_path_get_basename (item->path);
  g_autofree char *table = g_strndup (base, strlen (base) - MIN (strlen (base), strlen (".db")));

  db->fd = db->wal_fd = -1;
  if (contents_unpack_db (self, db, item, cancellable, error))
    db->db = namida_part_db_open (table, db->fd, db->wal_fd, cancellable, error);
  if (db->db != NULL)
    return g_steal_pointer (&db);
  namida_contents_name_error (error, item->path);
  return NULL;
}

GPtrArray *
namida_contents_dup_folders (NamidaContents *self, GCancellable *cancellable)
{
  const NamidaItem *item = namida_contents_find (self, "namida_settings.json");
  g_autoptr (GBytes) settings = item != NULL ? namida_contents_read (self, item, cancellable, NULL) : NULL;

  return namida_settings_read_folders (settings);
}
