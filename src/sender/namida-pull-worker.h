/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blocking part of fetching. Called by namida-puller.c in worker threads. */
#pragma once

#include "namida-http-connection.h"
#include "namida-identity.h"
#include "namida-sink.h"
#include "namida-transfer.h"
#include "namida-workers.h"

G_BEGIN_DECLS

/**
 * namida_pull_ask_any:
 * @addresses: GInetSocketAddress; tried in turn until a program knows the answer, and its address is moved to the front
 * @json: (nullable): the body of a POST; %NULL sends a GET
 * @most: the maximum size of the answer in bytes
 *
 * Sends one request and reads the whole answer. Several addresses are tried because a command that runs on the other
 * device, beside the program that keeps its backups, has the same key but does not know any backups.
 *
 * Returns: (transfer full) (nullable): %NULL with @error, which is the reason of the other side if it refused
 */
GByteArray *namida_pull_ask_any (NamidaIdentity *identity,
                                 GPtrArray *addresses,
                                 const char *fingerprint,
                                 const char *target,
                                 const char *json,
                                 gsize most,
                                 GCancellable *cancellable,
                                 GError **error);

/** NamidaPull: one fetch while its files are transferred. */
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
  const NamidaWant *wants; /* one for each entry */
  char **hashes;           /* one for each entry: (out) (nullable): the hash of a completely written file */
  NamidaWorkers workers;   /* used while it runs */
} NamidaPull;

/** namida_pull_run: Fetches all wanted files. Files that the other side cannot send are left out, without a hash.
 * Returns: %FALSE with UNREACHABLE, NO_SPACE, STORAGE, CANCELLED, … if it cannot continue. */
gboolean namida_pull_run (NamidaPull *pull, GError **error);

G_END_DECLS
