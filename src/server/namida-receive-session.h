/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving side of a transfer. Created by namida-server-offer.c when an offer is accepted; all dialects of the
 * server use it. */
#pragma once

#include "namida-receive-files.h"

G_BEGIN_DECLS

/** NamidaReceiveSession: an accepted offer while its files arrive: who may send which file, from which offset, and how
 * much of each is here. Functions that are marked "any thread" lock; all others are for the main context, where a
 * timer notices lost connections and idleness, once per second after namida_receive_session_open(). */
#define NAMIDA_TYPE_RECEIVE_SESSION (namida_receive_session_get_type ())
G_DECLARE_FINAL_TYPE (NamidaReceiveSession, namida_receive_session, NAMIDA, RECEIVE_SESSION, GObject)

typedef enum
{
  NAMIDA_SESSION_OPEN,
  NAMIDA_SESSION_FINISHING,
  NAMIDA_SESSION_FINISHED,
  NAMIDA_SESSION_PARKED,    /* the parts are kept */
  NAMIDA_SESSION_PAUSED,    /* the parts are kept; by the local user */
  NAMIDA_SESSION_KEPT,      /* canceled, but the parts are kept */
  NAMIDA_SESSION_CANCELLED, /* the parts are removed */
} NamidaSessionState;

/** namida_receive_session_new: @wants: as namida_sink_prepare() filled them in. Adds what is already here to the counts
 * of @transfer. Returns: (transfer full). Any thread. */
NamidaReceiveSession *namida_receive_session_new (const char *fingerprint,
                                                  const char *key,
                                                  NamidaSink *sink,
                                                  NamidaBackup *backup,
                                                  NamidaTransfer *transfer,
                                                  const NamidaWant *wants);
/** NamidaSessionOver: called once in the main context, when the session has ended and no thread works for it any
 * more. */
typedef void (*NamidaSessionOver) (NamidaReceiveSession *self, gpointer user_data);
/** namida_receive_session_open: Opens the session: starts its timer and sets the transfer to RUNNING. @over: called
 * once at the end. Main context. */
void namida_receive_session_open (NamidaReceiveSession *self, NamidaSessionOver over, gpointer user_data);

/** namida_receive_session_set_idle: @idle: decides what happens to an open session in which nothing happened for
 * NAMIDA_LIMIT_SESSION_IDLE_SECONDS, instead of parking it. Main context. */
void namida_receive_session_set_idle (NamidaReceiveSession *self, NamidaSessionOver idle, gpointer user_data);

const char *namida_receive_session_get_id (NamidaReceiveSession *self);          /* any thread */
const char *namida_receive_session_get_fingerprint (NamidaReceiveSession *self); /* any thread */
const char *namida_receive_session_get_key (NamidaReceiveSession *self);         /* any thread */
/** namida_receive_session_get_transfer: Returns: (transfer none): the transfer that shows the session. */
NamidaTransfer *namida_receive_session_get_transfer (NamidaReceiveSession *self);
/** namida_receive_session_get_sink: Returns: (transfer none): the sink that stores the files. */
NamidaSink *namida_receive_session_get_sink (NamidaReceiveSession *self);
NamidaSessionState namida_receive_session_get_state (NamidaReceiveSession *self); /* any thread */
guint namida_receive_session_get_n_wanted (NamidaReceiveSession *self);           /* any thread */
guint namida_receive_session_get_n_declined (NamidaReceiveSession *self);         /* by the user; any thread */
/** namida_receive_session_dup_answer: Returns: (transfer full): the tokens and offsets of the wanted files. Any
 * thread. */
NamidaOfferAnswer *namida_receive_session_dup_answer (NamidaReceiveSession *self);
/** namida_receive_session_dup_offsets: Returns: (transfer full): id → guint64*: how many bytes of each wanted file are
 * here. Any thread. */
GHashTable *namida_receive_session_dup_offsets (NamidaReceiveSession *self);
/** namida_receive_session_get_cancellable: Returns: (transfer none): canceled when the uploads have to stop. Any
 * thread. */
GCancellable *namida_receive_session_get_cancellable (NamidaReceiveSession *self);
/** namida_receive_session_touch: Restarts the idle time. Any thread. */
void namida_receive_session_touch (NamidaReceiveSession *self);

/** namida_receive_session_refuse_upload: for uploads that no session of any protocol has agreed on. Returns: %FALSE
 * with BAD_TOKEN. Any thread. */
gboolean namida_receive_session_refuse_upload (GError **error);
/**
 * namida_receive_session_begin_upload:
 * @length: the length of the body; -1 if unknown
 * @upload: (out): the upload that begins
 * @right_offset: (out): set with WRONG_OFFSET, otherwise -1
 *
 * Begins an upload. Any thread.
 *
 * Returns: %FALSE with BAD_TOKEN, CANCELLED, EXPIRED, BUSY, WRONG_OFFSET or WRONG_SIZE
 */
gboolean namida_receive_session_begin_upload (NamidaReceiveSession *self,
                                              const char *fingerprint,
                                              const NamidaUploadQuery *query,
                                              gint64 length,
                                              NamidaUpload *upload,
                                              gint64 *right_offset,
                                              GError **error);
/** namida_receive_session_end_upload: Ends an upload. @there: the number of bytes of the file that are here now;
 * @sha256: (nullable): the hash of the whole file if it is complete. Any thread. */
void namida_receive_session_end_upload (NamidaReceiveSession *self,
                                        const NamidaUpload *upload,
                                        guint64 there,
                                        const char *sha256);
/** namida_receive_session_add_bytes: Counts @n received bytes. Any thread. */
void namida_receive_session_add_bytes (NamidaReceiveSession *self, gsize n);
/** namida_receive_session_enter: Counts a connection that works for this session until namida_receive_session_leave().
 * Enter in the main context; leave in any thread. */
void namida_receive_session_enter (NamidaReceiveSession *self);
void namida_receive_session_leave (NamidaReceiveSession *self);
/** namida_receive_session_is_left: Returns: whether it is open and has lost its last connection, or is being parked.
 * @for_good: (out): whether that was so long ago that its sender is considered to have left. */
gboolean namida_receive_session_is_left (NamidaReceiveSession *self, gboolean *for_good);
/** namida_receive_session_new_paused_error: Returns: (transfer full): the error for a sender while the local user
 * pauses the session. Any thread. */
GError *namida_receive_session_new_paused_error (void);
/** namida_receive_session_dup_refusal: Returns: (transfer full) (nullable): why uploads are refused or stopped now;
 * %NULL while the session is open. Any thread. */
GError *namida_receive_session_dup_refusal (NamidaReceiveSession *self);

/** namida_receive_session_begin_finish: Returns: %FALSE with BUSY while files are uploaded or another "finish" is
 * running, or with the reason why the session has ended. */
gboolean namida_receive_session_begin_finish (NamidaReceiveSession *self, GError **error);
/**
 * namida_receive_session_commit:
 * @hashes: from namida_finish_request_parse()
 * @answer: (out): the text for the sender
 *
 * Stores the received files and sets the results of the transfer. Call it in a worker thread, between
 * namida_receive_session_begin_finish() and namida_receive_session_end_finish().
 *
 * Returns: %FALSE with @error
 */
gboolean namida_receive_session_commit (
    NamidaReceiveSession *self, GHashTable *hashes, char **answer, gsize *length, GError **error);
/** namida_receive_session_end_finish: @error: (nullable): why the commit failed; the session is open again in that
 * case, unless it was to be canceled or paused meanwhile: then it ends. */
void namida_receive_session_end_finish (NamidaReceiveSession *self, const GError *error);
/** namida_receive_session_close: Stops the uploads and ends the session. @state: PARKED, PAUSED, KEPT or CANCELLED.
 * @reason: (nullable): why the transfer ends; %NULL for PARKED (the transfer becomes INTERRUPTED) and PAUSED. Has no
 * effect on an ended session, but one that is still being PARKED or PAUSED can be canceled (KEPT or CANCELLED). One
 * that is being stored is paused or canceled only if that fails. */
void namida_receive_session_close (NamidaReceiveSession *self, NamidaSessionState state, const GError *reason);
/** namida_receive_session_get_left_parts: Returns: whether an ended session left its parts. With the state CANCELLED,
 * its owner has to remove them. */
gboolean namida_receive_session_get_left_parts (NamidaReceiveSession *self);
/** namida_receive_session_commit_known: Ends a session in which nothing is wanted. Returns: %FALSE if a file that was
 * reported as already there could not be put into the backup, so that the sender must not be told that everything is
 * there. A worker thread. */
gboolean namida_receive_session_commit_known (NamidaReceiveSession *self, GError **error);

G_END_DECLS
