/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that this device has sent to a LocalSend device before. LocalSend would store them a second time under other
 * names, so the window and the command line ask how many there are, and the user decides whether to send them again.
 * A schedule, which runs unattended, leaves them out. Main context; the database is read in worker threads. */
#include "config.h"

#include "namida-outbox-private.h"

#include "namida-format.h"
#include "namida-scanner.h"
#include "namida-sent-before.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  NamidaDatabase *database;
  char *fingerprint;
  NamidaBackup *backup; /* (nullable) until the files were scanned */
  NamidaSentBefore sum;
} SentBefore;

static void
sent_before_free (gpointer data)
{
  SentBefore *self = data;

  g_object_unref (self->database);
  g_free (self->fingerprint);
  g_clear_object (&self->backup);
  g_free (self);
}

static SentBefore *
sent_before_new (NamidaOutbox *outbox, const char *fingerprint, NamidaBackup *backup)
{
  SentBefore *self = g_new0 (SentBefore, 1);

  self->database = g_object_ref (outbox->database);
  self->fingerprint = g_strdup (fingerprint);
  g_set_object (&self->backup, backup);
  return self;
}

/* Devices of dialect v1 are asked what they have. A device without encryption has no identity that could be
 * remembered. */
static gboolean
sent_before_is_of_use (NamidaOutbox *self, NamidaPeer *peer)
{
  return self->database != NULL && peer != NULL && namida_peer_get_fingerprint (peer) != NULL
         && namida_sender_best_dialect (namida_peer_get_dialects (peer)) == NAMIDA_DIALECT_LOCALSEND;
}

/* ---- counting ---- */

static void
sent_before_count_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SentBefore *self = data;

  self->sum = namida_sent_before_count (self->database, self->fingerprint, self->backup);
  g_task_return_boolean (task, TRUE);
}

static void
sent_before_on_scanned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SentBefore *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->backup = namida_scanner_scan_finish (result, &error);
  if (self->backup == NULL)
    g_task_return_error (task, error);
  else
    g_task_run_in_thread (task, sent_before_count_thread);
}

void
namida_outbox_count_sent_before_async (NamidaOutbox *self,
                                       NamidaPeer *peer,
                                       GListModel *files,
                                       NamidaScanFilter *filter,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  SentBefore *count;

  g_task_set_source_tag (task, namida_outbox_count_sent_before_async);
  if (!sent_before_is_of_use (self, peer))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  count = sent_before_new (self, namida_peer_get_fingerprint (peer), NULL);
  g_task_set_task_data (task, count, sent_before_free);
  namida_scanner_scan_async (files, filter, cancellable, sent_before_on_scanned, g_steal_pointer (&task));
}

guint
namida_outbox_count_sent_before_finish (NamidaOutbox *self, GAsyncResult *result, guint64 *bytes, GError **error)
{
  SentBefore *count;

  g_return_val_if_fail (g_task_is_valid (result, self), 0);

  *bytes = 0;
  count = g_task_get_task_data (G_TASK (result));
  if (!g_task_propagate_boolean (G_TASK (result), error) || count == NULL)
    return 0;
  *bytes = count->sum.bytes;
  return count->sum.files;
}

/* ---- leaving them out ---- */

gboolean
namida_outbox_leaves_out_sent (NamidaOutbox *self, NamidaSending *sending)
{
  return (sending->sent_before == NAMIDA_SENT_BEFORE_SKIP
          || (sending->by_schedule && sending->sent_before == NAMIDA_SENT_BEFORE_SEND))
         && !sending->reread && sent_before_is_of_use (self, sending->peer);
}

static void
sent_before_leave_out_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SentBefore *self = data;

  g_task_return_pointer (task,
                         namida_sent_before_leave_out (self->database, self->fingerprint, self->backup, &self->sum),
                         g_object_unref);
}

void
namida_outbox_leave_out_sent_async (
    NamidaOutbox *self, NamidaSending *sending, NamidaBackup *backup, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, namida_outbox_leave_out_sent_async);
  g_task_set_task_data (task, sent_before_new (self, namida_peer_get_fingerprint (sending->peer), backup),
                        sent_before_free);
  g_task_run_in_thread (task, sent_before_leave_out_thread);
}

NamidaBackup *
namida_outbox_leave_out_sent_finish (NamidaTransfer *transfer, GAsyncResult *result)
{
  SentBefore *self = g_task_get_task_data (G_TASK (result));
  g_autofree char *size = namida_format_size (self->sum.bytes);
  g_autofree char *words = NULL;

  namida_transfer_set_sent_before (transfer, self->sum.files);
  if (self->sum.files > 0)
    {
      /* Translators: a number of files, their size, a device */
      words = g_strdup_printf (ngettext ("Skipped %'u file (%s) that “%s” received before.",
                                         "Skipped %'u files (%s) that “%s” received before.", self->sum.files),
                               self->sum.files, size, namida_transfer_get_peer_alias (transfer));
      namida_transfer_set_advice (transfer, words);
    }
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
