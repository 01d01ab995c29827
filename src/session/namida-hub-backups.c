/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects the keeper to the hub: its reports are written to the history and emitted as signals of the hub. Main
 * context. */
#include "config.h"

#include "namida-hub-private.h"

static void
backups_on_removed (NamidaHub *self, NamidaRemoval *removal)
{
  g_signal_emit_by_name (self, "versions-removed", removal);
}

static void
backups_on_repaired (NamidaHub *self, guint files)
{
  namida_hub_note_repair (self, NAMIDA_DIRECTION_RECEIVE, NULL, files, 0);
}

void
namida_hub_init_backups (NamidaHub *self)
{
  self->keeper = namida_keeper_new (G_LIST_MODEL (self->transfers));
  g_signal_connect_object (self->keeper, "trouble", G_CALLBACK (namida_hub_report_trouble), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->keeper, "versions-removed", G_CALLBACK (backups_on_removed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->keeper, "repaired", G_CALLBACK (backups_on_repaired), self, G_CONNECT_SWAPPED);
}

NamidaVersions *
namida_hub_get_versions (NamidaHub *self)
{
  g_return_val_if_fail (NAMIDA_IS_HUB (self), NULL);

  return namida_keeper_get_versions (self->keeper);
}

void
namida_hub_set_retention (NamidaHub *self, NamidaRetention policy)
{
  g_return_if_fail (NAMIDA_IS_HUB (self));

  namida_keeper_set_retention (self->keeper, policy);
}

void
namida_hub_set_verify_days (NamidaHub *self, guint days)
{
  g_return_if_fail (NAMIDA_IS_HUB (self));

  namida_keeper_set_verify_days (self->keeper, days);
}
