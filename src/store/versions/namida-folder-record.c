/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes and reads the two files of a version's record. The commit calls it before a version gets its final name, the
 * migration of older stores afterwards; verify, restore and adoption read it. The second file contains the hash of the
 * first one, so that a flipped bit in SHA256SUMS is not mistaken for damaged music. Blocking: worker threads. */
#include "config.h"

#include "namida-folder-record.h"

#include "namida-crash-point.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-json-build.h"
#include "namida-open.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY ".namida-sync-record"
#define FORMAT 1
#define ORDER_MOST                                                                                                     \
  (G_GINT64_CONSTANT (253402300800) * G_USEC_PER_SEC) /* the year 10000, far enough from an overflow                   \
                                                       */
/* Enough for 200,000 files with long names. This program does not write longer ones. */
#define SUMS_BYTES_MOST (512u * 1024 * 1024)
#define JSON_BYTES_MOST (64u * 1024 * 1024)

static void
folder_label_free (gpointer data)
{
  NamidaFolderLabel *label = data;

  g_free (label->label);
  g_free (label);
}

NamidaFolderRecord *
namida_folder_record_new (void)
{
  NamidaFolderRecord *self = g_new0 (NamidaFolderRecord, 1);

  self->labels = g_ptr_array_new_with_free_func (folder_label_free);
  self->sums = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_sum_free);
  self->sums_fit = TRUE;
  return self;
}

void
namida_folder_record_free (NamidaFolderRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->alias);
  g_free (self->fingerprint);
  g_free (self->uuid);
  g_free (self->title);
  g_free (self->offer_key);
  g_free (self->agreed_by);
  g_free (self->program);
  g_free (self->zip);
  g_free (self->manifest);
  g_ptr_array_unref (self->labels);
  g_clear_pointer (&self->mapped, g_hash_table_unref);
  g_ptr_array_unref (self->sums);
  g_free (self);
}

static NamidaFolderLabel *
record_get_label (NamidaFolderRecord *self, const char *name)
{
  NamidaFolderLabel *label;

  /* Files with the same label usually follow each other, so search backwards. */
  for (guint i = self->labels->len; i > 0; i--)
    {
      label = g_ptr_array_index (self->labels, i - 1);
      if (g_str_equal (label->label, name))
        return label;
    }
  label = g_new0 (NamidaFolderLabel, 1);
  label->label = g_strdup (name);
  g_ptr_array_add (self->labels, label);
  return label;
}

void
namida_folder_record_add (
    NamidaFolderRecord *self, const char *path, const char *sha256, const char *label, guint64 bytes)
{
  NamidaSum *sum = g_new0 (NamidaSum, 1);
  NamidaFolderLabel *found;

  sum->path = g_strdup (path);
  sum->sha256 = g_strdup (sha256);
  g_ptr_array_add (self->sums, sum);
  if (g_strcmp0 (path, self->zip) == 0 || g_strcmp0 (path, self->manifest) == 0)
    return;
  found = record_get_label (self, label != NULL ? label : "");
  found->files++;
  found->bytes += bytes;
}

void
namida_folder_record_add_name (NamidaFolderRecord *self, const char *path, const char *sent)
{
  if (g_str_equal (path, sent))
    return;
  if (self->mapped == NULL)
    self->mapped = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_replace (self->mapped, g_strdup (path), g_strdup (sent));
}

const char *
namida_folder_record_get_sent (const NamidaFolderRecord *self, const char *path)
{
  const char *sent = self->mapped != NULL ? g_hash_table_lookup (self->mapped, path) : NULL;

  return sent != NULL ? sent : path;
}

/* ---- writing ---- */

static int
record_compare_sums (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const NamidaSum *const *) a)->path, (*(const NamidaSum *const *) b)->path);
}

static char *
record_dup_sums (NamidaFolderRecord *self, gsize *length)
{
  GString *text = g_string_new (NULL);
  const char *last = NULL;

  g_ptr_array_sort (self->sums, record_compare_sums);
  for (guint i = 0; i < self->sums->len; i++)
    {
      const NamidaSum *sum = g_ptr_array_index (self->sums, i);

      /* A repeated commit may have added a file twice. */
      if (g_strcmp0 (last, sum->path) != 0)
        namida_sums_append (text, sum->path, sum->sha256);
      last = sum->path;
    }
  *length = text->len;
  return g_string_free (text, FALSE);
}

static void
record_build_time (JsonBuilder *builder, const char *key, gint64 real_us)
{
  g_autoptr (GDateTime) whole = g_date_time_new_from_unix_utc (real_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) time = whole != NULL ? g_date_time_add (whole, real_us % G_USEC_PER_SEC) : NULL;
  g_autofree char *text = time != NULL && real_us != 0 ? g_date_time_format_iso8601 (time) : NULL;

  namida_json_build_string (builder, key, text);
}

static void
record_build_labels (const NamidaFolderRecord *self, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->labels->len; i++)
    {
      const NamidaFolderLabel *label = g_ptr_array_index (self->labels, i);

      json_builder_begin_object (builder);
      namida_json_build_string (builder, "label", label->label);
      namida_json_build_int (builder, "files", label->files);
      namida_json_build_int (builder, "bytes", label->bytes);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* File names may contain any bytes, but JSON must be valid UTF-8: escape them as in a URI. */
static void
record_build_mapped (const NamidaFolderRecord *self, JsonBuilder *builder)
{
  GHashTableIter iter;
  gpointer here, sent;

  if (self->mapped == NULL)
    return;
  json_builder_set_member_name (builder, "mapped");
  json_builder_begin_object (builder);
  g_hash_table_iter_init (&iter, self->mapped);
  while (g_hash_table_iter_next (&iter, &here, &sent))
    {
      g_autofree char *key = g_uri_escape_string (here, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);
      g_autofree char *value = g_uri_escape_string (sent, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);

      namida_json_build_string (builder, key, value);
    }
  json_builder_end_object (builder);
}

static char *
record_dup_json (const NamidaFolderRecord *self, const char *sums_sha256, gsize *length)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  namida_json_build_int (builder, "format", FORMAT);
  json_builder_set_member_name (builder, "device");
  json_builder_begin_object (builder);
  namida_json_build_string (builder, "alias", self->alias);
  namida_json_build_string (builder, "fingerprint", self->fingerprint);
  namida_json_build_string (builder, "uuid", self->uuid);
  json_builder_end_object (builder);
  namida_json_build_string (builder, "title", self->title);
  record_build_time (builder, "made", self->made);
  record_build_time (builder, "arrived", self->arrived);
  if (self->order > 0)
    namida_json_build_int (builder, "order", self->order);
  namida_json_build_boolean (builder, "complete", self->complete);
  namida_json_build_int (builder, "missing", self->missing);
  namida_json_build_int (builder, "leftOut", self->left_out);
  namida_json_build_string (builder, "agreedBy", self->agreed_by);
  namida_json_build_string (builder, "offer", self->offer_key);
  namida_json_build_string (builder, "zip", self->zip);
  namida_json_build_string (builder, "manifest", self->manifest);
  record_build_labels (self, builder);
  record_build_mapped (self, builder);
  namida_json_build_string (builder, "sums", sums_sha256);
  namida_json_build_string (builder, "program", self->program != NULL ? self->program : NAMIDA_PROGRAM_VERSION);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  return json_generator_to_data (generator, length);
}

static gboolean
record_write_temporary (int folder, const char *text, gsize length)
{
  gboolean fine;
  int saved_errno, fd;

  unlinkat (folder, TEMPORARY, 0); /* left by a program that was killed */
  fd = namida_open_at (folder, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd < 0)
    return FALSE;
  fine = namida_write_all (fd, text, length) && fchmod (fd, 0444) == 0 && fsync (fd) == 0;
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return fine;
}

static gboolean
record_write_file (int folder, const char *name, const char *text, gsize length, GError **error)
{
  int saved_errno;

  if (record_write_temporary (folder, text, length) && renameat (folder, TEMPORARY, folder, name) == 0
      && namida_sync_folder (folder) == 0)
    return TRUE;
  saved_errno = errno;
  unlinkat (folder, TEMPORARY, 0);
  namida_error_set_from_write (error, saved_errno, folder, _ ("The record of the version could not be written"));
  return FALSE;
}

static gboolean
record_write_both (NamidaFolderRecord *self, int folder, GError **error)
{
  gsize sums_length, json_length;
  g_autofree char *sums = record_dup_sums (self, &sums_length);
  g_autofree char *hash = namida_digest_bytes (sums, sums_length);
  g_autofree char *json = record_dup_json (self, hash, &json_length);

  if (!record_write_file (folder, NAMIDA_SUMS_NAME, sums, sums_length, error))
    return FALSE;
  namida_crash_point ("record-sums");
  if (!record_write_file (folder, NAMIDA_FOLDER_RECORD_NAME, json, json_length, error))
    return FALSE;
  namida_crash_point ("record-written");
  return TRUE;
}

gboolean
namida_folder_record_write (NamidaFolderRecord *self, int folder, GError **error)
{
  struct stat st;
  gboolean opened, fine;

  if (fstat (folder, &st) != 0)
    {
      namida_error_set_from_errno (error, errno, _ ("The record of the version could not be written"));
      return FALSE;
    }
  /* The folder of a version may be read-only, like its files. */
  opened = (st.st_mode & S_IWUSR) == 0 && fchmod (folder, (st.st_mode & 07777) | S_IWUSR) == 0;
  fine = record_write_both (self, folder, error);
  if (opened && fchmod (folder, st.st_mode & 07777) != 0)
    g_message ("a version's folder stays writable: %s", g_strerror (errno));
  return fine;
}

/* ---- reading ---- */

/* Returns (transfer full) (nullable): %NULL with NOT_FOUND or STORAGE. @length: (out). */
static char *
record_load (int folder, const char *name, gsize most, gsize *length, GError **error)
{
  int saved_errno, fd = namida_open_at (folder, name, O_RDONLY | O_NONBLOCK, 0);
  g_autofree char *text = NULL;
  gsize done = 0;
  struct stat st;

  if (fd < 0 && errno == ENOENT)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The version has no file “%s”."), name);
      return NULL;
    }
  errno = fd < 0 ? errno : EIO;
  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && (guint64) st.st_size <= most)
    {
      text = g_malloc ((gsize) st.st_size + 1);
      while (done < (gsize) st.st_size)
        {
          ssize_t n = read (fd, text + done, (gsize) st.st_size - done);

          if (n < 0 && errno == EINTR)
            continue;
          if (n <= 0)
            {
              g_clear_pointer (&text, g_free);
              break;
            }
          done += (gsize) n;
        }
    }
  saved_errno = errno;
  if (fd >= 0)
    close (fd);
  if (text == NULL)
    {
      g_autofree char *what = g_strdup_printf (_ ("The file “%s” of the version could not be read"), name);

      namida_error_set_from_errno (error, saved_errno, what);
      return NULL;
    }
  text[done] = '\0';
  *length = done;
  return g_steal_pointer (&text);
}

static const char *
record_member (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static guint64
record_number (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
             ? (guint64) MAX (json_node_get_int (node), 0)
             : 0;
}

static gboolean
record_boolean (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN
         && json_node_get_boolean (node);
}

static gint64
record_time (JsonObject *object, const char *key)
{
  const char *text = record_member (object, key);
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, zone) : NULL;

  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time) : 0;
}

static void
record_read_labels (NamidaFolderRecord *self, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "labels");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      const char *name = JSON_NODE_HOLDS_OBJECT (item) ? record_member (json_node_get_object (item), "label") : NULL;
      NamidaFolderLabel *label = name != NULL ? record_get_label (self, name) : NULL;

      if (label == NULL)
        continue;
      label->files = record_number (json_node_get_object (item), "files");
      label->bytes = record_number (json_node_get_object (item), "bytes");
    }
}

static void
record_read_mapped (NamidaFolderRecord *self, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "mapped");
  JsonObjectIter iter;
  const char *key;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, NULL))
    {
      const char *value = record_member (json_node_get_object (node), key);
      g_autofree char *here = g_uri_unescape_string (key, NULL);
      g_autofree char *sent = value != NULL ? g_uri_unescape_string (value, NULL) : NULL;

      /* The record decides where a restored file is placed: do not let it leave its own folder. */
      if (here != NULL && sent != NULL && namida_safe_path_check (sent, NULL))
        namida_folder_record_add_name (self, here, sent);
    }
}

static gboolean
record_read_json (NamidaFolderRecord *self, const char *text, gsize length, const char *sums_sha256, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root = NULL, *device = NULL;
  JsonObject *object;

  if (g_utf8_validate (text, (gssize) length, NULL) && json_parser_load_from_data (parser, text, (gssize) length, NULL))
    root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                   _ ("The file “%s” of the version is damaged. The hashes in “%s” are not affected."),
                   NAMIDA_FOLDER_RECORD_NAME, NAMIDA_SUMS_NAME);
      return FALSE;
    }
  object = json_node_get_object (root);
  device = json_object_get_member (object, "device");
  if (device != NULL && JSON_NODE_HOLDS_OBJECT (device))
    {
      self->alias = g_strdup (record_member (json_node_get_object (device), "alias"));
      self->fingerprint = g_strdup (record_member (json_node_get_object (device), "fingerprint"));
      self->uuid = g_strdup (record_member (json_node_get_object (device), "uuid"));
    }
  self->title = g_strdup (record_member (object, "title"));
  self->made = record_time (object, "made");
  self->arrived = record_time (object, "arrived");
  self->order = (gint64) MIN (record_number (object, "order"), (guint64) ORDER_MOST);
  self->complete = record_boolean (object, "complete");
  self->missing = (guint) MIN (record_number (object, "missing"), (guint64) G_MAXUINT);
  self->left_out = (guint) MIN (record_number (object, "leftOut"), (guint64) G_MAXUINT);
  self->agreed_by = g_strdup (record_member (object, "agreedBy"));
  self->offer_key = g_strdup (record_member (object, "offer"));
  self->zip = g_strdup (record_member (object, "zip"));
  self->manifest = g_strdup (record_member (object, "manifest"));
  self->program = g_strdup (record_member (object, "program"));
  self->sums_fit = g_strcmp0 (record_member (object, "sums"), sums_sha256) == 0;
  record_read_labels (self, object);
  record_read_mapped (self, object);
  return TRUE;
}

NamidaFolderRecord *
namida_folder_record_read (int folder, GError **error)
{
  g_autoptr (NamidaFolderRecord) self = namida_folder_record_new ();
  gsize sums_length, json_length;
  g_autofree char *sums = record_load (folder, NAMIDA_SUMS_NAME, SUMS_BYTES_MOST, &sums_length, error);
  g_autofree char *json
      = sums != NULL ? record_load (folder, NAMIDA_FOLDER_RECORD_NAME, JSON_BYTES_MOST, &json_length, error) : NULL;
  g_autofree char *hash = json != NULL ? namida_digest_bytes (sums, sums_length) : NULL;

  if (json == NULL || !record_read_json (self, json, json_length, hash, error))
    return NULL;
  g_ptr_array_unref (self->sums);
  self->sums = namida_sums_parse (sums, sums_length, &self->bad_lines);
  return g_steal_pointer (&self);
}

char *
namida_folder_record_dup_offer_key (int folder)
{
  gsize length;
  g_autofree char *json = record_load (folder, NAMIDA_FOLDER_RECORD_NAME, JSON_BYTES_MOST, &length, NULL);
  g_autoptr (NamidaFolderRecord) self = namida_folder_record_new ();

  return json != NULL && record_read_json (self, json, length, NULL, NULL) ? g_steal_pointer (&self->offer_key) : NULL;
}

gboolean
namida_folder_record_exists (int folder)
{
  struct stat st;

  return fstatat (folder, NAMIDA_SUMS_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode)
         && fstatat (folder, NAMIDA_FOLDER_RECORD_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode);
}

gboolean
namida_folder_record_is_own_name (const char *name)
{
  return g_str_equal (name, NAMIDA_SUMS_NAME) || g_str_equal (name, NAMIDA_FOLDER_RECORD_NAME)
         || g_str_equal (name, TEMPORARY);
}
