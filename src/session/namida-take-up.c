/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida_take_up(): a worker reads the rows, then each of them is passed to its owner. Called by the inbox
 * and the outbox when they start. Main context. */
#include "config.h"

#include "namida-take-up.h"

typedef struct
{
  NamidaDatabase *database;
  NamidaTakeUpList list;
  NamidaTakeUpRow take;
} TakeUp;

static void
take_up_free (gpointer data)
{
  TakeUp *self = data;

  g_object_unref (self->database);
  g_free (self);
}

static void
take_up_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  TakeUp *self = data;
  GError *error = NULL;
  GPtrArray *rows = self->list (self->database, &error);

  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
take_up_done (GObject *owner, GAsyncResult *result, gpointer user_data)
{
  TakeUp *self = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = g_task_propagate_pointer (G_TASK (result), &error);

  if (rows == NULL)
    g_message ("%s", error->message);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    self->take (owner, rows->pdata[i]);
}

void
namida_take_up (
    GObject *owner, NamidaDatabase *database, NamidaTakeUpList list, NamidaTakeUpRow take, GCancellable *cancellable)
{
  g_autoptr (GTask) task = g_task_new (owner, cancellable, take_up_done, NULL);
  TakeUp *self = g_new0 (TakeUp, 1);

  self->database = g_object_ref (database);
  self->list = list;
  self->take = take;
  g_task_set_source_tag (task, namida_take_up);
  g_task_set_task_data (task, self, take_up_free);
  g_task_run_in_thread (task, take_up_thread);
}
