/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub.h"
#include "namida-merge-versions.h"
#include "namida-restore-fit.h"

G_BEGIN_DECLS

/* Putting a version back into the folders of this computer, with the hub's folders. Main context. What is then done
 * with the plan (choose, preview, apply) is in namida-restore.h. */

/** namida_hub_plan_restore_async: of a version that is only recorded (NAMIDA_LANDING_LIBRARY) the zip: its music is in
 * the person's folders already. New music folders go below the hub's music folder, the zip into ~/Namida/Backups. */
void namida_hub_plan_restore_async (NamidaHub *self,
                                    NamidaVersion *version,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** For both. Returns: (transfer full) (nullable): NOT_FOUND, STORAGE. */
NamidaRestorePlan *namida_hub_plan_restore_finish (NamidaHub *self, GAsyncResult *result, GError **error);

/** namida_hub_fit_for_async: a copy of @version's backup that fits @peer, by what @peer has sent; with @only_match
 * none, and only where its music is there. Main context. */
void namida_hub_fit_for_async (NamidaHub *self,
                               NamidaVersion *version,
                               NamidaPeer *peer,
                               const NamidaRestoreFitOptions *options,
                               gboolean only_match,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** Returns: (transfer full) (nullable): for namida_hub_restore_fitted_to(); errors of namida_restore_fit_for_finish().
 */
NamidaFittedBackup *namida_hub_fit_for_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/** namida_hub_merge_async: the union of the backups of two versions, which both must have one; its finish is
 * namida_merge_versions_finish(). Main context. */
void namida_hub_merge_async (NamidaHub *self,
                             NamidaVersion *first,
                             NamidaVersion *second,
                             gboolean second_settings,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/** namida_hub_undo_restore_async: @id: (nullable): the newest. */
void namida_hub_undo_restore_async (
    NamidaHub *self, const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean
namida_hub_undo_restore_finish (NamidaHub *self, GAsyncResult *result, NamidaRestoreResult *undone, GError **error);

G_END_DECLS
