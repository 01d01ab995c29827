/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses and stores the folders that Namida hands over: see the header. Used by the application's options and by the
 * send sheet. Main context. */
#include "config.h"

#include "namida-handover.h"

#include <string.h>

#define KEY "namida-handover"
#define BLANK_OR_QUOTE " \t\r\n\"'"

/* Returns: (transfer full) (nullable): the path in @text, without surrounding blanks and quotes. */
static char *
handover_dup_path (const char *text)
{
  gsize length;

  if (text == NULL)
    return NULL;
  text += strspn (text, BLANK_OR_QUOTE);
  length = strlen (text);
  while (length > 0 && strchr (BLANK_OR_QUOTE, text[length - 1]) != NULL)
    length--;
  /* The root directory is no folder of Namida. */
  while (length > 0 && text[length - 1] == '/')
    length--;
  if (length == 0 || text[0] != '/')
    return NULL;
  return g_strndup (text, length);
}

static GStrv
handover_split (const char *music)
{
  g_auto (GStrv) entries = g_strsplit (music != NULL ? music : "", ",", -1);
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; entries[i] != NULL; i++)
    {
      g_autofree char *path = handover_dup_path (entries[i]);

      if (path == NULL || g_hash_table_contains (seen, path))
        continue;
      g_strv_builder_add (found, path);
      g_hash_table_add (seen, g_steal_pointer (&path));
    }
  return g_strv_builder_end (found);
}

NamidaHandover *
namida_handover_new (const char *backups, const char *music)
{
  g_autoptr (NamidaHandover) self = g_new0 (NamidaHandover, 1);

  self->backups = handover_dup_path (backups);
  self->music = handover_split (music);
  return self->backups != NULL || self->music[0] != NULL ? g_steal_pointer (&self) : NULL;
}

void
namida_handover_free (NamidaHandover *self)
{
  g_free (self->backups);
  g_strfreev (self->music);
  g_free (self);
}

void
namida_handover_keep (NamidaHandover *self, GObject *object)
{
  g_object_set_data_full (object, KEY, self, (GDestroyNotify) namida_handover_free);
}

const NamidaHandover *
namida_handover_of (GObject *object)
{
  return g_object_get_data (object, KEY);
}
