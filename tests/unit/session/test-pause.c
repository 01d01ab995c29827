/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-hub.h"
#include "namida-error.h"
#include "namida-sample.h"

#include <glib/gstdio.h>

/* What a person or a broken connection interrupts goes on: two whole devices in one process, over real TLS on
 * loopback. */

#define WAIT_SECONDS 30

typedef struct
{
  char *dir;
  NamidaHub *sender;
  NamidaHub *receiver;
} Fixture;

static char *
below (Fixture *f, const char *name)
{
  return g_build_filename (f->dir, name, NULL);
}

static gboolean
on_wait_over (gpointer data)
{
  g_error ("nothing happened for %d seconds", WAIT_SECONDS);
  return G_SOURCE_REMOVE;
}

/* Turns the main loop until @condition holds. */
#define WAIT_FOR(condition)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    guint wait_id = g_timeout_add_seconds (WAIT_SECONDS, on_wait_over, NULL);                                          \
    while (!(condition))                                                                                               \
      g_main_context_iteration (NULL, TRUE);                                                                           \
    g_source_remove (wait_id);                                                                                         \
  }                                                                                                                    \
  G_STMT_END

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static NamidaHub *
start_hub_with (Fixture *f, const char *alias, NamidaHubOptions options)
{
  g_autofree char *data_dir = below (f, alias);
  g_autofree char *backups = g_strconcat (data_dir, "/Backups", NULL);
  g_autofree char *music = g_strconcat (data_dir, "/Music", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaHub *hub;

  options.data_dir = data_dir;
  options.alias = alias;
  options.interface = "lo";
  options.backups = backups;
  options.music = music;
  hub = namida_hub_new (&options);
  namida_hub_start_async (hub, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  namida_hub_start_finish (hub, result, &error);
  g_assert_no_error (error);
  return hub;
}

static NamidaHub *
start_hub (Fixture *f, const char *alias, NamidaAccept accept)
{
  return start_hub_with (f, alias, (NamidaHubOptions){ .accept = accept });
}

static void
stop_hub (NamidaHub *hub)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_hub_stop_async (hub, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_true (namida_hub_stop_finish (hub, result, NULL));
  g_object_unref (hub);
}

static void
set_up (Fixture *f, gconstpointer accept)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sample = NULL;

  f->dir = g_dir_make_tmp ("namida-pauses-XXXXXX", &error);
  g_assert_no_error (error);
  sample = below (f, "sample");
  g_assert_true (namida_sample_write (sample, 40, 7, &error));
  g_assert_no_error (error);
  f->receiver = start_hub (f, "PauseReceiver", NAMIDA_ACCEPT_ASK);
  f->sender = start_hub (f, "PauseSender", NAMIDA_ACCEPT_ASK);
}

static void
tear_down (Fixture *f, gconstpointer accept)
{
  g_autofree char *quoted = g_shell_quote (f->dir);
  g_autofree char *command = g_strdup_printf ("rm -rf -- %s", quoted);

  stop_hub (f->sender);
  stop_hub (f->receiver);
  g_assert_cmpint (system (command), ==, 0);
  g_free (f->dir);
}

static NamidaPeer *
find_receiver (Fixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaPeer *peer;

  namida_hub_resolve_async (f->sender, "pausereceiver", 5000, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  peer = namida_hub_resolve_finish (f->sender, result, &error);
  g_assert_no_error (error);
  return peer;
}

static GListModel *
sample_files (Fixture *f)
{
  GListStore *files = g_list_store_new (G_TYPE_FILE);
  g_autofree char *zip = below (f, "sample/Namida Backup - 2026-07-19 18.30.00.zip");
  g_autofree char *music = below (f, "sample/Music");
  g_autoptr (GFile) zip_file = g_file_new_for_path (zip);
  g_autoptr (GFile) music_file = g_file_new_for_path (music);

  g_list_store_append (files, zip_file);
  g_list_store_append (files, music_file);
  return G_LIST_MODEL (files);
}

static NamidaTransfer *
send_sample (Fixture *f)
{
  g_autoptr (NamidaPeer) peer = find_receiver (f);
  g_autoptr (GListModel) files = sample_files (f);

  return namida_hub_send (f->sender, peer, files, NULL);
}

static void
assert_same_tree (Fixture *f)
{
  g_autofree char *command
      = g_strdup_printf ("diff -r %s/sample/Music %s/PauseReceiver/Music/Music >&2 && "
                         "diff %s/sample/Namida*.zip %s/PauseReceiver/Backups/PauseSender/Namida*.zip >&2",
                         f->dir, f->dir, f->dir, f->dir);

  g_assert_cmpint (system (command), ==, 0);
}

#define MB ((guint64) 1000 * 1000)
#define LONG_BYTES (12 * MB)

static void
write_long (Fixture *f, const char *name, guint64 bytes, char fill)
{
  g_autofree char *path = below (f, name);
  g_autofree char *data = g_malloc (bytes);
  g_autoptr (GError) error = NULL;

  memset (data, fill, bytes);
  g_file_set_contents (path, data, (gssize) bytes, &error);
  g_assert_no_error (error);
}

static NamidaHub *
start_sender (Fixture *f, guint64 limit)
{
  return start_hub_with (f, "PauseSender", (NamidaHubOptions){ .limit = limit, .patience_seconds = 600 });
}

static guint
n_offers (Fixture *f)
{
  return g_list_model_get_n_items (namida_hub_get_offers (f->receiver));
}

static void
accept_offer (Fixture *f)
{
  g_autoptr (NamidaOffer) offer = NULL;

  WAIT_FOR (n_offers (f) == 1);
  offer = g_list_model_get_item (namida_hub_get_offers (f->receiver), 0);
  namida_hub_accept (f->receiver, offer, NAMIDA_LANDING_LIBRARY, FALSE);
}

/* The newest one that @hub has. */
static NamidaTransfer *
newest (NamidaHub *hub)
{
  g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (namida_hub_get_transfers (hub), 0);

  return transfer; /* the list holds it */
}

/* A sending that takes seconds, until some megabytes of it are there. */
static NamidaTransfer *
send_some (Fixture *f)
{
  NamidaTransfer *transfer;

  write_long (f, "sample/Music/long.flac", LONG_BYTES, 'a');
  stop_hub (f->sender);
  f->sender = start_sender (f, 3 * MB);
  transfer = send_sample (f);
  accept_offer (f);
  WAIT_FOR (namida_transfer_is_final (transfer) || namida_transfer_get_done_bytes (transfer) > 2 * MB);
  g_assert_true (namida_transfer_can_pause (transfer));
  return transfer;
}

static gboolean
is_in (NamidaTransfer *transfer, NamidaTransferState state)
{
  return namida_transfer_get_state (transfer) == state;
}

static void
assert_ends_equal (Fixture *f, NamidaTransfer *transfer)
{
  WAIT_FOR (namida_transfer_is_final (transfer) || n_offers (f) > 0);
  g_assert_cmpuint (n_offers (f), ==, 0);
  g_assert_no_error (namida_transfer_get_error (transfer));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_DONE));
  g_assert_cmpuint (namida_transfer_get_done_bytes (transfer), ==, namida_transfer_get_total_bytes (transfer));
  g_assert_cmpuint (namida_transfer_get_done_files (transfer), ==, namida_transfer_get_total_files (transfer));
  WAIT_FOR (is_in (newest (f->receiver), NAMIDA_TRANSFER_DONE));
  assert_same_tree (f);
}

static gboolean
has_parts (Fixture *f)
{
  g_autofree char *command
      = g_strdup_printf ("find %s/PauseReceiver/staging -name '*.part' 2>/dev/null | grep -q .", f->dir);

  return system (command) == 0;
}

static void
test_pause_sender (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs = newest (f->receiver);
  g_autofree char *words = NULL;

  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (!is_in (transfer, NAMIDA_TRANSFER_RUNNING));
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_PAUSED));
  g_assert_false (namida_transfer_can_pause (transfer));
  WAIT_FOR (!is_in (theirs, NAMIDA_TRANSFER_RUNNING));
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_INTERRUPTED));
  words = namida_transfer_dup_state_text (theirs);
  g_assert_true (g_str_has_prefix (words, "Stopped on the other device"));
  g_assert_true (has_parts (f));

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
  WAIT_FOR (namida_hub_retry (f->sender, transfer) == transfer);
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
  f->receiver = start_hub (f, "PauseReceiver", NAMIDA_ACCEPT_ASK);
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
  namida_hub_cancel (f->sender, transfer, TRUE);
  WAIT_FOR (namida_transfer_is_final (transfer));
}

/* One file is other, one is new, one is gone: nobody is asked again, and what is there is what the sender has now. */
static void
test_changed_between (Fixture *f, gconstpointer how)
{
  NamidaTransfer *transfer = send_some (f);
  NamidaTransfer *theirs;
  g_autofree char *gone = NULL;

  write_long (f, "sample/Music/gone.flac", 10, 'x');
  gone = below (f, "sample/Music/gone.flac");
  stop_hub (f->receiver);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  g_assert_cmpint (g_unlink (gone), ==, 0);
  write_long (f, "sample/Music/new.flac", 1000, 'n');
  /* The long one, of which a part is there: as long as before, or not. */
  write_long (f, "sample/Music/long.flac", how == NULL ? LONG_BYTES : LONG_BYTES - 1, 'b');
  f->receiver = start_hub (f, "PauseReceiver", NAMIDA_ACCEPT_ASK);
  assert_ends_equal (f, transfer);
  theirs = newest (f->receiver);
  g_assert_cmpuint (namida_transfer_get_total_files (theirs), ==, namida_transfer_get_total_files (transfer));
  g_assert_false (has_parts (f));
}

/* Much more than somebody said yes to. */
static void
test_grown_between (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);

  stop_hub (f->receiver);
  WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_INTERRUPTED));
  write_long (f, "sample/Music/more.flac", 90 * MB, 'm');
  f->receiver = start_hub (f, "PauseReceiver", NAMIDA_ACCEPT_ASK);
  WAIT_FOR (namida_transfer_is_final (transfer) || n_offers (f) == 1);
  g_assert_cmpuint (n_offers (f), ==, 1);
  namida_transfer_cancel (transfer);
  WAIT_FOR (namida_transfer_is_final (transfer));
}

/* The program of the sender ends; the next one goes on by itself. */
static void
test_program_ends (Fixture *f, gconstpointer paused)
{
  NamidaTransfer *transfer = send_some (f);

  if (paused != NULL)
    {
      namida_hub_pause (f->sender, transfer);
      WAIT_FOR (is_in (transfer, NAMIDA_TRANSFER_PAUSED));
    }
  stop_hub (f->sender);
  f->sender = start_sender (f, 0);
  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (f->sender)) == 1);
  transfer = newest (f->sender);
  g_assert_cmpint (namida_transfer_get_direction (transfer), ==, NAMIDA_DIRECTION_SEND);
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
  ADD ("/pause/waiting", NULL, test_pause_waiting);
  ADD ("/cancel/paused", NULL, test_cancel_paused);
  ADD ("/cancel/paused/keep", yes, test_cancel_paused);
  ADD ("/cancel/running", NULL, test_cancel_running);
  ADD ("/cancel/running/keep", yes, test_cancel_running);
  ADD ("/cancel/receiver", NULL, test_receiver_cancels);
  ADD ("/cancel/receiver/keep", yes, test_receiver_cancels);
  ADD ("/cancel/receiver/paused", NULL, test_receiver_cancels_paused);
  ADD ("/resume/changed", NULL, test_changed_between);
  ADD ("/resume/changed/shorter", yes, test_changed_between);
  ADD ("/resume/grown", NULL, test_grown_between);
  ADD ("/resume/program-ends", NULL, test_program_ends);
  ADD ("/resume/program-ends/paused", yes, test_program_ends);
  ADD ("/resume/program-ends/cancelled", NULL, test_program_ends_cancelled);
  return g_test_run ();
}
