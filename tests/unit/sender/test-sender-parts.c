/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the parts of the senders without a network: the work that threads share, the sessions that a LocalSend device
 * may cancel, and the choice of the best dialect. */
#include "config.h"

#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-localsend-sessions.h"
#include "namida-sender.h"
#include "namida-workers.h"

/* ---- the work that threads share ---- */

#define ITEMS 1000u
#define THREADS 8u

typedef struct
{
  NamidaWorkers workers;
  int taken[ITEMS]; /* atomic */
  int fails_at;     /* item; -1: none */
} Work;

static gpointer
work_thread (gpointer data)
{
  Work *work = data;
  guint index;

  while (namida_workers_take (&work->workers, &index))
    {
      g_assert_cmpuint (index, <, ITEMS);
      g_atomic_int_inc (&work->taken[index]);
      if ((int) index == work->fails_at)
        namida_workers_fail (&work->workers, g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, "item %u", index));
    }
  return NULL;
}

/* Each item once, by one of them. */
static void
test_workers (void)
{
  Work work = { .fails_at = -1 };
  g_autoptr (GError) error = NULL;

  namida_workers_init (&work.workers, ITEMS, NULL);
  g_assert_true (namida_workers_run (&work.workers, THREADS, work_thread, &work, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < ITEMS; i++)
    g_assert_cmpint (work.taken[i], ==, 1);
  namida_workers_clear (&work.workers);
}

/* After a failure nobody begins another item, and the first error is the one that is told. */
static void
test_workers_fail (void)
{
  for (int fails_at = 0; fails_at < 3; fails_at++)
    {
      Work work = { .fails_at = fails_at };
      g_autoptr (GError) error = NULL;
      guint index;

      namida_workers_init (&work.workers, ITEMS, NULL);
      g_assert_false (namida_workers_run (&work.workers, 1, work_thread, &work, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
      for (int i = 0; i < (int) ITEMS; i++)
        g_assert_cmpint (work.taken[i], ==, i <= fails_at);
      g_assert_true (namida_workers_is_over (&work.workers));
      g_assert_false (namida_workers_take (&work.workers, &index));
      g_assert_true (g_cancellable_is_cancelled (work.workers.cancellable));
      namida_workers_clear (&work.workers);
    }
}

static void
test_workers_first_error (void)
{
  Work work = { .fails_at = -1 };
  g_autoptr (GCancellable) caller = g_cancellable_new ();

  namida_workers_init (&work.workers, ITEMS, caller);
  namida_workers_fail (&work.workers, g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, "first"));
  namida_workers_fail (&work.workers, g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, "second"));
  g_assert_error (work.workers.error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE);
  /* A failure is theirs: the caller's cancellable is not canceled by it. */
  g_assert_false (g_cancellable_is_cancelled (caller));
  namida_workers_clear (&work.workers);
}

/* Who cancels stops them, without an error of theirs; before the first item, too. */
static void
test_workers_cancelled (void)
{
  Work work = { .fails_at = -1 };
  g_autoptr (GCancellable) caller = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  namida_workers_init (&work.workers, ITEMS, caller);
  g_assert_false (namida_workers_is_over (&work.workers));
  g_cancellable_cancel (caller);
  g_assert_true (namida_workers_is_over (&work.workers));
  g_assert_true (namida_workers_run (&work.workers, THREADS, work_thread, &work, &error));
  for (guint i = 0; i < ITEMS; i++)
    g_assert_cmpint (work.taken[i], ==, 0);
  namida_workers_clear (&work.workers);
}

/* ---- sessions that a LocalSend device may stop ---- */

static guint stopped[8];

static void
on_stopped (gpointer user_data)
{
  stopped[GPOINTER_TO_UINT (user_data)]++;
}

/* As a sender does that ends: it takes all of its sessions back. */
static void
on_stopped_all (gpointer user_data)
{
  on_stopped (user_data);
  for (guint i = 0; i < G_N_ELEMENTS (stopped); i++)
    namida_localsend_sessions_remove (GUINT_TO_POINTER (i));
}

static void
test_sessions_owner (void)
{
  static const struct
  {
    const char *added, *id, *asking, *host; /* of the session: “ab…” at 127.0.0.1 */
    gboolean stops;
  } all[] = {
    { "AB", "one", "ab", "127.0.0.1", TRUE },    { "AB", "one", "AB", "127.0.0.9", TRUE },
    { "AB", "one", "cd", "127.0.0.1", FALSE },   { "AB", "one", NULL, "127.0.0.1", TRUE },
    { "AB", "one", NULL, "127.0.0.9", FALSE },   { NULL, "one", "ab", "127.0.0.1", TRUE },
    { NULL, "one", "ab", "127.0.0.9", FALSE },   { "AB", NULL, "ab", "127.0.0.1", TRUE },
    { "AB", "other", "ab", "127.0.0.1", FALSE }, { "AB", NULL, "cd", "127.0.0.1", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GInetAddress) host = g_inet_address_new_from_string ("127.0.0.1");
      g_autoptr (GInetAddress) asking = g_inet_address_new_from_string (all[i].host);

      stopped[1] = 0;
      namida_localsend_sessions_add ("one", all[i].added, host, on_stopped, GUINT_TO_POINTER (1));
      g_assert_cmpint (namida_localsend_sessions_stop (all[i].id, all[i].asking, asking), ==, all[i].stops);
      g_assert_cmpuint (stopped[1], ==, all[i].stops);
      /* It is stopped once. */
      g_assert_false (all[i].stops && namida_localsend_sessions_stop (all[i].id, all[i].asking, asking));
      namida_localsend_sessions_remove (GUINT_TO_POINTER (1));
    }
}

/* Several of one device; the first that hears of it takes the others back. */
static void
test_sessions_gone (void)
{
  g_autoptr (GInetAddress) host = g_inet_address_new_from_string ("127.0.0.1");

  g_assert_false (namida_localsend_sessions_stop (NULL, "AB", host));
  for (guint all = 0; all < 2; all++)
    {
      guint sum = 0;

      for (guint i = 0; i < 4; i++)
        {
          stopped[i] = 0;
          namida_localsend_sessions_add ("s", "AB", host, all ? on_stopped : on_stopped_all, GUINT_TO_POINTER (i));
        }
      g_assert_true (namida_localsend_sessions_stop (NULL, "AB", host));
      for (guint i = 0; i < 4; i++)
        sum += stopped[i];
      g_assert_cmpuint (sum, ==, all ? 4 : 1);
      g_assert_false (namida_localsend_sessions_stop (NULL, "AB", host));
    }
}

/* ---- the dialect ---- */

static void
test_best_dialect (void)
{
  static const NamidaDialect best_first[]
      = { NAMIDA_DIALECT_V1, NAMIDA_DIALECT_LOCALSEND, NAMIDA_DIALECT_PHONE, NAMIDA_DIALECT_LOCALSEND_PLAIN };

  for (guint set = 0; set < 16; set++)
    {
      NamidaDialect dialects = 0, best = NAMIDA_DIALECT_V1;

      for (guint i = 4; i-- > 0;)
        if (set & 1u << i)
          {
            dialects |= best_first[i];
            best = best_first[i];
          }
      g_assert_cmpint (namida_sender_best_dialect (dialects), ==, best);
    }
}

/* ---- what cannot be sent ---- */

typedef struct
{
  char *folder;
  NamidaSender *sender;
  NamidaTransfer *transfer;
  GAsyncResult *result;
} Fixture;

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Fixture *) user_data)->result = g_object_ref (result);
}

/* @f: a sender without an address */
static void
fixture_init (Fixture *f, NamidaDialect dialect, NamidaEntryKind kind)
{
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (NamidaIdentity) identity = NULL;
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (GListStore) nowhere = g_list_store_new (G_TYPE_INET_SOCKET_ADDRESS);
  NamidaEntry *entry = namida_entry_new ();

  *f = (Fixture){ .folder = g_dir_make_tmp ("namida-XXXXXX", NULL) };
  identity = namida_identity_load (f->folder, NULL);
  g_free (own->alias);
  own->alias = g_strdup ("Sender");
  entry->id = g_strdup ("id");
  entry->kind = kind;
  entry->label = g_strdup ("Music");
  entry->name = g_strdup ("empty");
  entry->relative_path = g_strdup ("empty");
  namida_backup_add (backup, entry);
  f->transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Fake", NULL, TRUE);
  namida_transfer_set_backup (f->transfer, backup);
  f->sender = namida_sender_new (dialect, identity, own, G_LIST_MODEL (nowhere), NULL, NULL, f->transfer);
}

static void
fixture_clear (Fixture *f)
{
  g_object_unref (f->result);
  g_object_unref (f->sender);
  g_object_unref (f->transfer);
  fixtures_remove (f->folder);
  g_free (f->folder);
}

/* LocalSend and the phone app know no folders. */
static void
test_nothing_to_send (void)
{
  static const NamidaDialect dialects[] = { NAMIDA_DIALECT_LOCALSEND, NAMIDA_DIALECT_LOCALSEND_PLAIN };

  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    {
      g_autoptr (GError) error = NULL;
      Fixture f;

      fixture_init (&f, dialects[i], NAMIDA_ENTRY_FOLDER);
      namida_sender_send_async (f.sender, on_done, &f);
      while (f.result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_false (namida_sender_send_finish (f.sender, f.result, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
      g_assert_cmpint (namida_transfer_get_state (f.transfer), ==, NAMIDA_TRANSFER_FAILED);
      fixture_clear (&f);
    }
}

/* Only Namida Sync can say what it has; without an address nobody can. */
static void
test_preview_is_refused (void)
{
  static const struct
  {
    NamidaDialect dialect;
    int code;
  } all[] = { { NAMIDA_DIALECT_LOCALSEND, NAMIDA_ERROR_NOT_FOUND },
              { NAMIDA_DIALECT_PHONE, NAMIDA_ERROR_NOT_FOUND },
              { NAMIDA_DIALECT_LOCALSEND_PLAIN, NAMIDA_ERROR_NOT_FOUND },
              { NAMIDA_DIALECT_V1, NAMIDA_ERROR_UNREACHABLE } };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;
      Fixture f;

      fixture_init (&f, all[i].dialect, NAMIDA_ENTRY_FILE);
      namida_sender_preview_async (f.sender, NULL, on_done, &f);
      while (f.result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_null (namida_sender_preview_finish (f.sender, f.result, &error));
      g_assert_error (error, NAMIDA_ERROR, all[i].code);
      fixture_clear (&f);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sender-parts/workers", test_workers);
  g_test_add_func ("/sender-parts/workers/fail", test_workers_fail);
  g_test_add_func ("/sender-parts/workers/first-error", test_workers_first_error);
  g_test_add_func ("/sender-parts/workers/cancelled", test_workers_cancelled);
  g_test_add_func ("/sender-parts/sessions/owner", test_sessions_owner);
  g_test_add_func ("/sender-parts/sessions/gone", test_sessions_gone);
  g_test_add_func ("/sender-parts/best-dialect", test_best_dialect);
  g_test_add_func ("/sender-parts/nothing-to-send", test_nothing_to_send);
  g_test_add_func ("/sender-parts/preview-is-refused", test_preview_is_refused);
  return g_test_run ();
}
