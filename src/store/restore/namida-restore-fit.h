/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-fit-file.h"
#include "namida-restore.h"

G_BEGIN_DECLS

/**
 * namida_restore_plan_fit_async:
 * @self: after apply, with the music at its destinations; the zip's own destination is not used
 * @parts: of the backup zip that are wanted
 *
 * Writes a copy of the version's backup zip, with the paths of this computer, into the folder where Namida looks for
 * backups. It gets a name of its own and replaces nothing; its time is that of now. The work is done in a thread.
 */
void namida_restore_plan_fit_async (NamidaRestorePlan *self,
                                    NamidaParts parts,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/**
 * namida_restore_plan_fit_finish:
 * @path: (out) (transfer full): of the copy
 *
 * Returns: (transfer full) (nullable): what was done; %NULL with NOT_FOUND (the version has no zip) or the errors of
 * namida_fit_file().
 */
NamidaFitResult *
namida_restore_plan_fit_finish (NamidaRestorePlan *self, GAsyncResult *result, char **path, GError **error);
/** namida_restore_fit_dup_steps: (transfer full) (array zero-terminated): what is left to do in Namida with the copy at
 * @path, translated lines. */
char **namida_restore_fit_dup_steps (const char *path);

G_END_DECLS
