/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the device that the user named by a name, an address, a host name or a fingerprint, and waits for it to
 * appear. The command line calls it for --to, and the window for a typed address. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SCAN_SETTLE_MS 1500 /* time for devices that the scan found to identify themselves */
#define ALIAS_SETTLE_MS 300 /* time for a second device of the same name to appear */

/* The state of one namida_hub_resolve_async(). */
typedef struct
{
  char *text;
  guint timeout_ms;
  guint timeout_id;
  guint settle_id;
  gulong changed_id;
  gboolean scanned;         /* a scan of the local networks has been started for it */
  NamidaScanFinder *finder; /* (nullable) */
  gulong scanning_id;
  GSource *cancelled;        /* (nullable) */
  GList *places;             /* (element-type GInetAddress): addresses of @host that are still to be asked */
  char *host;                /* (nullable) */
  GInetSocketAddress *asked; /* (nullable): the address that was asked last */
  guint16 port;
  GError *error; /* (nullable): the error of dialect v1 at an address */
} Resolving;

static void
resolving_free (Resolving *resolving)
{
  g_list_free_full (resolving->places, g_object_unref);
  g_clear_error (&resolving->error);
  g_clear_object (&resolving->finder);
  g_clear_object (&resolving->asked);
  g_free (resolving->host);
  g_free (resolving->text);
  g_free (resolving);
}

static void
resolving_stop (GTask *task)
{
  NamidaHub *self = g_task_get_source_object (task);
  Resolving *resolving = g_task_get_task_data (task);

  g_clear_handle_id (&resolving->timeout_id, g_source_remove);
  g_clear_handle_id (&resolving->settle_id, g_source_remove);
  g_clear_signal_handler (&resolving->changed_id, self->peers);
  if (resolving->finder != NULL)
    g_clear_signal_handler (&resolving->scanning_id, resolving->finder);
  if (resolving->cancelled != NULL)
    g_source_destroy (resolving->cancelled);
  g_clear_pointer (&resolving->cancelled, g_source_unref);
}

/* @why: (nullable). An UNREACHABLE error that contains the typed text is complete and is used as it is. */
static GError *
resolve_nobody_at (const char *text, const GError *why)
{
  if (why != NULL && g_error_matches (why, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE)
      && strstr (why->message, text) != NULL)
    return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE, why->message);
  if (why == NULL)
    return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                        _ ("No Namida Sync answered at “%s”. Check the address and that Namida Sync is open there."),
                        text);
  return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                      _ ("No Namida Sync answered at “%s”. Check the address and that Namida Sync is open there. (%s)"),
                      text, why->message);
}

static GError *
resolve_no_such_device (NamidaHub *self, const char *text)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  GError *impostor = namida_hub_dup_impostor_error (self, text);

  if (impostor != NULL)
    return impostor;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->peers)); i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (G_LIST_MODEL (self->peers), i);

      if (namida_peer_get_away (peer))
        continue;
      g_string_append_printf (seen, "%s“%s”", seen->len > 0 ? ", " : "", namida_peer_get_alias (peer));
    }
  if (seen->len > 0)
    return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                        _ ("No device named “%s” was found. Devices near: %s. Check the name, or give the address."),
                        text, seen->str);
  return g_error_new (
      NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
      _ ("No device named “%s” was found, and no other either. Check that Namida Sync is open there and "
         "that both are on the same network, or give the address."),
      text);
}

/* Ends @task if one device, or several, match. Returns: whether it has ended */
static gboolean
resolve_end (GTask *task)
{
  NamidaHub *self = g_task_get_source_object (task);
  Resolving *resolving = g_task_get_task_data (task);
  NamidaPeer *peer = NULL;

  switch (namida_peer_list_match (self->peers, resolving->text, &peer))
    {
    case NAMIDA_MATCH_ONE:
      resolving_stop (task);
      g_task_return_pointer (task, g_object_ref (peer), g_object_unref);
      return TRUE;
    case NAMIDA_MATCH_SEVERAL:
      resolving_stop (task);
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                               _ ("Several devices are named “%s”. Give the fingerprint or the address of the one you "
                                  "mean: “devices” lists them."),
                               resolving->text);
      return TRUE;
    case NAMIDA_MATCH_NONE:
    default:
      return FALSE;
    }
}

static gboolean
resolve_settled (gpointer user_data)
{
  GTask *task = user_data;
  Resolving *resolving = g_task_get_task_data (task);

  resolving->settle_id = 0;
  if (resolve_end (task))
    g_object_unref (task);
  return G_SOURCE_REMOVE; /* keep waiting if the device has left again */
}

static void
resolve_look (GTask *task)
{
  NamidaHub *self = g_task_get_source_object (task);
  Resolving *resolving = g_task_get_task_data (task);

  if (resolving->settle_id == 0 && namida_peer_list_match (self->peers, resolving->text, NULL) != NAMIDA_MATCH_NONE)
    resolving->settle_id = g_timeout_add (ALIAS_SETTLE_MS, resolve_settled, task);
}

static gboolean resolve_scan (GTask *task);

static gboolean
resolve_timeout (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaHub *self = g_task_get_source_object (task);
  Resolving *resolving = g_task_get_task_data (task);

  resolving->timeout_id = 0;
  if (resolve_end (task)) /* the device may have come late and still be settling */
    return G_SOURCE_REMOVE;
  /* On a network without multicast, only a scan finds the device: do what “devices --scan” does before giving up. */
  if (!resolving->scanned && resolve_scan (task))
    {
      g_steal_pointer (&task);
      return G_SOURCE_REMOVE;
    }
  resolving_stop (task);
  g_task_return_error (task, resolve_no_such_device (self, resolving->text));
  return G_SOURCE_REMOVE;
}

/* Waits a little longer, because devices that the scan found are still being asked for their identity. */
static void
resolve_scan_ended (GTask *task)
{
  Resolving *resolving = g_task_get_task_data (task);

  if (namida_scan_finder_get_scanning (resolving->finder))
    return;
  g_clear_signal_handler (&resolving->scanning_id, resolving->finder);
  resolving->timeout_id = g_timeout_add (SCAN_SETTLE_MS, resolve_timeout, task);
}

/* Returns: whether a scan is under way. */
static gboolean
resolve_scan (GTask *task)
{
  NamidaHub *self = g_task_get_source_object (task);
  Resolving *resolving = g_task_get_task_data (task);
  NamidaScanFinder *scan = namida_neighborhood_get_scan (self->neighborhood);

  resolving->scanned = TRUE;
  if (scan == NULL)
    return FALSE;
  namida_hub_scan (self);
  if (!namida_scan_finder_get_scanning (scan))
    return FALSE;
  resolving->finder = g_object_ref (scan);
  resolving->scanning_id = g_signal_connect_swapped (scan, "notify::scanning", G_CALLBACK (resolve_scan_ended), task);
  return TRUE;
}

static gboolean
resolve_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  resolving_stop (task);
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

/* Ends the search at once when the user cancels it, for example by typing another name. */
static void
resolve_watch_cancellable (GTask *task)
{
  Resolving *resolving = g_task_get_task_data (task);

  if (g_task_get_cancellable (task) == NULL)
    return;
  resolving->cancelled = g_cancellable_source_new (g_task_get_cancellable (task));
  g_source_set_callback (resolving->cancelled, G_SOURCE_FUNC (resolve_cancelled), task, NULL);
  g_source_attach (resolving->cancelled, NULL);
}

static void resolve_asked (GObject *source, GAsyncResult *result, gpointer user_data);
static void resolve_asked_localsend (GObject *source, GAsyncResult *result, gpointer user_data);

/* @task: (transfer full) */
static void
resolve_ask (GTask *task, GInetSocketAddress *address)
{
  NamidaHub *self = g_task_get_source_object (task);
  g_autoptr (NamidaClient) client = namida_client_new (self->identity, address, NULL);
  g_autoptr (NamidaDeviceInfo) own = NULL;

  if (self->server == NULL)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Namida Sync is being closed"));
      g_object_unref (task);
      return;
    }
  own = namida_hub_dup_introduction (self, NULL);
  namida_client_register_async (client, own, g_task_get_cancellable (task), resolve_asked, task);
}

/* Asks the next address of the host. @task: (transfer full) */
static void
resolve_ask_next (GTask *task)
{
  Resolving *resolving = g_task_get_task_data (task);
  g_autoptr (GInetAddress) host = resolving->places->data;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (host, resolving->port);

  resolving->places = g_list_delete_link (resolving->places, resolving->places);
  resolve_ask (task, G_INET_SOCKET_ADDRESS (address));
}

/* Remembers the typed address, so that the device is found there at the next start. */
static void
resolve_remember_place (NamidaHub *self, Resolving *resolving, GInetSocketAddress *address)
{
  NamidaManualFinder *manual = namida_neighborhood_get_manual (self->neighborhood);

  if (self->book != NULL)
    namida_address_book_add (self->book, resolving->text);
  if (resolving->host != NULL)
    namida_manual_finder_add_host (manual, resolving->host, resolving->port);
  else
    namida_manual_finder_add (manual, address);
}

/* No dialect answered: try the next address of the host, or return the error of dialect v1. */
static void
resolve_asked_phone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  g_autoptr (GTask) task = user_data;
  Resolving *resolving = g_task_get_task_data (task);
  NamidaPeer *peer = namida_hub_find_phone_finish (self, result, NULL);

  if (peer != NULL)
    g_task_return_pointer (task, peer, g_object_unref);
  else if (g_task_return_error_if_cancelled (task))
    return;
  else if (resolving->places != NULL)
    resolve_ask_next (g_steal_pointer (&task));
  else
    g_task_return_error (task, resolve_nobody_at (resolving->text, resolving->error));
}

static void
resolve_asked_localsend (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  g_autoptr (GTask) task = user_data;
  Resolving *resolving = g_task_get_task_data (task);
  NamidaPeer *peer = namida_hub_find_localsend_finish (self, result, NULL);

  if (peer != NULL)
    g_task_return_pointer (task, peer, g_object_unref);
  else if (!g_task_return_error_if_cancelled (task))
    namida_hub_find_phone_async (self, resolving->asked, g_task_get_cancellable (task), resolve_asked_phone,
                                 g_object_ref (task));
}

static void
resolve_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaClient *client = NAMIDA_CLIENT (source);
  g_autoptr (GTask) task = user_data;
  NamidaHub *self = g_task_get_source_object (task);
  Resolving *resolving = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_client_register_finish (client, result, &error);
  const char *fingerprint = namida_client_get_peer_fingerprint (client);
  NamidaPeer *peer = NULL;

  if (info != NULL && fingerprint != NULL)
    {
      if (namida_neighborhood_get_manual (self->neighborhood) != NULL)
        resolve_remember_place (self, resolving, namida_client_get_address (client));
      peer = namida_hub_take_proven (self, info, fingerprint, namida_client_get_address (client));
    }
  if (peer != NULL)
    g_task_return_pointer (task, g_object_ref (peer), g_object_unref);
  else if (info == NULL && self->server != NULL && !namida_client_get_timed_out (client)
           && !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED))
    {
      g_clear_error (&resolving->error);
      resolving->error = g_steal_pointer (&error);
      g_set_object (&resolving->asked, namida_client_get_address (client));
      namida_hub_find_localsend_async (self, namida_client_get_address (client), g_task_get_cancellable (task),
                                       resolve_asked_localsend, g_object_ref (task));
    }
  else if (info != NULL && info->sends_only && !namida_hub_is_self (self, info, fingerprint))
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                             _ ("“%s” only sends at the moment. Open Namida Sync there, or run “namida-sync-cli "
                                "receive”, then try again."),
                             info->alias);
  else if (info != NULL && !namida_hub_is_self (self, info, fingerprint))
    g_task_return_error (task, namida_hub_full_error_new (info->alias));
  else if (info != NULL && !namida_hub_is_own_address (self, namida_client_get_address (client)))
    {
      g_autofree char *sentence = namida_hub_dup_copy_sentence (self, namida_client_get_address (client));

      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE, "%s", sentence);
    }
  else if (info != NULL)
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                             _ ("“%s” is this device itself. Give the address of the other one."), resolving->text);
  else if (info == NULL && resolving->places != NULL && !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    resolve_ask_next (g_steal_pointer (&task));
  else
    g_task_return_error (task, resolve_nobody_at (resolving->text, error));
}

/* Waits for a device of this name to appear. @task: (transfer full): one reference is kept until the answer */
static void
resolve_wait (GTask *task)
{
  NamidaHub *self = g_task_get_source_object (task);
  Resolving *resolving = g_task_get_task_data (task);

  resolving->timeout_id = g_timeout_add (resolving->timeout_ms, resolve_timeout, task);
  resolving->changed_id = g_signal_connect_swapped (self->peers, "items-changed", G_CALLBACK (resolve_look), task);
  resolve_watch_cancellable (task);
  resolve_look (task);
}

static void
resolve_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaHub *self = g_task_get_source_object (task);
  Resolving *resolving = g_task_get_task_data (task);

  resolving->places = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, NULL);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (resolving->places != NULL)
    resolve_ask_next (g_steal_pointer (&task));
  else if (self->peers != NULL)
    /* There is no such host, so it may be the name of a device. */
    resolve_wait (g_steal_pointer (&task));
  else
    g_task_return_error (task, resolve_no_such_device (self, resolving->text));
}

void
namida_hub_resolve_async (NamidaHub *self,
                          const char *text,
                          guint timeout_ms,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GInetSocketAddress) address = namida_address_parse (text);
  g_autoptr (GError) error = NULL;
  Resolving *resolving;

  g_return_if_fail (self->running);

  g_task_set_source_tag (task, namida_hub_resolve_async);
  if (!namida_place_check (text, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  resolving = g_new0 (Resolving, 1);
  resolving->text = g_strdup (text);
  g_task_set_task_data (task, resolving, (GDestroyNotify) resolving_free);
  resolving->timeout_ms = timeout_ms;
  if (address != NULL)
    {
      resolve_ask (g_steal_pointer (&task), address);
      return;
    }
  /* Prefer a device that has this text as its name, because it is known to be nearby. */
  if (namida_place_is_clearly_host (text) && namida_place_parse (text, &resolving->host, &resolving->port)
      && namida_hub_may_look_up (self, resolving->host)
      && namida_peer_list_match (self->peers, text, NULL) == NAMIDA_MATCH_NONE)
    {
      g_autoptr (GResolver) resolver = g_resolver_get_default ();

      g_resolver_lookup_by_name_async (resolver, resolving->host, cancellable, resolve_looked_up,
                                       g_steal_pointer (&task));
      return;
    }
  resolve_wait (g_steal_pointer (&task));
}

NamidaPeer *
namida_hub_resolve_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
