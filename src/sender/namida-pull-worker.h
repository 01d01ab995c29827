/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-http-connection.h"
#include "namida-identity.h"
#include "namida-sink.h"
#include "namida-transfer.h"
#include "namida-workers.h"

G_BEGIN_DECLS

/* The blocking part of fetching: worker threads. */

/** namida_pull_ask_any: one question (@json: (nullable): of a POST; else a GET) and its whole answer, at most @most
 * bytes. (transfer full) (nullable): %NULL also when the other side refused: @error is its reason. Asked is the first
 * of @addresses whose program knows an answer: a command that runs on the device beside the one that keeps its backups
 * has its key, too, and knows of none. Its address is the first one then.
 */
GByteArray *namida_pull_ask_any (NamidaIdentity *identity,
                                 GPtrArray *addresses,
                                 const char *fingerprint,
                                 const char *target,
                                 const char *json,
                                 gsize most,
                                 GCancellable *cancellable,
                                 GError **error);

/** One fetching, while its files come. */
typedef struct
{
  NamidaIdentity *identity;
  GPtrArray *addresses;
  const char *fingerprint;
  const char *session_id;
  NamidaBackup *backup;
  NamidaSink *sink;
  NamidaTransfer *transfer;
  GCancellable *cancellable;
  const NamidaWant *wants; /* one an entry */
  char **hashes;           /* one an entry: (out) (nullable): of what was written, whole */
  NamidaWorkers workers;   /* while it runs */
} NamidaPull;

/** namida_pull_run: fetches all wanted files; those that the other side cannot give are left out, without a hash.
 * Returns: %FALSE when it cannot go on: UNREACHABLE, NO_SPACE, STORAGE, CANCELLED, … */
gboolean namida_pull_run (NamidaPull *pull, GError **error);

G_END_DECLS
