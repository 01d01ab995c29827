/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-merge-file.h"
#include "namida-restore.h"
#include "namida-steps.h"
#include "namida-temporary-folder.h"

G_BEGIN_DECLS

/** What the copy of a backup is to be. */
typedef struct
{
  NamidaParts parts;     /* those that are wanted */
  gboolean all_settings; /* also those that only suit the device that made it */
  gboolean merge;        /* united with the newest good backup of where it goes */
  NamidaPathMap *manual; /* (nullable) (transfer none): folders that the user named; copied */
} NamidaRestoreFitOptions;

/** A copy of a backup that fits a device. */
typedef struct
{
  char *path; /* of the copy */
  NamidaFitResult *fit;
  NamidaMergeReport *merged; /* (nullable): it was united with: */
  char *merged_with;         /* (nullable): the name of that backup */
  gboolean picked;           /* Namida's automatic restore takes it; not known of another device */
  gboolean fresh;            /* it has the date of now */
  gboolean reindex;          /* Namida has to look at its music again */
  gboolean has_listens;
  guint64 listens;                  /* that Namida shows afterwards, when it had none */
  gboolean other_device;            /* it is for another device */
  NamidaTemporaryFolder *temporary; /* (nullable): that @path is in */
} NamidaFittedBackup;

/** namida_fitted_backup_free: also removes a copy that was made to be sent. */
void namida_fitted_backup_free (NamidaFittedBackup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFittedBackup, namida_fitted_backup_free)
/** namida_fitted_backup_dup_lines: (transfer full) (array zero-terminated): what was done, a translated line each. */
char **namida_fitted_backup_dup_lines (const NamidaFittedBackup *self);
/** namida_fitted_backup_dup_step_lines: (transfer full) (array zero-terminated): what is left to do in Namida. */
char **namida_fitted_backup_dup_step_lines (const NamidaFittedBackup *self);
/** namida_fitted_backup_dup_steps: (transfer full) (element-type NamidaStep): the same, for a window. */
GPtrArray *namida_fitted_backup_dup_steps (const NamidaFittedBackup *self);
/** namida_fitted_backup_dup_note: (transfer full) (nullable): see namida_steps_dup_note(). */
char *namida_fitted_backup_dup_note (const NamidaFittedBackup *self);

/** namida_fitted_backup_take_match: (transfer full) (nullable): where the music is; frees @self (transfer full)
 * (nullable). */
NamidaMusicMatch *namida_fitted_backup_take_match (NamidaFittedBackup *self);

/**
 * namida_restore_plan_fit_async:
 * @self: after apply, with the music at its destinations; the zip's own destination is not used
 * @options: (nullable) with @only_match: its folders that the user named count
 * @only_match: writes nothing and only finds the music: in the music folders of Namida here, and as it will be when the
 *   plan has put the version's own files at the destinations that are chosen now. The result has no path
 *
 * Writes a copy of the version's backup zip, with the paths of this computer, into the folder where Namida looks for
 * backups. It gets a name of its own and replaces nothing. Its time is that of now when the plan is to be picked by the
 * automatic restore (namida_restore_plan_set_automatic()), else that of the backup. It can be undone together with what
 * apply did. The work is done in a thread.
 */
void namida_restore_plan_fit_async (NamidaRestorePlan *self,
                                    const NamidaRestoreFitOptions *options,
                                    gboolean only_match,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** Returns: (transfer full) (nullable): NOT_FOUND (no zip; or nothing to merge with) or the errors of
 * namida_merge_files(). */
NamidaFittedBackup *namida_restore_plan_fit_finish (NamidaRestorePlan *self, GAsyncResult *result, GError **error);

/**
 * namida_restore_fit_for_async:
 * @zip: a backup
 * @fingerprint: (nullable): of the device that it is for; %NULL: the unproven one called @alias
 * @only_match: writes nothing: the result only says where the music of @zip is on that device
 *
 * Makes a copy in a temporary folder whose paths are those of another device, as far as its versions here tell. A
 * thread.
 */
void namida_restore_fit_for_async (NamidaDatabase *database,
                                   const char *zip,
                                   const char *fingerprint,
                                   const char *alias,
                                   const NamidaRestoreFitOptions *options,
                                   gboolean only_match,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** Returns: (transfer full) (nullable): NOT_FOUND (it is not known where the device keeps its music; nothing to merge
 * with) or the errors of namida_merge_files(). */
NamidaFittedBackup *namida_restore_fit_for_finish (GAsyncResult *result, GError **error);
G_END_DECLS
