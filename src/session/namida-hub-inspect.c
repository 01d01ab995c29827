/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the backup zip of a received transfer and inspects it in a worker thread. The "receive" command shows the
 * result. Main context. */
#include "config.h"

#include "namida-hub-inspect.h"

#include "namida-error.h"
#include "namida-hub-private.h"
#include "namida-safe-path.h"

#include <glib/gi18n-lib.h>
#include <sys/stat.h>

/* An upper bound: hardly ever are there so many backups of one name and different content in one folder. */
#define NUMBER_MOST 100u

typedef struct
{
  GPtrArray *folders; /* possible folders, the most likely one first */
  char *name;
  guint64 size;
} Arrived;

static void
arrived_free (gpointer data)
{
  Arrived *self = data;

  g_ptr_array_unref (self->folders);
  g_free (self->name);
  g_free (self);
}

static gboolean
inspect_is_later (const struct stat *a, const struct stat *b)
{
  return a->st_ctim.tv_sec != b->st_ctim.tv_sec ? a->st_ctim.tv_sec > b->st_ctim.tv_sec
                                                : a->st_ctim.tv_nsec > b->st_ctim.tv_nsec;
}

/* If a backup of this name exists already, the new one is called "name (2).zip". Of those with the right size, return
 * the newest. */
static char *
inspect_find_in (const char *folder, const char *name, guint64 size)
{
  g_autofree char *found = NULL;
  struct stat best;

  for (guint n = 1; n <= NUMBER_MOST; n++)
    {
      g_autofree char *numbered = n == 1 ? g_strdup (name) : namida_safe_path_numbered (name, n);
      g_autofree char *path = g_build_filename (folder, numbered, NULL);
      struct stat st;

      if (lstat (path, &st) != 0)
        break;
      if (!S_ISREG (st.st_mode) || (guint64) st.st_size != size || (found != NULL && !inspect_is_later (&st, &best)))
        continue;
      best = st;
      g_free (found);
      found = g_steal_pointer (&path);
    }
  return g_steal_pointer (&found);
}

static void
inspect_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Arrived *self = data;
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;
  NamidaInspection *inspection;
  GError *error = NULL;

  for (guint i = 0; i < self->folders->len && path == NULL; i++)
    path = inspect_find_in (self->folders->pdata[i], self->name, self->size);
  if (path == NULL)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("“%s” is not there any more."),
                               self->name);
      return;
    }
  file = g_file_new_for_path (path);
  inspection = namida_inspector_inspect (file, cancellable, &error);
  if (inspection != NULL)
    g_task_return_pointer (task, inspection, (GDestroyNotify) namida_inspection_unref);
  else
    g_task_return_error (task, error);
}

static const NamidaEntry *
inspect_find_zip (NamidaTransfer *transfer)
{
  NamidaBackup *backup = namida_transfer_get_backup (transfer);
  GPtrArray *entries = backup != NULL ? namida_backup_get_entries (backup) : NULL;

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const NamidaEntry *entry = entries->pdata[i];

      if (entry->kind == NAMIDA_ENTRY_BACKUP_ZIP
          && namida_file_result_is_success (namida_transfer_get_result (transfer, i)))
        return entry;
    }
  return NULL;
}

void
namida_hub_inspect_arrived_async (NamidaHub *self,
                                  NamidaTransfer *transfer,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const NamidaEntry *zip = inspect_find_zip (transfer);
  const char *folder = namida_transfer_get_folder (transfer);
  g_autofree char *alias = NULL;
  Arrived *arrived;

  g_task_set_source_tag (task, namida_hub_inspect_arrived_async);
  if (zip == NULL || self->store == NULL || !namida_safe_path_check_component (zip->name, NULL))
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, "%s", _ ("It brought no backup zip."));
      return;
    }
  alias = namida_safe_path_component_from_alias (namida_transfer_get_peer_alias (transfer));
  arrived = g_new0 (Arrived, 1);
  arrived->name = g_strdup (zip->name);
  arrived->size = zip->size;
  arrived->folders = g_ptr_array_new_with_free_func (g_free);
  /* The folder of a version; or, for a backup that was stored beside music, the folder of the device. */
  if (folder != NULL)
    g_ptr_array_add (arrived->folders, g_strdup (folder));
  g_ptr_array_add (arrived->folders, g_build_filename (namida_store_get_backups (self->store), alias, NULL));
  g_task_set_task_data (task, arrived, arrived_free);
  g_task_run_in_thread (task, inspect_thread);
}

NamidaInspection *
namida_hub_inspect_arrived_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_hub_inspect_arrived_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
