/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that cannot encrypt: nothing that they send about themselves is trusted, and the user is warned before
 * anything is transferred. Called by the other files of the hub. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-report-interval.h"

#include <glib/gi18n-lib.h>

void
namida_hub_set_unencrypted (NamidaHub *self, NamidaUnencrypted unencrypted)
{
  self->unencrypted = unencrypted;
  namida_inbox_set_unencrypted (self->inbox, unencrypted);
  if (self->server != NULL)
    namida_server_set_unencrypted (self->server, unencrypted != NAMIDA_UNENCRYPTED_NEVER);
}

static gboolean
unencrypted_is_at (NamidaPeer *peer, const char *address)
{
  GListModel *addresses = namida_peer_get_addresses (peer);
  gboolean found = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (addresses) && !found; i++)
    {
      g_autoptr (GInetSocketAddress) one = g_list_model_get_item (addresses, i);
      g_autofree char *text = g_inet_address_to_string (g_inet_socket_address_get_address (one));

      found = g_str_equal (text, address);
    }
  return found;
}

/* Returns the name of the device at @address if its dialect needs no key. The name of a device that has proven its
 * key is not used for another device that has its address now. */
static char *
unencrypted_dup_alias_at (NamidaHub *self, const char *address)
{
  for (guint i = 0; self->peers != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->peers)); i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (G_LIST_MODEL (self->peers), i);

      if (!namida_peer_get_encrypted (peer) && !namida_peer_get_proven (peer) && !namida_peer_get_trusted (peer)
          && unencrypted_is_at (peer, address))
        return g_strdup (namida_peer_get_alias (peer));
    }
  return NULL;
}

static char *
unencrypted_on_who_is (NamidaServer *server, const char *address, NamidaHub *self)
{
  return unencrypted_dup_alias_at (self, address);
}

static void
unencrypted_on_refused (NamidaHub *self, const char *address)
{
  g_autofree char *alias = unencrypted_dup_alias_at (self, address);
  g_autofree char *sentence = NULL;

  if (!namida_report_is_due (&self->reported_unencrypted_at))
    return;
  sentence = alias != NULL ? g_strdup_printf (
                 /* Translators: the first %s is a device's name, the second its address. */
                 _ ("An unencrypted transfer from %s (%s) was rejected because of your settings."), alias, address)
                           : g_strdup_printf (
                               /* Translators: %s is the address of a device. */
                               _ ("An unencrypted transfer from %s was rejected because of your settings."), address);
  g_signal_emit_by_name (self, "trouble", sentence);
}

void
namida_hub_watch_unencrypted (NamidaHub *self)
{
  namida_hub_set_unencrypted (self, self->unencrypted);
  g_signal_connect_object (self->server, "who-is", G_CALLBACK (unencrypted_on_who_is), self, 0);
  g_signal_connect_object (self->server, "unencrypted-refused", G_CALLBACK (unencrypted_on_refused), self,
                           G_CONNECT_SWAPPED);
}

gboolean
namida_hub_check_unencrypted (NamidaHub *self, NamidaPeer *peer, gboolean allowed, GError **error)
{
  if (namida_peer_get_encrypted (peer))
    return TRUE;
  if (self->unencrypted == NAMIDA_UNENCRYPTED_NEVER)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED,
                 _ ("“%s” cannot encrypt, and your settings forbid to send without. Nothing was sent."),
                 namida_peer_get_alias (peer));
  else if (!allowed)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED,
                 _ ("“%s” does not support encryption, so nothing was sent. If you send without encryption, anyone on "
                    "this network could read or change the files."),
                 namida_peer_get_alias (peer));
  else
    return TRUE;
  return FALSE;
}
