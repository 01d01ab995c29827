/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adds rows to the history for damaged files of backups that were repaired outside of any transfer: here or on
 * another device with files of the other side, or here with another copy that a verification found. The other files
 * of the hub call it; a worker writes the row. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-clock.h"
#include "namida-report-interval.h"

#include <glib/gi18n-lib.h>

static void
repair_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaHub *self = source;
  GError *error = NULL;

  if (namida_journal_write_session (self->database, data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
repairs_on_repair_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  const NamidaJournalSession *row = g_task_get_task_data (G_TASK (result));
  gboolean there = g_str_equal (row->direction, NAMIDA_JOURNAL_REPAIRED_THERE);
  NamidaHubHealed healed = { .direction = there ? NAMIDA_DIRECTION_SEND : NAMIDA_DIRECTION_RECEIVE,
                             .alias = row->alias,
                             .fingerprint = row->fingerprint,
                             .files = row->healed_files,
                             .versions = row->healed_versions };

  namida_report_history (source, result, &self->reported_history_at);
  g_signal_emit_by_name (self, "noted");
  if (row->fingerprint != NULL)
    g_signal_emit_by_name (self, "healed", &healed);
}

void
namida_hub_note_repair (
    NamidaHub *self, NamidaDirection direction, const char *fingerprint, guint files, guint versions)
{
  NamidaPeer *peer = fingerprint != NULL && self->peers != NULL
                         ? namida_peer_list_find_by_fingerprint (self->peers, fingerprint)
                         : NULL;
  const NamidaTrusted *trusted
      = fingerprint != NULL && self->trust != NULL ? namida_trust_store_lookup (self->trust, fingerprint) : NULL;
  g_autoptr (GTask) task = g_task_new (self, NULL, repairs_on_repair_written, NULL);
  NamidaJournalSession *row = g_new0 (NamidaJournalSession, 1);

  g_task_set_source_tag (task, namida_hub_note_repair);
  row->id = g_uuid_string_random ();
  row->direction
      = g_strdup (direction == NAMIDA_DIRECTION_SEND ? NAMIDA_JOURNAL_REPAIRED_THERE : NAMIDA_JOURNAL_REPAIRED);
  row->fingerprint = g_strdup (fingerprint);
  row->alias = g_strdup (peer != NULL      ? namida_peer_get_alias (peer)
                         : trusted != NULL ? trusted->alias
                         : fingerprint     ? fingerprint
                                           : "");
  row->title = g_strdup (_ ("Background repair"));
  row->state = g_strdup ("finished");
  row->started_at = row->updated_at = namida_clock_real ();
  row->total_files = row->healed_files = files;
  row->healed_versions = versions;
  g_task_set_task_data (task, row, (GDestroyNotify) namida_journal_session_free);
  g_task_run_in_thread (task, repair_thread);
}
