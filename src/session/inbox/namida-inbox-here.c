/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds which files of an open offer are already on this device, for the user who decides about it. It uses the same
 * knowledge as the answer to the offer, so it finds only files that the sender sent before, and files that exist where
 * the offer would save them. The sender learns nothing. The window calls it. Main context; the store is asked in a
 * worker. */
#include "config.h"

#include "namida-inbox-private.h"
#include "namida-store-sink.h"

typedef struct
{
  NamidaSink *sink;
  NamidaBackup *backup;
} HereTask;

static void
here_task_free (gpointer data)
{
  HereTask *self = data;

  g_object_unref (self->sink);
  g_object_unref (self->backup);
  g_free (self);
}

static void
here_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  HereTask *self = task_data;
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  g_autofree NamidaWant *wants = g_new0 (NamidaWant, MAX (entries->len, 1));
  GByteArray *here = g_byte_array_sized_new (entries->len);
  GError *error = NULL;

  if (!namida_sink_preview (self->sink, self->backup, wants, cancellable, &error))
    {
      g_byte_array_unref (here);
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = entries->pdata[i];
      guint8 is_here = entry->kind != NAMIDA_ENTRY_FOLDER && !wants[i].wanted;

      g_byte_array_append (here, &is_here, 1);
    }
  g_task_return_pointer (task, g_byte_array_free_to_bytes (here), (GDestroyNotify) g_bytes_unref);
}

void
namida_inbox_look_here_async (NamidaInbox *self,
                              NamidaOffer *offer,
                              NamidaLanding landing,
                              const char *folder,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  HereTask *look = g_new0 (HereTask, 1);

  g_return_if_fail (self->running);

  g_task_set_source_tag (task, namida_inbox_look_here_async);
  look->sink = namida_store_sink_new (self->store, offer, landing, NULL);
  if (folder != NULL && landing == NAMIDA_LANDING_LIBRARY)
    namida_store_sink_set_folder (NAMIDA_STORE_SINK (look->sink), folder);
  look->backup = g_object_ref (namida_offer_get_backup (offer));
  g_task_set_task_data (task, look, here_task_free);
  g_task_run_in_thread (task, here_worker);
}

GBytes *
namida_inbox_look_here_finish (NamidaInbox *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
