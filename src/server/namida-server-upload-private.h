/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-http.h"
#include "namida-server-private.h"

G_BEGIN_DECLS

/** NamidaServing: a connection that a request gave away: it serves uploads and packs of one session, one after the
 * other, or is told why not. */
typedef struct _NamidaServing NamidaServing;
struct _NamidaServing
{
  GIOStream *stream;
  GSocket *socket;
  GSocketAddress *remote; /* keeps @fingerprint */
  const char *fingerprint;
  NamidaHttpReader *reader;
  NamidaReceiveSession *session; /* (nullable): refused */
  NamidaHttpHead head;
  NamidaRateLimit *limit; /* shared by all that the server moves */
  gboolean is_pack;       /* else one file: */
  gboolean nowhere;       /* it is here already: what comes is not written */
  NamidaUpload upload;
  GError *refusal; /* (nullable) */
  gint64 right_offset;
  guint retry_after;
  /* (nullable): another dialect's: serves the one request whose head is read. Returns: whether the next request may be
   * read from the connection; else it is closed. */
  gboolean (*serve) (NamidaServing *self, NamidaHttpReader *reader);
  GWeakRef server;       /* looked at in @context alone */
  GMainContext *context; /* (nullable) until it starts: of the server */
};

/** Takes the connection of @request, with its head. (transfer full): for namida_serving_start() or
 * namida_serving_free(). */
NamidaServing *namida_serving_steal (NamidaRequest *request);
/** In a worker. @self: (transfer full) */
void namida_serving_start (NamidaServer *server, NamidaServing *self);
/** Closes the connection. */
void namida_serving_free (NamidaServing *self);
/** Body to part. @there: (out): what the part holds afterwards. Returns: (transfer full) (nullable): the hash of all of
 * it. */
char *namida_serving_receive_part (NamidaServing *self, NamidaHttpReader *reader, guint64 *there, GError **error);

/** Tells why, and lets it arrive; the connection ends. */
void namida_serving_refuse (NamidaServing *self, const GError *reason, gint64 right_offset);
/** Returns: (transfer full) (nullable): what to tell a sender: nothing when the connection itself is what failed. */
GError *namida_serving_explain (NamidaServing *self, const GError *error);
/** namida-server-pack.c. Returns: whether another request may follow on this connection. */
gboolean namida_serving_receive_pack (NamidaServing *self, NamidaHttpReader *reader);

G_END_DECLS
