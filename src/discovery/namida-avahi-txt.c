/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes and reads TXT records; see the header. Pure functions. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "namida-avahi-txt.h"
#include "namida-error.h"
#include "namida-format.h"
#include "namida-identity.h"
#include "namida-limits.h"

#define MAX_ENTRY_BYTES 255 /* RFC 6763, 6.1 */
#define MAX_WORD_CHARS 64

/* Cuts @text in place at a character boundary. */
static char *
avahi_txt_cut_bytes (char *text, gsize max)
{
  if (strlen (text) > max)
    *g_utf8_find_prev_char (text, text + max + 1) = '\0';
  return text;
}

static void
avahi_txt_add_entry (GVariantBuilder *builder, const char *key, const char *value)
{
  g_autofree char *entry = NULL;

  if (value == NULL || *value == '\0' || !g_utf8_validate (value, -1, NULL))
    return;
  entry = avahi_txt_cut_bytes (g_strconcat (key, "=", value, NULL), MAX_ENTRY_BYTES);
  g_variant_builder_add_value (builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, entry, strlen (entry), 1));
}

GVariant *
namida_avahi_txt_new (NamidaDeviceInfo *own)
{
  GVariantBuilder builder;

  g_return_val_if_fail (own != NULL, NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  /* RFC 6763, 6.7: the version comes first. */
  avahi_txt_add_entry (&builder, "v", "1");
  avahi_txt_add_entry (&builder, "id", own->uuid);
  avahi_txt_add_entry (&builder, "fp", own->fingerprint);
  avahi_txt_add_entry (&builder, "type", own->device_type);
  avahi_txt_add_entry (&builder, "model", own->device_model);
  return g_variant_builder_end (&builder);
}

/* Returns: (transfer full) (nullable): the value of the first entry with this key, as RFC 6763, 6.4 requires. */
static char *
avahi_txt_dup_value (GVariant *txt, const char *key)
{
  gsize n = MIN (g_variant_n_children (txt), NAMIDA_AVAHI_MAX_TXT);
  gsize key_length = strlen (key);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (txt, i);
      gsize length;
      const char *bytes = g_variant_get_fixed_array (entry, &length, 1);

      if (length <= key_length || length > MAX_ENTRY_BYTES || bytes[key_length] != '='
          || g_ascii_strncasecmp (bytes, key, key_length) != 0)
        continue;
      bytes += key_length + 1;
      length -= key_length + 1;
      return length > 0 && g_utf8_validate_len (bytes, length, NULL) ? g_strndup (bytes, length) : NULL;
    }
  return NULL;
}

static char *
avahi_txt_dup_word (GVariant *txt, const char *key)
{
  g_autofree char *value = avahi_txt_dup_value (txt, key);

  return value != NULL && g_utf8_strlen (value, -1) <= MAX_WORD_CHARS ? g_steal_pointer (&value) : NULL;
}

NamidaDeviceInfo *
namida_avahi_txt_parse (GVariant *txt, const char *name, guint port, GError **error)
{
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  g_autofree char *version = NULL;
  g_autofree char *fingerprint = NULL;

  g_return_val_if_fail (g_variant_is_of_type (txt, G_VARIANT_TYPE ("aay")), NULL);

  version = avahi_txt_dup_value (txt, "v");
  fingerprint = avahi_txt_dup_value (txt, "fp");
  info->uuid = avahi_txt_dup_word (txt, "id");
  if (g_strcmp0 (version, "1") != 0 || info->uuid == NULL || fingerprint == NULL
      || !namida_fingerprint_is_valid (fingerprint) || port == 0 || port > G_MAXUINT16 || name == NULL || *name == '\0'
      || !g_utf8_validate (name, -1, NULL))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("A device's announcement cannot be read. Update the app on that device."));
      return NULL;
    }
  g_free (info->alias);
  info->alias = namida_format_cut (name, NAMIDA_LIMIT_ALIAS_CHARS);
  info->fingerprint = g_ascii_strup (fingerprint, -1);
  info->device_type = avahi_txt_dup_word (txt, "type");
  info->device_model = avahi_txt_dup_word (txt, "model");
  info->port = (guint16) port;
  info->https = TRUE;
  return g_steal_pointer (&info);
}

NamidaDeviceInfo *
namida_avahi_player_parse (GVariant *txt, const char *name, guint port, GError **error)
{
  g_autoptr (NamidaDeviceInfo) info = NULL;
  char *alias;

  g_return_val_if_fail (g_variant_is_of_type (txt, G_VARIANT_TYPE ("aay")), NULL);

  if (port == 0 || port > G_MAXUINT16 || name == NULL || *name == '\0' || !g_utf8_validate (name, -1, NULL))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("A device's announcement cannot be read. Update the app on that device."));
      return NULL;
    }
  info = namida_device_info_new ();
  alias = avahi_txt_dup_word (txt, "device_name");
  g_free (info->alias);
  info->alias = alias != NULL ? alias : namida_format_cut (name, NAMIDA_LIMIT_ALIAS_CHARS);
  info->fingerprint = avahi_txt_dup_word (txt, "device_id");
  if (info->fingerprint == NULL)
    info->fingerprint = g_strdup (name);
  info->port = (guint16) port;
  return g_steal_pointer (&info);
}

char *
namida_avahi_service_name (const char *alias)
{
  return avahi_txt_cut_bytes (namida_format_alias (alias), NAMIDA_AVAHI_NAME_BYTES);
}
