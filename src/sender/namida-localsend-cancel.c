/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-localsend-cancel.h: one request in a thread whose result is ignored. */
#include "config.h"

#include "namida-localsend-cancel.h"

#include "namida-http-connection.h"
#include "namida-limits.h"
#include "namida-localsend-message.h"

#define CANCEL_SECONDS 2u

typedef struct
{
  NamidaIdentity *identity;
  GInetSocketAddress *address;
  char *fingerprint, *target;
} Cancel;

static void
cancel_free (gpointer data)
{
  Cancel *cancel = data;

  g_clear_object (&cancel->identity);
  g_object_unref (cancel->address);
  g_free (cancel->fingerprint);
  g_free (cancel->target);
  g_free (cancel);
}

static void
cancel_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Cancel *cancel = data;
  NamidaHttpPeer peer = { .identity = cancel->identity,
                          .address = cancel->address,
                          .fingerprint = cancel->fingerprint,
                          .connect_seconds = CANCEL_SECONDS };
  NamidaHttpRequest request = { .target = cancel->target, .seconds = CANCEL_SECONDS };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&peer, cancellable, &error);

  if (connection == NULL
      || !namida_http_connection_request (connection, request, NULL, 0, NAMIDA_LIMIT_JSON_BYTES, &answer, &error))
    g_debug ("cancel: the request failed: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

void
namida_localsend_cancel_async (NamidaIdentity *identity,
                               GInetSocketAddress *address,
                               const char *fingerprint,
                               const char *session_id)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  g_autofree char *id = session_id != NULL ? g_uri_escape_string (session_id, NULL, FALSE) : NULL;
  Cancel *cancel = g_new0 (Cancel, 1);

  cancel->identity = identity != NULL ? g_object_ref (identity) : NULL;
  cancel->address = g_object_ref (address);
  cancel->fingerprint = g_strdup (fingerprint);
  cancel->target = g_strconcat (NAMIDA_LOCALSEND_PREFIX "/cancel", id != NULL ? "?sessionId=" : NULL, id, NULL);
  g_task_set_source_tag (task, namida_localsend_cancel_async);
  g_task_set_task_data (task, cancel, cancel_free);
  g_task_run_in_thread (task, cancel_thread);
}
