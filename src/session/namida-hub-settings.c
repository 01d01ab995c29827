/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings that can be changed while the hub runs, except for its name. Each change applies to what starts
 * afterwards. The window's preferences call it. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-folder-check.h"

#include <glib/gi18n-lib.h>

static void
hub_settings_replace (char **place, const char *value)
{
  g_free (*place);
  *place = value != NULL && *value != '\0' ? g_strdup (value) : NULL;
}

void
namida_hub_set_folders (NamidaHub *self, const char *backups, const char *music)
{
  if (backups != NULL && *backups != '\0')
    hub_settings_replace (&self->backups, backups);
  if (music != NULL && *music != '\0' && namida_folder_is_home (music))
    g_signal_emit_by_name (self, "trouble", _ ("The home folder cannot be the music folder. Choose a folder in it."));
  else if (music != NULL && *music != '\0')
    hub_settings_replace (&self->music, music);
  if (self->store != NULL)
    namida_store_set_folders (self->store, self->backups, self->music);
  /* It may be the same folder under another path, with the versions in it. */
  if (self->store != NULL)
    namida_keeper_reload (self->keeper);
}

void
namida_hub_set_chosen (NamidaHub *self, gboolean backups, gboolean music)
{
  self->backups_chosen = backups;
  self->music_chosen = music;
  if (self->store != NULL)
    namida_store_set_chosen (self->store, backups, music);
}

void
namida_hub_set_limit (NamidaHub *self, guint64 limit)
{
  self->limit = limit;
  namida_outbox_set_limit (self->outbox, limit);
  if (self->server != NULL)
    namida_server_set_limit (self->server, limit);
}

void
namida_hub_set_pin (NamidaHub *self, const char *pin)
{
  hub_settings_replace (&self->pin, pin);
  if (self->server != NULL)
    namida_server_set_pin (self->server, self->pin);
}

void
namida_hub_set_reserve (NamidaHub *self, guint64 reserve)
{
  self->reserve = reserve;
  if (self->store != NULL)
    namida_store_set_reserve (self->store, reserve);
}

void
namida_hub_set_reread_days (NamidaHub *self, guint days)
{
  self->reread_days = days;
  if (self->store != NULL)
    namida_store_set_reread_days (self->store, days);
}

void
namida_hub_set_parts_days (NamidaHub *self, guint days)
{
  self->parts_days = days;
  if (self->database != NULL)
    namida_journal_set_days (self->database, days);
}
