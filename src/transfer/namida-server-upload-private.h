/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-http.h"
#include "namida-receive-session.h"

G_BEGIN_DECLS

/** NamidaServing: a connection that libsoup gave away: it serves uploads and packs of one session, one after the other,
 * or is told why not. */
typedef struct
{
  GIOStream *stream;
  GSocket *socket;
  GSocketAddress *remote; /* keeps @fingerprint */
  const char *fingerprint;
  NamidaReceiveSession *session; /* (nullable): refused */
  NamidaHttpHead head;
  gboolean is_pack; /* else one file: */
  NamidaUpload upload;
  GError *refusal; /* (nullable) */
  gint64 right_offset;
  guint retry_after;
} NamidaServing;

/** Tells why, and lets it arrive; the connection ends. */
void namida_serving_refuse (NamidaServing *self, const GError *reason, gint64 right_offset);
/** Returns: (transfer full) (nullable): what to tell a sender: nothing when the connection itself is what failed. */
GError *namida_serving_explain (NamidaServing *self, const GError *error);
/** namida-server-pack.c. Returns: whether another request may follow on this connection. */
gboolean namida_serving_receive_pack (NamidaServing *self, NamidaHttpReader *reader);

G_END_DECLS
