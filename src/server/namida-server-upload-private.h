/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What namida-server-upload.c shares with the other files that receive bodies. A NamidaServing belongs to one worker
 * after it was started. */
#pragma once

#include "namida-http.h"
#include "namida-server-private.h"

G_BEGIN_DECLS

/** NamidaServing: a connection that a request gave away. It serves uploads and packs of one session, one after the
 * other, or sends a refusal. */
typedef struct _NamidaServing NamidaServing;
struct _NamidaServing
{
  GIOStream *stream;
  GSocket *socket;
  GSocketAddress *remote; /* owns @fingerprint */
  const char *fingerprint;
  NamidaHttpReader *reader;
  NamidaReceiveSession *session; /* (nullable): NULL if refused */
  NamidaHttpHead head;
  NamidaRateLimit *limit; /* shared by all transfers of the server */
  gboolean is_pack;       /* TRUE for a pack; otherwise one file, @upload */
  gboolean nowhere;       /* it is already here: the bytes are discarded */
  NamidaUpload upload;
  GError *refusal; /* (nullable) */
  gint64 right_offset;
  guint retry_after;
  /* (nullable): set by other dialects: serves the one request whose head is read. Returns: whether the next request may
   * be read from the connection; otherwise it is closed. */
  gboolean (*serve) (NamidaServing *self, NamidaHttpReader *reader);
  GWeakRef server;       /* only used in @context */
  GMainContext *context; /* (nullable) until it starts: the context of the server */
};

/** namida_serving_steal: Takes over the connection of @request, with its head. Returns: (transfer full): for
 * namida_serving_start() or namida_serving_free(). */
NamidaServing *namida_serving_steal (NamidaRequest *request);
/** namida_serving_start: Serves the connection in a worker. @self: (transfer full). */
void namida_serving_start (NamidaServer *server, NamidaServing *self);
/** namida_serving_free: Frees @self and closes the connection. */
void namida_serving_free (NamidaServing *self);
/** namida_serving_receive_part: Receives the body into a part. @there: (out): the length of the part afterwards.
 * Returns: (transfer full) (nullable): the hash of the whole file if it is complete; %NULL with @error. */
char *namida_serving_receive_part (NamidaServing *self, NamidaHttpReader *reader, guint64 *there, GError **error);

/** namida_serving_refuse: Sends @reason and makes sure that it arrives; the connection is closed afterwards. */
void namida_serving_refuse (NamidaServing *self, const GError *reason, gint64 right_offset);
/** namida_serving_explain: Returns: (transfer full) (nullable): the error to send to the sender; %NULL if the
 * connection itself failed. */
GError *namida_serving_explain (NamidaServing *self, const GError *error);
/** namida_serving_receive_pack: Receives a pack; in namida-server-pack.c. Returns: whether another request may follow
 * on this connection. */
gboolean namida_serving_receive_pack (NamidaServing *self, NamidaHttpReader *reader);

G_END_DECLS
