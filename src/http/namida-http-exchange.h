/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One small request and its answer, over a connection of its own and within a time limit: how a device is asked what it
 * is, paired and told that a transfer is canceled, in each dialect. NamidaClient and the register functions of the
 * other dialects use it. Main context, except for the parser of the answer. */
#pragma once

#include "namida-http-connection.h"

G_BEGIN_DECLS

typedef struct _NamidaHttpExchange NamidaHttpExchange;

/**
 * NamidaHttpExchangeParse:
 * @exchange: what was asked
 * @answer: a complete answer whose status is 2xx; untrusted
 * @fingerprint: (nullable): the fingerprint of the certificate that the peer has shown; %NULL for plain HTTP
 *
 * Parses an answer in a worker thread.
 *
 * Returns: (transfer full) (nullable): the result for the caller; %NULL with @error, or without it if there is none
 */
typedef gpointer (*NamidaHttpExchangeParse) (const NamidaHttpExchange *exchange,
                                             const NamidaHttpAnswer *answer,
                                             const char *fingerprint,
                                             GError **error);

/** NamidaHttpExchange: the description of a request. Members that are zero have their default. */
struct _NamidaHttpExchange
{
  NamidaIdentity *identity; /* (nullable): %NULL for plain HTTP */
  GInetSocketAddress *address;
  const char *fingerprint; /* (nullable): the fingerprint that the peer must show */
  const char *method;      /* static; %NULL for "POST" */
  const char *target;      /* path and query */
  GBytes *body;            /* (nullable): JSON */
  guint seconds; /* for everything, at least 1; connecting may take NAMIDA_LIMIT_EXCHANGE_CONNECT_SECONDS of it */
  gsize limit;   /* maximum size of the answer in bytes */
  NamidaHttpExchangeParse parse;
  GDestroyNotify free_result; /* (nullable) */
};

/**
 * namida_http_exchange_async:
 * @exchange: copied
 * @cancellable: (nullable): closes the connection
 *
 * Connects, sends the request, reads the answer and parses it. Main context.
 */
void namida_http_exchange_async (const NamidaHttpExchange *exchange,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/**
 * namida_http_exchange_finish:
 * @fingerprint: (out) (optional) (nullable) (transfer full): the fingerprint that the peer has proved
 * @timed_out: (out) (optional): whether the exchange failed because the peer was silent for too long
 *
 * Returns: (transfer full) (nullable): the result of the parser; %NULL with UNREACHABLE, IDENTITY_CHANGED,
 * NO_SUCH_DEVICE, CANCELLED, TOO_LARGE, INVALID_REQUEST, the error that the answer contains, or that of the parser
 */
gpointer namida_http_exchange_finish (GAsyncResult *result, char **fingerprint, gboolean *timed_out, GError **error);
/**
 * namida_http_exchange_set_limits_for_tests: Replaces the time for connecting and that for everything, in ms; 0
 * restores them. Main context.
 */
void namida_http_exchange_set_limits_for_tests (guint connect_ms, guint ms);

G_END_DECLS
