/* SPDX-License-Identifier: GPL-3.0-or-later */
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
  NAMIDA_TRANSFER_WAITING,   /* for the other person's answer */
  NAMIDA_TRANSFER_RUNNING,
  NAMIDA_TRANSFER_INTERRUPTED, /* the connection is gone; parts are safe, the other side may come back */
  NAMIDA_TRANSFER_PAUSED,      /* by the person here; parts are safe */
  NAMIDA_TRANSFER_FINISHING,   /* verifying and storing */
  NAMIDA_TRANSFER_DONE,        /* every file stored or already there */
  NAMIDA_TRANSFER_INCOMPLETE,  /* ended, some files are not stored */
  NAMIDA_TRANSFER_DECLINED,
  NAMIDA_TRANSFER_CANCELLED,
  NAMIDA_TRANSFER_FAILED,
} NamidaTransferState;

#define NAMIDA_TYPE_TRANSFER (namida_transfer_get_type ())
/**
 * NamidaTransfer: one backup on its way, in either direction, as a person sees it. Main context, but for the functions
 * marked "any thread". Properties, notified at most four times a second while it runs: "state", "done-bytes",
 * "total-bytes", "done-files", "total-files", "speed" (bytes a second), "seconds-left" (-1 unknown), "current-file",
 * "error" (GError boxed, nullable). Signal "ended" once, when the state is final.
 */
G_DECLARE_FINAL_TYPE (NamidaTransfer, namida_transfer, NAMIDA, TRANSFER, GObject)

NamidaTransfer *namida_transfer_new (NamidaDirection direction,
                                     const char *peer_alias,
                                     const char *peer_fingerprint,
                                     gboolean encrypted);
/** Sets what it is about: totals and title. */
void namida_transfer_set_backup (NamidaTransfer *self, NamidaBackup *backup);
NamidaBackup *namida_transfer_get_backup (NamidaTransfer *self); /* (nullable) */
/** namida_transfer_set_summary: the same, while its files are not known: of one that an earlier run of the program
 * began. */
void namida_transfer_set_summary (NamidaTransfer *self, const char *title, guint64 bytes, guint files);
NamidaDirection namida_transfer_get_direction (NamidaTransfer *self);
const char *namida_transfer_get_peer_alias (NamidaTransfer *self);
const char *namida_transfer_get_peer_fingerprint (NamidaTransfer *self); /* (nullable) */
gboolean namida_transfer_get_encrypted (NamidaTransfer *self);
const char *namida_transfer_get_title (NamidaTransfer *self);
NamidaTransferState namida_transfer_get_state (NamidaTransfer *self);
gboolean namida_transfer_is_final (NamidaTransfer *self);
guint64 namida_transfer_get_done_bytes (NamidaTransfer *self);
guint64 namida_transfer_get_total_bytes (NamidaTransfer *self);
guint namida_transfer_get_done_files (NamidaTransfer *self);
guint namida_transfer_get_total_files (NamidaTransfer *self);
guint64 namida_transfer_get_speed (NamidaTransfer *self);
gint64 namida_transfer_get_seconds_left (NamidaTransfer *self);
char *namida_transfer_dup_current_file (NamidaTransfer *self);  /* (nullable) any thread */
const GError *namida_transfer_get_error (NamidaTransfer *self); /* (nullable) */
/**
 * namida_transfer_count_files: the results of all files, counted. Whoever shows, writes or decides by a number of files
 * takes it from here. Any thread once the backup is set. Returns: the counts; all 0 while there is no backup.
 */
NamidaFileCounts namida_transfer_count_files (NamidaTransfer *self);
/**
 * namida_transfer_count_missed: files and folders that belong to the backup and that the sender could not offer.
 * Returns: 0 while there is no backup. Any thread once the backup is set.
 */
guint namida_transfer_count_missed (NamidaTransfer *self);
/** Per-file outcome, indexes as in the backup's entries; any thread. @detail: (nullable): why, a sentence. */
void namida_transfer_set_result (NamidaTransfer *self, guint index, NamidaFileResult result, const char *detail);
NamidaFileResult namida_transfer_get_result (NamidaTransfer *self, guint index);
char *namida_transfer_dup_detail (NamidaTransfer *self, guint index); /* (nullable) */
/** Where a receiver's files landed, for "Open Folder"; main context. */
const char *namida_transfer_get_folder (NamidaTransfer *self); /* (nullable) */
void namida_transfer_set_folder (NamidaTransfer *self, const char *folder);
gint64 namida_transfer_get_started_at (NamidaTransfer *self); /* microseconds since 1970 */
gint64 namida_transfer_get_ended_at (NamidaTransfer *self);   /* 0 while it runs */
/** The person's wish to stop; whoever moves the bytes watches namida_transfer_get_cancellable(). */
void namida_transfer_cancel (NamidaTransfer *self);
GCancellable *namida_transfer_get_cancellable (NamidaTransfer *self);
/** namida_transfer_cancel_keeping: likewise, but what has arrived over there (or here) stays for a later sending. */
void namida_transfer_cancel_keeping (NamidaTransfer *self);
gboolean namida_transfer_get_keep_parts (NamidaTransfer *self);
/**
 * namida_transfer_keeps_parts: whether what has arrived is of use to a later sending when this one is canceled that
 * way. LocalSend and the phone app are sent everything again. Main context.
 */
gboolean namida_transfer_keeps_parts (NamidaTransfer *self);
/** namida_transfer_can_resume: whether it was canceled, and what arrived is kept for a later sending. Main context. */
gboolean namida_transfer_can_resume (NamidaTransfer *self);
/**
 * Pausing. Whoever moves the bytes says whether that can be (set_pausable), watches the cancellable as for a cancel,
 * and when it has stopped and namida_transfer_is_pausing(), calls namida_transfer_set_paused() instead of
 * namida_transfer_fail(): PAUSED then, and the cancellable is as new. Main context. A person pauses by
 * namida_hub_pause().
 */
void namida_transfer_set_pausable (NamidaTransfer *self, gboolean pausable);
/** Whether namida_hub_pause() would do something now. */
gboolean namida_transfer_can_pause (NamidaTransfer *self);
void namida_transfer_pause (NamidaTransfer *self);
gboolean namida_transfer_is_pausing (NamidaTransfer *self);
void namida_transfer_set_paused (NamidaTransfer *self);
/** namida_transfer_get_safe_bytes: how much is known to be on the receiver while nobody moves bytes: what was done when
 * the connection broke, also after namida_transfer_restart() of a sending that can go on. Main context. */
guint64 namida_transfer_get_safe_bytes (NamidaTransfer *self);
/** For the movers. add_bytes and set_current_file: any thread, lock-free for bytes. @delta may be negative when a file
 * starts over. */
void namida_transfer_add_bytes (NamidaTransfer *self, gint64 delta);
void namida_transfer_add_files (NamidaTransfer *self, int delta);
/** namida_transfer_add_moved: files whose body travelled, and files that were read whole for their checksum, in all
 * tries; any thread. */
void namida_transfer_add_moved (NamidaTransfer *self, guint moved, guint hashed);
guint namida_transfer_get_moved (NamidaTransfer *self);  /* any thread */
guint namida_transfer_get_hashed (NamidaTransfer *self); /* any thread */
/** namida_transfer_set_healed: @files: how many damaged files of backups that the receiver keeps are whole again by
 * what arrived, in @versions of them; any thread. */
void namida_transfer_set_healed (NamidaTransfer *self, guint files, guint versions);
/** namida_transfer_get_healed: @versions: (out) (optional). Returns: how many files; any thread. */
guint namida_transfer_get_healed (NamidaTransfer *self, guint *versions);
/** What was counted and known of its files is forgotten, as it is counted anew; main context, while nobody moves bytes.
 */
void namida_transfer_restart (NamidaTransfer *self);
/** Why it is interrupted (a full disk here, paused over there): a sentence for its row; NULL: the usual one; any
 * thread.
 */
void namida_transfer_set_trouble (NamidaTransfer *self, const char *sentence);
void namida_transfer_set_current_file (NamidaTransfer *self, const char *path);
void namida_transfer_set_state (NamidaTransfer *self, NamidaTransferState state);
/** namida_transfer_set_advice: @advice: (nullable): what its person has to do when it is done, a sentence: a phone
 * keeps what it got until it is told to restore it. Shown beside the state. */
void namida_transfer_set_advice (NamidaTransfer *self, const char *advice);
const char *namida_transfer_get_advice (NamidaTransfer *self); /* (nullable) until it is done */
/**
 * namida_transfer_dup_incomplete_words: why a received backup is incomplete, as the transfer and the history say it.
 * @failed: files that are not here
 * @missed: files and folders that the sender could not read
 * Returns: (transfer full): a sentence. Translated; any thread. One of the two numbers is not 0.
 */
char *namida_transfer_dup_incomplete_words (guint failed, guint missed);
/** namida_transfer_dup_part_words: Returns: (transfer full): that the person here accepted only a part. Any thread. */
char *namida_transfer_dup_part_words (guint declined, guint files);
/** namida_transfer_set_sent_before: how many files are left out because the other device has had them from here
 * before; they are not in the backup. Main context. */
void namida_transfer_set_sent_before (NamidaTransfer *self, guint files);
guint namida_transfer_get_sent_before (NamidaTransfer *self);
/** namida_transfer_set_session_id: @id: (nullable): the session that this transfer is for the protocol: the sink's of
 * what is received, the other device's of what is sent. Main context. */
void namida_transfer_set_session_id (NamidaTransfer *self, const char *id);
/** namida_transfer_get_session_id: Returns: (transfer none) (nullable): %NULL before there is one. Main context. */
const char *namida_transfer_get_session_id (NamidaTransfer *self);
/** namida_transfer_set_offer_key: @key: (nullable): the key of the offer that a receiving answers. Main context. */
void namida_transfer_set_offer_key (NamidaTransfer *self, const char *key);
/** namida_transfer_get_offer_key: Returns: (transfer none) (nullable). Main context. */
const char *namida_transfer_get_offer_key (NamidaTransfer *self);
/** namida_transfer_set_work: @work: (transfer full): what the one who began this transfer needs as long as it lives;
 * set once. @work_free: frees it with the transfer. Main context. */
void namida_transfer_set_work (NamidaTransfer *self, gpointer work, GDestroyNotify work_free);
/** namida_transfer_get_work: Returns: (transfer none) (nullable): for the file that has set it only. Main context. */
gpointer namida_transfer_get_work (NamidaTransfer *self);
/** namida_transfer_set_fetched: this transfer fetches a version that the other device keeps, which changes the advice
 * when a file is missing. Main context, before it ends. */
void namida_transfer_set_fetched (NamidaTransfer *self);
gboolean namida_transfer_get_fetched (NamidaTransfer *self);
/** namida_transfer_set_unproven: the other side has no way to say that what arrived is what was sent: nobody is told
 * that it was verified. Main context. */
void namida_transfer_set_unproven (NamidaTransfer *self);
gboolean namida_transfer_get_unproven (NamidaTransfer *self);
/**
 * namida_transfer_finish: ends a transfer that ran to its end. The results of all files and what the sender left out
 * decide whether it is DONE or INCOMPLETE; a file without a result is missing. Nobody else decides this. After an end
 * it has no effect. Main context.
 */
void namida_transfer_finish (NamidaTransfer *self);
/**
 * namida_transfer_fail: ends a transfer that did not run to its end.
 * @error: (transfer none): why, never %NULL; decides the state: DECLINED, CANCELLED, else FAILED
 *
 * After an end it has no effect. Main context.
 */
void namida_transfer_fail (NamidaTransfer *self, const GError *error);
/** namida_transfer_dup_state_text: Returns: (transfer full): the state in words for a row: "Waiting for someone to
 * accept there". Translated. */
char *namida_transfer_dup_state_text (NamidaTransfer *self);

G_END_DECLS
