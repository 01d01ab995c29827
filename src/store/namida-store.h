/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-journal.h"
#include "namida-landing.h"
#include "namida-offer.h"
#include "namida-sink.h"

G_BEGIN_DECLS

/** NamidaStore: this device's folders and journal. Settings from the main context, at any time: a sink keeps those that
 * it was made with, and works in threads.
 */
#define NAMIDA_TYPE_STORE (namida_store_get_type ())
G_DECLARE_FINAL_TYPE (NamidaStore, namida_store, NAMIDA, STORE, GObject)

/** @data_dir: staging lives below it when it is on the destination's file system, else in a hidden folder
 * ".namida-sync-parts" of the destination. */
NamidaStore *namida_store_new (const char *data_dir, NamidaDatabase *database);
void namida_store_set_folders (NamidaStore *self, const char *backups, const char *music);
/** namida_store_set_chosen: which of the two a person chose: such a folder is never made anew. When it is not there
 * (its drive is not plugged in, the desktop took its permission back), what should land in it is refused in words. For
 * the sinks made from then on. */
void namida_store_set_chosen (NamidaStore *self, gboolean backups, gboolean music);
const char *namida_store_get_backups (NamidaStore *self);
const char *namida_store_get_music (NamidaStore *self);
/** namida_store_set_reserve: bytes that stay free on each disk; 0: 64 MB of one of 1 GB and more. For the sinks made
 * from then on. */
void namida_store_set_reserve (NamidaStore *self, guint64 bytes);
guint64 namida_store_get_reserve (NamidaStore *self);
/** namida_store_set_reread_days: a file that was read last more than so many days ago is read before a new version
 * shares it; 0: never. For the sinks made from then on; NAMIDA_LIMIT_REREAD_DAYS at first. */
void namida_store_set_reread_days (NamidaStore *self, guint days);
guint namida_store_get_reread_days (NamidaStore *self);
/** A label's own folder: received folders of this name go there instead of <music>/<label>. */
void namida_store_add_label_folder (NamidaStore *self, const char *label, const char *folder);
/**
 * namida_store_sink_new: a sink for @offer, landing as @landing: "into my folders" or "kept as a backup" (DESIGN.md).
 * @resume: (nullable): an interrupted session to go on with. Does not touch the disk yet (namida_sink_prepare does).
 */
NamidaSink *
namida_store_sink_new (NamidaStore *self, NamidaOffer *offer, NamidaLanding landing, NamidaJournalSession *resume);
/** namida_store_find_resumable_async: a worker asks the journal for an interrupted session of this very backup, or else
 * (@backup, nullable) of what it was before some of its files changed. (transfer full) (nullable) without error: none.
 */
void namida_store_find_resumable_async (NamidaStore *self,
                                        const char *fingerprint,
                                        const char *offer_key,
                                        NamidaBackup *backup,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
NamidaJournalSession *namida_store_find_resumable_finish (NamidaStore *self, GAsyncResult *result, GError **error);
/** namida_store_clean: at start, in a worker: removes staging that no journal row within its days speaks of, marks
 * sessions left "open" by a crash as "parked". Blocking. */
gboolean namida_store_clean (NamidaStore *self, GError **error);
/** namida_store_drop_parked: an interrupted session of @fingerprint (nullable: of whoever) is not wanted any more: its
 * parts go. In a worker. */
void namida_store_drop_parked (NamidaStore *self, const char *fingerprint, const char *id);
/**
 * namida_store_drop_device:
 * @self: the store
 * @fingerprint: of a device that is trusted no longer
 *
 * Ends the interrupted sessions that this device sent and removes their parts, in a worker. Main context.
 */
void namida_store_drop_device (NamidaStore *self, const char *fingerprint);
/** namida_store_ask_again: its parts stay, but somebody has to say yes before it goes on. In a worker. */
void namida_store_ask_again (NamidaStore *self, const char *id);
/** namida_store_set_paused: the person here paused the receiving @id, or lets it go on: the next run of the program
 * knows it. In a worker; of several calls the last one counts. */
void namida_store_set_paused (NamidaStore *self, const char *id, gboolean paused);
/** namida_store_dup_costs: what the drive of the folder for @landing cannot do, found out by trying it
 * (namida-store-probe.h). (transfer full) (array zero-terminated=1): a translated sentence each; empty when it can do
 * all, or when the folder is not there. Blocking: a worker, or before there is a window. */
char **namida_store_dup_costs (NamidaStore *self, NamidaLanding landing);
/** Free bytes where @landing would put things; in a worker. */
guint64 namida_store_free_bytes (NamidaStore *self, NamidaLanding landing);
/** The folder a person is told before accepting. (transfer full) */
char *namida_store_dup_destination (NamidaStore *self, NamidaLanding landing, const char *alias);

G_END_DECLS
