/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST preview: tells which files of an offer would have to be sent. It does not ask the user and starts nothing, so
 * only trusted devices get an answer. Its head and its limits are those of an offer. Main context; the store is asked
 * in a worker. */
#include "config.h"

#include "namida-error.h"
#include "namida-server-private.h"

#include <glib/gi18n-lib.h>

/* The answer has the form of an answer to an offer, but there is no session and nothing is granted. */
#define NO_SESSION "preview"

typedef struct
{
  NamidaRequest *request;
  NamidaSink *sink;
  NamidaBackup *backup;
} ServerPreview;

static void
server_preview_free (gpointer data)
{
  ServerPreview *self = data;

  namida_request_unref (self->request);
  g_object_unref (self->sink);
  g_object_unref (self->backup);
  g_free (self);
}

typedef struct
{
  char *text;
  gsize length;
} PreviewAnswer;

static void
server_preview_answer_free (gpointer data)
{
  PreviewAnswer *answer = data;

  g_free (answer->text);
  g_free (answer);
}

static void
server_preview_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  ServerPreview *self = task_data;
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  g_autofree NamidaWant *wants = g_new0 (NamidaWant, MAX (entries->len, 1));
  g_autoptr (NamidaOfferAnswer) wanted = namida_offer_answer_new (NO_SESSION);
  GError *error = NULL;
  PreviewAnswer *answer;

  if (!namida_sink_preview (self->sink, self->backup, wants, cancellable, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < entries->len; i++)
    if (wants[i].wanted)
      namida_offer_answer_grant (wanted, ((NamidaEntry *) g_ptr_array_index (entries, i))->id, NO_SESSION, 0);
  answer = g_new0 (PreviewAnswer, 1);
  answer->text = namida_offer_answer_format (wanted, &answer->length);
  g_task_return_pointer (task, answer, server_preview_answer_free);
}

static void
server_preview_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ServerPreview *self = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  PreviewAnswer *answer = g_task_propagate_pointer (G_TASK (result), &error);

  if (answer == NULL)
    {
      namida_request_fail (self->request, error, 0);
      return;
    }
  namida_request_answer (self->request, SOUP_STATUS_OK, g_steal_pointer (&answer->text), answer->length);
  server_preview_answer_free (answer);
}

gboolean
namida_server_early_preview (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error)
{
  gboolean trusted = FALSE;

  /* Trust may have been withdrawn while the connection was open. */
  g_signal_emit_by_name (self, "is-trusted", request->connection->fingerprint, &trusted);
  if (!trusted)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
                         _ ("Only a device that is trusted there learns what is there already."));
  return trusted;
}

void
namida_server_handle_preview (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (NamidaBackup) backup = namida_server_parsed_offer_dup_backup (request->parsed);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;
  NamidaSink *sink = NULL;
  ServerPreview *preview;

  g_clear_pointer (&request->parsed, namida_server_parsed_offer_free);
  if (!namida_server_early_preview (self, request, NULL, &error))
    {
      namida_request_fail (request, error, 0);
      return;
    }
  g_signal_emit_by_name (self, "preview", request->connection->fingerprint, &sink);
  if (sink == NULL)
    {
      g_set_error_literal (&error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
                           _ ("The other device does not receive at the moment."));
      namida_request_fail (request, error, 0);
      return;
    }
  preview = g_new0 (ServerPreview, 1);
  preview->request = namida_request_ref (request);
  preview->sink = sink;
  preview->backup = g_steal_pointer (&backup);
  task = g_task_new (self, NULL, server_preview_done, NULL);
  g_task_set_source_tag (task, namida_server_handle_preview);
  g_task_set_task_data (task, preview, server_preview_free);
  g_task_run_in_thread (task, server_preview_worker);
}
