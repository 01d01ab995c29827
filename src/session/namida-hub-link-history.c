/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adds one row to the history for everything that browsers fetched by one link. A browser has no key and cannot prove
 * what it received, so the row shows the name that the browser sent and never “verified”. Started by
 * namida_hub_open_link_async(). Main context; worker threads write the row, one write at a time. */
#include "config.h"

#include "namida-hub-link.h"

#include "namida-clock.h"
#include "namida-hub-private.h"
#include "namida-report-interval.h"

#define LINK_HISTORY_KEY "namida-hub-link-history"

/* The state of one link, which owns it. */
typedef struct
{
  NamidaHub *hub; /* owned while a row is written, else borrowed: a link does not outlive the server of its hub */
  char *id;
  gint64 started_at;
  guint downloads, whole;
  guint64 bytes;
  gboolean writing, again;
} LinkHistory;

static void
link_history_free (gpointer data)
{
  LinkHistory *self = data;

  g_free (self->id);
  g_free (self);
}

static NamidaJournalSession *
link_history_make_row (LinkHistory *self, NamidaLink *link)
{
  NamidaJournalSession *row = g_new0 (NamidaJournalSession, 1);
  const char *browser = namida_link_get_browser (link);

  row->id = g_strdup (self->id);
  row->direction = g_strdup ("send");
  row->alias = g_strdup (browser != NULL ? browser : "");
  row->title = namida_backup_dup_title (namida_link_get_backup (link));
  row->offer_key = g_strdup ("");
  row->state = g_strdup (self->whole == self->downloads ? "finished" : "incomplete");
  row->started_at = self->started_at;
  row->updated_at = namida_clock_real ();
  row->total_bytes = self->bytes;
  row->total_files = self->downloads;
  row->stored_files = self->whole;
  row->failed_files = self->downloads - self->whole;
  row->unproven = NAMIDA_UNPROVEN_NO_HASHES;
  return row;
}

static void
link_history_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (NamidaDatabase) database = g_object_ref (g_object_get_data (G_OBJECT (task), "database"));
  GError *error = NULL;

  if (namida_journal_write_send (database, data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void link_history_write (LinkHistory *self, NamidaLink *link);

static void
link_history_on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaLink *link = NAMIDA_LINK (source);
  LinkHistory *self = g_object_get_data (G_OBJECT (link), LINK_HISTORY_KEY);
  g_autoptr (NamidaHub) hub = self->hub;

  self->writing = FALSE;
  namida_report_history (G_OBJECT (hub), result, &hub->reported_history_at);
  if (self->again)
    link_history_write (self, link);
  namida_transfer_list_leave_to_history (hub->list, self->id);
  g_signal_emit_by_name (hub, "noted");
  namida_hub_pending_over (hub);
}

static void
link_history_write (LinkHistory *self, NamidaLink *link)
{
  g_autoptr (GTask) task = NULL;

  self->again = self->writing;
  if (self->writing)
    return;
  self->writing = TRUE;
  g_object_ref (self->hub);
  self->hub->n_pending++; /* stopping waits for the write */
  task = g_task_new (link, NULL, link_history_on_written, NULL);
  g_task_set_source_tag (task, link_history_write);
  g_object_set_data_full (G_OBJECT (task), "database", g_object_ref (self->hub->database), g_object_unref);
  g_task_set_task_data (task, link_history_make_row (self, link), (GDestroyNotify) namida_journal_session_free);
  g_task_run_in_thread (task, link_history_thread);
}

static void
link_history_on_fetched (NamidaLink *link, const char *name, guint64 bytes, gboolean whole, NamidaHub *hub)
{
  LinkHistory *self = g_object_get_data (G_OBJECT (link), LINK_HISTORY_KEY);

  self->hub = hub;
  self->downloads++;
  self->whole += whole ? 1 : 0;
  self->bytes += bytes;
  if (hub->database != NULL && hub->server != NULL)
    link_history_write (self, link);
}

void
namida_hub_watch_link (NamidaHub *self, NamidaLink *link)
{
  LinkHistory *history;

  if (namida_link_get_direction (link) != NAMIDA_LINK_FETCH)
    return;
  history = g_new0 (LinkHistory, 1);
  history->id = g_uuid_string_random ();
  history->started_at = namida_clock_real ();
  g_object_set_data_full (G_OBJECT (link), LINK_HISTORY_KEY, history, link_history_free);
  g_signal_connect_object (link, "fetched", G_CALLBACK (link_history_on_fetched), self, 0);
}
