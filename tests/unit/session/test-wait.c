/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests transfers that wait for a device that does not return: they fail, and nothing reports them as sent. The clock
 * is simulated, so that no test takes as long as a user would wait. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-hub-history.h"
#include "namida-hub-private.h"
#include "namida-hub-schedules.h"
#include "namida-outbox-private.h"
#include "namida-peer-list-private.h"
#include "two-hubs.h"

#include <glib/gstdio.h>
#include <unistd.h>

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

/* A device at an address where nothing listens. */
static NamidaPeer *
silent_peer (NamidaHub *hub)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 1);
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();

  info->fingerprint = g_strdup (NOBODY);
  info->alias = g_strdup ("Old Phone");
  info->https = TRUE;
  namida_hub_trust_peer (hub, NOBODY, "Old Phone");
  return namida_peer_list_sighting (hub->peers, info, NAMIDA_DIALECT_V1, G_INET_SOCKET_ADDRESS (address), TRUE);
}

static gboolean
is_watched (NamidaTransfer *transfer)
{
  return g_signal_has_handler_pending (transfer, g_signal_lookup ("ended", NAMIDA_TYPE_TRANSFER), 0, TRUE);
}

/* What the user is sending is not sent twice because it is due, and does not belong to the schedule: it has no limit,
 * and goes on when the schedule is removed. */
static void
test_schedule_of_same_files (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-wait-XXXXXX", NULL);
  g_autofree char *folder = g_strconcat (dir, "-files", NULL);
  const char *const folders[] = { folder, NULL };
  const NamidaScheduleRow row
      = { .fingerprint = (char *) NOBODY, .alias = (char *) "Old Phone", .folders = (GStrv) folders, .limit = 1000 };
  g_autoptr (GListStore) whole = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GCancellable) removed = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL, again = NULL;
  NamidaHub *hub = start_waiting_in (dir, TRUE);
  NamidaPeer *peer = silent_peer (hub);
  NamidaTransfer *transfer;
  g_autofree char *message = NULL;

  g_object_unref (one_file (dir, "song.mp3"));
  g_list_store_append (whole, file);
  transfer = namida_outbox_send (hub->outbox, peer, G_LIST_MODEL (whole), NULL, NULL);
  g_assert_false (is_watched (transfer));
  namida_hub_run_schedule_async (hub, &row, removed, on_result, &result);
  WAIT_FOR (is_watched (transfer));
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_transfers (hub)), ==, 1);
  g_assert_false (namida_sending_of (transfer)->by_schedule);
  g_assert_cmpuint (namida_sending_of (transfer)->limit, ==, 0);
  g_cancellable_cancel (removed);
  WAIT_FOR (result != NULL);
  g_assert_cmpint (namida_hub_run_schedule_finish (hub, result, &message, NULL), ==, NAMIDA_SCHEDULE_OUTCOME_AGAIN);
  g_assert_false (namida_transfer_is_final (transfer));
  g_assert_false (g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer)));
  /* While the user's is paused, the schedule sends its own, with its limit, and does not change the user's. */
  namida_outbox_pause (hub->outbox, transfer);
  WAIT_FOR (namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_PAUSED);
  g_cancellable_reset (removed);
  namida_hub_run_schedule_async (hub, &row, removed, on_result, &again);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (hub)) == 2);
  g_assert_true (namida_sending_of (newest (hub))->by_schedule);
  g_assert_cmpuint (namida_sending_of (newest (hub))->limit, ==, 1000);
  g_assert_cmpuint (namida_sending_of (transfer)->limit, ==, 0);
  g_cancellable_cancel (removed);
  g_clear_pointer (&message, g_free);
  WAIT_FOR (again != NULL);
  g_assert_cmpint (namida_hub_run_schedule_finish (hub, again, &message, NULL), ==, NAMIDA_SCHEDULE_OUTCOME_AGAIN);
  g_assert_true (namida_transfer_is_final (newest (hub)));
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_PAUSED);
  namida_hub_cancel (hub, transfer, FALSE);
  WAIT_FOR (namida_transfer_is_final (transfer) && !namida_sending_of (transfer)->writing);
  clean_up (hub, dir);
}

/* Two programs with one data folder: one of them waits for the device, and the other only after its end. */
static void
test_two_programs (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-wait-XXXXXX", NULL);
  NamidaHub *first, *second;

  write_parked (dir, 10);
  first = start_in (dir);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (first)) == 1);
  WAIT_FOR (namida_sending_of (newest (first))->timer != 0 && !namida_sending_of (newest (first))->writing);
  second = start_in (dir);
  g_assert_false (namida_sending_claim (second->outbox, "parked", &(int){ -1 }));
  for (guint i = 0; i < 100; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_transfers (second)), ==, 0);
  stop_hub (first);
  stop_hub (second);
  second = start_in (dir);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (second)) == 1);
  /* Canceled, it is nobody's any more. */
  namida_hub_cancel (second, newest (second), FALSE);
  WAIT_FOR (namida_transfer_is_final (newest (second)) && !namida_sending_of (newest (second))->writing);
  g_assert_cmpint (namida_sending_of (newest (second))->lock, ==, -1);
  clean_up (second, dir);
}

/* A second program read the history while the first one had the transfer, and claims it when the first has ended it. */
static void
test_row_of_before (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-wait-XXXXXX", NULL);
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  NamidaHub *hub;
  int lock = -1;

  write_parked (dir, 10);
  database = open_database (dir);
  rows = namida_journal_list_sends (database, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_true (namida_journal_set_state (database, "parked", "cancelled", NULL, &error));
  hub = start_in (dir);
  namida_outbox_take_up_row (hub->outbox, rows->pdata[0]);
  g_assert_false (namida_sending_claim (hub->outbox, "parked", &lock)); /* until the row has been read */
  WAIT_FOR (namida_sending_claim (hub->outbox, "parked", &lock));
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_transfers (hub)), ==, 0);
  close (lock);
  clean_up (hub, dir);
}

/* “Try Again”, pressed twice: one server. */
static void
test_started_twice (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-wait-XXXXXX", NULL);
  NamidaHubOptions options = { .data_dir = dir, .alias = "Wait", .interface = "lo", .backups = dir, .music = dir };
  NamidaHub *hub = namida_hub_new (&options);
  g_autoptr (GAsyncResult) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  NamidaServer *server;

  namida_hub_start_async (hub, NULL, on_result, &first);
  namida_hub_start_async (hub, NULL, on_result, &second);
  WAIT_FOR (first != NULL);
  server = hub->server;
  WAIT_FOR (second != NULL);
  g_assert_true (namida_hub_start_finish (hub, first, &error));
  g_assert_no_error (error);
  g_assert_true (namida_hub_start_finish (hub, second, &error));
  g_assert_no_error (error);
  g_assert_true (hub->server == server);
  clean_up (hub, dir);
}

/* The program is closed while the files of a preview are scanned: it ends, rather than never. */
static void
test_preview_while_closing (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-wait-XXXXXX", NULL);
  g_autoptr (GListModel) files = one_file (dir, "song.mp3");
  NamidaHub *hub = start_waiting_in (dir, TRUE);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_preview_async (hub, silent_peer (hub), files, NULL, NULL, on_result, &result);
  g_object_ref (hub);
  stop_hub (hub);
  WAIT_FOR (result != NULL);
  g_assert_null (namida_hub_preview_finish (hub, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
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
  g_test_add_func ("/wait/schedule-of-same-files", test_schedule_of_same_files);
  g_test_add_func ("/wait/two-programs", test_two_programs);
  g_test_add_func ("/wait/row-of-before", test_row_of_before);
  g_test_add_func ("/wait/started-twice", test_started_twice);
  g_test_add_func ("/wait/preview-while-closing", test_preview_while_closing);
  return g_test_run ();
}
