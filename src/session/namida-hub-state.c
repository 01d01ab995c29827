/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The getters of the hub for its parts and lists, and the end of a stop. Used by the other files of the hub and by the
 * programs. Main context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-store-source.h"

/* What has to be written. The thread may be its last owner, but must not be that of the hub. */
typedef struct
{
  NamidaTrustStore *trust;
  NamidaAddressBook *book;
} StateFlush;

static void
state_flush_free (gpointer data)
{
  StateFlush *flush = data;

  g_object_unref (flush->trust);
  g_object_unref (flush->book);
  g_free (flush);
}

static void
state_flush_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  StateFlush *flush = data;

  namida_trust_store_flush (flush->trust, NULL);
  namida_address_book_flush (flush->book, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
state_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) stopping = user_data;

  g_task_return_boolean (stopping, TRUE);
}

/* Writes pending changes of the trust store and of the address book before the program ends. */
gboolean
namida_hub_stop_go_on (gpointer user_data)
{
  NamidaHub *self = user_data;
  StateFlush *flush = g_new0 (StateFlush, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, state_flushed, g_steal_pointer (&self->stopping));

  self->stop_timeout_id = 0;
  flush->trust = g_object_ref (self->trust);
  flush->book = g_object_ref (self->book);
  g_task_set_source_tag (task, namida_hub_stop_go_on);
  g_task_set_task_data (task, flush, state_flush_free);
  g_task_run_in_thread (task, state_flush_thread);
  return G_SOURCE_REMOVE;
}

void
namida_hub_check_settled (NamidaHub *self)
{
  if (self->n_pending > 0 || namida_outbox_count (self->outbox) > 0 || self->stopping == NULL
      || self->stop_timeout_id == 0)
    return;
  g_clear_handle_id (&self->stop_timeout_id, g_source_remove);
  namida_hub_stop_go_on (self);
}

void
namida_hub_pending_over (NamidaHub *self)
{
  self->n_pending--;
  namida_hub_check_settled (self);
}

void
namida_hub_report_trouble (NamidaHub *self, const char *sentence)
{
  g_signal_emit_by_name (self, "trouble", sentence);
}

NamidaIdentity *
namida_hub_get_identity (NamidaHub *self)
{
  return self->identity;
}

NamidaTrustStore *
namida_hub_get_trust_store (NamidaHub *self)
{
  return self->trust;
}

NamidaStore *
namida_hub_get_store (NamidaHub *self)
{
  return self->store;
}

guint16
namida_hub_get_port (NamidaHub *self)
{
  return self->server != NULL ? namida_server_get_port (self->server) : 0;
}

void
namida_hub_set_port (NamidaHub *self, guint16 port)
{
  self->wanted_port = port;
}

char *
namida_hub_dup_address (NamidaHub *self)
{
  return namida_interface_primary_address (self->interface);
}

GListModel *
namida_hub_get_peers (NamidaHub *self)
{
  return G_LIST_MODEL (self->peers);
}

GListModel *
namida_hub_get_transfers (NamidaHub *self)
{
  return G_LIST_MODEL (self->transfers);
}

void
namida_hub_set_accept (NamidaHub *self, NamidaAccept accept)
{
  NamidaVersionSource *version_source = self->server != NULL ? namida_server_get_version_source (self->server) : NULL;

  namida_inbox_set_accept (self->inbox, accept);
  if (version_source != NULL)
    namida_store_source_set_open (version_source, accept == NAMIDA_ACCEPT_ALL);
}

void
namida_hub_list_remove (GListStore *store, gpointer item)
{
  guint position;

  if (g_list_store_find (store, item, &position))
    g_list_store_remove (store, position);
}
