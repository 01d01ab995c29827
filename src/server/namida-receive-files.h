/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-sink.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/**
 * NamidaReceiveFiles: the files of an accepted offer that are wanted: by which token each may be sent, how far it is,
 * and what becomes of it. What a receiver tells of them is counted in the transfer. Any thread, one at a time: its
 * session locks.
 */
typedef struct _NamidaReceiveFiles NamidaReceiveFiles;

/** NamidaUpload: one file that is being received. */
typedef struct
{
  guint index;    /* of the backup's entries */
  guint64 offset; /* where it starts */
  guint64 size;   /* of the whole file */
} NamidaUpload;

/** @wants: as namida_sink_prepare() filled them, one an entry. Counts what is already there in @transfer. */
NamidaReceiveFiles *namida_receive_files_new (NamidaBackup *backup, NamidaTransfer *transfer, const NamidaWant *wants);
void namida_receive_files_free (NamidaReceiveFiles *self);
/** namida_receive_files_count: how many are to come. Never changes. */
guint namida_receive_files_count (NamidaReceiveFiles *self);
/** namida_receive_files_count_declined: how many the person here did not accept. Never changes. */
guint namida_receive_files_count_declined (NamidaReceiveFiles *self);
/** namida_receive_files_grant: the tokens and offsets of all. */
void namida_receive_files_grant (NamidaReceiveFiles *self, NamidaOfferAnswer *answer);
/** (transfer full): id → guint64*: how much of each is there. */
GHashTable *namida_receive_files_dup_offsets (NamidaReceiveFiles *self);

/** namida_receive_files_check_token: whether @query names a wanted file and its token; compared in constant time. */
gboolean namida_receive_files_check_token (NamidaReceiveFiles *self, const NamidaUploadQuery *query);
/** namida_receive_files_begin: of a file whose token was checked. @length: of the body, -1 unknown. @right_offset:
 * (out): with WRONG_OFFSET. Errors: BUSY, WRONG_OFFSET, WRONG_SIZE. */
gboolean namida_receive_files_begin (NamidaReceiveFiles *self,
                                     const NamidaUploadQuery *query,
                                     gint64 length,
                                     NamidaUpload *upload,
                                     gint64 *right_offset,
                                     GError **error);
/** namida_receive_files_end: @there: the file's bytes that are there now; @sha256: (nullable): of the whole file, when
 * it is whole. */
void namida_receive_files_end (NamidaReceiveFiles *self, const NamidaUpload *upload, guint64 there, const char *sha256);
/** namida_receive_files_commit: a worker thread, while nothing is uploaded; needs no lock. @hashes: as
 * namida_finish_request_parse(). Writes results to the transfer. @answer: (out) (transfer full): the text for the
 * sender. */
gboolean namida_receive_files_commit (
    NamidaReceiveFiles *self, NamidaSink *sink, GHashTable *hashes, char **answer, gsize *length, GError **error);
/** namida_receive_files_commit_known: the same when nothing is wanted, so that no finish will come. A worker thread. */
gboolean namida_receive_files_commit_known (NamidaReceiveFiles *self, NamidaSink *sink, GError **error);

G_END_DECLS
