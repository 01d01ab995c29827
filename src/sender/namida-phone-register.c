/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-phone-register.h with libsoup, in the main context. */
#include "config.h"

#include "namida-phone-register.h"

#include "namida-deadline.h"
#include "namida-error.h"
#include "namida-messages.h"
#include "namida-peer.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#define SECONDS 5u
#define MAX_BYTES (64u * 1024)

typedef struct
{
  GInetSocketAddress *address;
  SoupSession *session;
  GInputStream *stream;
  guint8 *buffer;
  GCancellable *caller; /* (nullable) */
  NamidaDeadline *deadline;
} Ask;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  namida_deadline_free (ask->deadline);
  g_clear_object (&ask->caller);
  g_clear_object (&ask->stream);
  soup_session_abort (ask->session);
  g_object_unref (ask->session);
  g_object_unref (ask->address);
  g_free (ask->buffer);
  g_free (ask);
}

/* @reason: (transfer full) */
static void
fail (GTask *task, GError *reason)
{
  Ask *ask = g_task_get_task_data (task);
  g_autofree char *where = namida_address_to_text (ask->address);

  if (ask->caller != NULL && g_cancellable_is_cancelled (ask->caller))
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
  else
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                             _ ("The device at %s could not be reached (%s): check that it is on and in the same "
                                "network"),
                             where, namida_error_connection_words (reason));
  g_error_free (reason);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Ask *ask = g_task_get_task_data (task);
  NamidaDeviceInfo *info;
  GError *error = NULL;
  gsize length = 0;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &length, &error))
    {
      fail (task, error);
      return;
    }
  info = namida_register_parse ((const char *) ask->buffer, length, &error);
  if (info == NULL)
    g_task_return_error (task, error);
  else if (info->https || info->fingerprint != NULL)
    {
      namida_device_info_unref (info);
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The device there can encrypt."));
    }
  else
    g_task_return_pointer (task, info, (GDestroyNotify) namida_device_info_unref);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Ask *ask = g_task_get_task_data (task);
  GError *error = NULL;

  ask->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (ask->stream == NULL)
    {
      fail (task, error);
      return;
    }
  ask->buffer = g_malloc (MAX_BYTES);
  g_input_stream_read_all_async (ask->stream, ask->buffer, MAX_BYTES, G_PRIORITY_DEFAULT,
                                 namida_deadline_get_cancellable (ask->deadline), on_read, g_object_ref (task));
}

static SoupMessage *
message_for (GInetSocketAddress *address)
{
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (address));
  g_autofree char *uri = NULL;
  SoupMessage *message;

  /* Used for the Host field only. The session decides which address to connect to. */
  host[strcspn (host, "%")] = '\0';
  uri = g_uri_join (G_URI_FLAGS_ENCODED, "http", NULL, host, g_inet_socket_address_get_port (address),
                    NAMIDA_V1_PREFIX "/register", NULL, NULL);
  message = soup_message_new (SOUP_METHOD_GET, uri);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  return message;
}

void
namida_phone_register_async (GInetSocketAddress *address,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (SoupMessage) message = message_for (address);
  Ask *ask = g_new0 (Ask, 1);

  ask->address = g_object_ref (address);
  ask->caller = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  ask->deadline = namida_deadline_new (SECONDS * 1000, cancellable);
  ask->session = soup_session_new_with_options ("remote-connectable", address, "proxy-resolver", NULL, NULL);
  g_task_set_source_tag (task, namida_phone_register_async);
  g_task_set_task_data (task, ask, ask_free);
  soup_session_send_async (ask->session, message, G_PRIORITY_DEFAULT, namida_deadline_get_cancellable (ask->deadline),
                           on_answer, g_object_ref (task));
}

NamidaDeviceInfo *
namida_phone_register_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
