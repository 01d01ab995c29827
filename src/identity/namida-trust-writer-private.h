/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"
#include "namida-trusted.h"

G_BEGIN_DECLS

/* One thread that brings changes of the trust store into the database, in the order in which they were pushed. Each
 * writes only its own columns: another program may have changed or removed the rest of the row. */
typedef enum
{
  NAMIDA_TRUST_WRITE_ADD,
  NAMIDA_TRUST_WRITE_AUTO_ACCEPT,
  NAMIDA_TRUST_WRITE_MAY_RESTORE,
  NAMIDA_TRUST_WRITE_LANDING,
  NAMIDA_TRUST_WRITE_SEEN,
  NAMIDA_TRUST_WRITE_RENAME,
  NAMIDA_TRUST_WRITE_REMOVE,
  NAMIDA_TRUST_WRITE_BLOCK, /* also removes */
  NAMIDA_TRUST_WRITE_UNBLOCK,
} NamidaTrustWrite;

typedef struct _NamidaTrustWriter NamidaTrustWriter;
/** NamidaTrustWriterFailed: called in the main context of namida_trust_writer_new(), never after @owner is gone. */
typedef void (*NamidaTrustWriterFailed) (gpointer owner, const char *message);

/** namida_trust_writer_new: @owner: weakly referenced. Returns: (transfer full) */
NamidaTrustWriter *namida_trust_writer_new (NamidaDatabase *database, GObject *owner, NamidaTrustWriterFailed failed);
/** namida_trust_writer_push: copies @row. */
void namida_trust_writer_push (NamidaTrustWriter *self, NamidaTrustWrite what, const NamidaTrusted *row);
/** namida_trust_writer_flush: returns when all that was pushed is written or has failed. Blocking. */
void namida_trust_writer_flush (NamidaTrustWriter *self);
/** namida_trust_writer_free: flushes first. */
void namida_trust_writer_free (NamidaTrustWriter *self);

G_END_DECLS
