/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads sessions of an earlier run from the journal in a worker thread, so that the callers
 * (namida-hub-receive-history.c and sending/namida-hub-send-history.c) can continue them. Main context. */
#include "config.h"

#include "namida-hub-private.h"

typedef struct
{
  NamidaDatabase *database;
  NamidaHubListRows list;
  NamidaHubTakeRow take;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_object_unref (reading->database);
  g_free (reading);
}

static void
reading_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  GError *error = NULL;
  GPtrArray *rows = reading->list (reading->database, &error);

  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
rows_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = g_task_propagate_pointer (G_TASK (result), &error);

  if (rows == NULL)
    g_message ("%s", error->message);
  for (guint i = 0; rows != NULL && self->running && i < rows->len; i++)
    reading->take (self, rows->pdata[i]);
}

void
namida_hub_take_up (NamidaHub *self, NamidaHubListRows list, NamidaHubTakeRow take)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, rows_read, NULL);
  Reading *reading = g_new0 (Reading, 1);

  reading->database = g_object_ref (self->database);
  reading->list = list;
  reading->take = take;
  g_task_set_source_tag (task, namida_hub_take_up);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, reading_thread);
}
