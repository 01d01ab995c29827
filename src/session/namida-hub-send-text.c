/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends text messages to devices that speak LocalSend, and to other devices with this program, which accept this,
 * too. The same rules as for files decide which devices are allowed; nothing is recorded. The window and the command
 * line call it. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-error.h"
#include "namida-localsend-text.h"

#include <glib/gi18n-lib.h>

#define ENCRYPTED (NAMIDA_DIALECT_V1 | NAMIDA_DIALECT_LOCALSEND)

gboolean
namida_hub_takes_text (NamidaPeer *peer)
{
  return (namida_peer_get_dialects (peer) & (ENCRYPTED | NAMIDA_DIALECT_LOCALSEND_PLAIN)) != 0;
}

static void
send_text_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (namida_localsend_text_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
send_text_check (NamidaHub *self, NamidaPeer *peer, const char *text, gboolean unencrypted, GError **error)
{
  if (self->server == NULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The program was closed."));
  else if (!namida_hub_takes_text (peer))
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("“%s” does not accept messages."),
                 namida_peer_get_alias (peer));
  else if (*text == '\0' || !g_utf8_validate (text, -1, NULL))
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, _ ("The message has no text."));
  else
    return namida_hub_check_recipient (self, peer, NULL, error)
           && namida_hub_check_unencrypted (self, peer, unencrypted, error);
  return FALSE;
}

void
namida_hub_send_text_async (NamidaHub *self,
                            NamidaPeer *peer,
                            const char *text,
                            const char *pin,
                            gboolean unencrypted,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gboolean encrypted = (namida_peer_get_dialects (peer) & ENCRYPTED) != 0;
  g_autoptr (NamidaDeviceInfo) own = NULL;
  NamidaLocalsendText message;
  GError *error = NULL;

  g_task_set_source_tag (task, namida_hub_send_text_async);
  if (!send_text_check (self, peer, text, unencrypted, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  own = namida_server_dup_info (self->server);
  message = (NamidaLocalsendText){ .identity = encrypted ? self->identity : NULL,
                                   .addresses = namida_peer_get_addresses (peer),
                                   .fingerprint = namida_peer_get_fingerprint (peer),
                                   .alias = namida_peer_get_alias (peer),
                                   .own = own,
                                   .pin = pin,
                                   .text = text };
  namida_localsend_text_async (&message, cancellable, send_text_done, g_steal_pointer (&task));
}

gboolean
namida_hub_send_text_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
