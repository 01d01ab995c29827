/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Converts LocalSend's prepare-upload into the offer that the rest of the program uses. Problems with the name of a
 * single file are repaired, because LocalSend sends any name that its file system accepts. Called by
 * namida_server_parse_offer() in worker threads; pure functions. */

#include "config.h"

#include "namida-localsend-message.h"
#include "namida-messages-private.h"

#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-limits.h"
#include "namida-offer-places.h"
#include "namida-safe-name.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_ID_BYTES 256u
#define MAX_TYPE_BYTES 255u
#define NS_PER_MS G_GINT64_CONSTANT (1000000)
#define BACKUP_START "Namida Backup - "
#define BACKUP_END ".zip"
#define MUSIC_LABEL "Music"

/* One file as it is in the message. */
typedef struct
{
  char *name, *type, *preview, *sha256;
  guint64 size;
  gint64 mtime_ns;
  gboolean has_size;
} File;

static void
file_clear (File *file)
{
  g_free (file->name);
  g_free (file->type);
  g_free (file->preview);
  g_free (file->sha256);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, file_clear)

/* ---- reading ---- */

/* @value: (out): the string; not changed if the value is of another type. */
static void
offer_read_optional (NamidaJsonCursor *cursor, char **value)
{
  g_autoptr (GError) ignored = NULL;
  NamidaJsonCursor before = *cursor;
  const char *text = namida_json_cursor_string (cursor, "", &ignored);

  if (text != NULL)
    {
      g_free (*value);
      *value = g_strdup (text);
      return;
    }
  cursor->at = before.at;
  namida_json_cursor_skip (cursor, NULL, NULL);
}

static gint64
offer_parse_time (const char *text)
{
  gint64 ms;

  /* Like all metadata, it is only a hint: a value that is not a time, or that cannot be represented, counts as
   * unknown. */
  if (!namida_time_from_iso8601 (text, &ms) || ms > G_MAXINT64 / NS_PER_MS || ms < G_MININT64 / NS_PER_MS)
    return NAMIDA_ENTRY_TIME_UNKNOWN;
  return ms * NS_PER_MS;
}

static void
offer_read_metadata (NamidaJsonCursor *cursor, File *file)
{
  const char *key;

  if (!namida_json_cursor_enter (cursor, '{'))
    {
      namida_json_cursor_skip (cursor, NULL, NULL);
      return;
    }
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      g_autofree char *modified = NULL;

      if (strcmp (key, "modified") != 0)
        namida_json_cursor_skip (cursor, NULL, NULL);
      else
        offer_read_optional (cursor, &modified);
      if (modified != NULL)
        file->mtime_ns = offer_parse_time (modified);
    }
}

static gboolean
offer_read_file (NamidaJsonCursor *cursor, File *file, GError **error)
{
  const char *key;

  if (!namida_message_enter (cursor, "files", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      if (strcmp (key, "size") == 0)
        {
          if (!(file->has_size = namida_json_cursor_size (cursor, "size", &file->size, error)))
            return FALSE;
        }
      else if (strcmp (key, "fileName") == 0)
        offer_read_optional (cursor, &file->name);
      else if (strcmp (key, "fileType") == 0)
        offer_read_optional (cursor, &file->type);
      else if (strcmp (key, "preview") == 0)
        offer_read_optional (cursor, &file->preview);
      else if (strcmp (key, "sha256") == 0)
        offer_read_optional (cursor, &file->sha256);
      else if (strcmp (key, "metadata") == 0)
        offer_read_metadata (cursor, file);
      else
        namida_json_cursor_skip (cursor, NULL, NULL);
    }
  if (file->name != NULL && file->has_size)
    return TRUE;
  return namida_message_refuse (error, _ ("The offer is refused: a file in it has no name or no size."));
}

/* ---- the place of a file ---- */

static gboolean
offer_is_backup_zip (const char *name)
{
  return g_str_has_prefix (name, BACKUP_START) && g_str_has_suffix (name, BACKUP_END)
         && strlen (name) > strlen (BACKUP_START) + strlen (BACKUP_END);
}

static gboolean
offer_is_audio (const File *file, const char *path)
{
  return (file->type != NULL && g_str_has_prefix (file->type, "audio/"))
         || g_str_has_prefix (namida_entry_guess_type (path), "audio/");
}

/* @path: must be safe. */
static void
localsend_place (NamidaEntry *entry, const File *file, const char *path, NamidaBackup *backup)
{
  const char *slash = strchr (path, '/');
  const char *last = strrchr (path, '/');

  entry->kind = NAMIDA_ENTRY_FILE;
  entry->name = g_strdup (last != NULL ? last + 1 : path);
  entry->label = slash != NULL                 ? g_strndup (path, (gsize) (slash - path))
                 : offer_is_audio (file, path) ? g_strdup (MUSIC_LABEL)
                                               : g_strdup ("");
  entry->relative_path = g_strdup (slash != NULL ? slash + 1 : entry->label[0] != '\0' ? path : "");
  if (entry->label[0] == '\0' && namida_backup_get_name (backup) == NULL && offer_is_backup_zip (path))
    {
      entry->kind = NAMIDA_ENTRY_BACKUP_ZIP;
      namida_backup_set_name (backup, entry->name);
    }
}

static NamidaEntry *
offer_make_entry (const char *id, const File *file, NamidaBackup *backup, GError **error)
{
  g_autoptr (NamidaEntry) entry = namida_entry_new ();
  g_autofree char *path = namida_safe_name_clean (file->name);

  if (file->size > G_MAXINT64 - namida_backup_get_bytes (backup))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                           _ ("The offer is refused: its sizes add up to more than any disk holds."));
      return NULL;
    }
  localsend_place (entry, file, path, backup);
  if (strcmp (path, file->name) != 0)
    entry->offered_as = g_strdup (file->name);
  entry->id = g_strdup (id);
  entry->size = file->size;
  entry->mtime_ns = file->mtime_ns;
  if (file->type != NULL && file->type[0] != '\0' && strlen (file->type) <= MAX_TYPE_BYTES)
    entry->type = g_strdup (file->type);
  if (file->sha256 != NULL && namida_digest_is_hex (file->sha256))
    entry->sha256 = g_ascii_strdown (file->sha256, -1);
  return g_steal_pointer (&entry);
}

/* ---- the whole offer ---- */

typedef struct
{
  NamidaOfferMessage *message;
  GHashTable *ids;
  NamidaOfferPlaces *places;
  char *preview; /* (nullable): of the only file */
  gboolean is_text;
} Reading;

static void
reading_clear (Reading *self)
{
  g_clear_pointer (&self->message, namida_offer_message_free);
  g_clear_pointer (&self->ids, g_hash_table_unref);
  g_clear_pointer (&self->places, namida_offer_places_free);
  g_free (self->preview);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static gboolean
offer_claim_id (Reading *self, const char *id, GError **error)
{
  if (id[0] == '\0' || strlen (id) > MAX_ID_BYTES || g_hash_table_contains (self->ids, id))
    return namida_message_refuse (error,
                                  _ ("The message is refused: a file in it has no valid identifier of its own."));
  if (g_hash_table_size (self->ids) >= namida_message_most_files)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                   _ ("The message is refused: it lists more than %u files."), namida_message_most_files);
      return FALSE;
    }
  g_hash_table_add (self->ids, g_strdup (id));
  return TRUE;
}

static gboolean
offer_read_files (Reading *self, NamidaJsonCursor *cursor, GError **error)
{
  const char *key;

  if (!namida_message_enter (cursor, "files", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      g_auto (File) file = { .mtime_ns = NAMIDA_ENTRY_TIME_UNKNOWN };
      g_autofree char *id = g_strdup (key);
      NamidaEntry *entry;

      if (!offer_claim_id (self, id, error) || !offer_read_file (cursor, &file, error))
        return FALSE;
      entry = offer_make_entry (id, &file, self->message->backup, error);
      if (entry == NULL)
        return FALSE;
      namida_offer_places_claim (self->places, entry);
      namida_backup_add (self->message->backup, entry);
      self->is_text = file.preview != NULL && file.type != NULL && g_str_has_prefix (file.type, "text/");
      g_free (self->preview);
      self->preview = g_steal_pointer (&file.preview);
    }
  namida_offer_places_settle (self->places, self->message->backup);
  return namida_message_check_neighbours (self->message->backup, error);
}

static gboolean
offer_read_info (Reading *self, NamidaJsonCursor *cursor, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  const char *start;
  gsize length;

  namida_json_cursor_skip (cursor, &start, &length);
  node = namida_json_parse (start, length, NAMIDA_LIMIT_JSON_BYTES, error);
  if (node == NULL)
    return FALSE;
  g_clear_pointer (&self->message->info, namida_device_info_unref);
  self->message->info = namida_device_info_from_json (json_node_get_object (node), error);
  return self->message->info != NULL;
}

static char *
offer_dup_cut (const char *text)
{
  gsize length = strlen (text);

  if (length > NAMIDA_LOCALSEND_TEXT_BYTES)
    length = (gsize) (g_utf8_find_prev_char (text, text + NAMIDA_LOCALSEND_TEXT_BYTES + 1) - text);
  return g_strndup (text, length);
}

NamidaOfferMessage *
namida_localsend_offer_parse (const char *data, gsize length, char **text, GError **error)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  g_auto (Reading) self = { 0 };
  gboolean has_files = FALSE;
  const char *key;

  *text = NULL;
  if (!namida_message_begin (&cursor, data, length, error))
    return NULL;
  self.message = g_new0 (NamidaOfferMessage, 1);
  self.message->backup = namida_backup_new ();
  self.ids = namida_message_id_table_new (NULL);
  self.places = namida_offer_places_new ();
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      if (strcmp (key, "info") == 0)
        {
          if (!offer_read_info (&self, &cursor, error))
            return NULL;
        }
      else if (strcmp (key, "files") != 0)
        namida_json_cursor_skip (&cursor, NULL, NULL);
      else if (has_files || !(has_files = offer_read_files (&self, &cursor, error)))
        return NULL;
    }
  if (!has_files || self.message->info == NULL || namida_backup_get_entries (self.message->backup)->len == 0)
    {
      namida_message_refuse (error, _ ("The offer is refused: it does not say who sends, or names no files."));
      return NULL;
    }
  if (self.is_text && namida_backup_get_entries (self.message->backup)->len == 1)
    *text = offer_dup_cut (self.preview);
  return g_steal_pointer (&self.message);
}
