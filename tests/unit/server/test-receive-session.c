/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the receiving session without the server in front of it, which checks owners and sizes as well and would hide a
 * missing check. A file is accepted only from the device that owns the session, with the token of that file, and with a
 * body of the right length. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-phone-messages.h"
#include "namida-phone-session.h"
#include "namida-receive-session.h"
#include "namida-transfer-private.h"

#include <string.h>

#define OWNER "AA"
#define SIZE 100u

struct _TestSink
{
  GObject parent_instance;
  gint parked, discarded;  /* atomic */
  NamidaFileResult result; /* of each file that is committed */
  gboolean fails;          /* to commit */
};

#define TEST_TYPE_SINK (test_sink_get_type ())
G_DECLARE_FINAL_TYPE (TestSink, test_sink, TEST, SINK, GObject)

static const char *
test_sink_get_session_id (NamidaSink *sink)
{
  return "session";
}

static gboolean
test_sink_commit (NamidaSink *sink, NamidaCommit *files, guint n_files, GError **error)
{
  TestSink *self = TEST_SINK (sink);

  for (guint i = 0; !self->fails && i < n_files; i++)
    files[i].result = self->result;
  if (self->fails)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, "The disk is full.");
  return !self->fails;
}

static void
test_sink_park (NamidaSink *sink)
{
  g_atomic_int_inc (&TEST_SINK (sink)->parked);
}

static void
test_sink_discard (NamidaSink *sink)
{
  g_atomic_int_inc (&TEST_SINK (sink)->discarded);
}

static char *
test_sink_dup_folder (NamidaSink *sink)
{
  return g_strdup ("/");
}

static void
test_sink_interface_init (NamidaSinkInterface *iface)
{
  iface->get_session_id = test_sink_get_session_id;
  iface->commit = test_sink_commit;
  iface->park = test_sink_park;
  iface->discard = test_sink_discard;
  iface->dup_folder = test_sink_dup_folder;
}

G_DEFINE_TYPE_WITH_CODE (TestSink,
                         test_sink,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_SINK, test_sink_interface_init))

static void
test_sink_class_init (TestSinkClass *klass)
{
}

static void
test_sink_init (TestSink *self)
{
}

/* @wants: of two files */
static NamidaReceiveSession *
make_session_of (const NamidaWant *wants)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Phone", OWNER, TRUE);
  g_autoptr (TestSink) sink = g_object_new (TEST_TYPE_SINK, NULL);

  for (guint i = 0; i < 2; i++)
    {
      NamidaEntry *entry = namida_entry_new ();

      entry->id = g_strdup_printf ("f%u", i);
      entry->label = g_strdup ("Music");
      entry->relative_path = g_strdup_printf ("%u.mp3", i);
      entry->name = g_strdup (entry->relative_path);
      entry->size = SIZE;
      namida_backup_add (backup, entry);
    }
  namida_transfer_set_backup (transfer, backup);
  return namida_receive_session_new (OWNER, "key", NAMIDA_SINK (sink), backup, transfer, wants);
}

static NamidaReceiveSession *
make_session (void)
{
  static const NamidaWant wants[] = { { .wanted = TRUE }, { .wanted = TRUE } };

  return make_session_of (wants);
}

static TestSink *
sink_of (NamidaReceiveSession *session)
{
  return TEST_SINK (namida_receive_session_get_sink (session));
}

/* Begins the upload of the first file with its right token. Returns: why it may not; 0: it may. */
static int
begin (NamidaReceiveSession *session, guint64 offset, gint64 length, gboolean piece, NamidaUpload *upload)
{
  g_autoptr (NamidaOfferAnswer) answer = namida_receive_session_dup_answer (session);
  const NamidaGrant *grant = g_hash_table_lookup (answer->files, "f0");
  NamidaUploadQuery query = { .session_id = (char *) "session", .file_id = (char *) "f0", .offset = offset };
  g_autoptr (GError) error = NULL;
  gint64 right_offset;

  query.token = grant->token;
  query.piece = piece;
  namida_receive_session_begin_upload (session, OWNER, &query, length, upload, &right_offset, &error);
  return error != NULL ? error->code : 0;
}

/* What @fingerprint is told that uploads @length bytes of the first file with the token of the file @of. 0: it may. */
static int
upload (NamidaReceiveSession *session, const char *fingerprint, const char *of, guint64 offset, gint64 length)
{
  g_autoptr (NamidaOfferAnswer) answer = namida_receive_session_dup_answer (session);
  const NamidaGrant *grant = g_hash_table_lookup (answer->files, of);
  g_autoptr (GError) error = NULL;
  NamidaUpload begun;
  gint64 right_offset;
  NamidaUploadQuery query = { .session_id = (char *) "session", .file_id = (char *) "f0", .offset = offset };

  query.token = grant != NULL ? grant->token : (char *) "0123456789abcdef0123456789abcdef";
  if (!namida_receive_session_begin_upload (session, fingerprint, &query, length, &begun, &right_offset, &error))
    return error->code;
  namida_receive_session_end_upload (session, &begun, 0, NULL);
  return 0;
}

static void
test_owner (void)
{
  g_autoptr (NamidaReceiveSession) session = make_session ();

  g_assert_cmpint (upload (session, OWNER, "f0", 0, SIZE), ==, 0);
  g_assert_cmpint (upload (session, "AB", "f0", 0, SIZE), ==, NAMIDA_ERROR_BAD_TOKEN);
  g_assert_cmpint (upload (session, NULL, "f0", 0, SIZE), ==, NAMIDA_ERROR_BAD_TOKEN);
}

static void
test_token (void)
{
  g_autoptr (NamidaReceiveSession) session = make_session ();

  g_assert_cmpint (upload (session, OWNER, "f1", 0, SIZE), ==, NAMIDA_ERROR_BAD_TOKEN);
  g_assert_cmpint (upload (session, OWNER, "no file", 0, SIZE), ==, NAMIDA_ERROR_BAD_TOKEN);
}

static void
test_size (void)
{
  g_autoptr (NamidaReceiveSession) session = make_session ();

  g_assert_cmpint (upload (session, OWNER, "f0", 0, SIZE + 1), ==, NAMIDA_ERROR_WRONG_SIZE);
  g_assert_cmpint (upload (session, OWNER, "f0", 0, SIZE - 1), ==, NAMIDA_ERROR_WRONG_SIZE);
  g_assert_cmpint (upload (session, OWNER, "f0", 1, SIZE - 1), ==, NAMIDA_ERROR_WRONG_OFFSET);
  g_assert_cmpint (upload (session, OWNER, "f0", 0, -1), ==, 0); /* in chunks, which are counted as they come */
}

/* A part of a file, as a browser sends it, ends where the file ends. */
static void
test_piece (void)
{
  static const struct
  {
    guint64 offset;
    gint64 length;
    int code;
  } all[] = { { 0, SIZE, 0 },
              { 0, 1, 0 },
              { 0, SIZE + 1, NAMIDA_ERROR_WRONG_SIZE },
              { 0, -1, NAMIDA_ERROR_WRONG_SIZE },
              { 60, SIZE - 60, 0 },
              { 60, SIZE - 59, NAMIDA_ERROR_WRONG_SIZE } };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      const NamidaWant wants[] = { { .wanted = TRUE, .offset = 60 }, { .wanted = TRUE } };
      g_autoptr (NamidaReceiveSession) session = make_session_of (wants);
      NamidaUpload upload;

      g_assert_cmpint (begin (session, all[i].offset, all[i].length, TRUE, &upload), ==, all[i].code);
    }
}

/* ---- what is counted ---- */

static guint64
done_bytes (NamidaReceiveSession *session, guint *files)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (session);

  namida_transfer_sample (transfer);
  *files = namida_transfer_get_done_files (transfer);
  return namida_transfer_get_done_bytes (transfer);
}

/* What is here already counts, and no part counts for more than its file. */
static void
test_counts (void)
{
  const NamidaWant wants[] = { { .wanted = TRUE, .offset = SIZE + 50 }, { .wanted = FALSE } };
  g_autoptr (NamidaReceiveSession) session = make_session_of (wants);
  g_autoptr (GHashTable) offsets = namida_receive_session_dup_offsets (session);
  NamidaTransfer *transfer = namida_receive_session_get_transfer (session);
  guint files;

  g_assert_cmpuint (*(guint64 *) g_hash_table_lookup (offsets, "f0"), ==, SIZE);
  g_assert_cmpuint (done_bytes (session, &files), ==, 2 * SIZE);
  g_assert_cmpuint (files, ==, 1);
  g_assert_cmpint (namida_transfer_get_result (transfer, 1), ==, NAMIDA_FILE_KEPT_EXISTING);
}

/* A file that comes again counts once. */
static void
test_comes_again (void)
{
  g_autoptr (NamidaReceiveSession) session = make_session ();
  NamidaUpload upload;
  guint files;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (begin (session, 0, SIZE, FALSE, &upload), ==, 0);
      g_assert_cmpuint (done_bytes (session, &files), ==, 0);
      g_assert_cmpuint (files, ==, 0);
      namida_receive_session_add_bytes (session, SIZE);
      namida_receive_session_end_upload (session, &upload, SIZE, "aa");
      g_assert_cmpuint (done_bytes (session, &files), ==, SIZE);
      g_assert_cmpuint (files, ==, 1);
    }
}

/* ---- the end ---- */

/* Whatever ended it, nothing more is taken, and the sender is told what ended it. */
static void
test_refusals (void)
{
  static const struct
  {
    NamidaSessionState state;
    NamidaError code;
  } all[] = { { NAMIDA_SESSION_PARKED, NAMIDA_ERROR_EXPIRED },
              { NAMIDA_SESSION_PAUSED, NAMIDA_ERROR_PAUSED },
              { NAMIDA_SESSION_KEPT, NAMIDA_ERROR_CANCELLED },
              { NAMIDA_SESSION_CANCELLED, NAMIDA_ERROR_CANCELLED } };
  g_autoptr (NamidaReceiveSession) storing = make_session ();
  NamidaUpload upload;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (NamidaReceiveSession) session = make_session ();
      g_autoptr (GError) error = NULL;

      namida_receive_session_enter (session); /* a worker still uses it */
      namida_receive_session_close (session, all[i].state, NULL);
      g_assert_cmpint (begin (session, 0, SIZE, FALSE, &upload), ==, all[i].code);
      g_assert_false (namida_receive_session_begin_finish (session, &error));
      g_assert_error (error, NAMIDA_ERROR, (int) all[i].code);
    }
  g_assert_true (namida_receive_session_begin_finish (storing, NULL));
  g_assert_cmpint (begin (storing, 0, SIZE, FALSE, &upload), ==, NAMIDA_ERROR_BUSY);
}

/* While it is stored, the user pauses and cancels, in either order, with and without its parts: the last word that ends
 * more counts, and only if storing fails. */
static void
test_ended_while_stored (void)
{
  static const NamidaSessionState ends[]
      = { NAMIDA_SESSION_OPEN, NAMIDA_SESSION_PAUSED, NAMIDA_SESSION_KEPT, NAMIDA_SESSION_CANCELLED };

  for (guint i = 0; i < G_N_ELEMENTS (ends) * G_N_ELEMENTS (ends); i++)
    {
      NamidaSessionState first = ends[i / G_N_ELEMENTS (ends)], second = ends[i % G_N_ELEMENTS (ends)];
      g_autoptr (NamidaReceiveSession) session = make_session ();
      g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, "The disk is full.");

      namida_receive_session_enter (session);
      g_assert_true (namida_receive_session_begin_finish (session, NULL));
      if (first != NAMIDA_SESSION_OPEN)
        namida_receive_session_close (session, first, NULL);
      if (second != NAMIDA_SESSION_OPEN)
        namida_receive_session_close (session, second, NULL);
      g_assert_cmpint (namida_receive_session_get_state (session), ==, NAMIDA_SESSION_FINISHING);
      namida_receive_session_end_finish (session, error);
      g_assert_cmpint (namida_receive_session_get_state (session), ==, MAX (first, second));
    }
}

static void
on_over (NamidaReceiveSession *session, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Its parts are put away or removed only after the last worker has left. */
static void
test_over (void)
{
  static const NamidaSessionState ends[] = { NAMIDA_SESSION_PARKED, NAMIDA_SESSION_CANCELLED };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (NamidaReceiveSession) session = make_session ();
      TestSink *sink = sink_of (session);
      guint over = 0;

      namida_receive_session_open (session, on_over, &over);
      namida_receive_session_enter (session);
      namida_receive_session_close (session, ends[i], NULL);
      for (guint n = 0; n < 20; n++, g_usleep (500))
        g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (over, ==, 0);
      g_assert_cmpint (g_atomic_int_get (&sink->parked) + g_atomic_int_get (&sink->discarded), ==, 0);
      namida_receive_session_leave (session);
      while (over == 0)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (sink->parked, ==, ends[i] == NAMIDA_SESSION_PARKED);
      g_assert_cmpint (sink->discarded, ==, ends[i] == NAMIDA_SESSION_CANCELLED);
    }
}

/* A sender that is between two connections has three seconds to return; its session is not left for good before. */
static void
test_left (void)
{
  g_autoptr (NamidaReceiveSession) session = make_session ();
  gint64 now = 1000 * G_USEC_PER_SEC;
  gboolean for_good;

  namida_clock_set_fake (now);
  namida_receive_session_open (session, NULL, NULL);
  g_assert_false (namida_receive_session_is_left (session, &for_good));
  namida_receive_session_enter (session);
  g_assert_false (namida_receive_session_is_left (session, &for_good));
  /* It said nothing for long, and then its connection was lost. */
  now += 10 * G_USEC_PER_SEC;
  namida_clock_set_fake (now);
  namida_receive_session_leave (session);
  g_assert_true (namida_receive_session_is_left (session, &for_good));
  g_assert_false (for_good);
  namida_clock_set_fake (now + 3 * G_USEC_PER_SEC - 1);
  g_assert_true (namida_receive_session_is_left (session, &for_good));
  g_assert_false (for_good);
  namida_clock_set_fake (now + 3 * G_USEC_PER_SEC);
  g_assert_true (namida_receive_session_is_left (session, &for_good));
  g_assert_true (for_good);
  /* It asked about the session meanwhile. */
  namida_receive_session_touch (session);
  g_assert_true (namida_receive_session_is_left (session, &for_good));
  g_assert_false (for_good);
  namida_receive_session_close (session, NAMIDA_SESSION_PARKED, NULL);
  g_assert_true (namida_receive_session_is_left (session, &for_good));
  g_assert_false (for_good);
  namida_clock_set_fake (-1);
}

/* ---- the answer to "finish" ---- */

/* A file that was not sent is confirmed only with the content that is here. */
static void
test_confirms (void)
{
  static const struct
  {
    const char *here, *asked, *result;
  } all[] = { { "aa", "aa", "kept" }, { "aa", "AA", "kept" }, { "aa", "bb", "mismatch" }, { NULL, "aa", "mismatch" } };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      const NamidaWant wants[] = { { .wanted = FALSE }, { .wanted = FALSE } };
      g_autoptr (NamidaReceiveSession) session = make_session_of (wants);
      NamidaBackup *backup = namida_transfer_get_backup (namida_receive_session_get_transfer (session));
      NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (backup), 0);
      g_autoptr (GHashTable) hashes = g_hash_table_new (g_str_hash, g_str_equal);
      g_autofree char *answer = NULL;
      g_autofree char *wanted = g_strdup_printf ("\"f0\":\"%s", all[i].result);
      gsize length;

      entry->sha256 = g_strdup (all[i].here);
      sink_of (session)->result = NAMIDA_FILE_KEPT_EXISTING;
      g_hash_table_insert (hashes, (gpointer) "f0", (gpointer) all[i].asked);
      g_assert_true (namida_receive_session_commit (session, hashes, &answer, &length, NULL));
      g_test_message ("%s", answer);
      g_assert_nonnull (strstr (answer, wanted));
    }
}

/* Nothing was wanted: what changed while it was looked at is not there. */
static void
test_commit_known (void)
{
  static const NamidaFileResult results[]
      = { NAMIDA_FILE_KEPT_EXISTING, NAMIDA_FILE_STORED, NAMIDA_FILE_DECLINED, NAMIDA_FILE_MISSING };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      const NamidaWant wants[] = { { .wanted = FALSE }, { .wanted = FALSE } };
      g_autoptr (NamidaReceiveSession) session = make_session_of (wants);
      g_autoptr (GError) error = NULL;
      gboolean gone = results[i] == NAMIDA_FILE_MISSING;

      sink_of (session)->result = results[i];
      g_assert_cmpint (namida_receive_session_commit_known (session, &error), ==, !gone);
      if (gone)
        g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
    }
}

/* ---- the sink in front of the store ---- */

static gboolean
sink_preview_nothing (
    NamidaSink *sink, NamidaBackup *backup, NamidaWant *wants, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < namida_backup_get_entries (backup)->len; i++)
    wants[i].wanted = FALSE;
  return TRUE;
}

/* A sink that cannot say what it has wants everything; one that can is asked. */
static void
test_preview (void)
{
  g_autoptr (NamidaReceiveSession) session = make_session ();
  NamidaSink *sink = namida_receive_session_get_sink (session);
  NamidaBackup *backup = namida_transfer_get_backup (namida_receive_session_get_transfer (session));

  for (guint can = 0; can < 2; can++)
    {
      NamidaWant wants[] = { { .wanted = can }, { .wanted = can } };

      NAMIDA_SINK_GET_IFACE (sink)->preview = can ? sink_preview_nothing : NULL;
      g_assert_true (namida_sink_preview (sink, backup, wants, NULL, NULL));
      g_assert_cmpint (wants[0].wanted, ==, !can);
      g_assert_cmpint (wants[1].wanted, ==, !can);
    }
  NAMIDA_SINK_GET_IFACE (sink)->preview = NULL;
}

/* The phone app also sends what is here already: of that, only the size can be compared. */
static void
test_phone_known (void)
{
  static const NamidaWant wants[] = { { .wanted = FALSE }, { .wanted = TRUE } };
  g_autoptr (NamidaReceiveSession) session = make_session_of (wants);
  g_autoptr (NamidaBackup) backup
      = g_object_ref (namida_transfer_get_backup (namida_receive_session_get_transfer (session)));
  g_autofree char *place = namida_entry_dup_offered (namida_backup_get_entries (backup)->pdata[0]);
  const NamidaPhoneUpload upload = { .place = place };
  static const gint64 wrong[] = { 0, SIZE - 1, SIZE + 1 };
  NamidaPhoneSession *phone;
  NamidaUpload begun;
  gboolean wanted, last;
  g_autoptr (GError) error = NULL;

  namida_phone_session_attach (session);
  phone = namida_phone_session_of (session);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (namida_phone_session_take (phone, &upload, wrong[i], &begun, &wanted, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE);
      g_clear_error (&error);
    }
  g_assert_true (namida_phone_session_take (phone, &upload, SIZE, &begun, &wanted, &error));
  g_assert_false (wanted);
  namida_phone_session_give (phone, &begun, SIZE, "", &last);
  g_assert_false (last);
  g_assert_false (namida_phone_session_take (phone, &upload, SIZE, &begun, &wanted, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BAD_TOKEN);
  namida_receive_session_close (session, NAMIDA_SESSION_CANCELLED, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/receive-session/owner", test_owner);
  g_test_add_func ("/receive-session/token", test_token);
  g_test_add_func ("/receive-session/size", test_size);
  g_test_add_func ("/receive-session/piece", test_piece);
  g_test_add_func ("/receive-session/counts", test_counts);
  g_test_add_func ("/receive-session/comes-again", test_comes_again);
  g_test_add_func ("/receive-session/refusals", test_refusals);
  g_test_add_func ("/receive-session/ended-while-stored", test_ended_while_stored);
  g_test_add_func ("/receive-session/over", test_over);
  g_test_add_func ("/receive-session/left", test_left);
  g_test_add_func ("/receive-session/confirms", test_confirms);
  g_test_add_func ("/receive-session/commit-known", test_commit_known);
  g_test_add_func ("/receive-session/preview", test_preview);
  g_test_add_func ("/receive-session/phone-known", test_phone_known);
  return g_test_run ();
}
