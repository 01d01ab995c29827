/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LocalSend devices: which of them are nearby, and the text messages that they send. Called by the other files of the
 * hub for announcements, typed addresses and silent devices. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-clock.h"

#include "namida-deadline.h"
#include "namida-localsend-register.h"

#include <glib/gi18n-lib.h>

#define MAX_MESSAGES 20
#define TYPED_SECONDS 10 /* for HTTPS and HTTP together */

/* One request for the identity of one address. */
typedef struct
{
  NamidaHub *hub;
  NamidaPeer *peer; /* (nullable): the silent device that is probed */
  GInetSocketAddress *address;
} Question;

static void
question_free (Question *question)
{
  g_ptr_array_remove_fast (question->hub->asking, g_inet_socket_address_get_address (question->address));
  g_clear_object (&question->peer);
  g_object_unref (question->address);
  g_object_unref (question->hub);
  g_free (question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

/* Lists a LocalSend device that was heard of or has identified itself. @proven: whether it has proven the fingerprint
 * in @info. Returns (transfer none) (nullable). */
static NamidaPeer *
hub_localsend_take (NamidaHub *self, NamidaDeviceInfo *info, gboolean proven, GInetSocketAddress *address)
{
  if (self->peers == NULL)
    return NULL;
  return namida_peer_list_sighting (self->peers, info,
                                    info->https ? NAMIDA_DIALECT_LOCALSEND : NAMIDA_DIALECT_LOCALSEND_PLAIN, address,
                                    proven);
}

static void
localsend_on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_localsend_register_finish (result, &error);

  if (info != NULL)
    hub_localsend_take (question->hub, info, info->https, question->address);
  else
    g_debug ("No answer of a LocalSend: %s", error->message);
  if (question->peer != NULL && question->hub->peers != NULL)
    namida_peer_list_probed (question->hub->peers, question->peer, info != NULL);
}

/* @peer: (nullable). The number of pending requests is limited, as for devices of dialect v1. Returns: whether the
 * device is asked */
static gboolean
localsend_ask (NamidaHub *self, NamidaPeer *peer, GInetSocketAddress *address, const char *fingerprint, gboolean plain)
{
  GInetAddress *host = g_inet_socket_address_get_address (address);
  g_autoptr (NamidaDeviceInfo) own = NULL;
  Question *question;

  if (!namida_hub_may_ask (self, host))
    return FALSE;
  question = g_new0 (Question, 1);
  question->hub = g_object_ref (self);
  question->peer = peer != NULL ? g_object_ref (peer) : NULL;
  question->address = g_object_ref (address);
  g_ptr_array_add (self->asking, g_object_ref (host));
  /* LocalSend lists whoever registers. Without TLS, anyone can claim the fingerprint of a trusted device. */
  own = namida_hub_dup_introduction (self, plain ? NULL : fingerprint);
  namida_localsend_register_async (plain ? NULL : self->identity, address, fingerprint, own, self->cancellable,
                                   localsend_on_answered, question);
  return TRUE;
}

void
namida_hub_greet_localsend (NamidaHub *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  if (!self->no_localsend)
    localsend_ask (self, NULL, address, info->fingerprint, !info->https);
}

gboolean
namida_hub_probe_localsend (NamidaHub *self, NamidaPeer *peer)
{
  NamidaDialect dialects = namida_peer_get_dialects (peer);
  GInetSocketAddress *address = namida_peer_get_address (peer);

  return address != NULL && (dialects & (NAMIDA_DIALECT_LOCALSEND | NAMIDA_DIALECT_LOCALSEND_PLAIN)) != 0
         && localsend_ask (self, peer, address, namida_peer_get_fingerprint (peer),
                           (dialects & NAMIDA_DIALECT_LOCALSEND) == 0);
}

static void
localsend_on_registered (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *remote)
{
  if (fingerprint != NULL && info->fingerprint == NULL)
    info->fingerprint = g_strdup (fingerprint);
  hub_localsend_take (self, info, fingerprint != NULL && info->https, remote);
}

/* ---- an address that the user typed ---- */

typedef struct
{
  GInetSocketAddress *address;
  gboolean plain;
  NamidaDeadline *deadline;
} Typed;

static void
typed_free (gpointer data)
{
  Typed *typed = data;

  namida_deadline_free (typed->deadline);
  g_object_unref (typed->address);
  g_free (typed);
}

static void localsend_ask_typed (GTask *task);

static void
localsend_on_typed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaHub *self = g_task_get_source_object (task);
  Typed *typed = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_localsend_register_finish (result, &error);
  NamidaPeer *peer = info != NULL ? hub_localsend_take (self, info, info->https, typed->address) : NULL;

  if (peer != NULL)
    g_task_return_pointer (task, g_object_ref (peer), g_object_unref);
  else if (info != NULL && !namida_hub_is_self (self, info, info->fingerprint))
    g_task_return_error (task, namida_hub_full_error_new (info->alias));
  else if (info != NULL)
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE, _ ("That is this device itself."));
  else if (!typed->plain && !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED) && self->server != NULL)
    {
      typed->plain = TRUE;
      localsend_ask_typed (g_steal_pointer (&task));
    }
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* @task: (transfer full) */
static void
localsend_ask_typed (GTask *task)
{
  NamidaHub *self = g_task_get_source_object (task);
  Typed *typed = g_task_get_task_data (task);
  g_autoptr (NamidaDeviceInfo) own = namida_hub_dup_introduction (self, NULL);

  namida_localsend_register_async (typed->plain ? NULL : self->identity, typed->address, NULL, own,
                                   namida_deadline_get_cancellable (typed->deadline), localsend_on_typed, task);
}

void
namida_hub_find_localsend_async (NamidaHub *self,
                                 GInetSocketAddress *address,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Typed *typed = g_new0 (Typed, 1);

  g_task_set_source_tag (task, namida_hub_find_localsend_async);
  typed->address = g_object_ref (address);
  typed->deadline = namida_deadline_new (TYPED_SECONDS * 1000, cancellable);
  g_task_set_task_data (task, typed, typed_free);
  localsend_ask_typed (task);
}

NamidaPeer *
namida_hub_find_localsend_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- messages ---- */

static gboolean
localsend_is_welcome (NamidaHub *self, NamidaMessage *message)
{
  const char *fingerprint = namida_message_get_fingerprint (message);

  if (self->send_only || (!namida_message_get_encrypted (message) && self->unencrypted == NAMIDA_UNENCRYPTED_NEVER))
    return FALSE;
  return namida_inbox_get_accept (self->inbox) != NAMIDA_ACCEPT_TRUSTED
         || (fingerprint != NULL && namida_trust_store_is_trusted (self->trust, fingerprint));
}

#define MESSAGES_PER_MINUTE 5u /* of all strangers together, because new keys and names are free for them */

static gboolean
localsend_may_say_more (NamidaHub *self, NamidaMessage *message)
{
  const char *fingerprint = namida_message_get_fingerprint (message);
  gint64 now = namida_clock_monotonic ();

  if (namida_trust_store_is_blocked (self->trust, fingerprint))
    return FALSE;
  if (fingerprint != NULL && namida_trust_store_is_trusted (self->trust, fingerprint))
    return TRUE;
  if (self->n_messages == 0 || now - self->messages_since >= 60 * G_USEC_PER_SEC)
    {
      self->messages_since = now;
      self->n_messages = 0;
    }
  return ++self->n_messages <= MESSAGES_PER_MINUTE;
}

static gboolean
localsend_on_message (NamidaServer *server, NamidaMessage *message, NamidaHub *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->messages));

  if (!localsend_is_welcome (self, message) || !localsend_may_say_more (self, message))
    return FALSE;
  /* Anyone may send any number of messages, so drop the oldest. */
  if (n >= MAX_MESSAGES)
    g_list_store_remove (self->messages, n - 1);
  g_list_store_insert (self->messages, 0, message);
  return TRUE;
}

GListModel *
namida_hub_get_messages (NamidaHub *self)
{
  return G_LIST_MODEL (self->messages);
}

/* ---- turning LocalSend on and off ---- */

void
namida_hub_watch_localsend (NamidaHub *self)
{
  namida_server_set_localsend (self->server, !self->no_localsend);
  g_signal_connect_object (self->server, "localsend-registered", G_CALLBACK (localsend_on_registered), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->server, "message", G_CALLBACK (localsend_on_message), self, 0);
}

void
namida_hub_set_localsend (NamidaHub *self, gboolean spoken)
{
  NamidaMulticastFinder *multicast = namida_neighborhood_get_multicast (self->neighborhood);

  if (self->no_localsend == !spoken)
    return;
  self->no_localsend = !spoken;
  if (self->server != NULL)
    namida_server_set_localsend (self->server, spoken);
  if (multicast == NULL)
    return;
  namida_multicast_finder_set_localsend (multicast, spoken);
  if (self->running)
    namida_finder_refresh (NAMIDA_FINDER (multicast));
}
