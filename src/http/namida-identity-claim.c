/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks a device that has shown an unexpected key who it is: first in our own dialect, then in LocalSend's. Called by
 * namida-tls.c and by the client in src/sender, in worker threads. */
#include "config.h"

#include "namida-identity-claim.h"

#include "namida-error.h"
#include "namida-http-connection.h"
#include "namida-known-devices.h"
#include "namida-localsend-message.h"
#include "namida-messages.h"

#include <glib/gi18n-lib.h>

#define ASK_SECONDS 3
#define MOST_BYTES (64u * 1024)

typedef NamidaDeviceInfo *(*ClaimParse) (const char *data, gsize length, GError **error);

/* Returns: (transfer full) (nullable) */
static NamidaDeviceInfo *
identity_claim_ask (const NamidaHttpPeer *peer, const char *target, ClaimParse parse, GCancellable *cancellable)
{
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (peer, cancellable, NULL);
  NamidaHttpRequest request = { .method = "GET", .target = target, .seconds = ASK_SECONDS, .total = 2 * ASK_SECONDS };
  g_auto (NamidaHttpAnswer) answer = { 0 };

  if (connection == NULL || !namida_http_connection_request (connection, request, NULL, 0, MOST_BYTES, &answer, NULL)
      || answer.head.status != 200)
    return NULL;
  return parse ((const char *) answer.body->data, answer.body->len, NULL);
}

GError *
namida_identity_claim_dup_error (NamidaIdentity *identity,
                                 GInetSocketAddress *address,
                                 const char *fingerprint,
                                 GCancellable *cancellable)
{
  NamidaHttpPeer peer = { .identity = identity,
                          .address = address,
                          .connect_seconds = ASK_SECONDS,
                          .silence_seconds = ASK_SECONDS,
                          .stall_seconds = ASK_SECONDS };
  g_autofree char *where = g_inet_address_to_string (g_inet_socket_address_get_address (address));
  g_autoptr (NamidaDeviceInfo) said
      = identity_claim_ask (&peer, NAMIDA_V1_PREFIX "/register", namida_register_parse, cancellable);

  if (said == NULL)
    said = identity_claim_ask (&peer, NAMIDA_LOCALSEND_PREFIX "/info", namida_localsend_info_parse, cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The connection was canceled."));
  if (namida_known_devices_is_claimed (namida_identity_get_known_devices (identity), fingerprint, where,
                                       said != NULL ? said->fingerprint : NULL, said != NULL ? said->uuid : NULL,
                                       said != NULL ? said->alias : NULL))
    return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED,
                        _ ("The device at %s is not the one it claims to be: it shows another identity. Nothing was "
                           "sent. If it was set up anew, search for it again."),
                        where);
  return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                      _ ("Another device has the address %s now, and the one that is meant is not there. Nothing was "
                         "sent. Check that it is on and in the same network, then search for it again."),
                      where);
}
