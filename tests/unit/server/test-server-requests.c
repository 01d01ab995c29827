/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which requests a server accepts, and when: ranges of a file, repairs of another size, the end of a session that
 * is being stored, and keeping parts. The test creates the requests itself. */
#include "config.h"

#include "request-world.h"

#include "namida-error.h"

#include <string.h>

/* ---- ranges of what is fetched ---- */

/* Returns: (transfer full): the other end of a connection that asks for the file from @offset on. */
static GSocket *
fetch (Fixture *f, const char *fingerprint, const char *session, gint64 offset)
{
  const NamidaRoute *route = route_of (&namida_server_v1, "download");
  g_autofree char *query = g_strdup_printf ("sessionId=%s&fileId=song", session);
  NamidaRequest *request = make_request (f, fingerprint, route, query, NULL);
  GSocket *other = connect_request (request);

  request->head.range = offset;
  request->head.keep_alive = FALSE;
  route->take (f->server, request);
  namida_request_unref (request);
  return other;
}

static void
test_ranges (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *device;
    gint64 offset;
    const char *answer;
  } cases[] = { { "A", 0, "HTTP/1.1 200 " }, { "A", -1, "HTTP/1.1 200 " }, { "A", 3, "bytes 3-3/4" },
                { "A", 4, "wrong-offset" },  { "A", 5, "wrong-offset" },   { "B", 0, "expired" } };
  g_autofree char *text = open_backup (f, "A");
  const char *mark = strstr (text, "\"sessionId\":\"");
  g_autofree char *session = mark != NULL ? g_strndup (mark + strlen ("\"sessionId\":\""), 32) : NULL;

  g_assert_nonnull (session);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GSocket) other = fetch (f, cases[i].device, session, cases[i].offset);

      assert_answer (other, cases[i].answer);
    }
}

/* ---- repairs ---- */

static void
test_heal_size (Fixture *f, gconstpointer data)
{
  static const gint64 lengths[] = { 3, 5, -1, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      const NamidaRoute *route = route_of (&namida_server_v1, "heal");
      g_autofree char *device = g_strdup_printf ("device %u", i);
      NamidaRequest *request = make_request (f, device, route, "sha256=" SHA "&size=4", NULL);
      g_autoptr (GSocket) other = connect_request (request);

      request->head.length = lengths[i];
      route->take (f->server, request);
      namida_request_unref (request);
      assert_answer (other, "\"wrong-size\"");
    }
}

/* ---- the end of a session ---- */

static void
on_drop (NamidaServer *server, const char *fingerprint, const char *id, GPtrArray *dropped)
{
  g_ptr_array_add (dropped, g_strdup_printf ("%s of %s", id, fingerprint));
}

/* While it is being stored a session is neither canceled nor stopped; it ends as it would have. */
static void
test_cancel_while_stored (Fixture *f, gconstpointer data)
{
  g_autoptr (TestSink) sink = NULL;
  g_autoptr (NamidaReceiveSession) session = open_session (f, "one", "one", "A", &sink);
  const NamidaRoute *route = route_of (&namida_server_v1, "finish");
  Answer answer = { 0 };
  NamidaRequest *request = make_request (f, "A", route, "sessionId=one", &answer);

  g_atomic_int_set (&sink->hold, TRUE);
  set_body (request, "{\"files\":{}}");
  route->handle (f->server, request);
  WAIT_FOR (g_atomic_int_get (&sink->waits));
  g_assert_cmpuint (ask (f, "cancel", "B", "sessionId=one", NULL, NULL), ==, 403);
  g_assert_cmpuint (ask (f, "cancel", "A", "sessionId=one", NULL, NULL), ==, 409);
  g_assert_cmpuint (ask (f, "cancel", "A", "sessionId=one&keep=1", NULL, NULL), ==, 409);
  g_assert_cmpuint (answer.n, ==, 0);
  g_atomic_int_set (&sink->hold, FALSE);
  WAIT_FOR (answer.n > 0);
  g_assert_cmpuint (answer.status, ==, 200);
  g_assert_cmpint (namida_receive_session_get_state (session), ==, NAMIDA_SESSION_FINISHED);
  namida_request_unref (request);
  g_free (answer.text);
}

/* What was parked is dropped if its sender says so, and not if it only stops. */
static void
test_drop_parked (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) dropped = g_ptr_array_new_with_free_func (g_free);

  g_signal_connect (f->server, "drop-parked", G_CALLBACK (on_drop), dropped);
  ask (f, "cancel", "A", "sessionId=parked&keep=1", NULL, NULL);
  g_assert_cmpuint (dropped->len, ==, 0);
  ask (f, "cancel", "A", "sessionId=parked", NULL, NULL);
  g_assert_cmpuint (dropped->len, ==, 1);
  g_assert_cmpstr (dropped->pdata[0], ==, "parked of A");
}

/* ---- offers ---- */

static char *
key_of_offer (Fixture *f)
{
  NamidaRequest *request = make_request (f, "A", route_of (&namida_server_v1, "prepare-upload"), NULL, NULL);
  g_autoptr (NamidaBackup) backup = NULL;
  char *key;

  set_body (request, OFFER);
  backup = namida_server_parsed_offer_dup_backup (request->parsed);
  key = namida_backup_dup_key (backup);
  namida_request_unref (request);
  return key;
}

/* The same backup from two devices: the offer of one parks its own older session only. */
static void
test_older_sessions (Fixture *f, gconstpointer data)
{
  g_autofree char *key = key_of_offer (f);
  g_autoptr (NamidaReceiveSession) mine = open_session (f, "mine", key, "A", NULL);
  g_autoptr (NamidaReceiveSession) theirs = open_session (f, "theirs", key, "B", NULL);
  g_autoptr (GPtrArray) asked = g_ptr_array_new_with_free_func (g_object_unref);
  Answer answer = { 0 };

  g_signal_connect (f->server, "offer", G_CALLBACK (on_offer), asked);
  make_offer (f, "A", &answer);
  WAIT_FOR (asked->len == 1);
  g_assert_cmpint (namida_receive_session_get_state (mine), ==, NAMIDA_SESSION_PARKED);
  g_assert_cmpint (namida_receive_session_get_state (theirs), ==, NAMIDA_SESSION_OPEN);
  namida_offer_decline (asked->pdata[0]);
  WAIT_FOR (answer.n > 0);
  g_free (answer.text);
}

/* Accepts an offer of one file. @body: the offer. Returns: (transfer full): the answer; %NULL: nothing is wanted. */
static char *
accept_offer (Fixture *f, const NamidaRoute *route, const char *device, const char *body, guint64 there, gboolean taken)
{
  g_autoptr (GPtrArray) asked = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (TestSink) sink = g_object_new (TEST_TYPE_SINK, NULL);
  Answer answer = { 0 };
  NamidaRequest *request = make_request (f, device, route, NULL, &answer);
  gulong handler = g_signal_connect (f->server, "offer", G_CALLBACK (on_offer), asked);

  g_strlcpy (sink->id, device, sizeof sink->id);
  sink->offset = there;
  set_body (request, body);
  namida_server_handle_offer (f->server, request);
  WAIT_FOR (asked->len == 1);
  g_signal_handler_disconnect (f->server, handler);
  if (!taken)
    namida_offer_set_taken (asked->pdata[0], "", FALSE);
  namida_offer_accept (asked->pdata[0], NAMIDA_SINK (sink));
  WAIT_FOR (answer.n > 0);
  if (answer.status >= 400)
    g_error ("%s", answer.text);
  g_assert_cmpuint (answer.status, ==, answer.text != NULL && *answer.text != '\0' ? 200 : 204);
  namida_request_unref (request);
  if (answer.status == 204)
    g_clear_pointer (&answer.text, g_free);
  return answer.text;
}

/* A backup of which nothing was taken is not here: “nothing is wanted” would say so. */
static void
test_nothing_taken (Fixture *f, gconstpointer data)
{
  const NamidaRoute *route = route_of (&namida_server_v1, "prepare-upload");
  g_autofree char *all = accept_offer (f, route, "A", OFFER, 0, TRUE);
  g_autofree char *nothing = accept_offer (f, route, "B", OFFER, 0, FALSE);

  g_assert_nonnull (strstr (all, "\"f1\""));
  g_assert_nonnull (nothing);
  g_assert_null (strstr (nothing, "\"token\""));
}

#define OFFER_OF(sha256)                                                                                               \
  "{\"info\":{\"alias\":\"Peer\",\"port\":9},\"files\":[{\"id\":\"f1\",\"name\":\"a.flac\",\"size\":1,"                \
  "\"folderLabel\":\"Music\",\"relativePath\":\"a.flac\",\"sha256\":\"" sha256 "\"}]}"
#define SHA_OF_X "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

/* A part that has its whole length is the file only if it has its content. */
static void
test_whole_parts (Fixture *f, gconstpointer data)
{
  NamidaRoute route = *route_of (&namida_server_v1, "prepare-upload");
  NamidaOfferWording wording = *route.offer;
  g_autofree char *same = NULL;
  g_autofree char *other = NULL;

  wording.whole_files = TRUE;
  route.offer = &wording;
  same = accept_offer (f, &route, "A", OFFER_OF (SHA_OF_X), 1, TRUE);
  g_assert_true (same == NULL || strstr (same, "\"token\"") == NULL);
  other = accept_offer (f, &route, "B", OFFER_OF (SHA), 1, TRUE);
  g_assert_nonnull (other);
  g_assert_nonnull (strstr (other, "\"token\""));
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("/server-requests/ranges", test_ranges);
  ADD ("/server-requests/heal-size", test_heal_size);
  ADD ("/server-requests/cancel-while-stored", test_cancel_while_stored);
  ADD ("/server-requests/drop-parked", test_drop_parked);
  ADD ("/server-requests/older-sessions", test_older_sessions);
  ADD ("/server-requests/nothing-taken", test_nothing_taken);
  ADD ("/server-requests/whole-parts", test_whole_parts);
  return g_test_run ();
}
