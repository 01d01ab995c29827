/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wanted files of one session. Used only by NamidaReceiveSession, which locks it. */
#pragma once

#include "namida-sink.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaReceiveFiles: the wanted files of an accepted offer: the token with which each may be sent, how much of it is
 * here, and its result. Counts received files and bytes in the transfer. Any thread, one at a time: the session locks
 * it. */
typedef struct _NamidaReceiveFiles NamidaReceiveFiles;

/** NamidaUpload: one file that is being received. */
typedef struct
{
  guint index;    /* in the entries of the backup */
  guint64 offset; /* where the upload starts, in bytes */
  guint64 size;   /* of the whole file, in bytes */
} NamidaUpload;

/** namida_receive_files_new: @wants: one for each entry, as namida_sink_prepare() filled them in. Adds what is already
 * here to the counts of @transfer. Returns: (transfer full). */
NamidaReceiveFiles *namida_receive_files_new (NamidaBackup *backup, NamidaTransfer *transfer, const NamidaWant *wants);
void namida_receive_files_free (NamidaReceiveFiles *self);
/** namida_receive_files_count: Returns: the number of files to receive, which never changes. */
guint namida_receive_files_count (NamidaReceiveFiles *self);
/** namida_receive_files_count_declined: Returns: the number of files that the user did not accept, which never
 * changes. */
guint namida_receive_files_count_declined (NamidaReceiveFiles *self);
/** namida_receive_files_grant: Adds the tokens and offsets of all wanted files to @answer. */
void namida_receive_files_grant (NamidaReceiveFiles *self, NamidaOfferAnswer *answer);
/** namida_receive_files_dup_offsets: Returns: (transfer full): id → guint64*: how many bytes of each wanted file are
 * here. */
GHashTable *namida_receive_files_dup_offsets (NamidaReceiveFiles *self);

/** namida_receive_files_check_token: Returns: whether @query contains the id and the token of a wanted file. The
 * comparison takes constant time. */
gboolean namida_receive_files_check_token (NamidaReceiveFiles *self, const NamidaUploadQuery *query);
/** namida_receive_files_begin: Begins the upload of a file whose token was checked. @length: the length of the body; -1
 * if unknown. @right_offset: (out): set with WRONG_OFFSET. Returns: %FALSE with BUSY, WRONG_OFFSET or WRONG_SIZE. */
gboolean namida_receive_files_begin (NamidaReceiveFiles *self,
                                     const NamidaUploadQuery *query,
                                     gint64 length,
                                     NamidaUpload *upload,
                                     gint64 *right_offset,
                                     GError **error);
/** namida_receive_files_end: Ends an upload. @there: the number of bytes of the file that are here now; @sha256:
 * (nullable): the hash of the whole file if it is complete. */
void namida_receive_files_end (NamidaReceiveFiles *self, const NamidaUpload *upload, guint64 there, const char *sha256);
/** namida_receive_files_commit: @hashes: from namida_finish_request_parse(); @answer: (out) (transfer full): the text
 * for the sender. Sets the results of the transfer. Call it in a worker thread while no file is uploaded; it needs no
 * lock. Returns: %FALSE with @error. */
gboolean namida_receive_files_commit (
    NamidaReceiveFiles *self, NamidaSink *sink, GHashTable *hashes, char **answer, gsize *length, GError **error);
/** namida_receive_files_commit_known: Like namida_receive_files_commit() if nothing is wanted, so that the sender sends
 * no "finish". A worker thread. */
gboolean namida_receive_files_commit_known (NamidaReceiveFiles *self, NamidaSink *sink, GError **error);

G_END_DECLS
