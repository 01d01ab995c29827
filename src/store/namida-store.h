/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders and the journal of this device: the entry point of everything that is received. The hub creates one
 * store, and a sink from it for each accepted offer. The commands that manage backups create a store for reading. */
#pragma once

#include "namida-journal.h"
#include "namida-landing.h"
#include "namida-offer.h"
#include "namida-sink.h"

G_BEGIN_DECLS

/** NamidaStore: the folders of this device and its journal. Settings may change in the main context at any time; a
 * sink, which works in threads, keeps the settings that it was created with. */
#define NAMIDA_TYPE_STORE (namida_store_get_type ())
G_DECLARE_FINAL_TYPE (NamidaStore, namida_store, NAMIDA, STORE, GObject)

/** namida_store_new: @data_dir: the data folder of the program. Parts are staged below it if it is on the file system
 * of the destination, otherwise in a hidden folder ".namida-sync-parts" of the destination. Returns: (transfer
 * full). */
NamidaStore *namida_store_new (const char *data_dir, NamidaDatabase *database);
/** namida_store_set_folders: @backups, @music: (nullable): the new folders; %NULL keeps the current one. Applies to
 * sinks that are created afterwards. Main context. */
void namida_store_set_folders (NamidaStore *self, const char *backups, const char *music);
/** namida_store_set_chosen: which of the two folders the user chose. A chosen folder is never created again: if it is
 * missing (its drive is not connected, or the desktop revoked the permission), receiving into it fails with an error.
 * Applies to sinks that are created afterwards. */
void namida_store_set_chosen (NamidaStore *self, gboolean backups, gboolean music);
/** namida_store_get_backups: Returns: (transfer none): the folder for backups, interned. */
const char *namida_store_get_backups (NamidaStore *self);
/** namida_store_get_music: Returns: (transfer none): the folder for music, interned. */
const char *namida_store_get_music (NamidaStore *self);
/** namida_store_set_reserve: @bytes: how much space to keep free on each disk; 0 means 64 MB on disks of 1 GB and more.
 * Applies to sinks that are created afterwards. */
void namida_store_set_reserve (NamidaStore *self, guint64 bytes);
/** namida_store_get_reserve: Returns: see namida_store_set_reserve(). */
guint64 namida_store_get_reserve (NamidaStore *self);
/** namida_store_set_reread_days: @days: a file that was last read more than this many days ago is read again before a
 * new version shares it; 0 means never. The default is NAMIDA_LIMIT_REREAD_DAYS. Applies to sinks that are created
 * afterwards. */
void namida_store_set_reread_days (NamidaStore *self, guint days);
/** namida_store_get_reread_days: Returns: see namida_store_set_reread_days(). */
guint namida_store_get_reread_days (NamidaStore *self);
/** namida_store_add_label_folder: saves received folders named @label in @folder instead of <music>/<label>. Main
 * context. */
void namida_store_add_label_folder (NamidaStore *self, const char *label, const char *folder);
/**
 * namida_store_sink_new:
 * @offer: the offer that was accepted
 * @landing: where to save it
 * @resume: (nullable): an interrupted session to resume
 *
 * Creates a sink for @offer. Does not access the disk yet; namida_sink_prepare() does.
 *
 * Returns: (transfer full)
 */
NamidaSink *
namida_store_sink_new (NamidaStore *self, NamidaOffer *offer, NamidaLanding landing, NamidaJournalSession *resume);
/** namida_store_find_resumable_async: searches the journal in a worker for an interrupted session of exactly this
 * backup or, if @backup is not %NULL, of the same backup before some of its files changed. */
void namida_store_find_resumable_async (NamidaStore *self,
                                        const char *fingerprint,
                                        const char *offer_key,
                                        NamidaBackup *backup,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
/** namida_store_find_resumable_finish: Returns: (transfer full) (nullable): the session; %NULL without @error if there
 * is none. */
NamidaJournalSession *namida_store_find_resumable_finish (NamidaStore *self, GAsyncResult *result, GError **error);
/** namida_store_clean: cleans up at start: removes staging folders that no recent row of the journal refers to, marks
 * sessions that a crash left "open" as "parked", and continues interrupted removals. Blocking: call it in a worker.
 * Returns: %FALSE with STORAGE if the journal cannot be read or written. */
gboolean namida_store_clean (NamidaStore *self, GError **error);
/** namida_store_drop_parked: ends an interrupted session and removes its parts, in a worker. @fingerprint: (nullable):
 * the sender; %NULL for any. With a sender, does nothing while NAMIDA_LIMIT_WAITING_DROPS of senders wait. */
void namida_store_drop_parked (NamidaStore *self, const char *fingerprint, const char *id);
/**
 * namida_store_drop_device:
 * @self: the store
 * @fingerprint: the fingerprint of a device that is no longer trusted
 *
 * Ends the interrupted sessions that this device sent and removes their parts, in a worker. Main context.
 */
void namida_store_drop_device (NamidaStore *self, const char *fingerprint);
/** namida_store_ask_again: keeps the parts of the interrupted session @id, but requires confirmation by the user before
 * it resumes. Runs in a worker. */
void namida_store_ask_again (NamidaStore *self, const char *id);
/** namida_store_set_paused: records, in a worker, that the user paused or resumed the incoming transfer @id, so that
 * the next run of the program respects it. If it is called several times, the last call counts. */
void namida_store_set_paused (NamidaStore *self, const char *id, gboolean paused);
/** namida_store_dup_costs: tests what the drive of the folder for @landing does not support (namida-store-probe.h).
 * Returns: (transfer full) (array zero-terminated=1): one translated sentence for each missing feature; empty if there
 * is none or if the folder does not exist. Blocking: call it in a worker, or before there is a window. */
char **namida_store_dup_costs (NamidaStore *self, NamidaLanding landing);
/** namida_store_free_bytes: Returns: the free bytes of the file system where @landing saves files; 0 if unknown.
 * Blocking: call it in a worker. */
guint64 namida_store_free_bytes (NamidaStore *self, NamidaLanding landing);
/** namida_store_dup_destination: Returns: (transfer full): the folder that the user is shown before accepting. */
char *namida_store_dup_destination (NamidaStore *self, NamidaLanding landing, const char *alias);

G_END_DECLS
