/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that old transfers leave the list of transfers of a program that runs for months, and remain in the history. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-hub-history.h"
#include "namida-hub-private.h"
#include "namida-outbox-private.h"
#include "two-hubs.h"

#include <glib/gstdio.h>

#define MANY 120
#define MOST_LISTED 51    /* 50 that are over, and the one that was listed last */
#define MOST_FILES 10000u /* beside those of the newest one */
#define SONGS 2000u

static NamidaTransfer *
new_received (const char *id, guint files)
{
  NamidaTransfer *transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Phone", NULL, TRUE);

  namida_transfer_set_summary (transfer, "Music", 1, files);
  namida_transfer_set_session_id (transfer, id);
  return transfer;
}

static void
end_somehow (NamidaTransfer *transfer)
{
  g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, "Cancelled");

  namida_transfer_fail (transfer, error);
}

static void
receive (NamidaHub *hub, const char *id, guint files)
{
  g_autoptr (NamidaTransfer) transfer = new_received (id, files);

  namida_transfer_list_add (hub->list, transfer);
  end_somehow (transfer);
}

static void
write_row (NamidaHub *hub, const char *id)
{
  NamidaJournalSession row = {
    .id = (char *) id,
    .direction = (char *) "receive",
    .alias = (char *) "Phone",
    .title = (char *) "Music",
    .offer_key = (char *) id,
    .state = (char *) "finished",
    .started_at = namida_clock_real (),
    .updated_at = namida_clock_real (),
    .total_files = 1,
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_journal_write_session (hub->database, &row, &error));
  g_assert_no_error (error);
}

static guint
n_listed (NamidaHub *hub)
{
  return g_list_model_get_n_items (namida_hub_get_transfers (hub));
}

static gboolean
is_listed (NamidaHub *hub, const char *id)
{
  for (guint i = 0; i < n_listed (hub); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (namida_hub_get_transfers (hub), i);

      if (g_strcmp0 (namida_transfer_get_session_id (transfer), id) == 0)
        return TRUE;
    }
  return FALSE;
}

static NamidaHub *
start_in (const char *dir)
{
  NamidaHubOptions options = { .data_dir = dir, .alias = "Forget", .interface = "lo", .backups = dir, .music = dir };
  g_autoptr (GError) error = NULL;
  NamidaHub *hub = try_to_start (&options, &error);

  g_assert_no_error (error);
  return hub;
}

static void
clean_up (NamidaHub *hub, const char *dir)
{
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", dir);

  stop_hub (hub);
  g_assert_cmpint (system (command), ==, 0);
}

static void
test_old_ones_leave (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-forget-XXXXXX", NULL);
  NamidaHub *hub = start_in (dir);
  g_autoptr (NamidaTransfer) going_on = new_received ("going-on", 1);
  g_autoptr (NamidaTransfer) paused = new_received ("paused", 1);
  g_autoptr (NamidaHubHistory) history = namida_hub_history_new (hub);

  namida_transfer_list_add (hub->list, going_on);
  namida_transfer_set_paused (paused);
  namida_transfer_list_add (hub->list, paused);
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *id = g_strdup_printf ("session-%u", i);

      receive (hub, id, 1);
    }
  /* What goes on, or could be resumed by a person, stays however old it is. */
  g_assert_cmpuint (n_listed (hub), ==, MOST_LISTED + 2);
  g_assert_true (is_listed (hub, "going-on") && is_listed (hub, "paused"));
  g_assert_true (is_listed (hub, "session-119") && is_listed (hub, "session-69"));
  g_assert_false (is_listed (hub, "session-68"));
  g_assert_true (namida_transfer_list_is_left_to_history (hub->list, "session-68"));
  g_assert_false (namida_transfer_list_is_left_to_history (hub->list, "session-69"));

  /* It is not lost to who looks for it. */
  write_row (hub, "session-3");
  write_row (hub, "session-119");
  receive (hub, "one-more", 1); /* now it looks */
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (history)) == 1);
  {
    g_autoptr (NamidaHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (history), 0);

    g_assert_cmpstr (namida_history_item_get_row (item)->id, ==, "session-3");
  }

  /* The same session goes on: it is listed once. */
  receive (hub, "session-3", 1);
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (history)) == 0);
  g_assert_true (is_listed (hub, "session-3"));
  end_somehow (going_on);
  g_clear_object (&history);
  clean_up (hub, dir);
}

/* Of whole libraries fewer stay: their entries are what takes memory. */
static void
test_large_ones_leave_sooner (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-forget-XXXXXX", NULL);
  NamidaHub *hub = start_in (dir);

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("large-%u", i);

      receive (hub, id, MOST_FILES / 2);
    }
  receive (hub, "last", 1);
  /* The newest of them whatever its size, and beside it as many files as are kept of older ones. */
  g_assert_cmpuint (n_listed (hub), ==, 4);
  g_assert_true (is_listed (hub, "last") && is_listed (hub, "large-9") && is_listed (hub, "large-7"));
  clean_up (hub, dir);
}

static NamidaBackup *
new_backup (guint files)
{
  NamidaBackup *backup = namida_backup_new ();

  for (guint i = 0; i < files; i++)
    {
      NamidaEntry *entry = namida_entry_new ();

      entry->id = g_strdup_printf ("f%u", i);
      entry->name = g_strdup_printf ("%u.flac", i);
      entry->label = g_strdup ("Music");
      entry->relative_path = g_strdup (entry->name);
      entry->size = 1;
      namida_backup_add (backup, entry);
    }
  return backup;
}

/* How many entries of files are kept of the backups that were ever listed. */
static guint
count_kept (GPtrArray *backups)
{
  guint kept = 0;

  for (guint i = 0; i < backups->len; i++)
    {
      g_autoptr (NamidaBackup) backup = g_weak_ref_get (g_ptr_array_index (backups, i));

      kept += backup != NULL ? namida_backup_get_entries (backup)->len : 0;
    }
  return kept;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
set_songs (NamidaTransfer *transfer, GPtrArray *backups)
{
  g_autoptr (NamidaBackup) backup = new_backup (SONGS);
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, backup);
  g_ptr_array_add (backups, weak);
  namida_transfer_set_backup (transfer, backup);
}

/* What stays in memory does not grow with the number of versions that this run received. */
static void
test_entries_are_freed (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-forget-XXXXXX", NULL);
  NamidaHub *hub = start_in (dir);
  g_autoptr (GPtrArray) backups = g_ptr_array_new_with_free_func (weak_ref_free);

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *id = g_strdup_printf ("version-%u", i);
      g_autoptr (NamidaTransfer) transfer = new_received (id, 0);

      set_songs (transfer, backups);
      namida_transfer_list_add (hub->list, transfer);
      end_somehow (transfer);
      g_assert_cmpuint (count_kept (backups), <=, MOST_FILES + 2 * SONGS);
    }
  clean_up (hub, dir);
  g_assert_cmpuint (count_kept (backups), ==, 0);
}

/* A transfer that ended, with the row that it has in the history. */
static NamidaSending *
add_sent (NamidaHub *hub, GPtrArray *backups, guint number)
{
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Keeper", "AA", TRUE);
  g_autoptr (GListStore) none = g_list_store_new (G_TYPE_FILE);
  NamidaSending *sending;

  namida_sending_attach (transfer, hub->outbox, NULL, "AA",
                         namida_send_source_new_for_files (G_LIST_MODEL (none), NULL));
  sending = namida_sending_of (transfer);
  sending->history_id = g_strdup_printf ("sent-%u", number);
  sending->last = sending->written = TRUE;
  set_songs (transfer, backups);
  namida_transfer_list_add (hub->list, transfer);
  end_somehow (transfer);
  return sending;
}

/* A schedule sends every night. What the user sent and failed stays, because it can be tried again. */
static void
test_sent_ones_leave (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-forget-XXXXXX", NULL);
  NamidaHub *hub = start_in (dir);
  g_autoptr (GPtrArray) backups = g_ptr_array_new_with_free_func (weak_ref_free);
  NamidaSending *not_written = add_sent (hub, backups, 0);

  not_written->by_schedule = not_written->writing = TRUE;
  add_sent (hub, backups, 1); /* by the user */
  for (guint i = 2; i < MANY; i++)
    {
      add_sent (hub, backups, i)->by_schedule = TRUE;
      g_assert_cmpuint (count_kept (backups), <=, MOST_FILES + 4 * SONGS);
    }
  g_assert_true (namida_transfer_list_is_left_to_history (hub->list, "sent-2"));
  g_assert_false (namida_transfer_list_is_left_to_history (hub->list, "sent-0")
                  || namida_transfer_list_is_left_to_history (hub->list, "sent-1")
                  || namida_transfer_list_is_left_to_history (hub->list, "sent-119"));
  clean_up (hub, dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/forget/old-ones-leave", test_old_ones_leave);
  g_test_add_func ("/forget/large-ones-leave-sooner", test_large_ones_leave_sooner);
  g_test_add_func ("/forget/entries-are-freed", test_entries_are_freed);
  g_test_add_func ("/forget/sent-ones-leave", test_sent_ones_leave);
  return g_test_run ();
}
