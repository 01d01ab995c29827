/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes care of the versions that are kept here: the list, the retention after each received transfer, the
 * verification in the background, and reports of received backups that Namida could not restore. Used by
 * namida-hub-backups.c and tests. Main context; versions are read in worker threads. */
#pragma once

#include "namida-versions.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_KEEPER (namida_keeper_get_type ())
/**
 * NamidaKeeper: signals: "trouble" (sentence) about a damaged or doubtful backup; "versions-removed"
 * (NamidaRemoval *) after retention removed versions or has a question; "repaired" (uint) with the number of files
 * that verification repaired from other copies here.
 */
G_DECLARE_FINAL_TYPE (NamidaKeeper, namida_keeper, NAMIDA, KEEPER, GObject)

/**
 * namida_keeper_new: Returns: (transfer full): a keeper that does nothing before namida_keeper_start().
 * @transfers: (element-type NamidaTransfer): the running and ended transfers of this program
 */
NamidaKeeper *namida_keeper_new (GListModel *transfers);
/** namida_keeper_get_versions: Returns: (transfer none): the list, without a store until namida_keeper_start(). */
NamidaVersions *namida_keeper_get_versions (NamidaKeeper *self);
/** namida_keeper_start: loads the versions of @store and starts to verify them in the background. */
void namida_keeper_start (NamidaKeeper *self, NamidaStore *store);
/** namida_keeper_stop: cancels the verification in the background. The list stays. */
void namida_keeper_stop (NamidaKeeper *self);
/** namida_keeper_reload: reads the list again, because the folder of the store may have changed. */
void namida_keeper_reload (NamidaKeeper *self);
/** namida_keeper_set_retention: @policy: applied after each transfer that was received and verified. */
void namida_keeper_set_retention (NamidaKeeper *self, NamidaRetention policy);
/** namida_keeper_set_verify_days: @days: verify each version after that many days; 0: never. */
void namida_keeper_set_verify_days (NamidaKeeper *self, guint days);
/**
 * namida_keeper_verify_quietly: called every few minutes: verifies the version that was not read for the longest time,
 * if it is due and no transfer is running.
 */
void namida_keeper_verify_quietly (NamidaKeeper *self);
/**
 * namida_keeper_get_verification: Returns: (transfer none) (nullable): what cancels the verification in the background;
 * %NULL: none is running.
 */
GCancellable *namida_keeper_get_verification (NamidaKeeper *self);

G_END_DECLS
