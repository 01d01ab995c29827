/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a damaged file of a version is requested again. The next transfer of the device that has the file contains
 * it, whatever else is sent, and it is also sent as soon as the device receives the request. No other device is asked,
 * and no other file is accepted. */
#include "config.h"

#include "namida-given-content.h"
#include "namida-heal-sender.h"
#include "namida-history-item.h"
#include "namida-hub-history.h"
#include "namida-hub-private.h"
#include "namida-error.h"
#include "namida-version-source.h"
#include "namida-transfer-end.h"
#include "namida-verify.h"
#include "namida-wanted.h"
#include "two-hubs.h"

#include <glib/gstdio.h>

typedef struct
{
  guint files, versions;
} Told;

static Told reported_here, reported_there;

static void
on_healed (NamidaHub *hub, const NamidaHubHealed *healed, Told *told)
{
  g_autofree char *words = namida_healed_dup_words (healed->direction, healed->alias, healed->files, healed->versions);

  g_assert_nonnull (strstr (words, "repaired"));
  told->files += healed->files;
  told->versions = healed->versions;
}

static void
set_up_kept (Fixture *f, gconstpointer data)
{
  write_sample (f);
  f->receiver = start_hub_with (f, RECEIVER,
                                (NamidaHubOptions){ .accept = NAMIDA_ACCEPT_ALL, .landing = NAMIDA_LANDING_BACKUP });
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  reported_here = reported_there = (Told){ 0 };
  g_signal_connect (f->receiver, "healed", G_CALLBACK (on_healed), &reported_here);
  g_signal_connect (f->sender, "healed", G_CALLBACK (on_healed), &reported_there);
}

static void
wait_end (NamidaTransfer *transfer)
{
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_no_error (namida_transfer_get_error (transfer));
}

/* Other bytes of the same length in the song of the only version. */
static void
damage (Fixture *f)
{
  g_autofree char *command
      = g_strdup_printf ("f=$(find %s/" RECEIVER "/Backups -name 'a song.flac') && chmod u+w \"$f\""
                         " && printf damaged | dd of=\"$f\" bs=1 seek=10 conv=notrunc status=none && chmod u-w \"$f\"",
                         f->dir);

  g_assert_cmpint (system (command), ==, 0);
}

static guint
verify (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVerifyReport) report
      = namida_verify_run (f->receiver->database, NULL, FALSE, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return report->damaged;
}

static guint
count_wanted (Fixture *f)
{
  g_autoptr (GPtrArray) list
      = namida_wanted_list (f->receiver->database, namida_identity_get_fingerprint (f->sender->identity), NULL);

  return list->len;
}

/* The sender is a command from then on, which does nothing in the background. */
static void
send_and_damage (Fixture *f)
{
  write_long (f, "sample/Music/a song.flac", 20000, 'a');
  wait_end (send_sample (f));
  f->sender->send_only = TRUE;
  damage (f);
  g_assert_cmpuint (count_wanted (f), ==, 0); /* nobody knows yet */
  g_assert_cmpuint (verify (f), ==, 1);
  g_assert_cmpuint (count_wanted (f), ==, 1);
}

/* Something else than the damaged file is sent. */
static NamidaTransfer *
send_other (Fixture *f)
{
  g_autoptr (NamidaPeer) peer = find_receiver (f);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autofree char *path = below (f, "other.mp3");
  g_autoptr (GFile) file = g_file_new_for_path (path);

  write_long (f, "other.mp3", 1000, 'o');
  g_list_store_append (files, file);
  return namida_outbox_send (namida_hub_get_outbox (f->sender), peer, G_LIST_MODEL (files), NULL, NULL);
}

/* Whether the row of the newest sending in the journal has @words in the history. A thread writes its end, and nothing
 * tells the main loop of it. */
static gboolean
history_says (Fixture *f, const char *words)
{
  g_autoptr (GPtrArray) rows = namida_journal_list (f->sender->database, 1, NULL);
  g_autoptr (NamidaHistoryItem) item = NULL;
  g_autofree char *later = NULL;

  if (rows == NULL || rows->len == 0)
    return FALSE;
  item = namida_history_item_new (g_ptr_array_steal_index (rows, 0));
  later = namida_history_item_dup_state_text (item);
  return g_strcmp0 (words, later) == 0;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
test_next_sending (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;
  g_autofree char *words = NULL;
  guint versions = 0, tick;

  send_and_damage (f);
  transfer = send_other (f);
  wait_end (transfer);
  g_assert_cmpuint (namida_transfer_get_healed (transfer, &versions), ==, 1);
  g_assert_cmpuint (versions, ==, 1);
  WAIT_FOR (reported_here.files == 1);
  g_assert_cmpuint (reported_here.versions, ==, 1);
  words = namida_transfer_dup_state_text (transfer);
  tick = g_timeout_add (20, on_tick, NULL);
  WAIT_FOR (history_says (f, words));
  g_source_remove (tick);
  g_assert_cmpuint (verify (f), ==, 0);
  g_assert_cmpuint (count_wanted (f), ==, 0);
}

/* Returns: (transfer full) (nullable): the only row of @direction; the sending before has a row of its own, once it is
 * written. */
static NamidaHistoryItem *
find_noted (NamidaHubHistory *history, const char *direction)
{
  g_autoptr (NamidaHistoryItem) found = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (history)); i++)
    {
      g_autoptr (NamidaHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (history), i);

      if (g_strcmp0 (namida_history_item_get_row (item)->direction, direction) != 0)
        continue;
      g_assert_null (found);
      found = g_steal_pointer (&item);
    }
  return g_steal_pointer (&found);
}

static void
check_noted (NamidaHub *hub, const char *direction)
{
  g_autoptr (NamidaHubHistory) history = namida_hub_history_new (hub);
  g_autoptr (NamidaHistoryItem) item = NULL;
  g_autofree char *words = NULL;

  WAIT_FOR ((item = find_noted (history, direction)) != NULL);
  words = namida_history_item_dup_state_text (item);
  g_assert_false (namida_history_item_is_transfer (item));
  g_assert_true (g_str_has_prefix (words, "1 damaged file was repaired in 1 version"));
}

static void
test_when_near (Fixture *f, gconstpointer data)
{
  send_and_damage (f);
  WAIT_FOR (!f->receiver->counting);
  f->sender->send_only = FALSE;
  g_clear_pointer (&f->receiver->wanted, g_hash_table_unref); /* whoever counted meanwhile told it */
  namida_hub_refresh_wanted (f->receiver);
  WAIT_FOR (reported_there.files == 1 && reported_here.files == 1);
  check_noted (f->receiver, NAMIDA_JOURNAL_REPAIRED);
  check_noted (f->sender, NAMIDA_JOURNAL_REPAIRED_THERE);
  g_assert_cmpuint (verify (f), ==, 0);
  WAIT_FOR (!f->receiver->counting);
  g_assert_cmpuint (
      namida_server_get_wanted (f->receiver->server, namida_identity_get_fingerprint (f->sender->identity)), ==, 0);
}

/* A program that starts later hears of it when it says hello. */
static void
test_after_start (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaPeer) peer = NULL;

  write_long (f, "sample/Music/a song.flac", 20000, 'a');
  wait_end (send_sample (f));
  stop_hub (f->sender);
  damage (f);
  g_assert_cmpuint (verify (f), ==, 1);
  namida_hub_refresh_wanted (f->receiver);
  WAIT_FOR (!f->receiver->counting);
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  g_signal_connect (f->sender, "healed", G_CALLBACK (on_healed), &reported_there);
  peer = find_receiver (f);
  WAIT_FOR (reported_there.files == 1);
  g_assert_cmpuint (verify (f), ==, 0);
}

/* A version that was found with a cut file does not know how long it was: the hash says what is wanted. */
static void
test_size_unknown (Fixture *f, gconstpointer data)
{
  send_and_damage (f);
  g_assert_true (
      namida_database_exec (f->receiver->database, NULL, "UPDATE contents SET size = 7 WHERE damaged = 1", ""));
  wait_end (send_other (f));
  WAIT_FOR (reported_here.files == 1);
  g_assert_cmpuint (verify (f), ==, 0);
}

/* ---- what is not done: each question in a thread, for both hubs live in this one ---- */

typedef struct
{
  Fixture *f;
  GInetSocketAddress *address;
  char *fingerprint, *target;
  gsize length;
  char fill;
  NamidaFinishHealed healed;
  guint status;
  GError *error;
  gboolean done; /* atomic */
} Question;

static void
question_begin (Question *question, Fixture *f)
{
  g_autoptr (NamidaPeer) peer = find_receiver (f);

  *question = (Question){ .f = f };
  question->address = g_list_model_get_item (namida_peer_get_addresses (peer), 0);
  question->fingerprint = g_strdup (namida_peer_get_fingerprint (peer));
}

static void
question_clear (Question *question)
{
  g_clear_object (&question->address);
  g_clear_pointer (&question->fingerprint, g_free);
  g_clear_pointer (&question->target, g_free);
  g_clear_error (&question->error);
}

static NamidaHttpPeer
question_peer (Question *question)
{
  return (NamidaHttpPeer){ .identity = question->f->sender->identity,
                           .address = question->address,
                           .fingerprint = question->fingerprint };
}

static gpointer
bring_thread (gpointer data)
{
  Question *question = data;
  NamidaHttpPeer peer = question_peer (question);

  namida_heal_send (&peer, question->f->sender->database, &question->healed, NULL, &question->error);
  g_atomic_int_set (&question->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gpointer
post_thread (gpointer data)
{
  Question *question = data;
  NamidaHttpPeer peer = question_peer (question);
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&peer, NULL, &question->error);
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autofree char *body = g_strnfill (question->length, question->fill);

  if (connection != NULL
      && namida_http_connection_request (connection, (NamidaHttpRequest){ .target = question->target }, body,
                                         question->length, 65536, &answer, &question->error))
    question->status = answer.head.status;
  g_atomic_int_set (&question->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
question_run (Question *question, GThreadFunc run)
{
  GThread *thread;

  g_atomic_int_set (&question->done, FALSE);
  thread = g_thread_new ("question", run, question);
  WAIT_FOR (g_atomic_int_get (&question->done));
  g_thread_join (thread);
}

/* A song that has changed since is not what is wanted: nothing is sent. */
static void
test_changed_since (Fixture *f, gconstpointer data)
{
  Question question;

  send_and_damage (f);
  write_long (f, "sample/Music/a song.flac", 20000, 'b');
  question_begin (&question, f);
  question_run (&question, bring_thread);
  g_assert_no_error (question.error);
  g_assert_cmpuint (question.healed.files, ==, 0);
  g_assert_cmpuint (count_wanted (f), ==, 1);
  question_clear (&question);
}

/* Only what the device had from here: a hash that it names gives nothing away. */
static void
test_never_given (Fixture *f, gconstpointer data)
{
  Question question;

  send_and_damage (f);
  g_assert_true (namida_database_exec (f->sender->database, NULL, "DELETE FROM given_contents", ""));
  question_begin (&question, f);
  question_run (&question, bring_thread);
  g_assert_no_error (question.error);
  g_assert_cmpuint (question.healed.files, ==, 0);
  question_clear (&question);
}

/* Where offers are asked about, only trusted devices are told anything. */
static void
test_not_trusted (Fixture *f, gconstpointer data)
{
  Question question;

  send_and_damage (f);
  namida_hub_set_accept (f->receiver, NAMIDA_ACCEPT_ASK);
  question_begin (&question, f);
  question_run (&question, bring_thread);
  g_assert_error (question.error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  question_clear (&question);
  g_assert_cmpuint (count_wanted (f), ==, 1);
}

/* What is not wanted, has another size than is wanted, or other contents, is refused, and changes nothing. */
static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;
  const NamidaWantedFile *file;
  g_autofree char *other = g_strnfill (64, 'b');
  Question question;

  send_and_damage (f);
  list = namida_wanted_list (f->receiver->database, namida_identity_get_fingerprint (f->sender->identity), NULL);
  file = g_ptr_array_index (list, 0);
  question_begin (&question, f);
  question.fill = 'b';
  question.length = 20000;
  question.target = g_strdup_printf (NAMIDA_V1_PREFIX "/heal?sha256=%s&size=20000", other);
  question_run (&question, post_thread);
  g_assert_cmpuint (question.status, ==, 404);
  g_free (question.target);
  question.target
      = g_strdup_printf (NAMIDA_V1_PREFIX "/heal?sha256=%s&size=%" G_GUINT64_FORMAT, file->sha256, file->size);
  question_run (&question, post_thread);
  g_assert_cmpuint (question.status, ==, 422); /* other contents */
  question.length = 19999;
  question_run (&question, post_thread);
  g_assert_cmpuint (question.status, ==, 422); /* another length than the request says */
  g_free (question.target);
  question.target = g_strdup (NAMIDA_V1_PREFIX "/heal?sha256=abc&size=-1");
  question_run (&question, post_thread);
  g_assert_cmpuint (question.status, ==, 400);
  question_clear (&question);
  g_assert_cmpuint (count_wanted (f), ==, 1);
  g_assert_cmpuint (verify (f), ==, 1);
  g_assert_cmpuint (reported_here.files, ==, 0);
}

/* Brings what is wanted byte by byte, for the first ones wait in a buffer, and hangs up when it is told to, or when it
 * is refused. */
static gpointer
hold_thread (gpointer data)
{
  Question *question = data;
  NamidaHttpPeer peer = question_peer (question);
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&peer, NULL, &question->error);
  NamidaHttpRequest request = { .target = question->target, .length = (gint64) question->length };
  const guint8 byte = 'a';

  g_assert_nonnull (connection);
  namida_http_connection_begin (connection, &request);
  for (gsize left = question->length; left > 1 && !g_atomic_int_get (&question->done); left--)
    {
      if (namida_http_connection_write (connection, &byte, 1, NULL) != 1)
        break;
      g_usleep (5000);
    }
  return NULL;
}

/* One connection of a device at a time: the second one has to wait, and what the first one left undone is no harm. */
static void
test_one_at_a_time (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;
  const NamidaWantedFile *file;
  Question first, second;

  send_and_damage (f);
  list = namida_wanted_list (f->receiver->database, namida_identity_get_fingerprint (f->sender->identity), NULL);
  file = g_ptr_array_index (list, 0);
  question_begin (&first, f);
  question_begin (&second, f);
  first.length = second.length = 20000;
  second.fill = 'b'; /* other contents: refused while nobody else is there */
  first.target = g_strdup_printf (NAMIDA_V1_PREFIX "/heal?sha256=%s&size=%" G_GUINT64_FORMAT, file->sha256, file->size);
  second.target = g_strdup (first.target);
  do
    {
      GThread *thread;

      g_atomic_int_set (&first.done, FALSE);
      thread = g_thread_new ("hold", hold_thread, &first);
      for (guint i = 0; i < 200 && (i == 0 || second.status == 422); i++)
        question_run (&second, post_thread);
      g_atomic_int_set (&first.done, TRUE);
      g_thread_join (thread);
    }
  while (second.status == 422); /* it was always here before the first one, which had to wait, then */
  g_assert_no_error (second.error);
  g_assert_cmpuint (second.status, ==, 409);
  second.fill = 'a';
  do
    question_run (&second, post_thread);
  while (second.status == 409); /* the end of the first one is not noticed yet */
  g_assert_cmpuint (second.status, ==, 200);
  g_assert_cmpuint (verify (f), ==, 0);
  question_clear (&first);
  question_clear (&second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/wanted/next-sending", Fixture, NULL, set_up_kept, test_next_sending, tear_down);
  g_test_add ("/wanted/size-unknown", Fixture, NULL, set_up_kept, test_size_unknown, tear_down);
  g_test_add ("/wanted/when-near", Fixture, NULL, set_up_kept, test_when_near, tear_down);
  g_test_add ("/wanted/after-start", Fixture, NULL, set_up_kept, test_after_start, tear_down);
  g_test_add ("/wanted/changed-since", Fixture, NULL, set_up_kept, test_changed_since, tear_down);
  g_test_add ("/wanted/never-given", Fixture, NULL, set_up_kept, test_never_given, tear_down);
  g_test_add ("/wanted/not-trusted", Fixture, NULL, set_up_kept, test_not_trusted, tear_down);
  g_test_add ("/wanted/one-at-a-time", Fixture, NULL, set_up_kept, test_one_at_a_time, tear_down);
  g_test_add ("/wanted/refused", Fixture, NULL, set_up_kept, test_refused, tear_down);
  return g_test_run ();
}
