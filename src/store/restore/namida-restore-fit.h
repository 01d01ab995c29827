/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes copies of backup zips whose paths fit this computer or another device. Called by the window and the command
 * line in the main context; the work is done in a thread. */
#pragma once

#include "namida-merge-file.h"
#include "namida-restore.h"
#include "namida-steps.h"
#include "namida-temporary-folder.h"

G_BEGIN_DECLS

/** NamidaRestoreFitOptions: what the copy should contain. */
typedef struct
{
  NamidaParts parts;            /* the wanted parts */
  gboolean all_settings;        /* include settings that only suit the original device */
  gboolean merge;               /* merge with the newest good backup at the destination */
  NamidaPathMap *manual;        /* (nullable): folders that the user named; copied */
  const char *const *playlists; /* (nullable): only the playlists with these names; copied. They are merged with those
                                 * of the newest good backup at the destination if it has them */
} NamidaRestoreFitOptions;

/** NamidaFittedBackup: a copy of a backup that fits a device. */
typedef struct
{
  char *path; /* of the copy */
  NamidaFitResult *fit;
  NamidaMergeReport *merged; /* (nullable): set if it was merged with @merged_with */
  char *merged_with;         /* (nullable): the name of that backup */
  gboolean picked;           /* Namida's automatic restore picks it; unknown for another device */
  gboolean fresh;            /* it has the current time */
  gboolean reindex;          /* Namida must scan its music again */
  gboolean has_listens;
  guint64 listens;                  /* shown by Namida after the restore if it had none before */
  gboolean other_device;            /* it is for another device */
  NamidaTemporaryFolder *temporary; /* (nullable): contains @path */
} NamidaFittedBackup;

/** namida_fitted_backup_free: frees @self, and removes a copy that was made in a temporary folder to be sent. */
void namida_fitted_backup_free (NamidaFittedBackup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFittedBackup, namida_fitted_backup_free)
/** namida_fitted_backup_dup_lines: Returns: (transfer full) (array zero-terminated=1): what was changed, as translated
 * lines. */
char **namida_fitted_backup_dup_lines (const NamidaFittedBackup *self);
/** namida_fitted_backup_dup_step_lines: Returns: (transfer full) (array zero-terminated=1): the steps that are left to
 * do in Namida, as translated lines. */
char **namida_fitted_backup_dup_step_lines (const NamidaFittedBackup *self);
/** namida_fitted_backup_dup_steps: Returns: (transfer full) (element-type NamidaStep): the same steps, for a window. */
GPtrArray *namida_fitted_backup_dup_steps (const NamidaFittedBackup *self);
/** namida_fitted_backup_dup_note: Returns: (transfer full) (nullable): see namida_steps_dup_note(). */
char *namida_fitted_backup_dup_note (const NamidaFittedBackup *self);

/** namida_fitted_backup_take_match: @self: (transfer full) (nullable). Returns: (transfer full) (nullable): where the
 * music is. */
NamidaMusicMatch *namida_fitted_backup_take_match (NamidaFittedBackup *self);

/**
 * namida_restore_plan_fit_async:
 * @self: the plan, after apply, with the music at its destinations; the destination of the zip itself is not used
 * @options: (nullable): with @only_match, only the folders that the user named are used
 * @only_match: write nothing and only find the music: in Namida's music folders on this computer, and where the
 * version's own files will be with the destinations that are chosen now. The result has no path
 *
 * Writes a copy of the version's backup zip, with the paths of this computer, into the folder where Namida looks for
 * backups. The copy gets a new name and replaces nothing. It gets the current time if Namida's automatic restore should
 * pick it (namida_restore_plan_set_automatic()), otherwise the time of the backup. It can be undone together with what
 * apply did. Main context; the work is done in a thread.
 */
void namida_restore_plan_fit_async (NamidaRestorePlan *self,
                                    const NamidaRestoreFitOptions *options,
                                    gboolean only_match,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** namida_restore_plan_fit_finish: Returns: (transfer full) (nullable): %NULL with NOT_FOUND (there is no zip, or
 * nothing to merge with) or an error of namida_merge_files(). */
NamidaFittedBackup *namida_restore_plan_fit_finish (NamidaRestorePlan *self, GAsyncResult *result, GError **error);

/**
 * namida_restore_fit_for_async:
 * @zip: the path of a backup
 * @fingerprint: (nullable): the key of the device that the copy is for; %NULL for a device without a proven key, named
 * @alias
 * @only_match: write nothing and only find where the music of @zip is on that device
 *
 * Makes a copy in a temporary folder, with the paths of another device as far as the versions of that device tell them.
 * Main context; the work is done in a thread.
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
/** namida_restore_fit_for_finish: Returns: (transfer full) (nullable): %NULL with NOT_FOUND (it is unknown where the
 * device has its music, or there is nothing to merge with) or an error of namida_merge_files(). */
NamidaFittedBackup *namida_restore_fit_for_finish (GAsyncResult *result, GError **error);
G_END_DECLS
