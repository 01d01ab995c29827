/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mark of a store: a small file in its folder with a UUID and the keys of the programs that write there. If a
 * recorded store lacks its mark, its drive is not mounted, and files that are written there now would be hidden under
 * the mount point later. Called before anything is received and when the list of versions is loaded. Blocking: worker
 * threads only. */
#include "config.h"

#include "namida-store-mark.h"

#include "namida-clock.h"
#include "namida-crash-point.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-json-build.h"
#include "namida-open.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY ".namida-sync-store.new-"
#define MARK_BYTES_MOST (1024 * 1024)

typedef struct
{
  char *uuid;
  GPtrArray *writers; /* char * */
} Mark;

static void
mark_free (Mark *self)
{
  g_free (self->uuid);
  g_ptr_array_unref (self->writers);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mark, mark_free)

static Mark *
mark_new (const char *uuid)
{
  Mark *self = g_new0 (Mark, 1);

  self->uuid = g_strdup (uuid);
  self->writers = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static const char *
mark_get_text (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* A damaged mark still counts as a mark: the store is there, and the mark is rewritten. */
static Mark *
mark_parse (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = NULL;
  JsonNode *writers;
  Mark *self;

  if (g_utf8_validate (text, (gssize) length, NULL) && json_parser_load_from_data (parser, text, (gssize) length, NULL)
      && json_parser_get_root (parser) != NULL && JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    object = json_node_get_object (json_parser_get_root (parser));
  self = mark_new (object != NULL ? mark_get_text (json_object_get_member (object, "uuid")) : NULL);
  writers = object != NULL ? json_object_get_member (object, "writers") : NULL;
  for (guint i = 0;
       writers != NULL && JSON_NODE_HOLDS_ARRAY (writers) && i < json_array_get_length (json_node_get_array (writers));
       i++)
    {
      const char *one = mark_get_text (json_array_get_element (json_node_get_array (writers), i));

      if (one != NULL)
        g_ptr_array_add (self->writers, g_strdup (one));
    }
  return self;
}

/* Returns: (transfer full) (nullable): %NULL with errno set. A mark that cannot be read is not a damaged one: nothing
 * may be written in its place. */
static Mark *
mark_read (int folder)
{
  g_autofree char *text = g_malloc (MARK_BYTES_MOST);
  gsize length = 0;
  ssize_t n = 0;
  int saved_errno, fd = namida_open_at (folder, NAMIDA_STORE_MARK_NAME, O_RDONLY | O_NONBLOCK, 0);

  if (fd < 0)
    return NULL;
  while (length < MARK_BYTES_MOST
         && ((n = read (fd, text + length, MARK_BYTES_MOST - length)) > 0 || (n < 0 && errno == EINTR)))
    length += (gsize) MAX (n, 0);
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return n >= 0 ? mark_parse (text, length) : NULL;
}

/* The mark that was read last. The list of versions asks for the same one once for each version. */
static GMutex seen_lock;
static struct
{
  struct stat st;
  char *uuid; /* (nullable) */
} seen;

static gboolean
mark_is_seen (const struct stat *st)
{
  return seen.st.st_ino == st->st_ino && seen.st.st_dev == st->st_dev && seen.st.st_size == st->st_size
         && seen.st.st_mtim.tv_sec == st->st_mtim.tv_sec && seen.st.st_mtim.tv_nsec == st->st_mtim.tv_nsec
         && seen.st.st_ctim.tv_sec == st->st_ctim.tv_sec && seen.st.st_ctim.tv_nsec == st->st_ctim.tv_nsec;
}

char *
namida_store_mark_dup_uuid (const char *path)
{
  int folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat st;
  char *uuid = NULL;

  if (folder < 0)
    return NULL;
  g_mutex_lock (&seen_lock);
  if (fstatat (folder, NAMIDA_STORE_MARK_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0)
    {
      if (!mark_is_seen (&st))
        {
          g_autoptr (Mark) mark = mark_read (folder);

          g_free (seen.uuid);
          seen.uuid = mark != NULL ? g_steal_pointer (&mark->uuid) : NULL;
          seen.st = mark != NULL ? st : (struct stat){ 0 };
        }
      uuid = g_strdup (seen.uuid);
    }
  g_mutex_unlock (&seen_lock);
  close (folder);
  return uuid;
}

static char *
mark_dup_text (const Mark *self, gsize *length)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  namida_json_build_int (builder, "format", 1);
  namida_json_build_string (builder, "uuid", self->uuid);
  json_builder_set_member_name (builder, "writers");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->writers->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (self->writers, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  return json_generator_to_data (generator, length);
}

/* @create: fail with EEXIST if the mark exists. Another program may create it at the same moment, and its mark
 * stays. */
static gboolean
mark_write (const Mark *self, int folder, gboolean create)
{
  gsize length;
  g_autofree char *text = mark_dup_text (self, &length);
  g_autofree char *random = namida_random_hex (8);
  /* The temporary name is random, because two sessions or two programs may write the mark at the same moment. */
  g_autofree char *temporary = g_strconcat (TEMPORARY, random, NULL);
  gboolean fine;
  int saved_errno, fd;

  fd = namida_open_at (folder, temporary, O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (fd < 0)
    return FALSE;
  fine = namida_write_all (fd, text, length) && fsync (fd) == 0;
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  fine = fine
         && (create ? namida_file_rename (folder, temporary, folder, NAMIDA_STORE_MARK_NAME)
                    : renameat (folder, temporary, folder, NAMIDA_STORE_MARK_NAME) == 0)
         && namida_sync_folder (folder) == 0;
  saved_errno = errno;
  if (!fine)
    unlinkat (folder, temporary, 0);
  errno = saved_errno;
  return fine;
}

/* ---- what the database knows about stores ---- */

/* (transfer full) (nullable): one text of one row; %NULL with @error, or because there is none. */
static char *
mark_ask (NamidaDatabase *database, const char *sql, const char *argument, GError **error)
{
  sqlite3_stmt *statement;
  char *text = NULL;
  int result;

  namida_database_lock (database);
  statement = argument != NULL ? namida_database_prepare (database, error, sql, "s", argument)
                               : namida_database_prepare (database, error, sql, "");
  if (namida_database_next (statement, &result))
    text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return text;
}

/* Returns: (transfer full) (element-type filename): the paths of the versions in the store at @path. */
static GPtrArray *
mark_list_versions (NamidaDatabase *database, const char *path, GError **error)
{
  g_autofree char *inside = g_strconcat (path, "/", NULL);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "SELECT path FROM versions WHERE removing = 0 AND landing = 'backup'"
                                       " AND substr (path, 1, length (?1)) = ?1",
                                       "s", inside);
  while (namida_database_next (statement, &result))
    g_ptr_array_add (paths, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return paths;
}

NamidaStorePresence
namida_store_mark_look (NamidaDatabase *database, const char *path)
{
  g_autofree char *mark = g_build_filename (path, NAMIDA_STORE_MARK_NAME, NULL);
  g_autofree char *recorded = NULL;
  g_autoptr (GPtrArray) versions = NULL;
  g_autoptr (GError) error = NULL;
  struct stat st;

  if (lstat (mark, &st) == 0)
    return NAMIDA_STORE_HERE;
  recorded = mark_ask (database, "SELECT uuid FROM stores WHERE path = ?", path, &error);
  if (recorded == NULL && error == NULL)
    versions = mark_list_versions (database, path, &error);
  /* Nothing is written where a store may have been. */
  if (recorded != NULL || error != NULL)
    return NAMIDA_STORE_NOT_HERE;
  for (guint i = 0; i < versions->len; i++)
    if (lstat (g_ptr_array_index (versions, i), &st) == 0)
      return NAMIDA_STORE_HERE;
  return versions->len > 0 ? NAMIDA_STORE_NOT_HERE : NAMIDA_STORE_NEW;
}

gboolean
namida_store_mark_is_readable (const char *path)
{
  int folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
  g_autoptr (Mark) mark = NULL;
  gboolean readable;

  if (folder < 0)
    return errno == ENOENT; /* deleted, not unreadable */
  /* Drop cached pages, so that the data is read from the drive. */
  fd = namida_open_at (folder, NAMIDA_STORE_MARK_NAME, O_RDONLY | O_NONBLOCK, 0);
  if (fd >= 0)
    {
      posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
      close (fd);
    }
  mark = mark_read (folder);
  readable = mark != NULL || errno == ENOENT;
  close (folder);
  return readable;
}

static gboolean
mark_is_closed (const char *path)
{
  g_autofree char *mark = g_build_filename (path, NAMIDA_STORE_MARK_NAME, NULL);
  struct stat st;

  return lstat (mark, &st) != 0 && errno == EACCES;
}

gboolean
namida_store_mark_is_away (NamidaDatabase *database, const char *path)
{
  return namida_store_mark_look (database, path) == NAMIDA_STORE_NOT_HERE && !mark_is_closed (path);
}

gboolean
namida_store_mark_check (NamidaDatabase *database, const char *path, GError **error)
{
  g_autofree char *shown = NULL;

  /* If the folder cannot be searched for lack of permission, it is unknown whether it has its mark. Opening it later
   * fails with the reason. */
  if (!namida_store_mark_is_away (database, path))
    return TRUE;
  shown = g_filename_display_name (path);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE,
               _ ("The backups in “%s” are not here, so their drive is probably not connected. Connect it, then send "
                  "again. To start with an empty folder, run: namida-sync-cli backups adopt %s"),
               shown, shown);
  return FALSE;
}

/* The UUID for a mark that is missing or damaged: the one that the versions in the folder belong to, so that they are
 * not taken for those of another drive. (transfer full) (nullable): %NULL with @error. */
static char *
mark_choose_uuid (NamidaDatabase *database, const char *path, GError **error)
{
  g_autofree char *inside = g_strconcat (path, "/", NULL);
  g_autofree char *uuid = NULL;
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "SELECT path, store FROM versions WHERE removing = 0 AND landing = 'backup'"
                                       " AND store IS NOT NULL AND substr (path, 1, length (?1)) = ?1"
                                       " ORDER BY store = (SELECT uuid FROM stores WHERE path = ?2) DESC,"
                                       " arrival DESC",
                                       "ss", inside, path);
  while (namida_database_next (statement, &result))
    if (uuid == NULL && access ((const char *) sqlite3_column_text (statement, 0), F_OK) == 0)
      uuid = g_strdup ((const char *) sqlite3_column_text (statement, 1));
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  if (!whole)
    return NULL;
  return uuid != NULL ? g_steal_pointer (&uuid) : g_uuid_string_random ();
}

static gboolean
mark_fail (GError **error, const char *path, int folder)
{
  int saved_errno = errno;
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = g_strdup_printf (_ ("The folder “%s” could not be made a folder for backups"), shown);

  namida_error_set_from_write (error, saved_errno, folder, what);
  return FALSE;
}

gboolean
namida_store_mark_ensure (NamidaDatabase *database, const char *path, int folder, GError **error)
{
  g_autofree char *own = mark_ask (database, "SELECT fingerprint FROM device", NULL, NULL);
  g_autofree char *uuid = NULL;
  g_autofree char *recorded = NULL;
  g_autoptr (Mark) mark = mark_read (folder);

  if (mark == NULL && errno != ENOENT)
    return mark_fail (error, path, folder);
  if ((mark == NULL || mark->uuid == NULL) && (uuid = mark_choose_uuid (database, path, error)) == NULL)
    return FALSE;
  if (mark == NULL)
    {
      mark = mark_new (uuid);
      if (own != NULL)
        g_ptr_array_add (mark->writers, g_strdup (own));
      if (!mark_write (mark, folder, TRUE))
        {
          if (errno != EEXIST)
            return mark_fail (error, path, folder);
          g_clear_pointer (&mark, mark_free);
          mark = mark_read (folder);
          if (mark == NULL)
            return mark_fail (error, path, folder);
        }
      namida_crash_point ("store-marked");
    }
  if (mark->uuid == NULL || (own != NULL && !g_ptr_array_find_with_equal_func (mark->writers, own, g_str_equal, NULL)))
    {
      if (mark->uuid == NULL)
        mark->uuid = uuid != NULL ? g_strdup (uuid) : g_uuid_string_random ();
      if (own != NULL && !g_ptr_array_find_with_equal_func (mark->writers, own, g_str_equal, NULL))
        g_ptr_array_add (mark->writers, g_strdup (own));
      if (!mark_write (mark, folder, FALSE))
        return mark_fail (error, path, folder);
    }
  recorded = mark_ask (database, "SELECT uuid FROM stores WHERE path = ?", path, NULL);
  return g_strcmp0 (recorded, mark->uuid) == 0
         || namida_database_exec (database, error,
                                  "INSERT OR REPLACE INTO stores (path, uuid, recorded_at) VALUES (?, ?, ?)", "ssi",
                                  path, mark->uuid, namida_clock_real ());
}

GPtrArray *
namida_store_mark_list (NamidaDatabase *database)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, &error, "SELECT path FROM stores ORDER BY path", "");
  while (namida_database_next (statement, &result))
    g_ptr_array_add (paths, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  /* If the list is cut short by an error, the remaining stores are checked next time. */
  if (!namida_database_end (database, statement, result, &error))
    g_message ("%s", error->message);
  namida_database_unlock (database);
  return paths;
}
