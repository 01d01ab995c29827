/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that runs for months: what was received long before leaves the list of transfers, and is history. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-hub-history.h"
#include "namida-hub-private.h"
#include "namida-limits.h"
#include "two-hubs.h"

#include <glib/gstdio.h>

#define MANY 120
#define MOST_LISTED 51 /* 50 that are over, and the one that was listed last */

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

  namida_inbox_list_received (namida_hub_get_inbox (hub), transfer);
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

  namida_inbox_list_received (namida_hub_get_inbox (hub), going_on);
  namida_transfer_set_paused (paused);
  namida_inbox_list_received (namida_hub_get_inbox (hub), paused);
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
  g_assert_true (namida_inbox_is_left_to_history (namida_hub_get_inbox (hub), "session-68"));
  g_assert_false (namida_inbox_is_left_to_history (namida_hub_get_inbox (hub), "session-69"));

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

      receive (hub, id, NAMIDA_LIMIT_FILES / 2);
    }
  receive (hub, "last", 1);
  /* The newest of them whatever its size, and beside it as many files as one offer may have. */
  g_assert_cmpuint (n_listed (hub), ==, 4);
  g_assert_true (is_listed (hub, "last") && is_listed (hub, "large-9") && is_listed (hub, "large-7"));
  clean_up (hub, dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/forget/old-ones-leave", test_old_ones_leave);
  g_test_add_func ("/forget/large-ones-leave-sooner", test_large_ones_leave_sooner);
  return g_test_run ();
}
