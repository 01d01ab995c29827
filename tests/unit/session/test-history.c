/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what the history shows about transfers of earlier runs of the program. */
#include "config.h"

#include "namida-clock.h"
#include "namida-hub-history.h"
#include "namida-hub-private.h"
#include "two-hubs.h"

#include <glib/gstdio.h>

static NamidaDatabase *
open_database (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "state.db", NULL);
  g_autoptr (GError) error = NULL;
  NamidaDatabase *database = namida_database_open (path, &error);

  g_assert_no_error (error);
  return database;
}

static void
write_row (NamidaDatabase *database, const char *id, const char *direction, const char *state, int minutes_ago)
{
  gint64 then = namida_clock_real () - (gint64) minutes_ago * 60 * G_USEC_PER_SEC;
  NamidaJournalSession row = {
    .id = (char *) id,
    .direction = (char *) direction,
    .alias = (char *) "Old Phone",
    .title = (char *) "Music",
    .offer_key = (char *) id,
    .state = (char *) state,
    .started_at = then,
    .updated_at = then,
    .total_files = 3,
    .stored_files = g_str_equal (state, "finished") ? 1 : 0,
    .kept_files = 2,
    .unproven = g_str_equal (id, "unproven") ? NAMIDA_UNPROVEN_PLAIN : NAMIDA_UNPROVEN_NOT,
    .failed_files = g_str_equal (state, "incomplete") ? 1 : 0,
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_journal_write_session (database, &row, &error));
  g_assert_no_error (error);
}

static NamidaHub *
start_in (const char *dir)
{
  NamidaHubOptions options = { .data_dir = dir, .alias = "History", .interface = "lo", .backups = dir, .music = dir };
  g_autoptr (GError) error = NULL;
  NamidaHub *hub = try_to_start (&options, &error);

  g_assert_no_error (error);
  return hub;
}

static void
check_item (NamidaHubHistory *history, guint position, const char *id, NamidaTransferState state, const char *words)
{
  g_autoptr (NamidaHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (history), position);
  g_autofree char *text = namida_history_item_dup_state_text (item);

  g_assert_cmpstr (namida_history_item_get_row (item)->id, ==, id);
  g_assert_cmpint (namida_history_item_get_state (item), ==, state);
  g_assert_cmpstr (text, ==, words);
}

static void
test_lists_and_clears (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("namida-history-XXXXXX", &error);
  g_autoptr (NamidaDatabase) database = open_database (dir);
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", dir);
  g_autoptr (NamidaHubHistory) history = NULL;
  GListModel *list;
  NamidaHub *hub;

  write_row (database, "old", "send", "finished", 90);
  write_row (database, "unproven", "receive", "finished", 80);
  write_row (database, "received", "receive", "finished", 70);
  write_row (database, "middle", "receive", "incomplete", 60);
  write_row (database, "parked", "receive", "parked", 30);
  g_assert_true (namida_database_exec (database, &error,
                                       "INSERT INTO versions (session, alias, path, created_at, landing, title,"
                                       " offer_key, complete) VALUES ('middle', 'a', '/x', 1, 'backup', '', '', 1)",
                                       ""));
  hub = start_in (dir);
  history = namida_hub_history_new (hub);
  list = G_LIST_MODEL (history);
  WAIT_FOR (g_list_model_get_n_items (list) == 5);
  check_item (history, 0, "parked", NAMIDA_TRANSFER_INTERRUPTED, "Interrupted. Resumes when the device sends again");
  check_item (history, 1, "middle", NAMIDA_TRANSFER_INCOMPLETE, "1 file missing");
  check_item (history, 2, "received", NAMIDA_TRANSFER_DONE, "Verified · 2 of 3 were here already");
  check_item (history, 3, "unproven", NAMIDA_TRANSFER_DONE, "Received without encryption, not verified");
  check_item (history, 4, "old", NAMIDA_TRANSFER_DONE, "Verified there · 2 of 3 were there already");

  /* One row goes and comes back; what waits to go on stays. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NamidaHistoryItem) parked = g_list_model_get_item (list, 0);
      g_autoptr (NamidaHistoryItem) received = g_list_model_get_item (list, 2);

      namida_hub_history_set_hidden (history, received, TRUE);
      namida_hub_history_set_hidden (history, parked, TRUE);
      WAIT_FOR (g_list_model_get_n_items (list) == 4);
      check_item (history, 2, "unproven", NAMIDA_TRANSFER_DONE, "Received without encryption, not verified");
      namida_hub_history_set_hidden (history, received, FALSE);
      WAIT_FOR (g_list_model_get_n_items (list) == 5);
    }

  /* What waits to go on is no history yet; what made a version stays. */
  namida_hub_history_clear (history);
  WAIT_FOR (g_list_model_get_n_items (list) == 1);
  check_item (history, 0, "parked", NAMIDA_TRANSFER_INTERRUPTED, "Interrupted. Resumes when the device sends again");
  {
    sqlite3 *handle G_GNUC_UNUSED = namida_database_lock (database);
    sqlite3_stmt *statement
        = namida_database_prepare (database, &error, "SELECT count (*) FROM sessions WHERE id = 'middle'", "");

    g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
    g_assert_cmpint (sqlite3_column_int (statement, 0), ==, 1);
    sqlite3_finalize (statement);
    namida_database_unlock (database);
  }
  g_clear_object (&history);
  stop_hub (hub);
  g_clear_object (&database);
  g_assert_cmpint (system (command), ==, 0);
}

static void
set_up_all (Fixture *f, gconstpointer data)
{
  set_up_accepting (f, GINT_TO_POINTER (NAMIDA_ACCEPT_ALL));
}

/* The newest row of the journal, when it has @state. */
static NamidaHistoryItem *
dup_newest (NamidaHub *hub, const char *state)
{
  g_autoptr (GPtrArray) rows = namida_journal_list (hub->database, 1, NULL);

  if (rows == NULL || rows->len == 0 || !g_str_equal (((NamidaJournalSession *) rows->pdata[0])->state, state))
    return NULL;
  g_ptr_array_set_free_func (rows, NULL);
  return namida_history_item_new (rows->pdata[0]);
}

/* A transfer that ends is written in more than one step, and each of them may be read in between. */
static gboolean
has_words (NamidaHub *hub, const char *state, const char *words)
{
  g_autoptr (NamidaHistoryItem) item = dup_newest (hub, state);
  g_autofree char *later = item != NULL ? namida_history_item_dup_state_text (item) : NULL;

  return g_strcmp0 (later, words) == 0;
}

static void
check_same_words (NamidaHub *hub, NamidaTransfer *transfer, const char *state, const char *words)
{
  g_autofree char *live = NULL;

  WAIT_FOR (namida_transfer_is_final (transfer));
  live = namida_transfer_dup_state_text (transfer);
  g_assert_cmpstr (live, ==, words);
  WAIT_FOR (has_words (hub, state, words));
}

/* Links that were skipped and what its person has to do are told after a restart, too, in the same words. */
static void
test_same_words (Fixture *f, gconstpointer data)
{
  g_autofree char *link = below (f, "sample/Music/link.flac");
  NamidaTransfer *transfer;

  g_assert_cmpint (symlink ("a song.flac", link), ==, 0);
  transfer = send_sample (f);
  namida_transfer_set_advice (transfer, "Restore it there.");
  check_same_words (f->sender, transfer, "finished",
                    "Verified there · Restore it there. · 1 link or special file skipped");
  check_same_words (f->receiver, newest (f->receiver), "finished", "Verified");
}

/* Likewise for one that a person stopped, here or there, whose parts are kept. */
static void
test_same_words_canceled (Fixture *f, gconstpointer data)
{
  gboolean here = GPOINTER_TO_INT (data);
  NamidaTransfer *transfer, *received;
  NamidaHub *hub = here ? f->receiver : f->sender;

  write_long (f, "sample/Music/long.flac", LONG_BYTES, 'l');
  namida_hub_set_limit (f->sender, MB);
  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_RUNNING);
  WAIT_FOR ((received = newest (f->receiver)) != NULL
            && namida_transfer_get_state (received) == NAMIDA_TRANSFER_RUNNING);
  namida_hub_cancel (hub, here ? received : transfer, TRUE);
  check_same_words (hub, here ? received : transfer, here ? "parked" : "cancelled", "Canceled · can be resumed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/history/same-words", Fixture, GINT_TO_POINTER (NAMIDA_ACCEPT_ALL), set_up_accepting, test_same_words,
              tear_down);
  g_test_add ("/history/same-words/canceled", Fixture, GINT_TO_POINTER (FALSE), set_up_all, test_same_words_canceled,
              tear_down);
  g_test_add ("/history/same-words/canceled-here", Fixture, GINT_TO_POINTER (TRUE), set_up_all,
              test_same_words_canceled, tear_down);
  g_test_add_func ("/history/lists-and-clears", test_lists_and_clears);
  return g_test_run ();
}
