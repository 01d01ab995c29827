/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-receive-files.h"

G_BEGIN_DECLS

/**
 * NamidaReceiveSession: an accepted offer while its files arrive: who may send which file, from where on, and how far
 * each is. Functions marked "any thread" lock; the rest is for the main context, whose timer (once a second, from
 * namida_receive_session_open() on) notices lost connections and idleness.
 */
#define NAMIDA_TYPE_RECEIVE_SESSION (namida_receive_session_get_type ())
G_DECLARE_FINAL_TYPE (NamidaReceiveSession, namida_receive_session, NAMIDA, RECEIVE_SESSION, GObject)

typedef enum
{
  NAMIDA_SESSION_OPEN,
  NAMIDA_SESSION_FINISHING,
  NAMIDA_SESSION_FINISHED,
  NAMIDA_SESSION_PARKED,    /* parts stay */
  NAMIDA_SESSION_PAUSED,    /* likewise, by the person here */
  NAMIDA_SESSION_KEPT,      /* cancelled, but the parts stay */
  NAMIDA_SESSION_CANCELLED, /* parts removed */
} NamidaSessionState;

/** any thread. @wants: as namida_sink_prepare() filled them. Counts what is already there in @transfer. */
NamidaReceiveSession *namida_receive_session_new (const char *fingerprint,
                                                  const char *key,
                                                  NamidaSink *sink,
                                                  NamidaBackup *backup,
                                                  NamidaTransfer *transfer,
                                                  const NamidaWant *wants);
/** Called once, in the main context, when it is over and nobody works for it any more. */
typedef void (*NamidaSessionOver) (NamidaReceiveSession *self, gpointer user_data);
void namida_receive_session_open (NamidaReceiveSession *self, NamidaSessionOver over, gpointer user_data);

/** namida_receive_session_set_idle: main context, once open: @idle decides what becomes of a session in which nothing
 * happened for NAMIDA_LIMIT_SESSION_IDLE_SECONDS, instead of parking it. */
void namida_receive_session_set_idle (NamidaReceiveSession *self, NamidaSessionOver idle, gpointer user_data);

const char *namida_receive_session_get_id (NamidaReceiveSession *self);          /* any thread */
const char *namida_receive_session_get_fingerprint (NamidaReceiveSession *self); /* any thread */
const char *namida_receive_session_get_key (NamidaReceiveSession *self);         /* any thread */
NamidaTransfer *namida_receive_session_get_transfer (NamidaReceiveSession *self);
NamidaSink *namida_receive_session_get_sink (NamidaReceiveSession *self);
NamidaSessionState namida_receive_session_get_state (NamidaReceiveSession *self); /* any thread */
guint namida_receive_session_get_n_wanted (NamidaReceiveSession *self);           /* any thread */
guint namida_receive_session_get_n_declined (NamidaReceiveSession *self);         /* by the person here; any thread */
/** any thread. (transfer full): tokens and offsets. */
NamidaOfferAnswer *namida_receive_session_dup_answer (NamidaReceiveSession *self);
/** any thread. (transfer full): id → guint64*: how much of each wanted file is there. */
GHashTable *namida_receive_session_dup_offsets (NamidaReceiveSession *self);
/** any thread: cancelled when the uploads have to stop. */
GCancellable *namida_receive_session_get_cancellable (NamidaReceiveSession *self);
/** any thread: something happened; it is not idle. */
void namida_receive_session_touch (NamidaReceiveSession *self);

/**
 * namida_receive_session_begin_upload: any thread. @length: of the body, -1 unknown. @right_offset: (out): with
 * WRONG_OFFSET, else -1. Errors: BAD_TOKEN, CANCELLED, EXPIRED, BUSY, WRONG_OFFSET, WRONG_SIZE.
 */
gboolean namida_receive_session_begin_upload (NamidaReceiveSession *self,
                                              const char *fingerprint,
                                              const NamidaUploadQuery *query,
                                              gint64 length,
                                              NamidaUpload *upload,
                                              gint64 *right_offset,
                                              GError **error);
/** any thread. @there: the file's bytes that are there now; @sha256: (nullable): of the whole file, when it is whole.
 */
void namida_receive_session_end_upload (NamidaReceiveSession *self,
                                        const NamidaUpload *upload,
                                        guint64 there,
                                        const char *sha256);
/** any thread: bytes arrived. */
void namida_receive_session_add_bytes (NamidaReceiveSession *self, gsize n);
/** A connection works for this session from enter on (main context) until leave (any thread). */
void namida_receive_session_enter (NamidaReceiveSession *self);
void namida_receive_session_leave (NamidaReceiveSession *self);
/** namida_receive_session_is_left: whether it is open and has lost its last connection, or is being parked. @for_good:
 * (out): for so long that its sender is taken for gone. */
gboolean namida_receive_session_is_left (NamidaReceiveSession *self, gboolean *for_good);
/** any thread: what a sender is told while the person here pauses. (transfer full) */
GError *namida_receive_session_new_paused_error (void);
/** any thread: why uploads are refused or stopped now; NULL while open. (transfer full) */
GError *namida_receive_session_dup_refusal (NamidaReceiveSession *self);

/** BUSY while files arrive or another finish runs. */
gboolean namida_receive_session_begin_finish (NamidaReceiveSession *self, GError **error);
/**
 * namida_receive_session_commit: a worker thread, between begin_finish and end_finish. @hashes: as
 * namida_finish_request_parse(). Writes results to the transfer.
 * @answer: (out): the text for the sender.
 */
gboolean namida_receive_session_commit (
    NamidaReceiveSession *self, GHashTable *hashes, char **answer, gsize *length, GError **error);
/** @error: (nullable): why the commit failed; then the session is open again. */
void namida_receive_session_end_finish (NamidaReceiveSession *self, const GError *error);
/** Stops the uploads and ends: @state: PARKED, PAUSED, KEPT or CANCELLED. @reason: of the transfer's end; NULL for
 * PARKED (it is INTERRUPTED then) and PAUSED. No effect once over; one that is PARKED or PAUSED and not over yet can
 * still be cancelled (KEPT or CANCELLED). */
void namida_receive_session_close (NamidaReceiveSession *self, NamidaSessionState state, const GError *reason);
/** Once over: whether its parts were left, which with the state CANCELLED are its owner's to remove. */
gboolean namida_receive_session_get_left_parts (NamidaReceiveSession *self);
/** namida_receive_session_commit_known: the end of a session in which nothing is wanted. Returns: %FALSE: a file that
 * was said to be there could not be put into the backup, so its sender must not hear that all of it is. A worker
 * thread. */
gboolean namida_receive_session_commit_known (NamidaReceiveSession *self, GError **error);

G_END_DECLS
