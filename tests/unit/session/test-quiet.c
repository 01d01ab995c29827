/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that versions are verified from time to time while nothing else is in progress. */
#include "config.h"

#include "namida-clock.h"
#include "namida-hub-private.h"
#include "two-hubs.h"

#include <glib/gstdio.h>

#define DAY G_TIME_SPAN_DAY

static char *trouble;

static void
on_trouble (NamidaHub *hub, const char *sentence)
{
  g_free (trouble);
  trouble = g_strdup (sentence);
}

static void
set_up_kept (Fixture *f, gconstpointer data)
{
  write_sample (f);
  f->receiver = start_hub_with (f, RECEIVER,
                                (NamidaHubOptions){ .accept = NAMIDA_ACCEPT_ALL, .landing = NAMIDA_LANDING_BACKUP });
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  g_signal_connect (f->receiver, "trouble", G_CALLBACK (on_trouble), NULL);
}

static void
tear_down_kept (Fixture *f, gconstpointer data)
{
  namida_clock_set_fake (-1);
  g_clear_pointer (&trouble, g_free);
  tear_down (f, data);
}

static NamidaVersion *
receive_one (Fixture *f)
{
  GListModel *versions = G_LIST_MODEL (namida_hub_get_versions (f->receiver));
  NamidaTransfer *transfer = send_sample (f);

  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_no_error (namida_transfer_get_error (transfer));
  WAIT_FOR (g_list_model_get_n_items (versions) == 1
            && !namida_versions_get_loading (namida_hub_get_versions (f->receiver)));
  return g_list_model_get_item (versions, 0);
}

/* Other bytes of the same length under the same time: only reading tells. */
static void
damage (NamidaVersion *version)
{
  g_autofree char *command = g_strdup_printf (
      "f=$(find '%s/Music' -type f -size +2k | sort | sed -n 1p) && t=$(stat -c %%y \"$f\") && chmod u+w \"$f\""
      " && printf damaged | dd of=\"$f\" bs=1 seek=1000 conv=notrunc status=none && touch -d \"$t\" \"$f\"",
      namida_version_get_path (version));

  g_assert_cmpint (system (command), ==, 0);
}

static void
run_quietly (Fixture *f)
{
  namida_keeper_verify_quietly (f->receiver->keeper);
  WAIT_FOR (namida_keeper_get_verification (f->receiver->keeper) == NULL);
}

static void
test_finds_damage (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersion) version = receive_one (f);

  damage (version);
  /* Switched off, or read not long ago: nothing happens. */
  run_quietly (f);
  namida_hub_set_verify_days (f->receiver, 90);
  run_quietly (f);
  g_assert_cmpint (namida_version_get_damaged (version), <=, 0);
  g_assert_null (trouble);

  namida_clock_set_fake (namida_clock_real () + 100 * DAY);
  run_quietly (f);
  g_assert_cmpint (namida_version_get_damaged (version), ==, 1);
  g_assert_cmpint (namida_version_get_verified_at (version), ==, namida_clock_real ());
  g_assert_nonnull (trouble);
  g_assert_nonnull (strstr (trouble, "damaged"));
  /* It is not due any more: nobody is told twice. */
  g_clear_pointer (&trouble, g_free);
  run_quietly (f);
  g_assert_null (trouble);
}

/* The disk is wanted for something else. */
static void
test_gives_way (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersion) version = receive_one (f);
  g_autoptr (NamidaTransfer) going_on = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Somebody", NULL, TRUE);
  GListStore *transfers = f->receiver->transfers;

  damage (version);
  namida_hub_set_verify_days (f->receiver, 90);
  namida_clock_set_fake (namida_clock_real () + 100 * DAY);
  namida_transfer_set_state (going_on, NAMIDA_TRANSFER_RUNNING);
  g_list_store_insert (transfers, 0, going_on);
  run_quietly (f);
  g_assert_null (trouble);
  g_list_store_remove (transfers, 0);
  /* One that begins meanwhile stops the reading: it stays due. */
  namida_keeper_verify_quietly (f->receiver->keeper);
  g_assert_nonnull (namida_keeper_get_verification (f->receiver->keeper));
  g_list_store_insert (transfers, 0, going_on);
  g_assert_true (g_cancellable_is_cancelled (namida_keeper_get_verification (f->receiver->keeper)));
  WAIT_FOR (namida_keeper_get_verification (f->receiver->keeper) == NULL);
  g_list_store_remove (transfers, 0);
  run_quietly (f);
  g_assert_cmpint (namida_version_get_damaged (version), ==, 1);
}

static void
on_reloaded (GObject *source, GAsyncResult *result, gpointer done)
{
  g_assert_true (namida_versions_reload_finish (NAMIDA_VERSIONS (source), result, NULL));
  *(gboolean *) done = TRUE;
}

/* A new version that is made of linked files is as old as the oldest of their reads. */
static void
test_linked (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersion) received = receive_one (f);
  NamidaVersions *versions = namida_hub_get_versions (f->receiver);
  NamidaVersion *version;
  gboolean done = FALSE;

  g_assert_true (namida_database_exec (f->receiver->database, NULL, "UPDATE versions SET created_at = created_at + ?",
                                       "i", 60 * DAY));
  namida_versions_reload_async (versions, NULL, on_reloaded, &done);
  WAIT_FOR (done);
  version = namida_versions_find (versions, namida_version_get_id (received));
  namida_hub_set_verify_days (f->receiver, 90);
  namida_clock_set_fake (namida_clock_real () + 80 * DAY);
  run_quietly (f);
  g_assert_cmpint (namida_version_get_verified_at (version), ==, 0);
  namida_clock_set_fake (namida_clock_real () + 20 * DAY);
  run_quietly (f);
  g_assert_cmpint (namida_version_get_verified_at (version), ==, namida_clock_real ());
  g_assert_cmpint (namida_version_get_read_at (version), ==, namida_clock_real ());
  g_assert_null (trouble);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up_kept, test, tear_down_kept)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/quiet/finds-damage", test_finds_damage);
  ADD ("/quiet/linked", test_linked);
  ADD ("/quiet/gives-way", test_gives_way);
  return g_test_run ();
}
