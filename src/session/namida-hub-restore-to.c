/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends a version back to a device: as it was received, or with a copy of its backup that fits the device in place of
 * the zip. The command line and the window call it in the main context; a worker thread determines what there is to
 * send. */
#include "config.h"

#include "namida-hub-restore.h"

#include "namida-content.h"
#include "namida-error.h"
#include "namida-hub-private.h"
#include "namida-outbox-private.h"
#include "namida-version-collect.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>

typedef struct
{
  NamidaDatabase *database;
  char *id;
  char **labels;              /* (nullable) */
  char **picks;               /* (nullable): only these, and @fitted */
  NamidaFittedBackup *fitted; /* (nullable) */
} Restoring;

static void
restoring_free (gpointer data)
{
  Restoring *restoring = data;

  g_object_unref (restoring->database);
  g_free (restoring->id);
  g_strfreev (restoring->labels);
  g_strfreev (restoring->picks);
  namida_fitted_backup_free (restoring->fitted);
  g_free (restoring);
}

/* @entry: (nullable): the zip of the version, whose id is used */
static NamidaEntry *
restoring_make_zip (const NamidaFittedBackup *fitted, const NamidaEntry *entry, GError **error)
{
  NamidaEntry *zip;
  struct stat st;

  if (stat (fitted->path, &st) != 0)
    {
      namida_error_set_from_errno (error, errno, _ ("The copy of the backup cannot be read"));
      return NULL;
    }
  zip = namida_entry_new ();
  zip->kind = NAMIDA_ENTRY_BACKUP_ZIP;
  zip->id = g_strdup (entry != NULL ? entry->id : "f0");
  zip->name = g_path_get_basename (fitted->path);
  zip->label = g_strdup ("");
  zip->relative_path = g_strdup ("");
  zip->source = g_strdup (fitted->path);
  zip->type = g_strdup (namida_entry_guess_type (zip->name));
  zip->size = (guint64) st.st_size;
  zip->mtime_ns = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
  zip->inode = (guint64) st.st_ino;
  zip->device = (guint64) st.st_dev;
  zip->ctime_ns = namida_content_ctime_ns (&st);
  return zip;
}

/* Returns the backup of the version with the fitted copy in place of its zip. */
static NamidaBackup *
restoring_replace_zip (NamidaBackup *backup, const NamidaFittedBackup *fitted, GError **error)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  g_autoptr (NamidaBackup) replaced = namida_backup_new_like (backup);
  const NamidaEntry *old = NULL;
  NamidaEntry *zip;

  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = entries->pdata[i];

      if (entry->kind == NAMIDA_ENTRY_BACKUP_ZIP)
        old = entry;
      else
        namida_backup_add (replaced, namida_entry_ref (entry));
    }
  zip = restoring_make_zip (fitted, old, error);
  if (zip == NULL)
    return NULL;
  namida_backup_add (replaced, zip);
  namida_backup_set_name (replaced, zip->name);
  namida_backup_sort (replaced);
  return g_steal_pointer (&replaced);
}

static NamidaBackup *
restoring_collect (Restoring *restoring, GCancellable *cancellable, GError **error)
{
  NamidaBackup *backup;

  if (restoring->picks == NULL)
    return namida_version_collect (restoring->database, restoring->id, (const char *const *) restoring->labels,
                                   cancellable, error);
  if (restoring->picks[0] != NULL || restoring->fitted == NULL)
    return namida_version_collect_picked (restoring->database, restoring->id, (const char *const *) restoring->picks,
                                          cancellable, error);
  backup = namida_backup_new (); /* only the playlists in the fitted copy */
  namida_backup_set_proven (backup, TRUE);
  return backup;
}

static void
restoring_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Restoring *restoring = data;
  GError *error = NULL;
  g_autoptr (NamidaBackup) backup = restoring_collect (restoring, cancellable, &error);
  NamidaBackup *replaced = NULL;

  if (backup != NULL)
    replaced = restoring->fitted != NULL ? restoring_replace_zip (backup, restoring->fitted, &error)
                                         : g_steal_pointer (&backup);
  if (replaced != NULL)
    g_task_return_pointer (task, replaced, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* @data: belongs to the send source, which outlives the task */
static void
restoring_begin (gpointer data, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, restoring_begin);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, data, NULL);
  g_task_run_in_thread (task, restoring_thread);
}

static NamidaBackup *
restoring_end (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* @fitted: (transfer full) (nullable) */
static Restoring *
restoring_new (NamidaHub *hub, NamidaVersion *version, NamidaFittedBackup *fitted)
{
  Restoring *restoring = g_new0 (Restoring, 1);

  restoring->database = g_object_ref (hub->database);
  restoring->id = g_strdup (namida_version_get_id (version));
  restoring->fitted = fitted;
  return restoring;
}

/* @restoring: (transfer full) */
static NamidaTransfer *
restoring_send (NamidaHub *hub, NamidaPeer *peer, Restoring *restoring, const char *pin)
{
  return namida_outbox_send_what (hub->outbox, peer,
                                  namida_send_source_new (restoring_begin, restoring_end, restoring, restoring_free),
                                  pin);
}

NamidaTransfer *
namida_hub_restore_fitted_to (NamidaHub *self,
                              NamidaVersion *version,
                              NamidaPeer *peer,
                              const char *const *labels,
                              const char *pin,
                              gpointer fitted)
{
  Restoring *restoring;

  g_return_val_if_fail (NAMIDA_IS_HUB (self), NULL);
  g_return_val_if_fail (self->running, NULL);

  restoring = restoring_new (self, version, fitted);
  restoring->labels = g_strdupv ((char **) labels);
  return restoring_send (self, peer, restoring, pin);
}

NamidaTransfer *
namida_hub_restore_picked_to (NamidaHub *self,
                              NamidaVersion *version,
                              NamidaPeer *peer,
                              const char *const *picks,
                              const char *pin,
                              gpointer fitted)
{
  Restoring *restoring;

  g_return_val_if_fail (NAMIDA_IS_HUB (self) && picks != NULL, NULL);
  g_return_val_if_fail (self->running, NULL);

  restoring = restoring_new (self, version, fitted);
  restoring->picks = g_strdupv ((char **) picks);
  return restoring_send (self, peer, restoring, pin);
}

NamidaTransfer *
namida_hub_restore_to (
    NamidaHub *self, NamidaVersion *version, NamidaPeer *peer, const char *const *labels, const char *pin)
{
  return namida_hub_restore_fitted_to (self, version, peer, labels, pin, NULL);
}

/* ---- the fitted copy ---- */

static gboolean
restoring_check (NamidaHub *self, NamidaVersion *version, GTask *task)
{
  GError *error = NULL;

  if (self->database == NULL || self->store == NULL)
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, "%s",
                             _ ("The backups cannot be opened yet. Try again in a moment."));
  else if (namida_version_get_zip_path (version) == NULL)
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, "%s", _ ("The version has no Namida backup."));
  else if (!namida_version_check_here (version, &error))
    g_task_return_error (task, error);
  else
    return TRUE;
  return FALSE;
}

static void
restoring_on_fitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  NamidaFittedBackup *fitted = namida_restore_fit_for_finish (result, &error);

  if (fitted != NULL)
    g_task_return_pointer (task, fitted, (GDestroyNotify) namida_fitted_backup_free);
  else
    g_task_return_error (task, error);
}

void
namida_hub_fit_for_async (NamidaHub *self,
                          NamidaVersion *version,
                          NamidaPeer *peer,
                          const NamidaRestoreFitOptions *options,
                          gboolean only_match,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, namida_hub_fit_for_async);
  if (restoring_check (self, version, task))
    namida_restore_fit_for_async (self->database, namida_version_get_zip_path (version),
                                  namida_peer_get_fingerprint (peer), namida_peer_get_alias (peer), options, only_match,
                                  cancellable, restoring_on_fitted, g_steal_pointer (&task));
}

NamidaFittedBackup *
namida_hub_fit_for_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_hub_fit_for_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
namida_hub_merge_async (NamidaHub *self,
                        NamidaVersion *first,
                        NamidaVersion *second,
                        gboolean second_settings,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  NamidaVersion *versions[] = { first, second };
  NamidaMergeSide sides[2];

  g_return_if_fail (NAMIDA_IS_HUB (self) && self->database != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      sides[i].zip = namida_version_get_zip_path (versions[i]);
      sides[i].fingerprint = namida_version_get_fingerprint (versions[i]);
      sides[i].alias = namida_version_get_alias (versions[i]);
      g_return_if_fail (sides[i].zip != NULL);
    }
  namida_merge_versions_async (self->database, &sides[0], &sides[1], second_settings, cancellable, callback, user_data);
}
