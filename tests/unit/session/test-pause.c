/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that transfers continue after a user has paused them or a connection was interrupted. */
#include "config.h"

#include "namida-error.h"
#include "namida-hub-history.h"
#include "namida-hub-private.h"
#include "namida-outbox-private.h"
#include "two-hubs.h"

#include <glib/gstdio.h>

static void
test_pause_sender (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);
  g_autofree char *words = NULL;

  WAIT_FOR (namida_transfer_is_final (transfer) || namida_transfer_get_done_bytes (transfer) > 8 * MB);
  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (!is_in (transfer, NAMIDA_TRANSFER_RUNNING));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_PAUSED));
  /* Its bar does not fall back to the beginning of the file. */
  g_assert_cmpuint (namida_transfer_get_done_bytes (transfer), >, 2 * MB);
  g_assert_false (namida_transfer_can_pause (transfer));
  WAIT_FOR (!is_in (theirs, NAMIDA_TRANSFER_RUNNING));
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_INTERRUPTED));
  words = namida_transfer_dup_state_text (theirs);
  g_assert_true (g_str_has_prefix (words, "The other device stopped the transfer"));
  g_assert_true (has_parts (f));
  /* It waits for nobody but the user. */
  WAIT_FOR (namida_sending_of (transfer)->sender == NULL);
  g_assert_cmpuint (namida_sending_of (transfer)->timer, ==, 0);

  namida_hub_resume (f->sender, transfer);
  assert_ends_equal (f, transfer);
  g_assert_false (has_parts (f));
}

/* Pause and resume at once, while the first one is still under way; twice. */
static void
test_pause_hastily (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);

  for (int i = 0; i < 2; i++)
    {
      namida_hub_pause (f->sender, transfer);
      namida_hub_resume (f->sender, transfer);
      WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_RUNNING) && namida_transfer_can_pause (transfer));
    }
  assert_ends_equal (f, transfer);
}

static void
test_pause_receiver (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);
  g_autofree char *words = NULL;

  g_assert_true (namida_transfer_can_pause (theirs));
  namida_hub_pause (f->receiver, theirs);
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_PAUSED));
  WAIT_FOR (!is_in (transfer, NAMIDA_TRANSFER_RUNNING));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  words = namida_transfer_dup_state_text (transfer);
  g_assert_cmpstr (words, ==, "Paused on the other device");
  /* It offers again, and is told to wait. */
  WAIT_FOR (namida_outbox_retry (namida_hub_get_outbox (f->sender), transfer) == transfer);
  for (int i = 0; i < 30; i++)
    {
      g_usleep (50 * 1000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_PAUSED));
  g_assert_cmpuint (n_offers (f), ==, 0);

  namida_hub_resume (f->receiver, theirs);
  assert_ends_equal (f, transfer);
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_transfers (f->receiver)), ==, 1);
}

static gboolean
says (NamidaTransfer *transfer, const char *expected)
{
  g_autofree char *words = namida_transfer_dup_state_text (transfer);

  return g_str_equal (words, expected);
}

/* The pause of a person outlives the program. */
static void
test_pause_receiver_ends (Fixture *f, gconstpointer cancel)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);
  g_autofree char *title = g_strdup (namida_transfer_get_title (theirs));
  guint64 bytes = namida_transfer_get_total_bytes (theirs);

  namida_hub_pause (f->receiver, theirs);
  WAIT_FOR (is_in (theirs, NAMIDA_TRANSFER_PAUSED) && is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  stop_hub (f->receiver);
  namida_outbox_retry (namida_hub_get_outbox (f->sender), transfer);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED) && !says (transfer, "Paused on the other device"));
  f->receiver = start_hub (f, RECEIVER, NAMIDA_ACCEPT_ASK);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (f->receiver)) == 1);
  theirs = newest (f->receiver);
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_PAUSED));
  g_assert_cmpint (namida_transfer_get_direction (theirs), ==, NAMIDA_DIRECTION_RECEIVE);
  g_assert_cmpstr (namida_transfer_get_title (theirs), ==, title);
  g_assert_cmpuint (namida_transfer_get_total_bytes (theirs), ==, bytes);
  if (cancel != NULL)
    {
      namida_hub_cancel (f->receiver, theirs, FALSE);
      g_assert_true (is_in (theirs, NAMIDA_TRANSFER_CANCELLED));
      WAIT_FOR (!has_parts (f));
      namida_hub_cancel (f->sender, transfer, TRUE);
      WAIT_FOR (namida_transfer_is_final (transfer));
      return;
    }
  /* It offers again, and is told to wait. */
  WAIT_FOR (says (transfer, "Paused on the other device"));
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_PAUSED));
  g_assert_cmpuint (n_offers (f), ==, 0);
  namida_hub_resume (f->receiver, theirs);
  assert_ends_equal (f, transfer);
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_transfers (f->receiver)), ==, 1);
  g_assert_false (has_parts (f));
}

/* The disk there is full: it waits until somebody makes room. */
static void
test_no_room (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);

  stop_hub (f->receiver);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  f->receiver = start_hub_with (f, RECEIVER, (NamidaHubOptions){ .accept = NAMIDA_ACCEPT_ASK, .reserve = G_MAXINT64 });
  WAIT_FOR (says (transfer, "Waiting for room on the other device: its disk is full"));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  g_assert_null (namida_transfer_get_error (transfer));
  namida_hub_set_reserve (f->receiver, 0);
  namida_outbox_retry (namida_hub_get_outbox (f->sender), transfer);
  assert_ends_equal (f, transfer);
}

/* While its device is away. */
static void
test_pause_waiting (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);

  stop_hub (f->receiver);
  WAIT_FOR (!is_in (transfer, NAMIDA_TRANSFER_RUNNING));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_PAUSED));
  f->receiver = start_hub (f, RECEIVER, NAMIDA_ACCEPT_ASK);
  namida_hub_resume (f->sender, transfer);
  assert_ends_equal (f, transfer);
}

static void
test_cancel_paused (Fixture *f, gconstpointer keep)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);

  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_PAUSED) && is_in (theirs, NAMIDA_TRANSFER_INTERRUPTED));
  namida_hub_cancel (f->sender, transfer, keep != NULL);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_CANCELLED));
  if (keep != NULL)
    {
      g_assert_true (has_parts (f));
      transfer = send_sample (f);
      assert_ends_equal (f, transfer);
      return;
    }
  WAIT_FOR (namida_transfer_is_final (theirs));
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_CANCELLED));
  WAIT_FOR (!has_parts (f));
}

/* A pause and a cancel right after it, while the transfer is still being stopped for the pause. */
static void
test_cancel_pausing (Fixture *f, gconstpointer keep)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);

  namida_hub_pause (f->sender, transfer);
  namida_hub_cancel (f->sender, transfer, keep != NULL);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_CANCELLED));
  WAIT_FOR (keep != NULL ? is_in (theirs, NAMIDA_TRANSFER_INTERRUPTED) : is_in (theirs, NAMIDA_TRANSFER_CANCELLED));
  if (keep == NULL)
    WAIT_FOR (!has_parts (f));
  else
    g_assert_true (has_parts (f));
}

/* Nobody is asked again about what was cancelled. */
static void
assert_hears_cancel (Fixture *f, NamidaTransfer *transfer)
{
  WAIT_FOR (namida_transfer_is_final (transfer) || n_offers (f) > 0);
  g_assert_cmpuint (n_offers (f), ==, 0);
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
}

/* The receiver's cancel meets parts that are just being put away. */
static void
test_receiver_cancels_pausing (Fixture *f, gconstpointer keep)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);

  namida_hub_pause (f->receiver, theirs);
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_PAUSED));
  namida_hub_cancel (f->receiver, theirs, keep != NULL);
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_CANCELLED));
  assert_hears_cancel (f, transfer);
  if (keep == NULL)
    WAIT_FOR (!has_parts (f));
  else
    g_assert_true (has_parts (f));
}

static void
test_cancel_running (Fixture *f, gconstpointer keep)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);

  namida_hub_cancel (f->sender, transfer, keep != NULL);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_CANCELLED));
  if (keep != NULL)
    {
      WAIT_FOR (is_in (theirs, NAMIDA_TRANSFER_INTERRUPTED));
      g_assert_true (has_parts (f));
      return;
    }
  WAIT_FOR (namida_transfer_is_final (theirs));
  WAIT_FOR (!has_parts (f));
}

/* Of the one who cancels somebody is asked, though the parts are used. */
static void
test_receiver_cancels (Fixture *f, gconstpointer keep)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);

  namida_hub_cancel (f->receiver, theirs, keep != NULL);
  WAIT_FOR (namida_transfer_is_final (theirs) && namida_transfer_is_final (transfer));
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_CANCELLED));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  if (keep == NULL)
    {
      WAIT_FOR (!has_parts (f));
      return;
    }
  g_assert_true (has_parts (f));
  transfer = send_sample (f);
  accept_offer (f);
  assert_ends_equal (f, transfer);
  g_assert_false (has_parts (f));
}

static NamidaTransfer *
wait_preparing (Fixture *f, NamidaTransfer *before)
{
  WAIT_FOR (n_offers (f) > 0
            || (newest (f->receiver) != before && is_in (newest (f->receiver), NAMIDA_TRANSFER_PREPARING)));
  g_assert_cmpuint (n_offers (f), ==, 0);
  return newest (f->receiver);
}

/* From now on, notes in the table “asked” each session that is to be asked about before it is resumed, while it is
 * still being received. */
static void
note_questions (NamidaHub *hub)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_database_exec (hub->database, &error, "CREATE TABLE IF NOT EXISTS asked (id TEXT)", ""));
  g_assert_true (namida_database_exec (hub->database, &error,
                                       "CREATE TRIGGER IF NOT EXISTS asking AFTER UPDATE OF ask ON sessions"
                                       " WHEN new.ask = 1 AND old.state IN ('open', 'parked')"
                                       " BEGIN INSERT INTO asked (id) VALUES (new.id); END",
                                       ""));
}

static gboolean
was_to_be_asked (NamidaHub *hub, const char *id)
{
  sqlite3 *handle = namida_database_lock (hub->database);
  sqlite3_stmt *statement = namida_database_prepare (hub->database, NULL, "SELECT 1 FROM asked WHERE id = ?", "s", id);
  gboolean found = statement != NULL && sqlite3_step (statement) == SQLITE_ROW;

  g_assert_nonnull (handle);
  sqlite3_finalize (statement);
  namida_database_unlock (hub->database);
  return found;
}

/* The receiver's cancel meets a session that is just being resumed. The next offer is asked about, as the session was
 * canceled, with or without the parts. */
static void
test_receiver_cancels_preparing (Fixture *f, gconstpointer keep)
{
  NamidaTransfer *transfer = send_some (f);
  g_autoptr (NamidaTransfer) before = g_object_ref (newest (f->receiver));
  NamidaTransfer *theirs;

  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (is_in (before, NAMIDA_TRANSFER_INTERRUPTED));
  namida_hub_resume (f->sender, transfer);
  theirs = wait_preparing (f, before);
  note_questions (f->receiver);
  namida_hub_cancel (f->receiver, theirs, keep != NULL);
  WAIT_FOR (namida_transfer_is_final (theirs));
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_CANCELLED));
  assert_hears_cancel (f, transfer);
  /* Written while it was still being prepared, as the program may be killed there. */
  WAIT_FOR (was_to_be_asked (f->receiver, namida_transfer_get_session_id (theirs)));
  if (keep == NULL)
    WAIT_FOR (!has_parts (f));
  else
    g_assert_true (has_parts (f));
  transfer = send_sample (f);
  WAIT_FOR (n_offers (f) > 0 || is_in (transfer, NAMIDA_TRANSFER_RUNNING) || namida_transfer_is_final (transfer));
  g_assert_cmpuint (n_offers (f), ==, 1);
  accept_offer (f);
  assert_ends_equal (f, transfer);
  g_assert_false (has_parts (f));
}

static void
test_receiver_cancels_paused (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);

  namida_hub_pause (f->receiver, theirs);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  namida_hub_cancel (f->receiver, theirs, FALSE);
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_CANCELLED));
  WAIT_FOR (!has_parts (f));
  assert_hears_cancel (f, transfer);
}

/* One file is other, one is new, one is gone, and it is no more than was agreed to: nobody is asked again, and what is
 * there is what the sender has now. */
static void
test_changed_between (Fixture *f, gconstpointer how)
{
  NamidaTransfer *transfer;
  NamidaTransfer *theirs;
  g_autofree char *gone = NULL;

  write_long (f, "sample/Music/gone.flac", 2000, 'x');
  transfer = send_some (f);
  gone = below (f, "sample/Music/gone.flac");
  stop_hub (f->receiver);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  g_assert_cmpint (g_unlink (gone), ==, 0);
  write_long (f, "sample/Music/new.flac", 1000, 'n');
  /* The long one, of which a part is there: as long as before, or not. */
  write_long (f, "sample/Music/long.flac", how == NULL ? LONG_BYTES : LONG_BYTES - 1, 'b');
  f->receiver = start_hub (f, RECEIVER, NAMIDA_ACCEPT_ASK);
  assert_ends_equal (f, transfer);
  theirs = newest (f->receiver);
  g_assert_cmpuint (namida_transfer_get_total_files (theirs), ==, namida_transfer_get_total_files (transfer));
  g_assert_false (has_parts (f));
}

/* One more file, and ten more bytes than somebody said yes to: the sender never raises what was agreed to. */
static void
test_grown_between (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);

  stop_hub (f->receiver);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  write_long (f, "sample/Music/more.flac", 10, 'm');
  f->receiver = start_hub (f, RECEIVER, NAMIDA_ACCEPT_ASK);
  WAIT_FOR (namida_transfer_is_final (transfer) || n_offers (f) == 1);
  g_assert_cmpuint (n_offers (f), ==, 1);
  /* A yes to that goes on with what is there. */
  accept_offer (f);
  assert_ends_equal (f, transfer);
  g_assert_false (has_parts (f));
}

/* A program of the sender that finds one transfer of its earlier run. */
static NamidaTransfer *
restart_sender (Fixture *f)
{
  stop_hub (f->sender);
  f->sender = start_sender (f, 0);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (f->sender)) == 1);
  g_assert_cmpint (namida_transfer_get_direction (newest (f->sender)), ==, NAMIDA_DIRECTION_SEND);
  return newest (f->sender);
}

/* A row as a transfer of other files would leave it that was never scanned again. */
static void
write_other_paused (NamidaHub *hub, const char *fingerprint)
{
  NamidaJournalSession row = { .id = (char *) "other",
                               .direction = (char *) "send",
                               .fingerprint = (char *) fingerprint,
                               .alias = (char *) RECEIVER,
                               .title = (char *) "Other",
                               .offer_key = (char *) "",
                               .state = (char *) "parked",
                               .wish = (char *) "file:///nowhere/other.mp3\n",
                               .paused = TRUE,
                               .started_at = g_get_real_time (),
                               .updated_at = g_get_real_time () };
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_journal_write_send (hub->database, &row, &error));
  g_assert_no_error (error);
}

static guint
count_wishes (NamidaHub *hub)
{
  g_autoptr (GPtrArray) rows = namida_journal_list_sends (hub->database, NULL);

  g_assert_nonnull (rows);
  return rows->len;
}

/* The pause of a person outlives the program, also twice, and beside another paused transfer to the same device. */
static void
test_program_ends_paused (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);
  guint64 bytes = namida_transfer_get_total_bytes (transfer);
  g_autofree char *title = g_strdup (namida_transfer_get_title (transfer));

  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_PAUSED));
  for (int i = 0; i < 2; i++)
    {
      transfer = restart_sender (f);
      g_assert_true (is_in (transfer, NAMIDA_TRANSFER_PAUSED));
      g_assert_cmpstr (namida_transfer_get_title (transfer), ==, title);
      g_assert_cmpuint (namida_transfer_get_total_bytes (transfer), ==, bytes);
    }
  write_other_paused (f->sender, namida_transfer_get_peer_fingerprint (transfer));
  stop_hub (f->sender);
  f->sender = start_sender (f, 0);
  g_assert_cmpuint (count_wishes (f->sender), ==, 2);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (f->sender)) == 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NamidaTransfer) one = g_list_model_get_item (namida_hub_get_transfers (f->sender), i);

      g_assert_true (is_in (one, NAMIDA_TRANSFER_PAUSED));
      if (g_strcmp0 (namida_transfer_get_title (one), title) == 0)
        transfer = one; /* the list holds it */
    }
  g_assert_true (has_parts (f));
  namida_hub_resume (f->sender, transfer);
  assert_ends_equal (f, transfer);
}

/* The program of the sender ends; the next one goes on by itself. */
static void
test_program_ends (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;

  send_some (f);
  transfer = restart_sender (f);
  assert_ends_equal (f, transfer);

  /* And that was that. */
  stop_hub (f->sender);
  f->sender = start_sender (f, 0);
  for (int i = 0; i < 10; i++)
    {
      g_usleep (50 * 1000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_transfers (f->sender)), ==, 0);
}

static void
test_program_ends_cancelled (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);

  namida_hub_cancel (f->sender, transfer, TRUE);
  WAIT_FOR (namida_transfer_is_final (transfer));
  stop_hub (f->sender);
  f->sender = start_sender (f, 0);
  for (int i = 0; i < 10; i++)
    {
      g_usleep (50 * 1000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_assert_cmpuint (g_list_model_get_n_items (namida_hub_get_transfers (f->sender)), ==, 0);
}

#define ADD(path, data, function) g_test_add (path, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  gpointer yes = GUINT_TO_POINTER (1);

  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("/pause/sender", NULL, test_pause_sender);
  ADD ("/pause/hastily", NULL, test_pause_hastily);
  ADD ("/pause/receiver", NULL, test_pause_receiver);
  ADD ("/pause/receiver-ends", NULL, test_pause_receiver_ends);
  ADD ("/pause/receiver-ends/cancel", yes, test_pause_receiver_ends);
  ADD ("/resume/no-room", NULL, test_no_room);
  ADD ("/pause/waiting", NULL, test_pause_waiting);
  ADD ("/cancel/paused", NULL, test_cancel_paused);
  ADD ("/cancel/paused/keep", yes, test_cancel_paused);
  ADD ("/cancel/pausing", NULL, test_cancel_pausing);
  ADD ("/cancel/pausing/keep", yes, test_cancel_pausing);
  ADD ("/cancel/receiver/pausing", NULL, test_receiver_cancels_pausing);
  ADD ("/cancel/receiver/pausing/keep", yes, test_receiver_cancels_pausing);
  ADD ("/cancel/receiver/preparing", NULL, test_receiver_cancels_preparing);
  ADD ("/cancel/receiver/preparing/keep", yes, test_receiver_cancels_preparing);
  ADD ("/cancel/running", NULL, test_cancel_running);
  ADD ("/cancel/running/keep", yes, test_cancel_running);
  ADD ("/cancel/receiver", NULL, test_receiver_cancels);
  ADD ("/cancel/receiver/keep", yes, test_receiver_cancels);
  ADD ("/cancel/receiver/paused", NULL, test_receiver_cancels_paused);
  ADD ("/resume/changed", NULL, test_changed_between);
  ADD ("/resume/changed/shorter", yes, test_changed_between);
  ADD ("/resume/grown", NULL, test_grown_between);
  ADD ("/resume/program-ends", NULL, test_program_ends);
  ADD ("/resume/program-ends/paused", NULL, test_program_ends_paused);
  ADD ("/resume/program-ends/cancelled", NULL, test_program_ends_cancelled);
  return g_test_run ();
}
