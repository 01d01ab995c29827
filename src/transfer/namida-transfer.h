/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One transfer as the user sees it, in either direction. Created by the hub for sending and fetching, and by
 * NamidaOffer for receiving; shown by the window and the command line. */
#pragma once

#include <gio/gio.h>
#include "namida-backup.h"
#include "namida-file-results.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_DIRECTION_SEND,
  NAMIDA_DIRECTION_RECEIVE
} NamidaDirection;
typedef enum
{
  NAMIDA_TRANSFER_PREPARING, /* scanning, connecting */
  NAMIDA_TRANSFER_WAITING,   /* for the answer of the other user */
  NAMIDA_TRANSFER_RUNNING,
  NAMIDA_TRANSFER_INTERRUPTED, /* the connection was lost; parts are safe, and the other device may return */
  NAMIDA_TRANSFER_PAUSED,      /* by the local user; parts are safe */
  NAMIDA_TRANSFER_FINISHING,   /* verifying and saving */
  NAMIDA_TRANSFER_DONE,        /* every file is stored or was already there */
  NAMIDA_TRANSFER_INCOMPLETE,  /* ended, but some files are not stored */
  NAMIDA_TRANSFER_DECLINED,
  NAMIDA_TRANSFER_CANCELLED,
  NAMIDA_TRANSFER_FAILED,
} NamidaTransferState;

#define NAMIDA_TYPE_TRANSFER (namida_transfer_get_type ())
/** NamidaTransfer: one transfer in either direction, as the user sees it. Main context, except for the functions that
 * are marked "any thread". Properties, notified at most four times per second while it runs: "state", "done-bytes",
 * "total-bytes", "done-files", "total-files", "speed" (bytes per second), "seconds-left" (-1 if unknown),
 * "current-file", "error" (GError boxed, nullable). The signal "ended" is emitted once, when the state is final. */
G_DECLARE_FINAL_TYPE (NamidaTransfer, namida_transfer, NAMIDA, TRANSFER, GObject)

/** namida_transfer_new: @peer_alias: the name of the other device; @peer_fingerprint: (nullable). Returns: (transfer
 * full): a transfer in the state PREPARING. */
NamidaTransfer *namida_transfer_new (NamidaDirection direction,
                                     const char *peer_alias,
                                     const char *peer_fingerprint,
                                     gboolean encrypted);
/** namida_transfer_set_backup: Sets the backup, and with it the totals and the title. */
void namida_transfer_set_backup (NamidaTransfer *self, NamidaBackup *backup);
NamidaBackup *namida_transfer_get_backup (NamidaTransfer *self); /* (nullable) */
/** namida_transfer_set_summary: Sets the title and the totals of a transfer of an earlier run of the program while its
 * files are not known. */
void namida_transfer_set_summary (NamidaTransfer *self, const char *title, guint64 bytes, guint files);
/** namida_transfer_get_direction: This and the following getters return what the transfer was created with, or the
 * values of its properties: files, bytes, bytes per second (0: unknown) and seconds (-1: unknown). Texts are (transfer
 * none). Main context unless stated otherwise. */
NamidaDirection namida_transfer_get_direction (NamidaTransfer *self);
const char *namida_transfer_get_peer_alias (NamidaTransfer *self);
const char *namida_transfer_get_peer_fingerprint (NamidaTransfer *self); /* (nullable) */
gboolean namida_transfer_get_encrypted (NamidaTransfer *self);
const char *namida_transfer_get_title (NamidaTransfer *self);
NamidaTransferState namida_transfer_get_state (NamidaTransfer *self);
/** namida_transfer_is_final: Returns: whether the transfer has ended. */
gboolean namida_transfer_is_final (NamidaTransfer *self);
guint64 namida_transfer_get_done_bytes (NamidaTransfer *self);
guint64 namida_transfer_get_total_bytes (NamidaTransfer *self);
guint namida_transfer_get_done_files (NamidaTransfer *self);
guint namida_transfer_get_total_files (NamidaTransfer *self);
guint64 namida_transfer_get_speed (NamidaTransfer *self);
gint64 namida_transfer_get_seconds_left (NamidaTransfer *self);
char *namida_transfer_dup_current_file (NamidaTransfer *self);  /* (nullable) any thread */
const GError *namida_transfer_get_error (NamidaTransfer *self); /* (nullable) */
/** namida_transfer_count_files: Counts the results of all files. Use it wherever a number of files is shown, reported
 * or needed for a decision. Returns: the counts; all 0 without a backup. Any thread after the backup is set. */
NamidaFileCounts namida_transfer_count_files (NamidaTransfer *self);
/** namida_transfer_count_missed: Returns: how many files and folders of the backup the sender could not offer; 0
 * without a backup. Any thread after the backup is set. */
guint namida_transfer_count_missed (NamidaTransfer *self);
/** namida_transfer_set_result: Sets the result of one file; @index is that of its entry in the backup. @detail:
 * (nullable): the reason, as a sentence. Any thread. */
void namida_transfer_set_result (NamidaTransfer *self, guint index, NamidaFileResult result, const char *detail);
/** namida_transfer_get_result: Returns: the result of the entry with this index. Any thread. */
NamidaFileResult namida_transfer_get_result (NamidaTransfer *self, guint index);
char *namida_transfer_dup_detail (NamidaTransfer *self, guint index); /* (nullable) */
/** namida_transfer_get_folder: Returns: (transfer none) (nullable): where received files were saved, for "Open Folder".
 * Main context. */
const char *namida_transfer_get_folder (NamidaTransfer *self); /* (nullable) */
/** namida_transfer_set_folder: @folder: (nullable): where received files were saved. Main context. */
void namida_transfer_set_folder (NamidaTransfer *self, const char *folder);
gint64 namida_transfer_get_started_at (NamidaTransfer *self); /* microseconds since 1970 */
gint64 namida_transfer_get_ended_at (NamidaTransfer *self);   /* 0 while it runs */
/** namida_transfer_cancel: Requests that the transfer stops. The thread that moves the bytes watches
 * namida_transfer_get_cancellable(). */
void namida_transfer_cancel (NamidaTransfer *self);
/** namida_transfer_get_cancellable: Returns: (transfer none): canceled by namida_transfer_cancel() and
 * namida_transfer_pause(). Any thread. */
GCancellable *namida_transfer_get_cancellable (NamidaTransfer *self);
/** namida_transfer_cancel_keeping: Like namida_transfer_cancel(), but the receiver keeps the data, so that it can be
 * resumed. */
void namida_transfer_cancel_keeping (NamidaTransfer *self);
/** namida_transfer_get_keep_parts: Returns: whether it was canceled with namida_transfer_cancel_keeping(). */
gboolean namida_transfer_get_keep_parts (NamidaTransfer *self);
/** namida_transfer_keeps_parts: Returns: whether namida_transfer_cancel_keeping() keeps data that can be used later.
 * With LocalSend and the phone app, everything is sent again. Main context. */
gboolean namida_transfer_keeps_parts (NamidaTransfer *self);
/** namida_transfer_can_resume: Returns: whether it was canceled and the received data is kept for a later transfer.
 * Main context. */
gboolean namida_transfer_can_resume (NamidaTransfer *self);
/** namida_transfer_set_pausable: Whether the transfer can be paused. The code that moves the bytes sets this, and
 * watches the cancellable as for a cancellation. If namida_transfer_is_pausing() when it has stopped, it calls
 * namida_transfer_set_paused() instead of namida_transfer_fail(); the state is PAUSED then, and the cancellable is
 * reset. The user pauses a transfer with namida_hub_pause(). Main context. */
void namida_transfer_set_pausable (NamidaTransfer *self, gboolean pausable);
/** namida_transfer_can_pause: Returns: whether namida_hub_pause() would have an effect now. */
gboolean namida_transfer_can_pause (NamidaTransfer *self);
/** namida_transfer_pause: Requests that the transfer stops and becomes PAUSED. Main context. */
void namida_transfer_pause (NamidaTransfer *self);
/** namida_transfer_is_pausing: Returns: whether namida_transfer_pause() was called and the transfer has not stopped
 * yet. Main context. */
gboolean namida_transfer_is_pausing (NamidaTransfer *self);
/** namida_transfer_set_paused: Sets the state PAUSED and resets the cancellable. Main context. */
void namida_transfer_set_paused (NamidaTransfer *self);
/** namida_transfer_get_safe_bytes: Returns: how many bytes are known to be on the receiver while none are transferred:
 * those that were done when the connection broke, also after namida_transfer_restart() of a transfer that can be
 * resumed. Main context. */
guint64 namida_transfer_get_safe_bytes (NamidaTransfer *self);
/** namida_transfer_add_bytes: called while bytes are transferred, in any thread, without a lock. @delta: negative if a
 * file starts over. */
void namida_transfer_add_bytes (NamidaTransfer *self, gint64 delta);
/** namida_transfer_add_files: Counts files that are done. Any thread. */
void namida_transfer_add_files (NamidaTransfer *self, int delta);
/** namida_transfer_add_moved: @moved: files whose bytes were transferred; @hashed: files that were read completely for
 * their checksum; both over all attempts. Any thread. */
void namida_transfer_add_moved (NamidaTransfer *self, guint moved, guint hashed);
guint namida_transfer_get_moved (NamidaTransfer *self);  /* any thread */
guint namida_transfer_get_hashed (NamidaTransfer *self); /* any thread */
/** namida_transfer_set_healed: @files: how many damaged files in backups of the receiver were repaired with what
 * arrived; @versions: in how many versions. Any thread. */
void namida_transfer_set_healed (NamidaTransfer *self, guint files, guint versions);
/** namida_transfer_get_healed: @versions: (out) (optional). Returns: the number of repaired files. Any thread. */
guint namida_transfer_get_healed (NamidaTransfer *self, guint *versions);
/** namida_transfer_restart: Resets the counts and the results of files, because the transfer starts over. Main context,
 * while no bytes are transferred. */
void namida_transfer_restart (NamidaTransfer *self);
/** namida_transfer_set_trouble: @sentence: (nullable): why the transfer is interrupted (a full disk here, paused on the
 * other device), for its row; %NULL for the default text. Any thread. */
void namida_transfer_set_trouble (NamidaTransfer *self, const char *sentence);
/** namida_transfer_set_current_file: Sets the file that is being transferred, for the details. Any thread. */
void namida_transfer_set_current_file (NamidaTransfer *self, const char *path);
/** namida_transfer_set_state: Sets the state. Has no effect on an ended transfer. Main context. */
void namida_transfer_set_state (NamidaTransfer *self, NamidaTransferState state);
/** namida_transfer_set_advice: @advice: (nullable): a sentence that says what the user has to do after the transfer,
 * shown beside the state. For example, a phone does not restore a backup until its user starts it. */
void namida_transfer_set_advice (NamidaTransfer *self, const char *advice);
const char *namida_transfer_get_advice (NamidaTransfer *self); /* (nullable): NULL until it is done */
/**
 * namida_transfer_dup_incomplete_words:
 * @failed: files that are not here
 * @missed: files and folders that the sender skipped
 *
 * Explains why a received backup is incomplete; the transfer and the history use the same text. At least one of the
 * numbers must not be 0. Any thread.
 *
 * Returns: (transfer full): a translated sentence
 */
char *namida_transfer_dup_incomplete_words (guint failed, guint missed);
/** namida_transfer_dup_part_words: Returns: (transfer full): a sentence saying that the user accepted only a part.
 * Translated; any thread. */
char *namida_transfer_dup_part_words (guint declined, guint files);
/** namida_transfer_set_sent_before: @files: how many files are left out because they were sent to the other device
 * before; they are not in the backup. Main context. */
void namida_transfer_set_sent_before (NamidaTransfer *self, guint files);
/** namida_transfer_get_sent_before: Returns: see namida_transfer_set_sent_before(). */
guint namida_transfer_get_sent_before (NamidaTransfer *self);
/** namida_transfer_set_session_id: @id: (nullable): the protocol session of this transfer: that of the sink when
 * receiving, that of the other device when sending. Main context. */
void namida_transfer_set_session_id (NamidaTransfer *self, const char *id);
/** namida_transfer_get_session_id: Returns: (transfer none) (nullable): %NULL before there is a session. Main
 * context. */
const char *namida_transfer_get_session_id (NamidaTransfer *self);
/** namida_transfer_set_offer_key: @key: (nullable): the key of the offer that an incoming transfer belongs to. Main
 * context. */
void namida_transfer_set_offer_key (NamidaTransfer *self, const char *key);
/** namida_transfer_get_offer_key: Returns: (transfer none) (nullable). Main context. */
const char *namida_transfer_get_offer_key (NamidaTransfer *self);
/** namida_transfer_set_work: @work: (transfer full): data of the code that started this transfer; may be set once.
 * @work_free: frees it together with the transfer. Main context. */
void namida_transfer_set_work (NamidaTransfer *self, gpointer work, GDestroyNotify work_free);
/** namida_transfer_get_work: Returns: (transfer none) (nullable): for use by the file that set it only. Main
 * context. */
gpointer namida_transfer_get_work (NamidaTransfer *self);
/** namida_transfer_set_fetched: Marks the transfer as fetching a version from the other device, which changes the
 * advice if a file is missing. Main context, before it ends. */
void namida_transfer_set_fetched (NamidaTransfer *self);
/** namida_transfer_get_fetched: Returns: see namida_transfer_set_fetched(). */
gboolean namida_transfer_get_fetched (NamidaTransfer *self);
/** namida_transfer_set_unproven: the other side cannot confirm that what arrived is what was sent, so the transfer must
 * not be called verified. Main context. */
void namida_transfer_set_unproven (NamidaTransfer *self);
/** namida_transfer_get_unproven: Returns: see namida_transfer_set_unproven(). */
gboolean namida_transfer_get_unproven (NamidaTransfer *self);
/** NamidaUnproven: why no hash verified what arrived. The values are in the database. */
typedef enum
{
  NAMIDA_UNPROVEN_NOT = 0,       /* it was verified */
  NAMIDA_UNPROVEN_NO_HASHES = 1, /* the other device sends none, or confirms none */
  NAMIDA_UNPROVEN_PLAIN = 2,     /* received without encryption, so that a hash could be changed with its content */
} NamidaUnproven;
/** namida_transfer_get_why_unproven: Returns: NAMIDA_UNPROVEN_NOT unless namida_transfer_get_unproven(). Main context.
 */
NamidaUnproven namida_transfer_get_why_unproven (NamidaTransfer *self);
/** namida_transfer_finish: Ends a transfer that ran to its end. The results of all files and what the sender left out
 * decide whether it is DONE or INCOMPLETE; this is the only place where that is decided. A file without a result
 * counts as missing. Has no effect after the end. Main context. */
void namida_transfer_finish (NamidaTransfer *self);
/**
 * namida_transfer_fail:
 * @error: (transfer none): the reason, never %NULL. It determines the state: DECLINED, CANCELLED, otherwise FAILED
 *
 * Ends a transfer that did not run to its end. Has no effect after the end. Main context.
 */
void namida_transfer_fail (NamidaTransfer *self, const GError *error);
/** namida_transfer_dup_state_text: Returns: (transfer full): the state in translated words for a row, such as "Waiting
 * for the other device to accept". */
char *namida_transfer_dup_state_text (NamidaTransfer *self);

G_END_DECLS
