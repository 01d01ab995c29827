/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hides this device from all devices that it does not trust: it announces nothing, and it tells only trusted devices
 * what it is. The user turns this on; the files of the hub that introduce this device to others check it. Main context.
 */
#include "config.h"

#include "namida-hub-private.h"

gboolean
namida_hub_get_hidden (NamidaHub *self)
{
  return self->hidden;
}

gboolean
namida_hub_is_hidden_from (NamidaHub *self, const char *fingerprint)
{
  return self->hidden && (fingerprint == NULL || !namida_trust_store_is_trusted (self->trust, fingerprint));
}

NamidaDeviceInfo *
namida_hub_dup_introduction (NamidaHub *self, const char *fingerprint)
{
  return namida_hub_is_hidden_from (self, fingerprint) ? NULL : namida_server_dup_info (self->server);
}

void
namida_hub_set_hidden (NamidaHub *self, gboolean hidden)
{
  g_autoptr (GError) error = NULL;

  if (self->hidden == hidden)
    return;
  self->hidden = hidden;
  if (self->server != NULL)
    namida_server_set_hidden (self->server, hidden);
  /* After the goodbye, other devices probe this one. Trusted devices get an answer and keep it in their lists. */
  namida_neighborhood_set_silent (self->neighborhood, hidden);
  if (self->running && !namida_neighborhood_start (self->neighborhood, TRUE, &error))
    g_signal_emit_by_name (self, "trouble", error->message);
  g_object_notify (G_OBJECT (self), "hidden");
}
