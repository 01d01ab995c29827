/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread that writes changes of the trust store to the database. Used only by namida-trust-store.c, which pushes
 * changes in its main context. */
#pragma once

#include "namida-database.h"
#include "namida-trusted.h"

G_BEGIN_DECLS

/* A kind of change. Changes are written in the order in which they were pushed, and each one writes only its own
 * columns: another program may have changed or removed the rest of the row. */
typedef enum
{
  NAMIDA_TRUST_WRITE_ADD,
  NAMIDA_TRUST_WRITE_AUTO_ACCEPT,
  NAMIDA_TRUST_WRITE_MAY_RESTORE,
  NAMIDA_TRUST_WRITE_LANDING,
  NAMIDA_TRUST_WRITE_SEEN,
  NAMIDA_TRUST_WRITE_RENAME,
  NAMIDA_TRUST_WRITE_REMOVE,
  NAMIDA_TRUST_WRITE_BLOCK, /* also removes the device from the trusted ones */
  NAMIDA_TRUST_WRITE_UNBLOCK,
} NamidaTrustWrite;

typedef struct _NamidaTrustWriter NamidaTrustWriter;
/**
 * NamidaTrustWriterFailed: Called in the main context of namida_trust_writer_new(), never after @owner was finalized.
 */
typedef void (*NamidaTrustWriterFailed) (gpointer owner, const char *message);

/** namida_trust_writer_new: @owner: only referenced weakly. Returns: (transfer full) */
NamidaTrustWriter *namida_trust_writer_new (NamidaDatabase *database, GObject *owner, NamidaTrustWriterFailed failed);
/** namida_trust_writer_push: Queues a change. Copies @row. */
void namida_trust_writer_push (NamidaTrustWriter *self, NamidaTrustWrite what, const NamidaTrusted *row);
/**
 * namida_trust_writer_flush: Returns when every queued change was written or has failed. Blocking; any thread but the
 * writer's.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE if a change has failed since the last call that asked for the error
 */
gboolean namida_trust_writer_flush (NamidaTrustWriter *self, GError **error);
/** namida_trust_writer_free: Flushes first. */
void namida_trust_writer_free (NamidaTrustWriter *self);

G_END_DECLS
