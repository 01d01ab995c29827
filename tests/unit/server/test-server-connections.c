/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests connections that stay open: each request on them is checked like the first one. Also tests the end of a
 * session: the last message of its sender, and errors on this side. */
#include "config.h"

#include "request-world.h"

#include "namida-error.h"

#include <string.h>

/* ---- fetching ---- */

static void
say (GSocket *other, const char *text)
{
  g_autoptr (GError) error = NULL;

  for (gsize sent = 0; sent < strlen (text);)
    {
      gssize n = g_socket_send (other, text + sent, strlen (text) - sent, NULL, &error);

      g_assert_no_error (error);
      sent += (gsize) n;
    }
}

/* Returns: (transfer full): what comes on the connection until there is @end, or it is closed. */
static char *
hear (GSocket *other, const char *end)
{
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  char buffer[256];
  gssize n = 1;

  g_socket_set_timeout (other, 60);
  while (n > 0 && strstr (heard->str, end) == NULL)
    {
      n = g_socket_receive (other, buffer, sizeof buffer, NULL, &error);
      g_assert_no_error (error);
      g_string_append_len (heard, buffer, n);
    }
  return g_strdup (heard->str);
}

/* Returns: (transfer full): the other end of a connection over which the file was fetched from @offset on. @session:
 * (out) (transfer full): of the backup */
static GSocket *
fetch (Fixture *f, gint64 offset, char **session)
{
  g_autofree char *text = open_backup (f, "A");
  const char *mark = strstr (text, "\"sessionId\":\"");
  g_autofree char *query = NULL;
  g_autofree char *content = NULL;
  g_autofree char *heard = NULL;
  NamidaRequest *request;
  GSocket *other;

  g_assert_nonnull (mark);
  *session = g_strndup (mark + strlen ("\"sessionId\":\""), 32);
  query = g_strdup_printf ("sessionId=%s&fileId=song", *session);
  request = make_request (f, "A", route_of (&namida_server_v1, "download"), query, NULL);
  other = connect_request (request);
  request->head.range = offset;
  request->route->take (f->server, request);
  namida_request_unref (request);
  content = g_strconcat ("\r\n\r\n", &"song"[offset], NULL);
  heard = hear (other, content);
  return other;
}

/* The second request of a connection asks for what the first may not have asked for. */
static void
test_next_download (Fixture *f, gconstpointer data)
{
  static const struct
  {
    gboolean other_session, refuses;
    const char *file, *answer;
  } all[] = { { FALSE, FALSE, "song", "\r\n\r\nsong" },
              { TRUE, FALSE, "song", "not-found" },
              { FALSE, FALSE, "another", "not-found" },
              { FALSE, TRUE, "song", "no-permission" } };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *session = NULL;
      g_autoptr (GSocket) other = fetch (f, 0, &session);
      g_autofree char *request
          = g_strdup_printf ("GET " NAMIDA_V1_PREFIX "/download?sessionId=%s&fileId=%s HTTP/1.1\r\nHost: x\r\n\r\n",
                             all[i].other_session ? "00000000000000000000000000000000" : session, all[i].file);
      g_autofree char *heard = NULL;

      g_atomic_int_set (&f->version_source->refuses, all[i].refuses);
      say (other, request);
      heard = hear (other, all[i].answer);
      if (strstr (heard, all[i].answer) == NULL)
        g_error ("instead of %s: %s", all[i].answer, heard);
      g_atomic_int_set (&f->version_source->refuses, FALSE);
    }
}

/* Only a file that was sent from its start to its end can be compared with the hash that was recorded of it. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  f->version_source->sha256 = SHA; /* which is not that of its file */
  for (gint64 offset = 3; offset >= 0; offset -= 3)
    {
      g_autofree char *session = NULL;
      g_autoptr (GSocket) other = fetch (f, offset, &session);
      g_autofree char *heard = NULL;

      /* When the next request is answered, the file of the first one has been looked at. */
      say (other, "GET " NAMIDA_V1_PREFIX "/download?sessionId=x&fileId=song HTTP/1.1\r\nHost: x\r\n\r\n");
      heard = hear (other, "not-found");
      g_assert_nonnull (strstr (heard, "not-found"));
      g_assert_cmpint (g_atomic_int_get (&f->version_source->damaged), ==, offset == 0);
    }
}

/* ---- sending ---- */

/* Returns: (transfer full): a running session that waits for one file of four bytes. @token: (out) (transfer full) */
static NamidaReceiveSession *
open_session_for_file (Fixture *f, const char *id, TestSink **sink, char **token)
{
  static const NamidaWant want = { .wanted = TRUE };
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Phone", "A", TRUE);
  g_autoptr (NamidaOfferAnswer) answer = NULL;
  NamidaEntry *entry = namida_entry_new ();
  NamidaReceiveSession *session;

  entry->id = g_strdup ("f1");
  entry->label = g_strdup ("Music");
  entry->relative_path = g_strdup ("a.mp3");
  entry->name = g_strdup ("a.mp3");
  entry->size = 4;
  namida_backup_add (backup, entry);
  namida_transfer_set_backup (transfer, backup);
  *sink = g_object_new (TEST_TYPE_SINK, NULL);
  g_strlcpy ((*sink)->id, id, sizeof (*sink)->id);
  session = namida_receive_session_new ("A", id, NAMIDA_SINK (*sink), backup, transfer, &want);
  namida_server_add_session (f->server, session);
  answer = namida_receive_session_dup_answer (session);
  *token = g_strdup (((NamidaGrant *) g_hash_table_lookup (answer->files, "f1"))->token);
  return session;
}

/* Returns: (transfer full): the other end of a connection over which the file is sent. */
static GSocket *
send_file (Fixture *f, const char *id, const char *token)
{
  g_autofree char *query = g_strdup_printf ("sessionId=%s&fileId=f1&token=%s", id, token);
  NamidaRequest *request = make_request (f, "A", route_of (&namida_server_v1, "upload"), query, NULL);
  GSocket *other = connect_request (request);

  request->head.path = g_strdup (NAMIDA_V1_PREFIX "/upload");
  request->head.length = 4;
  request->route->take (f->server, request);
  namida_request_unref (request);
  say (other, "song");
  return other;
}

/* A file whose part could not be closed has not arrived, and its sender is told why. */
static void
test_part_fails (Fixture *f, gconstpointer data)
{
  g_autoptr (TestSink) sink = NULL;
  g_autofree char *token = NULL;
  g_autoptr (NamidaReceiveSession) session = open_session_for_file (f, "one", &sink, &token);
  NamidaTransfer *transfer = namida_receive_session_get_transfer (session);
  g_autoptr (GSocket) other = NULL;

  sink->part_fails = TRUE;
  other = send_file (f, "one", token);
  assert_answer (other, "507 ");
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED); /* which looks at the counts */
  g_assert_cmpuint (namida_transfer_get_done_files (transfer), ==, 0);
}

/* A sender that goes on to another session on the same connection is not answered there: it asks again on a new one. */
static void
test_next_session (Fixture *f, gconstpointer data)
{
  g_autoptr (TestSink) sink = NULL;
  g_autoptr (TestSink) other_sink = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (NamidaReceiveSession) one G_GNUC_UNUSED = open_session_for_file (f, "one", &sink, &first);
  g_autoptr (NamidaReceiveSession) two G_GNUC_UNUSED = open_session_for_file (f, "two", &other_sink, &second);
  g_autoptr (GSocket) other = send_file (f, "one", first);
  g_autofree char *request
      = g_strdup_printf ("POST " NAMIDA_V1_PREFIX "/upload?sessionId=two&fileId=f1&token=%s HTTP/1.1\r\nHost: x\r\n"
                         "Content-Length: 4\r\n\r\nsong",
                         second);
  g_autofree char *heard = hear (other, "}");
  g_autofree char *more = NULL;

  g_assert_nonnull (strstr (heard, " 200 "));
  say (other, request);
  more = hear (other, "}");
  g_assert_cmpstr (more, ==, "");
}

/* ---- the end ---- */

/* “Stop” keeps what is there, “cancel” does not. */
static void
test_keep (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaReceiveSession) one G_GNUC_UNUSED = open_session (f, "one", "one", "A", NULL);
  g_autoptr (NamidaReceiveSession) two G_GNUC_UNUSED = open_session (f, "two", "two", "A", NULL);

  g_assert_cmpuint (ask (f, "cancel", "A", "sessionId=one&keep=1", NULL, NULL), ==, 200);
  g_assert_cmpint (namida_receive_session_get_state (one), ==, NAMIDA_SESSION_PARKED);
  g_assert_cmpuint (ask (f, "cancel", "A", "sessionId=two", NULL, NULL), ==, 200);
  g_assert_cmpint (namida_receive_session_get_state (two), ==, NAMIDA_SESSION_CANCELLED);
}

/* What the sender could not read is known only at the end, and makes the backup incomplete. */
static void
test_left_out (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaReceiveSession) session = open_session (f, "one", "one", "A", NULL);
  NamidaTransfer *transfer = namida_receive_session_get_transfer (session);

  g_assert_cmpuint (ask (f, "finish", "A", "sessionId=one", "{\"files\":{},\"leftOut\":2}", NULL), ==, 200);
  g_assert_cmpuint (namida_transfer_count_missed (transfer), ==, 2);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_INCOMPLETE);
}

/* Storing fails while the server stops: the session ends, too, and keeps what it has. */
static void
test_stops_while_stored (Fixture *f, gconstpointer data)
{
  g_autoptr (TestSink) sink = NULL;
  g_autoptr (NamidaReceiveSession) session = open_session (f, "one", "one", "A", &sink);
  const NamidaRoute *route = route_of (&namida_server_v1, "finish");
  g_autoptr (GAsyncResult) stopped = NULL;
  Answer answer = { 0 };
  NamidaRequest *request = make_request (f, "A", route, "sessionId=one", &answer);

  sink->fails = TRUE;
  g_atomic_int_set (&sink->hold, TRUE);
  set_body (request, "{\"files\":{}}");
  route->handle (f->server, request);
  WAIT_FOR (g_atomic_int_get (&sink->waits));
  namida_server_stop_async (f->server, on_result, &stopped);
  g_atomic_int_set (&sink->hold, FALSE);
  WAIT_FOR (answer.n > 0);
  g_assert_cmpuint (answer.status, ==, 507);
  WAIT_FOR (stopped != NULL);
  g_assert_cmpint (namida_receive_session_get_state (session), ==, NAMIDA_SESSION_PARKED);
  namida_request_unref (request);
  g_free (answer.text);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("/server-connections/next-download", test_next_download);
  ADD ("/server-connections/damaged", test_damaged);
  ADD ("/server-connections/part-fails", test_part_fails);
  ADD ("/server-connections/next-session", test_next_session);
  ADD ("/server-connections/keep", test_keep);
  ADD ("/server-connections/left-out", test_left_out);
  ADD ("/server-connections/stops-while-stored", test_stops_while_stored);
  return g_test_run ();
}
