/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sendings that wait for a device which does not come back: they fail, and nothing says that they were sent. The clock
 * is moved, so that no test waits for the patience of a person. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-hub-history.h"
#include "namida-hub-private.h"
#include "namida-outbox-private.h"
#include "two-hubs.h"

#include <glib/gstdio.h>

#define PATIENCE 600
#define NOBODY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static NamidaDatabase *
open_database (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "state.db", NULL);
  g_autoptr (GError) error = NULL;
  NamidaDatabase *database = namida_database_open (path, &error);

  g_assert_no_error (error);
  return database;
}

/* A sending that an earlier run of the program did not bring to its end, @seconds_ago. */
static void
write_parked (const char *dir, gint64 seconds_ago)
{
  g_autoptr (NamidaDatabase) database = open_database (dir);
  /* Not in the folder of the device, whose files are never sent. */
  g_autofree char *folder = g_strconcat (dir, "-files", NULL);
  g_autofree char *file = g_build_filename (folder, "song.mp3", NULL);
  g_autofree char *uri = g_filename_to_uri (file, NULL, NULL);
  g_autofree char *wish = g_strconcat (uri, "\n", NULL);
  gint64 then = namida_clock_real () - seconds_ago * G_USEC_PER_SEC;
  NamidaJournalSession row = {
    .id = (char *) "parked",
    .direction = (char *) "send",
    .fingerprint = (char *) NOBODY,
    .alias = (char *) "Old Phone",
    .title = (char *) "song.mp3",
    .offer_key = (char *) "parked",
    .state = (char *) "parked",
    .wish = wish,
    .started_at = then,
    .updated_at = then,
    .total_files = 1,
  };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "music", -1, &error));
  g_assert_true (namida_journal_write_send (database, &row, &error));
  g_assert_no_error (error);
}

static NamidaHub *
start_waiting_in (const char *dir, gboolean for_device)
{
  NamidaHubOptions options = { .data_dir = dir,
                               .alias = "Wait",
                               .interface = "lo",
                               .backups = dir,
                               .music = dir,
                               .patience_seconds = PATIENCE,
                               .wait_for_device = for_device };
  g_autoptr (GError) error = NULL;
  NamidaHub *hub = try_to_start (&options, &error);

  g_assert_no_error (error);
  return hub;
}

static NamidaHub *
start_in (const char *dir)
{
  return start_waiting_in (dir, FALSE);
}

static void
assert_failed (NamidaTransfer *transfer)
{
  g_autofree char *words = namida_transfer_dup_state_text (transfer);
  NamidaFileCounts counts = namida_transfer_count_files (transfer);

  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_FAILED);
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (words, "Old Phone"));
  g_assert_cmpuint (counts.stored + counts.kept, ==, 0);
}

/* The database is written by a thread. */
static void
assert_row_failed (const char *dir)
{
  g_autoptr (NamidaDatabase) database = open_database (dir);
  g_autoptr (GPtrArray) rows = NULL;
  const NamidaJournalSession *row;

  do
    {
      g_clear_pointer (&rows, g_ptr_array_unref);
      g_main_context_iteration (NULL, FALSE);
      rows = namida_journal_list (database, 10, NULL);
      g_assert_nonnull (rows);
      g_assert_cmpuint (rows->len, ==, 1);
      row = rows->pdata[0];
    }
  while (g_str_equal (row->state, "parked") || g_str_equal (row->state, "open"));
  g_assert_cmpstr (row->state, ==, "failed");
  g_assert_cmpuint (row->stored_files, ==, 0);
  g_assert_cmpuint (row->kept_files, ==, 0);
  g_assert_cmpuint (row->failed_files, ==, 1);
  g_assert_nonnull (row->error);
}

static void
clean_up (NamidaHub *hub, const char *dir)
{
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s' '%s-files'", dir, dir);

  stop_hub (hub);
  namida_clock_set_fake (-1);
  g_assert_cmpint (system (command), ==, 0);
}

/* The device is waited for, and the time that was agreed on passes. */
static void
test_patience_runs_out (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-wait-XXXXXX", NULL);
  NamidaTransfer *transfer;
  NamidaHub *hub;

  write_parked (dir, 10);
  hub = start_in (dir);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (hub)) == 1);
  transfer = newest (hub);
  WAIT_FOR (namida_transfer_get_backup (transfer) != NULL);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_INTERRUPTED);
  namida_clock_set_fake (namida_clock_real () + (PATIENCE + 1) * G_USEC_PER_SEC);
  WAIT_FOR (namida_transfer_is_final (transfer));
  assert_failed (transfer);
  assert_row_failed (dir);
  clean_up (hub, dir);
}

/* It had run out already when the program was started again. */
static void
test_too_late_at_start (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-wait-XXXXXX", NULL);
  NamidaTransfer *transfer;
  NamidaHub *hub;

  write_parked (dir, PATIENCE + 60);
  hub = start_in (dir);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (hub)) == 1);
  transfer = newest (hub);
  WAIT_FOR (namida_transfer_is_final (transfer));
  assert_failed (transfer);
  assert_row_failed (dir);
  clean_up (hub, dir);
}

static GListModel *
one_file (const char *dir, const char *name)
{
  g_autofree char *folder = g_strconcat (dir, "-files", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GListStore *files = g_list_store_new (G_TYPE_FILE);

  g_mkdir (folder, 0700);
  g_assert_true (g_file_set_contents (path, name, -1, NULL));
  g_list_store_append (files, file);
  return G_LIST_MODEL (files);
}

static guint
count_files (NamidaTransfer *transfer)
{
  return g_list_model_get_n_items (namida_sending_of (transfer)->files);
}

/* Dropped on a device that is away: it waits, takes what is dropped later, and is there after a restart. */
static void
test_device_away (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-wait-XXXXXX", NULL);
  g_autoptr (GListModel) first = one_file (dir, "song.mp3"), second = one_file (dir, "other.mp3");
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  NamidaTransfer *transfer;
  NamidaHub *hub = start_waiting_in (dir, TRUE);
  NamidaPeer *peer;

  info->fingerprint = g_strdup (NOBODY);
  info->alias = g_strdup ("Old Phone");
  namida_peer_list_add_known (hub->peers, info, NULL, 1);
  peer = namida_peer_list_find_by_fingerprint (hub->peers, NOBODY);
  transfer = namida_outbox_send (namida_hub_get_outbox (hub), peer, first, NULL, NULL);
  WAIT_FOR (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_INTERRUPTED);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  g_assert_true (namida_outbox_send (namida_hub_get_outbox (hub), peer, second, NULL, NULL) == transfer);
  g_assert_true (namida_outbox_send (namida_hub_get_outbox (hub), peer, first, NULL, NULL) == transfer);
  g_assert_cmpuint (count_files (transfer), ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_transfers (hub)), ==, 1);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0 && !namida_sending_of (transfer)->writing);
  stop_hub (hub);
  hub = start_waiting_in (dir, TRUE);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (hub)) == 1);
  transfer = newest (hub);
  g_assert_false (namida_sending_of (transfer)->accepted);
  g_assert_cmpuint (count_files (transfer), ==, 2);
  WAIT_FOR (namida_transfer_get_backup (transfer) != NULL);
  namida_clock_set_fake (namida_clock_real () + (PATIENCE + 1) * G_USEC_PER_SEC);
  WAIT_FOR (namida_transfer_is_final (transfer));
  assert_failed (transfer);
  clean_up (hub, dir);
}

/* “Read everything again” also holds for a trusted device that is away, though it waits as if it had been accepted. */
static void
test_reads_again (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-wait-XXXXXX", NULL);
  g_autoptr (GListModel) files = one_file (dir, "song.mp3");
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  NamidaHub *hub = start_waiting_in (dir, TRUE);
  NamidaTransfer *transfer;
  NamidaPeer *peer;

  info->fingerprint = g_strdup (NOBODY);
  info->alias = g_strdup ("Old Phone");
  namida_peer_list_add_known (hub->peers, info, NULL, 1);
  namida_hub_trust_peer (hub, NOBODY, "Old Phone");
  peer = namida_peer_list_find_by_fingerprint (hub->peers, NOBODY);
  g_assert_true (namida_peer_get_away (peer) && namida_peer_get_trusted (peer));
  transfer = namida_outbox_send (namida_hub_get_outbox (hub), peer, files, NULL, NULL);
  namida_sending_read_everything (transfer);
  WAIT_FOR (namida_transfer_get_backup (transfer) != NULL);
  g_assert_true (namida_backup_get_reread (namida_transfer_get_backup (transfer)));
  /* Once is enough. */
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  namida_outbox_retry (namida_hub_get_outbox (hub), transfer);
  WAIT_FOR (namida_sending_of (transfer)->timer == 0);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  g_assert_false (namida_backup_get_reread (namida_transfer_get_backup (transfer)));
  namida_hub_cancel (hub, transfer, FALSE);
  WAIT_FOR (namida_transfer_is_final (transfer) && !namida_sending_of (transfer)->writing);
  clean_up (hub, dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wait/patience-runs-out", test_patience_runs_out);
  g_test_add_func ("/wait/too-late-at-start", test_too_late_at_start);
  g_test_add_func ("/wait/device-away", test_device_away);
  g_test_add_func ("/wait/reads-again", test_reads_again);
  return g_test_run ();
}
