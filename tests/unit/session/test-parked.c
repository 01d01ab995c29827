/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what the local user decides about an interrupted or paused transfer. The decision is saved, so it is still
 * valid after a restart; the parts are kept or deleted accordingly, and the sender is told. The hub has its database
 * and its store, but is never started, because no test needs a network. */
#include "config.h"

#include "namida-error.h"
#include "namida-fixtures.h"
#include "lone-hub.h"
#include "namida-server-private.h"

#include <string.h>

#define KEY "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER_KEY "2222222222222222222222222222222222222222222222222222222222222222"

typedef struct
{
  char *dir;
  NamidaHub *hub;
} Fixture;

static gboolean
wait_over (gpointer data)
{
  g_error ("nothing happened");
  return G_SOURCE_REMOVE;
}

static void
park (Fixture *f, const char *id, gboolean paused)
{
  gint64 now = g_get_real_time ();
  NamidaJournalSession row = {
    .id = (char *) id,
    .direction = (char *) "receive",
    .fingerprint = (char *) KEY,
    .alias = (char *) "Somebody",
    .title = (char *) "Music",
    .offer_key = (char *) "key",
    .landing = (char *) "library",
    .state = (char *) "parked",
    .started_at = now,
    .updated_at = now,
    .total_files = 3,
    .total_bytes = 30,
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_journal_write_session (f->hub->database, &row, &error));
  g_assert_no_error (error);
  if (paused)
    g_assert_true (namida_journal_set_paused (f->hub->database, id, TRUE, NULL));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->hub = lone_hub_new ("Parked", &f->dir);
  f->hub->server = namida_server_new (f->hub->identity);
  f->hub->running = TRUE;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  lone_hub_free (f->hub, f->dir);
}

/* Returns: (transfer full): the row. */
static NamidaJournalSession *
read_row (Fixture *f, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = namida_journal_list (f->hub->database, 10, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < rows->len; i++)
    if (g_str_equal (((NamidaJournalSession *) rows->pdata[i])->id, id))
      {
        g_ptr_array_set_free_func (rows, NULL);
        for (guint n = 0; n < rows->len; n++)
          if (n != i)
            namida_journal_session_free (rows->pdata[n]);
        return rows->pdata[i];
      }
  g_assert_not_reached ();
}

/* The store writes in order: when what is said last is in the database, all before it is. */
static void
wait_for_writes (Fixture *f)
{
  guint wait_id = g_timeout_add_seconds (60, wait_over, NULL);
  gboolean paused = FALSE;

  namida_store_set_paused (f->hub->store, "mark", TRUE);
  while (!paused)
    {
      g_autoptr (NamidaJournalSession) row = read_row (f, "mark");

      g_main_context_iteration (NULL, FALSE);
      paused = row->paused;
    }
  g_source_remove (wait_id);
}

static NamidaTransfer *
make_transfer (Fixture *f, const char *key, NamidaTransferState state)
{
  NamidaTransfer *transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Somebody", key, TRUE);

  namida_transfer_set_session_id (transfer, "parked");
  namida_transfer_set_state (transfer, state);
  g_list_store_append (f->hub->transfers, transfer);
  return transfer;
}

/* Returns: why its sender may not go on with the session. */
static int
code_there (Fixture *f, const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (namida_server_find_session (f->hub->server, "parked", key, &error));
  return error->code;
}

/* Canceled here while it was interrupted or paused, with its parts and without. */
static void
test_cancel (Fixture *f, gconstpointer data)
{
  gboolean keep = GPOINTER_TO_INT (data) & 1, paused = GPOINTER_TO_INT (data) & 2;
  g_autoptr (NamidaTransfer) transfer
      = make_transfer (f, KEY, paused ? NAMIDA_TRANSFER_PAUSED : NAMIDA_TRANSFER_INTERRUPTED);
  g_autoptr (NamidaJournalSession) row = NULL;

  park (f, "parked", paused);
  park (f, "mark", FALSE);
  g_assert_cmpint (code_there (f, KEY), ==, NAMIDA_ERROR_NOT_FOUND);
  namida_hub_cancel (f->hub, transfer, keep);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_CANCELLED);
  wait_for_writes (f);
  row = read_row (f, "parked");
  /* What stays is not continued without a question. */
  g_assert_true (row->ask);
  g_assert_cmpstr (row->state, ==, keep ? "parked" : "cancelled");
  g_assert_cmpint (code_there (f, KEY), ==, NAMIDA_ERROR_CANCELLED);
  g_assert_cmpint (code_there (f, OTHER_KEY), ==, NAMIDA_ERROR_BAD_TOKEN);
}

static void
test_resume (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer (f, KEY, NAMIDA_TRANSFER_PAUSED);
  g_autoptr (NamidaJournalSession) row = NULL;

  park (f, "parked", TRUE);
  park (f, "mark", FALSE);
  namida_hub_resume (f->hub, transfer);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_INTERRUPTED);
  wait_for_writes (f);
  row = read_row (f, "parked");
  g_assert_false (row->paused);
  g_assert_cmpstr (row->state, ==, "parked");
}

/* Its sender gives it up; another device cannot. */
static void
test_given_up (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaTransfer) transfer = make_transfer (f, KEY, NAMIDA_TRANSFER_INTERRUPTED);

  park (f, "parked", FALSE);
  park (f, "mark", FALSE);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NamidaJournalSession) row = NULL;

      namida_hub_on_drop_parked (f->hub, i == 0 ? OTHER_KEY : KEY, "parked");
      g_assert_cmpint (namida_transfer_is_final (transfer), ==, i == 1);
      wait_for_writes (f);
      row = read_row (f, "parked");
      g_assert_cmpstr (row->state, ==, i == 0 ? "parked" : "cancelled");
      g_assert_true (namida_journal_set_paused (f->hub->database, "mark", FALSE, NULL));
    }
}

#define ADD(path, test, data) g_test_add (path, Fixture, GINT_TO_POINTER (data), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/parked/cancel", test_cancel, 0);
  ADD ("/parked/cancel-keeping", test_cancel, 1);
  ADD ("/parked/cancel-paused", test_cancel, 2);
  ADD ("/parked/cancel-paused-keeping", test_cancel, 3);
  ADD ("/parked/resume", test_resume, 0);
  ADD ("/parked/given-up", test_given_up, 0);
  return g_test_run ();
}
