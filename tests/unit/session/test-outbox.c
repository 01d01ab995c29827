/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the outbox without a hub, a server or a network: which transfers it refuses, what they wait for, and what the
 * database contains for the next run. No device ever answers. */
#include "config.h"

#include "namida-fixtures.h"
#include "namida-error.h"
#include "namida-outbox-private.h"

#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define WAIT_SECONDS 50

/* Iterates the main loop until @condition holds. */
#define WAIT_FOR(condition)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    guint wait_id = g_timeout_add_seconds (WAIT_SECONDS, wait_over, NULL);                                             \
    while (!(condition))                                                                                               \
      g_main_context_iteration (NULL, TRUE);                                                                           \
    g_source_remove (wait_id);                                                                                         \
  }                                                                                                                    \
  G_STMT_END

#define PATIENT ((NamidaOutboxPatience){ .seconds = 600, .for_device = TRUE, .next_run = TRUE })

typedef struct
{
  char *data, *music; /* folders */
  NamidaIdentity *identity;
  NamidaDatabase *database;
  NamidaPeerList *peers;
  NamidaPeer *peer; /* in @peers, away */
  NamidaTransferList *list;
  GListStore *transfers, *files;
  NamidaOutbox *outbox;
  gboolean refuses;          /* the rule about recipients refuses all */
  gboolean needs_permission; /* the rule about encryption refuses what the user did not allow */
  guint n_settled;
} Fixture;

static gboolean
wait_over (gpointer data)
{
  g_error ("waited for %d seconds in vain", WAIT_SECONDS);
  return G_SOURCE_REMOVE;
}

static gboolean
rule_check_recipient (NamidaPeer *peer, GError **error, gpointer data)
{
  if (((Fixture *) data)->refuses)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED, "another key");
  return !((Fixture *) data)->refuses;
}

static gboolean
rule_check_encryption (NamidaPeer *peer, gboolean allowed, GError **error, gpointer data)
{
  if (allowed || !((Fixture *) data)->needs_permission)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED, "not encrypted");
  return FALSE;
}

static NamidaDeviceInfo *
rule_dup_own_info (gpointer data)
{
  NamidaDeviceInfo *info = namida_device_info_new ();

  g_free (info->alias);
  info->alias = g_strdup ("Outbox");
  return info;
}

static const NamidaOutboxRules rules = {
  .check_recipient = rule_check_recipient,
  .check_encryption = rule_check_encryption,
  .dup_own_info = rule_dup_own_info,
};

static void
on_settled (Fixture *f)
{
  f->n_settled++;
}

/* Another run of the program with the same data. */
static void
fixture_start (Fixture *f, NamidaOutboxPatience patience)
{
  f->list = namida_transfer_list_new ();
  f->transfers = namida_transfer_list_get_store (f->list);
  f->outbox = namida_outbox_new (f->peers, f->list, &rules, f);
  f->n_settled = 0;
  g_signal_connect_swapped (f->outbox, "settled", G_CALLBACK (on_settled), f);
  namida_outbox_set_patience (f->outbox, patience);
  namida_outbox_start (f->outbox, f->identity, f->database);
}

static void
fixture_stop (Fixture *f)
{
  namida_outbox_stop (f->outbox);
  WAIT_FOR (namida_outbox_count (f->outbox) == 0);
  g_clear_object (&f->outbox);
  g_clear_object (&f->list);
}

/* From now on, the song @name is sent. */
static void
fixture_write_song (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->music, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, name, -1, NULL));
  g_list_store_remove_all (f->files);
  g_list_store_append (f->files, file);
}

static void
fixture_set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  f->data = g_dir_make_tmp ("namida-outbox-XXXXXX", NULL);
  f->music = g_dir_make_tmp ("namida-outbox-XXXXXX", NULL);
  path = g_build_filename (f->data, "state.db", NULL);
  f->identity = namida_identity_load (f->data, &error);
  g_assert_no_error (error);
  f->database = namida_database_open (path, &error);
  g_assert_no_error (error);
  f->peers = namida_peer_list_new ();
  info->fingerprint = g_strdup (KEY);
  g_free (info->alias);
  info->alias = g_strdup ("Old Phone");
  namida_peer_list_add_known (f->peers, info, NULL, 1);
  f->peer = namida_peer_list_find_by_fingerprint (f->peers, KEY);
  f->files = g_list_store_new (G_TYPE_FILE);
  fixture_write_song (f, "song.mp3");
}

static void
fixture_tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->peers);
  g_clear_object (&f->files);
  g_clear_object (&f->database);
  g_clear_object (&f->identity);
  fixtures_remove (f->data);
  fixtures_remove (f->music);
  g_free (f->data);
  g_free (f->music);
}

static NamidaTransfer *
fixture_send (Fixture *f)
{
  return namida_outbox_send (f->outbox, f->peer, G_LIST_MODEL (f->files), NULL, NULL);
}

/* Nothing is scanned or sent if the rules refuse the device, and the outbox is settled again. */
static void
test_refused_recipient (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;

  fixture_start (f, (NamidaOutboxPatience){ 0 });
  f->refuses = TRUE;
  transfer = fixture_send (f);
  /* The caller can still connect to the signals of the transfer. */
  g_assert_false (namida_transfer_is_final (transfer));
  g_assert_cmpuint (namida_outbox_count (f->outbox), ==, 1);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED);
  g_assert_null (namida_transfer_get_backup (transfer));
  g_assert_cmpuint (namida_outbox_count (f->outbox), ==, 0);
  g_assert_cmpuint (f->n_settled, ==, 1);
  fixture_stop (f);
}

/* The permission belongs to one transfer, and to its retry. */
static void
test_encryption (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;

  fixture_start (f, (NamidaOutboxPatience){ 0 });
  f->needs_permission = TRUE;
  transfer = fixture_send (f);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED);
  transfer = fixture_send (f);
  namida_sending_allow_unencrypted (transfer);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  transfer = namida_outbox_retry (f->outbox, transfer);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  transfer = fixture_send (f);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED);
  fixture_stop (f);
}

/* What waits when the program ends is resumed by a run that may do so, and only by such a run. */
static void
test_next_run (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;

  fixture_start (f, PATIENT);
  transfer = fixture_send (f);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0 && !namida_sending_of (transfer)->writing);
  namida_outbox_stop (f->outbox);
  g_assert_null (namida_outbox_retry (f->outbox, transfer));
  WAIT_FOR (f->n_settled == 1);
  fixture_stop (f);

  fixture_start (f, (NamidaOutboxPatience){ .seconds = 600, .for_device = TRUE });
  fixture_write_song (f, "other.mp3");
  transfer = fixture_send (f);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->transfers)), ==, 1);
  fixture_stop (f);

  fixture_start (f, PATIENT);
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (f->transfers)) > 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->transfers)), ==, 1);
  fixture_stop (f);
}

/* A transfer that the user cancels while its device is away is not resumed by the next run. */
static void
test_cancel (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;

  fixture_start (f, PATIENT);
  transfer = fixture_send (f);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  namida_transfer_cancel (transfer);
  WAIT_FOR (f->n_settled == 1);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_CANCELLED);
  fixture_stop (f);
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) waiting = namida_journal_list_sends (f->database, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (waiting->len, ==, 0);
  }
}

/* A paused transfer keeps out of the device's way until it is resumed. */
static void
test_pause (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;

  fixture_start (f, PATIENT);
  transfer = fixture_send (f);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  g_assert_true (namida_outbox_join (f->outbox, KEY, G_LIST_MODEL (f->files), NULL) == transfer);
  namida_outbox_pause (f->outbox, transfer);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_PAUSED);
  g_assert_cmpuint (namida_sending_of (transfer)->timer, ==, 0);
  /* Nor does it hold up the same files when they are sent again. */
  g_assert_null (namida_outbox_join (f->outbox, KEY, G_LIST_MODEL (f->files), NULL));
  namida_outbox_resume (f->outbox, transfer);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_INTERRUPTED);
  fixture_stop (f);
}

/* What the user paused is listed by the next run, and waits for nobody. */
static void
test_paused_next_run (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;

  fixture_start (f, PATIENT);
  transfer = fixture_send (f);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  namida_outbox_pause (f->outbox, transfer);
  fixture_stop (f);
  {
    g_autoptr (GPtrArray) waiting = namida_journal_list_sends (f->database, NULL);

    g_assert_cmpuint (waiting->len, ==, 1);
    g_assert_cmpstr (((NamidaJournalSession *) waiting->pdata[0])->state, ==, "parked");
  }

  fixture_start (f, PATIENT);
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (f->transfers)) > 0);
  {
    g_autoptr (NamidaTransfer) paused = g_list_model_get_item (G_LIST_MODEL (f->transfers), 0);

    g_assert_cmpint (namida_transfer_get_state (paused), ==, NAMIDA_TRANSFER_PAUSED);
    g_assert_cmpuint (namida_sending_of (paused)->timer, ==, 0);
    g_assert_false (namida_sending_of (paused)->scanning);
  }
  fixture_stop (f);
}

/* What the other user accepted once stays accepted, and what a schedule began is not resumed: it runs again. */
static void
test_accepted_next_run (Fixture *f, gconstpointer data)
{
  g_autoptr (GListStore) folders = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) folder = g_file_new_for_path (f->music);
  NamidaTransfer *transfer;

  fixture_start (f, PATIENT);
  transfer = fixture_send (f);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  namida_sending_of (transfer)->accepted = TRUE;
  g_list_store_append (folders, folder);
  transfer = namida_outbox_send (f->outbox, f->peer, G_LIST_MODEL (folders), NULL, NULL);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  namida_sending_of (transfer)->by_schedule = TRUE;
  fixture_stop (f);

  fixture_start (f, PATIENT);
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (f->transfers)) > 0);
  {
    g_autoptr (NamidaTransfer) accepted = g_list_model_get_item (G_LIST_MODEL (f->transfers), 0);

    g_assert_true (namida_sending_of (accepted)->accepted);
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->transfers)), ==, 1);
  }
  fixture_stop (f);
}

/* More files join a transfer that nobody has seen yet: one of the user, to the same device. */
static void
test_join (Fixture *f, gconstpointer data)
{
  g_autofree char *other = g_strnfill (64, 'B');
  g_autoptr (GFile) more = g_file_new_for_path (f->data);
  g_autoptr (GListStore) both = g_list_store_new (G_TYPE_FILE);
  NamidaTransfer *transfer;
  NamidaSending *sending;

  fixture_start (f, PATIENT);
  transfer = fixture_send (f);
  sending = namida_sending_of (transfer);
  WAIT_FOR (sending->timer != 0);
  g_assert_null (namida_outbox_join (f->outbox, other, G_LIST_MODEL (f->files), NULL));
  sending->by_schedule = TRUE;
  g_assert_null (namida_outbox_join (f->outbox, KEY, G_LIST_MODEL (f->files), NULL));
  sending->by_schedule = FALSE;
  /* What was accepted grows no more. */
  g_list_store_append (both, more);
  sending->accepted = TRUE;
  g_assert_null (namida_outbox_join (f->outbox, KEY, G_LIST_MODEL (both), NULL));
  g_assert_true (namida_outbox_join (f->outbox, KEY, G_LIST_MODEL (f->files), NULL) == transfer);
  sending->accepted = FALSE;
  g_assert_true (namida_outbox_join (f->outbox, KEY, G_LIST_MODEL (both), NULL) == transfer);
  g_assert_cmpuint (g_list_model_get_n_items (sending->files), ==, 2);
  g_assert_null (namida_outbox_find_same (f->outbox, KEY, G_LIST_MODEL (both)));
  g_assert_true (namida_outbox_find_same (f->outbox, KEY, sending->files) == transfer);
  fixture_stop (f);
}

/* The wait ends when the device is seen, and not when another one is. */
static void
test_seen (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  NamidaTransfer *transfer;
  guint timer;

  info->fingerprint = g_strnfill (64, 'B');
  fixture_start (f, PATIENT);
  transfer = fixture_send (f);
  WAIT_FOR (namida_sending_of (transfer)->timer != 0);
  timer = namida_sending_of (transfer)->timer;
  namida_peer_list_add_known (f->peers, info, NULL, 1);
  g_assert_cmpuint (namida_sending_of (transfer)->timer, ==, timer);
  g_object_notify (G_OBJECT (f->peer), "address");
  g_assert_cmpuint (namida_sending_of (transfer)->timer, !=, timer);
  fixture_stop (f);
}

/* Only a device of LocalSend, which cannot be asked what it has, gets less than what was chosen, and never of what is
 * to be read again. */
static void
test_leaves_out_sent (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  g_autoptr (GInetAddress) host = g_inet_address_new_from_string ("192.0.2.7");
  g_autoptr (GInetSocketAddress) address = G_INET_SOCKET_ADDRESS (g_inet_socket_address_new (host, 53317));
  NamidaSending sending = { .sent_before = NAMIDA_SENT_BEFORE_SKIP };

  fixture_start (f, PATIENT);
  info->fingerprint = g_strnfill (64, 'C');
  sending.peer = namida_peer_list_sighting (f->peers, info, NAMIDA_DIALECT_LOCALSEND, address, FALSE);
  g_assert_true (namida_outbox_leaves_out_sent (f->outbox, &sending));
  sending.reread = TRUE;
  g_assert_false (namida_outbox_leaves_out_sent (f->outbox, &sending));
  sending.reread = FALSE;
  namida_peer_list_sighting (f->peers, info, NAMIDA_DIALECT_V1, address, FALSE);
  g_assert_false (namida_outbox_leaves_out_sent (f->outbox, &sending));
  fixture_stop (f);
}

/* A device that has got nothing yet has none of it, so nothing is read before it is asked. */
static void
test_first_is_not_read (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;
  sqlite3_stmt *statement;

  fixture_start (f, (NamidaOutboxPatience){ 0 });
  transfer = fixture_send (f);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  namida_database_lock (f->database);
  statement = namida_database_prepare (f->database, NULL, "SELECT 1 FROM contents", "");
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  fixture_stop (f);
}

static void
on_trouble (NamidaOutbox *outbox, const char *sentence, char **trouble)
{
  g_assert_null (*trouble);
  *trouble = g_strdup (sentence);
}

/* A history that cannot be written neither stops a transfer nor the end of the program, and is reported once. */
static void
test_history_not_writable (Fixture *f, gconstpointer data)
{
  g_autofree char *trouble = NULL;

  fixture_start (f, (NamidaOutboxPatience){ 0 });
  g_signal_connect (f->outbox, "trouble", G_CALLBACK (on_trouble), &trouble);
  g_assert_true (namida_database_exec (f->database, NULL,
                                       "CREATE TRIGGER full BEFORE INSERT ON sessions BEGIN SELECT RAISE (FAIL, "
                                       "'no room'); END",
                                       ""));
  for (guint i = 0; i < 2; i++)
    {
      NamidaTransfer *transfer = fixture_send (f);

      WAIT_FOR (f->n_settled == i + 1);
      g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
    }
  g_assert_nonnull (trouble);
  fixture_stop (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/outbox/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("refused-recipient", test_refused_recipient);
  ADD ("encryption", test_encryption);
  ADD ("next-run", test_next_run);
  ADD ("cancel", test_cancel);
  ADD ("pause", test_pause);
  ADD ("paused-next-run", test_paused_next_run);
  ADD ("accepted-next-run", test_accepted_next_run);
  ADD ("join", test_join);
  ADD ("seen", test_seen);
  ADD ("leaves-out-sent", test_leaves_out_sent);
  ADD ("first-is-not-read", test_first_is_not_read);
  ADD ("history-not-writable", test_history_not_writable);
  return g_test_run ();
}
