/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removes outdated rows from the database, a few at a time, in programs that run for a long time. namida-hub.c starts
 * and stops it. Main context; a worker thread does the work. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-hash-tidy.h"

#define FIRST_SECONDS 300
#define ROWS 1000u /* rows per run, which takes a fraction of a second */

static void
tidy_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaHashTidied tidied;
  g_autoptr (GError) error = NULL;

  if (!namida_hash_tidy (data, ROWS, &tidied, &error))
    g_message ("%s", error->message);
  else if (tidied.removed > 0)
    g_debug ("%u checksums of files that are gone were removed", tidied.removed);
  g_task_return_boolean (task, TRUE);
}

static gboolean
tidy_on_time (gpointer user_data)
{
  NamidaHub *self = user_data;
  /* Without a source, of which the thread could be the last owner. */
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_set_source_tag (task, tidy_on_time);
  g_task_set_task_data (task, g_object_ref (self->database), g_object_unref);
  g_task_run_in_thread (task, tidy_thread);
  return G_SOURCE_CONTINUE;
}

void
namida_hub_start_tidying (NamidaHub *self)
{
  if (self->tidy_timer == 0)
    self->tidy_timer = g_timeout_add_seconds (FIRST_SECONDS, tidy_on_time, self);
}

void
namida_hub_stop_tidying (NamidaHub *self)
{
  g_clear_handle_id (&self->tidy_timer, g_source_remove);
}
