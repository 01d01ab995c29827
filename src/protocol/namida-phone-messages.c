/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses the messages of the phone app; see the header. Pure functions, any thread. */
#include "config.h"

#include "namida-phone-messages.h"

#include "namida-messages-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SINGLE_FILES_LABEL "Music"
#define UNRESERVED "-._~" /* in addition to letters and digits (RFC 3986, 2.3) */

/* ---- received offers ---- */

static gboolean
phone_messages_clean_entries (NamidaBackup *backup, GError **error)
{
  GPtrArray *entries = namida_backup_get_entries (backup);

  if (entries->len == 0)
    return namida_message_refuse (error, _ ("The offer is refused: there is nothing in it."));
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (entry->kind == NAMIDA_ENTRY_FOLDER)
        return namida_message_refuse (error, _ ("The offer is refused: an empty folder in it cannot be sent."));
      g_clear_pointer (&entry->sha256, g_free);
    }
  return TRUE;
}

NamidaOfferMessage *
namida_phone_offer_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (NamidaOfferMessage) message = namida_offer_message_parse_odd (data, length, error);

  if (message == NULL || !phone_messages_clean_entries (message->backup, error))
    return NULL;
  g_clear_pointer (&message->info, namida_device_info_unref);
  g_clear_pointer (&message->manifest, g_bytes_unref);
  return g_steal_pointer (&message);
}

/* ---- sent offers ---- */

/* Returns whether the offer contains @entry. It contains no folders, and no names that are not portable. */
static gboolean
phone_messages_takes (const NamidaEntry *entry)
{
  /* The app would turn a name with backslashes into folders. */
  return entry->kind != NAMIDA_ENTRY_FOLDER && namida_entry_is_portable (entry);
}

/* Returns whether the app treats @entry as a backup zip. It goes by the name alone, whatever the entry is here. */
static gboolean
phone_messages_is_backup (const NamidaEntry *entry)
{
  return entry->kind == NAMIDA_ENTRY_BACKUP_ZIP
         || (entry->label[0] == '\0' && g_str_has_prefix (entry->name, "Namida Backup - ")
             && g_str_has_suffix (entry->name, ".zip"));
}

static const char *
phone_messages_label_of (const NamidaEntry *entry)
{
  if (phone_messages_is_backup (entry))
    return "";
  return entry->label[0] != '\0' ? entry->label : SINGLE_FILES_LABEL;
}

static const char *
phone_messages_path_of (const NamidaEntry *entry)
{
  if (phone_messages_is_backup (entry))
    return "";
  return entry->label[0] != '\0' ? entry->relative_path : entry->name;
}

static gboolean
phone_messages_check_entry (const NamidaEntry *entry, GHashTable *places, GError **error)
{
  g_autofree char *shown = namida_entry_dup_path (entry);

  if (g_hash_table_add (places,
                        g_strconcat (phone_messages_label_of (entry), "/", phone_messages_path_of (entry), NULL)))
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
               _ ("“%s” would be at a place on the phone that another file has already. Send it on its own."), shown);
  return FALSE;
}

static gboolean
phone_messages_check_backup (NamidaBackup *backup, GError **error)
{
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *entries = namida_backup_get_entries (backup);
  guint zips = 0;

  for (guint i = 0; i < entries->len; i++)
    zips += phone_messages_takes (g_ptr_array_index (entries, i))
            && phone_messages_is_backup (g_ptr_array_index (entries, i));
  /* The app begins a restore with the zip. Without one, the music would stay where Namida does not find it. */
  if (zips == 0)
    return namida_message_refuse (error, _ ("The phone app takes music only together with a Namida backup. Choose a "
                                            "backup zip beside it, then send again."));
  if (zips != 1)
    return namida_message_refuse (
        error,
        _ ("The phone app accepts one Namida backup per transfer, plus any music. Select one backup and try again."));
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (phone_messages_takes (entry) && !phone_messages_check_entry (entry, places, error))
        return FALSE;
    }
  return TRUE;
}

static void
phone_messages_append_entry (GString *out, const NamidaEntry *entry)
{
  g_string_append (out, out->str[out->len - 1] == '[' ? "{" : ",{");
  namida_json_append_member (out, "name", entry->name);
  /* Without this member, the app throws an exception in its restore and deletes what it received. */
  namida_json_append_member (out, "path", "");
  namida_json_append_size (out, "size", entry->size);
  namida_json_append_member (out, "folderLabel", phone_messages_label_of (entry));
  namida_json_append_member (out, "relativePath", phone_messages_path_of (entry));
  g_string_append_c (out, '}');
}

char *
namida_phone_offer_format (NamidaBackup *backup, gsize *length, GError **error)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  const char *name = NULL;
  GString *out;

  if (!phone_messages_check_backup (backup, error))
    return NULL;
  for (guint i = 0; i < entries->len; i++)
    if (phone_messages_takes (g_ptr_array_index (entries, i))
        && phone_messages_is_backup (g_ptr_array_index (entries, i)))
      name = ((NamidaEntry *) g_ptr_array_index (entries, i))->name;
  out = g_string_sized_new (256 + (gsize) entries->len * 200);
  g_string_append_c (out, '{');
  namida_json_append_member (out, "backupName", name);
  g_string_append (out, ",\"files\":[");
  for (guint i = 0; i < entries->len; i++)
    if (phone_messages_takes (g_ptr_array_index (entries, i)))
      phone_messages_append_entry (out, g_ptr_array_index (entries, i));
  g_string_append (out, "]}");
  return namida_message_end (out, length);
}

/* ---- uploads ---- */

void
namida_phone_upload_clear (NamidaPhoneUpload *self)
{
  g_clear_pointer (&self->place, g_free);
}

static gboolean
phone_messages_parse_zip (const char *query, NamidaPhoneUpload *out, GError **error)
{
  g_autofree char *name = namida_query_get (query, "name");

  if (name == NULL || name[0] == '\0')
    return namida_message_refuse (error, _ ("The upload is refused: it does not say what it is."));
  *out = (NamidaPhoneUpload){ .place = g_steal_pointer (&name), .zip = TRUE };
  return TRUE;
}

static gboolean
phone_messages_parse_music (const char *query, NamidaPhoneUpload *out, GError **error)
{
  g_autofree char *label = namida_query_get (query, "folderLabel");
  g_autofree char *path = namida_query_get (query, "relativePath");

  if (label == NULL || path == NULL)
    return namida_message_refuse (error, _ ("The upload is refused: it does not say what it is."));
  *out = (NamidaPhoneUpload){ .place = g_strconcat (label, "/", path, NULL) };
  return TRUE;
}

gboolean
namida_phone_upload_parse (const char *query, NamidaPhoneUpload *out, GError **error)
{
  g_autofree char *type = namida_query_get (query, "type");

  *out = (NamidaPhoneUpload){ 0 };
  if (g_strcmp0 (type, "backupZip") == 0)
    return phone_messages_parse_zip (query, out, error);
  if (g_strcmp0 (type, "music") == 0)
    return phone_messages_parse_music (query, out, error);
  return namida_message_refuse (error, _ ("The upload is refused: it does not say what it is."));
}

/* Appends a value as a form and the app itself do, with '+' for spaces (the WHATWG URL standard, 5.2). */
static void
phone_messages_append_value (GString *out, const char *key, const char *value)
{
  g_string_append_c (out, '&');
  g_string_append (out, key);
  g_string_append_c (out, '=');
  for (const guchar *at = (const guchar *) value; *at != '\0'; at++)
    if (g_ascii_isalnum (*at) || strchr (UNRESERVED, *at) != NULL)
      g_string_append_c (out, (char) *at);
    else if (*at == ' ')
      g_string_append_c (out, '+');
    else
      g_string_append_printf (out, "%%%02X", (guint) *at);
}

char *
namida_phone_upload_format (const NamidaEntry *entry)
{
  GString *out = g_string_new (NULL);

  if (phone_messages_is_backup (entry))
    {
      g_string_append (out, "type=backupZip");
      phone_messages_append_value (out, "name", entry->name);
    }
  else
    {
      g_string_append (out, "type=music");
      phone_messages_append_value (out, "relativePath", phone_messages_path_of (entry));
      phone_messages_append_value (out, "folderLabel", phone_messages_label_of (entry));
    }
  return g_string_free (out, FALSE);
}
