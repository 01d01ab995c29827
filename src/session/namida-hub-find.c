/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Searches all versions for the window. A worker does it, because reading the zips takes time. The Backups page calls
 * it with each text that is typed and cancels the previous search. Main context. */
#include "config.h"

#include "namida-hub-find.h"

#include "namida-hub-private.h"

typedef struct
{
  NamidaDatabase *database; /* owned */
  char *text;
} HubFind;

static void
hub_find_free (HubFind *find)
{
  g_object_unref (find->database);
  g_free (find->text);
  g_free (find);
}

static void
hub_find_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HubFind *find = data;
  GError *error = NULL;
  GPtrArray *hits = namida_version_find (find->database, find->text, cancellable, &error);

  if (hits != NULL)
    g_task_return_pointer (task, hits, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
namida_hub_find_async (
    NamidaHub *self, const char *text, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  HubFind *find;

  g_return_if_fail (NAMIDA_IS_HUB (self) && self->database != NULL && *text != '\0');

  find = g_new0 (HubFind, 1);
  find->database = g_object_ref (self->database);
  find->text = g_strdup (text);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, namida_hub_find_async);
  g_task_set_task_data (task, find, (GDestroyNotify) hub_find_free);
  g_task_run_in_thread (task, hub_find_thread);
}

GPtrArray *
namida_hub_find_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
