/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restores a version into the folders of this computer, using the folders that the hub is configured with. The
 * window's restore dialog and the "restore" command call it. The plan is then chosen, previewed and applied with
 * namida-restore.h. Main context. */
#pragma once

#include "namida-hub.h"
#include "namida-merge-versions.h"
#include "namida-restore-fit.h"

G_BEGIN_DECLS

/**
 * namida_hub_plan_restore_async: plans the restore of @version. For a version that is only recorded
 * (NAMIDA_LANDING_LIBRARY), only the zip is planned, because its music is already in the user's folders. New music
 * folders are created below the hub's music folder, and the zip goes to ~/Namida/Backups.
 */
void namida_hub_plan_restore_async (NamidaHub *self,
                                    NamidaVersion *version,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** namida_hub_plan_restore_finish: Returns: (transfer full) (nullable): the plan; %NULL with NOT_FOUND or STORAGE. */
NamidaRestorePlan *namida_hub_plan_restore_finish (NamidaHub *self, GAsyncResult *result, GError **error);

/**
 * namida_hub_fit_for_async: makes a copy of @version's backup that fits @peer, using the folders that @peer has sent.
 * With @only_match, no copy is made and only the location of its music is found out. Main context.
 */
void namida_hub_fit_for_async (NamidaHub *self,
                               NamidaVersion *version,
                               NamidaPeer *peer,
                               const NamidaRestoreFitOptions *options,
                               gboolean only_match,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/**
 * namida_hub_fit_for_finish: Returns: (transfer full) (nullable): for namida_hub_restore_fitted_to(); errors of
 * namida_restore_fit_for_finish().
 */
NamidaFittedBackup *namida_hub_fit_for_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/**
 * namida_hub_merge_async: merges the backups of two versions, which must both have one. Finish with
 * namida_merge_versions_finish(). Main context.
 */
void namida_hub_merge_async (NamidaHub *self,
                             NamidaVersion *first,
                             NamidaVersion *second,
                             gboolean second_settings,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/** namida_hub_undo_restore_async: undoes a restore; see namida_restore_undo_async(). @id: (nullable): the ID of the
 * restore; %NULL: the newest one. */
void namida_hub_undo_restore_async (
    NamidaHub *self, const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** namida_hub_undo_restore_finish: @undone: (out): what was undone. Returns: %FALSE with @error on failure. */
gboolean
namida_hub_undo_restore_finish (NamidaHub *self, GAsyncResult *result, NamidaRestoreResult *undone, GError **error);

G_END_DECLS
