/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses offers of v1 and checks every name, size and limit in them. Used by the server and, for downloads, by the
 * puller, in worker threads. Pure functions. */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-limits.h"
#include "namida-manifest.h"
#include "namida-offer-places.h"
#include "namida-safe-name.h"
#include "namida-safe-path.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define FOLDER_TYPE "inode/directory"
#define MAX_TYPE_BYTES 255u
#define FOLDERLESS_LABEL "Music" /* the label of a file whose folder has no usable name */
#define NS_PER_MS G_GINT64_CONSTANT (1000000)

/* Where the parts of an offer are in its text. Keys come in any order, and the kind of a file depends on backupName. */
typedef struct
{
  const char *info, *manifest, *files;
  gsize info_length, manifest_length, files_length;
  char *name;
  guint left_out;
  gboolean all_names; /* accept names that not every program accepts */
  gboolean odd_names; /* accept any names and replace unsafe ones */
} Parts;

static void
parts_clear (Parts *parts)
{
  g_free (parts->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static gboolean
offer_check_component (const Parts *parts, const char *name, GError **error)
{
  if (parts->odd_names)
    return TRUE;
  return parts->all_names ? namida_safe_path_check_component (name, error)
                          : namida_safe_path_check_portable_component (name, error);
}

static gboolean
offer_check_path (const Parts *parts, const char *path, GError **error)
{
  return parts->all_names ? namida_safe_path_check (path, error) : namida_safe_path_check_portable (path, error);
}

static gboolean
offer_read_names (NamidaJsonCursor *cursor, Parts *parts, GError **error)
{
  const char *names = namida_json_cursor_string (cursor, "names", error);

  if (names != NULL)
    parts->all_names = strcmp (names, "all") == 0;
  return names != NULL;
}

static gboolean
offer_message_find_parts (NamidaJsonCursor *cursor, Parts *parts, GError **error)
{
  const char *key;

  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      if (namida_json_cursor_take_null (cursor))
        continue;
      if (strcmp (key, "info") == 0)
        namida_json_cursor_skip (cursor, &parts->info, &parts->info_length);
      else if (strcmp (key, "manifest") == 0)
        namida_json_cursor_skip (cursor, &parts->manifest, &parts->manifest_length);
      else if (strcmp (key, "files") == 0)
        namida_json_cursor_skip (cursor, &parts->files, &parts->files_length);
      else if (strcmp (key, "leftOut") == 0)
        {
          if (!namida_message_read_left_out (cursor, &parts->left_out, error))
            return FALSE;
        }
      else if (strcmp (key, "backupName") == 0)
        {
          const char *name = namida_json_cursor_string (cursor, key, error);

          if (name == NULL)
            return FALSE;
          g_free (parts->name);
          parts->name = name[0] != '\0' ? g_strdup (name) : NULL;
        }
      else if (strcmp (key, "names") == 0)
        {
          if (!offer_read_names (cursor, parts, error))
            return FALSE;
        }
      else
        namida_json_cursor_skip (cursor, NULL, NULL);
    }
  return parts->name == NULL || offer_check_component (parts, parts->name, error);
}

static gboolean
offer_message_read_modified (NamidaJsonCursor *cursor, NamidaEntry *entry, GError **error)
{
  const char *text;
  gint64 ms;

  if (namida_json_cursor_take_null (cursor))
    return TRUE;
  text = namida_json_cursor_string (cursor, "modified", error);
  if (text == NULL)
    return FALSE;
  if (!namida_time_from_iso8601 (text, &ms))
    return namida_message_refuse (error, _ ("The request was rejected because a file in it has an invalid time. Update "
                                            "Namida Sync on both devices and try again."));
  /* Nanoseconds in 64 bits end in the year 2262. Times beyond that count as unknown. */
  if (ms > G_MAXINT64 / NS_PER_MS || ms < G_MININT64 / NS_PER_MS)
    return TRUE;
  entry->mtime_ns = ms * NS_PER_MS;
  return TRUE;
}

static gboolean
offer_message_read_sha256 (NamidaJsonCursor *cursor, NamidaEntry *entry, GError **error)
{
  const char *text;

  if (namida_json_cursor_take_null (cursor))
    return TRUE;
  text = namida_json_cursor_string (cursor, "sha256", error);
  if (text == NULL)
    return FALSE;
  if (!namida_digest_is_hex (text))
    return namida_message_refuse (error, _ ("The request was rejected because a file in it has an invalid checksum. "
                                            "Update Namida Sync on both devices and try again."));
  g_free (entry->sha256);
  entry->sha256 = g_ascii_strdown (text, -1);
  return TRUE;
}

static gboolean
offer_message_read_type (NamidaJsonCursor *cursor, NamidaEntry *entry, GError **error)
{
  if (namida_json_cursor_take_null (cursor))
    return TRUE;
  if (!namida_message_read_text (cursor, "type", &entry->type, error))
    return FALSE;
  /* The type is only a hint, so an absurd one is not a reason to refuse the offer. */
  if (strlen (entry->type) > MAX_TYPE_BYTES)
    g_clear_pointer (&entry->type, g_free);
  return TRUE;
}

/* Properties of a file in the offer that its NamidaEntry has no member for. */
typedef struct
{
  gboolean has_size;
  gboolean escaped; /* its names are not UTF-8 and are percent-encoded in the offer */
} Said;

static gboolean
offer_read_escaped (NamidaJsonCursor *cursor, Said *said)
{
  const char *text;
  gsize length;

  namida_json_cursor_skip (cursor, &text, &length);
  said->escaped = length == strlen ("true") && strncmp (text, "true", length) == 0;
  return TRUE;
}

static gboolean
offer_message_read_member (NamidaJsonCursor *cursor, const char *key, NamidaEntry *entry, Said *said, GError **error)
{
  if (strcmp (key, "id") == 0)
    return namida_message_read_text (cursor, "id", &entry->id, error);
  if (strcmp (key, "name") == 0)
    return namida_message_read_text (cursor, "name", &entry->name, error);
  if (strcmp (key, "folderLabel") == 0)
    return namida_message_read_text (cursor, "folderLabel", &entry->label, error);
  if (strcmp (key, "relativePath") == 0)
    return namida_message_read_text (cursor, "relativePath", &entry->relative_path, error);
  if (strcmp (key, "size") == 0)
    return said->has_size = namida_json_cursor_size (cursor, "size", &entry->size, error);
  if (strcmp (key, "escaped") == 0)
    return offer_read_escaped (cursor, said);
  if (strcmp (key, "modified") == 0)
    return offer_message_read_modified (cursor, entry, error);
  if (strcmp (key, "sha256") == 0)
    return offer_message_read_sha256 (cursor, entry, error);
  if (strcmp (key, "type") == 0)
    return offer_message_read_type (cursor, entry, error);
  /* "path" is the path at the phone app, which is not needed and never read. */
  namida_json_cursor_skip (cursor, NULL, NULL);
  return TRUE;
}

static gboolean
offer_message_check_place (const Parts *parts, NamidaEntry *entry, GError **error)
{
  const char *last;

  /* A name on its own becomes a path. The last component of a longer path may be a name that is not allowed on its
   * own: "E: a song". */
  if (entry->label[0] == '\0')
    return offer_check_component (parts, entry->name, error)
           && (entry->relative_path[0] == '\0'
               || namida_message_refuse (error, _ ("The offer is refused: a file in it has a path but no folder.")));
  if (!offer_check_component (parts, entry->label, error) || !offer_check_path (parts, entry->relative_path, error))
    return FALSE;
  if (strlen (entry->label) + 1 + strlen (entry->relative_path) > NAMIDA_LIMIT_PATH_BYTES)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
                           _ ("The offer is refused: a path in it is too long."));
      return FALSE;
    }
  last = strrchr (entry->relative_path, '/');
  if (strcmp (last != NULL ? last + 1 : entry->relative_path, entry->name) == 0)
    return TRUE;
  return offer_check_component (parts, entry->name, error)
         && namida_message_refuse (error, _ ("The offer is refused: a file's name and its path differ."));
}

/* Gives any name a safe place, in a folder if it has one. "offered_as" keeps the sender's name. */
static void
offer_clean_place (NamidaEntry *entry)
{
  gboolean has_folder = entry->label[0] != '\0' || entry->relative_path[0] != '\0';
  g_autofree char *sent
      = has_folder ? g_strconcat (entry->label, "/", entry->relative_path, NULL) : g_strdup (entry->name);
  g_autofree char *path = namida_safe_name_clean (sent);
  const char *slash = strchr (path, '/');
  const char *last = strrchr (path, '/');

  g_free (entry->label);
  g_free (entry->relative_path);
  g_free (entry->name);
  if (has_folder)
    {
      entry->label = slash != NULL ? g_strndup (path, (gsize) (slash - path)) : g_strdup (FOLDERLESS_LABEL);
      entry->relative_path = g_strdup (slash != NULL ? slash + 1 : path);
      entry->name = g_strdup (last != NULL ? last + 1 : path);
    }
  else
    {
      entry->label = g_strdup ("");
      entry->relative_path = g_strdup ("");
      entry->name = g_strdelimit (g_strdup (path), "/", '_');
    }
  if (strcmp (path, sent) != 0 || (has_folder ? slash == NULL : slash != NULL))
    entry->offered_as = g_steal_pointer (&sent);
}

static gboolean
offer_unescape (char **name, GError **error)
{
  char *plain = g_uri_unescape_string (*name, NULL);

  if (plain == NULL)
    return namida_message_refuse (error, _ ("The offer is refused: a file's name in it is not encoded as it says."));
  g_free (*name);
  *name = plain;
  return TRUE;
}

/* @wire_name: its name as it is in the offer, and therefore in backupName. */
static gboolean
offer_message_set_kind (NamidaEntry *entry, const char *wire_name, const char *backup_name, GError **error)
{
  entry->kind = NAMIDA_ENTRY_FILE;
  if (g_strcmp0 (entry->type, FOLDER_TYPE) == 0)
    {
      entry->kind = NAMIDA_ENTRY_FOLDER;
      if (entry->label[0] == '\0' || entry->size != 0)
        return namida_message_refuse (error, _ ("The offer is refused: an empty folder in it has a size or no place."));
    }
  else if (entry->label[0] == '\0' && g_strcmp0 (wire_name, backup_name) == 0)
    entry->kind = NAMIDA_ENTRY_BACKUP_ZIP;
  return TRUE;
}

static NamidaEntry *
offer_message_read_entry (NamidaJsonCursor *cursor, const Parts *parts, guint number, GError **error)
{
  g_autoptr (NamidaEntry) entry = namida_entry_new ();
  g_autofree char *wire_name = NULL;
  Said said = { 0 };
  const char *key;

  if (!namida_message_enter (cursor, "files", error))
    return NULL;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    if (!offer_message_read_member (cursor, key, entry, &said, error))
      return NULL;
  if (entry->name == NULL || !said.has_size)
    {
      namida_message_refuse (error, _ ("The offer is refused: a file in it has no name or no size."));
      return NULL;
    }
  if (entry->label == NULL)
    entry->label = g_strdup ("");
  if (entry->relative_path == NULL)
    entry->relative_path = g_strdup ("");
  /* The phone app has no ids; its files are identified by their place. */
  if (entry->id == NULL)
    entry->id = g_strdup_printf ("f%u", number);
  wire_name = g_strdup (entry->name);
  if (said.escaped && parts->all_names
      && (!offer_unescape (&entry->name, error) || !offer_unescape (&entry->relative_path, error)))
    return NULL;
  if ((!parts->odd_names && !offer_message_check_place (parts, entry, error))
      || !offer_message_set_kind (entry, wire_name, parts->name, error))
    return NULL;
  if (parts->odd_names)
    offer_clean_place (entry);
  return g_steal_pointer (&entry);
}

static gboolean
offer_message_add_entry (NamidaBackup *backup, NamidaEntry *entry, GHashTable *ids, GError **error)
{
  g_autoptr (NamidaEntry) owned = entry;
  char *id = namida_message_claim_id (ids, entry->id, error);

  if (id == NULL)
    return FALSE;
  g_hash_table_add (ids, id);
  if (entry->size > G_MAXINT64 - namida_backup_get_bytes (backup))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                           _ ("The offer is refused: its sizes add up to more than any disk holds."));
      return FALSE;
    }
  namida_backup_add (backup, g_steal_pointer (&owned));
  return TRUE;
}

/* Returns whether @path is below @folder. */
static gboolean
offer_message_is_below (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && path[length] == '/';
}

static int
offer_message_compare_pointers (gconstpointer a, gconstpointer b)
{
  return namida_entry_compare (*(NamidaEntry *const *) a, *(NamidaEntry *const *) b);
}

/* Sixty bytes of an offer can stand for a thousand folders, each of which takes space on the disk. */
static gboolean
offer_message_check_folders (NamidaBackup *backup, GError **error)
{
  guint depth, folders = namida_backup_count_folders (backup, &depth);

  if (depth > NAMIDA_LIMIT_DEPTH)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
                 _ ("The offer is refused: a file in it lies more than %u folders deep."), NAMIDA_LIMIT_DEPTH - 1);
  else if (folders > NAMIDA_LIMIT_FOLDERS)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                 _ ("The offer is refused: its files lie in more than %u folders."), NAMIDA_LIMIT_FOLDERS);
  return depth <= NAMIDA_LIMIT_DEPTH && folders <= NAMIDA_LIMIT_FOLDERS;
}

/* In the order of namida_entry_compare(), equal places are neighbors, and so are a file and entries that claim to be
 * below it. A table of prefixes would cost the square of the length of a path. */
gboolean
namida_message_check_neighbours (NamidaBackup *backup, GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (namida_backup_get_entries (backup), NULL, NULL);

  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, offer_message_compare_pointers);
  for (guint i = 1; i < sorted->len; i++)
    {
      const NamidaEntry *before = g_ptr_array_index (sorted, i - 1);
      const NamidaEntry *entry = g_ptr_array_index (sorted, i);

      if (namida_entry_compare (before, entry) == 0)
        return namida_message_refuse (error, _ ("The offer is refused: it names one file twice."));
      if (before->kind == NAMIDA_ENTRY_FILE && before->label[0] != '\0' && strcmp (before->label, entry->label) == 0
          && offer_message_is_below (entry->relative_path, before->relative_path))
        {
          g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
                               _ ("The offer is refused: a path in it is both a file and a folder."));
          return FALSE;
        }
    }
  return offer_message_check_folders (backup, error);
}

/* @sent: (element-type utf8): the sender's names, by which uploads are identified. */
static gboolean
offer_claim_odd (NamidaOfferPlaces *places, GHashTable *sent, NamidaEntry *entry, GError **error)
{
  if (!g_hash_table_add (sent, namida_entry_dup_offered (entry)))
    return namida_message_refuse (error, _ ("The offer is refused: it names one file twice."));
  namida_offer_places_claim (places, entry);
  return TRUE;
}

static gboolean
offer_message_read_files (NamidaBackup *backup, const Parts *parts, GError **error)
{
  g_autoptr (GHashTable) ids = namida_message_id_table_new (NULL);
  g_autoptr (GHashTable) sent = namida_message_id_table_new (NULL);
  g_autoptr (NamidaOfferPlaces) places = namida_offer_places_new ();
  g_auto (NamidaJsonCursor) cursor = { 0 };
  guint number = 0;

  namida_json_cursor_init (&cursor, parts->files, parts->files_length);
  if (!namida_json_cursor_enter (&cursor, '['))
    return namida_message_refuse (error, _ ("The offer is refused: it has no list of files."));
  while (namida_json_cursor_next (&cursor))
    {
      NamidaEntry *entry = offer_message_read_entry (&cursor, parts, ++number, error);

      if (entry == NULL)
        return FALSE;
      if (parts->odd_names && !offer_claim_odd (places, sent, entry, error))
        {
          namida_entry_unref (entry);
          return FALSE;
        }
      if (entry->kind == NAMIDA_ENTRY_BACKUP_ZIP && !parts->odd_names)
        namida_backup_set_name (backup, entry->name);
      if (!offer_message_add_entry (backup, entry, ids, error))
        return FALSE;
    }
  if (parts->odd_names)
    namida_offer_places_settle (places, backup);
  return namida_message_check_neighbours (backup, error);
}

static gboolean
offer_message_read_info (NamidaOfferMessage *self, const Parts *parts, GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  if (parts->info == NULL)
    return TRUE;
  node = namida_json_parse (parts->info, parts->info_length, NAMIDA_LIMIT_JSON_BYTES, error);
  if (node == NULL)
    return FALSE;
  self->info = namida_device_info_from_json (json_node_get_object (node), error);
  return self->info != NULL;
}

static gboolean
offer_message_read_manifest (NamidaOfferMessage *self, const Parts *parts, GError **error)
{
  if (parts->manifest == NULL)
    return TRUE;
  if (!namida_manifest_check (parts->manifest, parts->manifest_length, error))
    return FALSE;
  self->manifest = g_bytes_new (parts->manifest, parts->manifest_length);
  return TRUE;
}

static NamidaOfferMessage *
offer_message_read (const char *data, gsize length, gboolean odd_names, GError **error)
{
  g_autoptr (NamidaOfferMessage) self = g_new0 (NamidaOfferMessage, 1);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  g_auto (Parts) parts = { .odd_names = odd_names };

  if (!namida_message_begin (&cursor, data, length, error) || !offer_message_find_parts (&cursor, &parts, error))
    return NULL;
  self->backup = namida_backup_new ();
  if (!odd_names)
    namida_backup_set_name (self->backup, parts.name); /* otherwise the zip has the name, as it is changed here */
  namida_backup_raise_missed_there (self->backup, parts.left_out);
  if (parts.files == NULL)
    {
      namida_message_refuse (error, _ ("The offer is refused: it has no list of files."));
      return NULL;
    }
  if (!offer_message_read_info (self, &parts, error) || !offer_message_read_files (self->backup, &parts, error)
      || !offer_message_read_manifest (self, &parts, error))
    return NULL;
  if (odd_names && parts.name != NULL && namida_backup_get_name (self->backup) == NULL)
    {
      g_autofree char *name = g_strdelimit (namida_safe_name_clean (parts.name), "/", '_');

      namida_backup_set_name (self->backup, name);
    }
  return g_steal_pointer (&self);
}

NamidaOfferMessage *
namida_offer_message_parse (const char *data, gsize length, GError **error)
{
  return offer_message_read (data, length, FALSE, error);
}

NamidaOfferMessage *
namida_offer_message_parse_odd (const char *data, gsize length, GError **error)
{
  return offer_message_read (data, length, TRUE, error);
}

void
namida_offer_message_free (NamidaOfferMessage *self)
{
  g_clear_pointer (&self->info, namida_device_info_unref);
  g_clear_pointer (&self->manifest, g_bytes_unref);
  g_clear_object (&self->backup);
  g_free (self->text);
  g_free (self);
}
