/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaClient: the control requests register, offer, finish, session, cancel and pair. namida-client-call.c
 * does the exchange. Main context. */
#include "config.h"

#include "namida-client-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "namida-error.h"
#include "namida-tls.h"
#include "namida-limits.h"

#define SHORT_SECONDS 5
#define CANCEL_SECONDS 3 /* the program waits for it when it exits, at most 5 s (session/namida-hub.c) */
#define SESSION_SECONDS 15
/* The time limits of the receiver expire first and give a reason. This margin is for receivers that are gone. */
#define MARGIN_SECONDS 15

G_DEFINE_FINAL_TYPE (NamidaClient, namida_client, G_TYPE_OBJECT)

static void
namida_client_finalize (GObject *object)
{
  NamidaClient *self = NAMIDA_CLIENT (object);

  soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->identity);
  g_clear_object (&self->address);
  g_free (self->pinned);
  g_free (self->shown);
  G_OBJECT_CLASS (namida_client_parent_class)->finalize (object);
}

static void
namida_client_class_init (NamidaClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_client_finalize;
}

static void
namida_client_init (NamidaClient *self)
{
}

/* A device asks for our certificate in the middle of the handshake, which GLib does in a thread. That thread asks the
 * GTlsInteraction of libsoup, and g_tls_interaction_invoke_request_certificate() dispatches the main context in that
 * thread if it can acquire it: our sources would run there, at the same time as the main thread. g_main_loop_run() and
 * g_application_run() own the context all the time, but a program that iterates the context itself owns it only during
 * each iteration. */
static void
keep_main_context (void)
{
  static gboolean kept = FALSE;

  if (!kept)
    kept = g_main_context_acquire (NULL);
  g_warn_if_fail (kept);
}

NamidaClient *
namida_client_new (NamidaIdentity *identity, GInetSocketAddress *address, const char *fingerprint)
{
  NamidaClient *self = g_object_new (NAMIDA_TYPE_CLIENT, NULL);

  keep_main_context ();
  namida_tls_trust_no_authority (identity);
  self->identity = g_object_ref (identity);
  self->address = g_object_ref (address);
  self->pinned = g_strdup (fingerprint);
  /* remote-connectable: uses the socket address as it is, including the scope of a link-local one; no name is ever
   * resolved. */
  self->session = soup_session_new_with_options ("remote-connectable", address, "proxy-resolver", NULL, "timeout", 0u,
                                                 "idle-timeout", 1u, NULL);
  return self;
}

const char *
namida_client_get_peer_fingerprint (NamidaClient *self)
{
  return self->shown;
}

gboolean
namida_client_get_timed_out (NamidaClient *self)
{
  return self->timed_out;
}

GInetSocketAddress *
namida_client_get_address (NamidaClient *self)
{
  return self->address;
}

static GTask *
task_new (NamidaClient *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data, gpointer tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  return task;
}

static GBytes *
bytes_take (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

static char *
session_query (const char *session_id)
{
  g_autofree char *escaped = g_uri_escape_string (session_id, NULL, FALSE);

  return g_strconcat ("sessionId=", escaped, NULL);
}

static gpointer
parse_nothing (const char *data, gsize length, GError **error)
{
  return NULL;
}

/* ---- register ---- */

static gpointer
parse_register (const char *data, gsize length, GError **error)
{
  return namida_register_parse (data, length, error);
}

void
namida_client_register_async (NamidaClient *self,
                              NamidaDeviceInfo *own,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, cancellable, callback, user_data, namida_client_register_async);
  g_autoptr (GBytes) body = own != NULL ? bytes_take (namida_register_format (own)) : NULL;

  namida_client_call (task, &(NamidaClientRequest){ own != NULL ? "POST" : "GET", "register", NULL, body, SHORT_SECONDS,
                                                    NAMIDA_LIMIT_JSON_BYTES, parse_register,
                                                    (GDestroyNotify) namida_device_info_unref });
}

NamidaDeviceInfo *
namida_client_register_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  NamidaDeviceInfo *info = g_task_propagate_pointer (G_TASK (result), error);

  if (info == NULL && error != NULL && *error == NULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                         _ ("The other device said nothing of itself: update Namida Sync there"));
  return info;
}

/* ---- offer ---- */

static gpointer
parse_offer (const char *data, gsize length, GError **error)
{
  return namida_offer_answer_parse (data, length, error);
}

void
namida_client_offer_async (NamidaClient *self,
                           GBytes *body,
                           const char *pin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, cancellable, callback, user_data, namida_client_offer_async);
  g_autoptr (GBytes) owned = body;
  g_autofree char *escaped = pin != NULL ? g_uri_escape_string (pin, NULL, FALSE) : NULL;
  g_autofree char *query = pin != NULL ? g_strconcat ("pin=", escaped, NULL) : NULL;

  namida_client_call (task, &(NamidaClientRequest){ "POST", "prepare-upload", query, owned,
                                                    NAMIDA_LIMIT_OFFER_ANSWER_SECONDS + MARGIN_SECONDS,
                                                    NAMIDA_LIMIT_OFFER_BYTES, parse_offer,
                                                    (GDestroyNotify) namida_offer_answer_free });
}

NamidaOfferAnswer *
namida_client_offer_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- cancel ---- */

void
namida_client_cancel_async (
    NamidaClient *self, const char *session_id, gboolean keep_parts, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, NULL, callback, user_data, namida_client_cancel_async);
  g_autofree char *session = session_query (session_id);
  g_autofree char *query = g_strconcat (session, keep_parts ? "&keep=1" : NULL, NULL);

  namida_client_call (task, &(NamidaClientRequest){ "POST", "cancel", query, NULL, CANCEL_SECONDS,
                                                    NAMIDA_LIMIT_JSON_BYTES, parse_nothing, NULL });
}

gboolean
namida_client_cancel_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  gboolean failed = g_task_had_error (G_TASK (result));

  g_task_propagate_pointer (G_TASK (result), error);
  return !failed;
}

/* ---- pair ---- */

static void
pair_message_free (gpointer data)
{
  namida_pair_message_clear (data);
  g_free (data);
}

/* The answer to the last step is 200 and may be empty. */
static gpointer
parse_pair (const char *data, gsize length, GError **error)
{
  NamidaPairMessage *message = g_new0 (NamidaPairMessage, 1);

  if (length == 0 || namida_pair_message_parse (data, length, message, error))
    return message;
  pair_message_free (message);
  return NULL;
}

void
namida_client_pair_async (NamidaClient *self,
                          const NamidaPairMessage *message,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = task_new (self, cancellable, callback, user_data, namida_client_pair_async);
  g_autoptr (GBytes) body = bytes_take (namida_pair_message_format (message));
  guint seconds = g_strcmp0 (message->step, "confirm") == 0 || g_strcmp0 (message->step, "wait") == 0
                      ? NAMIDA_LIMIT_PAIR_SECONDS + SHORT_SECONDS
                      : SESSION_SECONDS;

  namida_client_call (task, &(NamidaClientRequest){ "POST", "pair", NULL, body, seconds, NAMIDA_LIMIT_JSON_BYTES,
                                                    parse_pair, pair_message_free });
}

gboolean
namida_client_pair_finish (NamidaClient *self, GAsyncResult *result, NamidaPairMessage *answer, GError **error)
{
  gboolean failed = g_task_had_error (G_TASK (result));
  NamidaPairMessage *message = g_task_propagate_pointer (G_TASK (result), error);

  *answer = (NamidaPairMessage){ 0 };
  if (message != NULL)
    {
      *answer = *message;
      g_free (message);
    }
  return !failed;
}
