/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Uploads into a session, asked of the session itself: the server in front of it looks at owners and sizes as well, and
 * would hide that the session does not. Only the device that the session belongs to, with the token of that file, and a
 * body of the right length.
 */
#include "config.h"

#include "namida-error.h"
#include "namida-receive-session.h"

#define OWNER "AA"
#define SIZE 100u

struct _TestSink
{
  GObject parent_instance;
};

#define TEST_TYPE_SINK (test_sink_get_type ())
G_DECLARE_FINAL_TYPE (TestSink, test_sink, TEST, SINK, GObject)

static const char *
test_sink_get_session_id (NamidaSink *sink)
{
  return "session";
}

static void
test_sink_interface_init (NamidaSinkInterface *iface)
{
  iface->get_session_id = test_sink_get_session_id;
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

static NamidaReceiveSession *
make_session (void)
{
  static const NamidaWant wants[] = { { .wanted = TRUE }, { .wanted = TRUE } };
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Phone", OWNER, TRUE);
  g_autoptr (TestSink) sink = g_object_new (TEST_TYPE_SINK, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (wants); i++)
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/receive-session/owner", test_owner);
  g_test_add_func ("/receive-session/token", test_token);
  g_test_add_func ("/receive-session/size", test_size);
  g_test_add_func ("/receive-session/preview", test_preview);
  return g_test_run ();
}
