/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests transfers that end while they are prepared or stored: they are cancelled by the local user, paused, or their
 * device is no longer trusted. None of them continues on its own. */
#include "config.h"

#include "server-world.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-limits.h"
#include "namida-pair-request.h"
#include "namida-pairing.h"
#include "namida-server.h"
#include "namida-tls.h"
#include "pack-sample.h"

typedef enum
{
  CANCELLED = 1 << 0, /* by the local user */
  KEPT = 1 << 1,      /* the same, and the parts are kept */
  UNTRUSTED = 1 << 2,
  FAILS = 1 << 3, /* the sink fails because of that */
  GONE = 1 << 4,  /* the sender has disconnected before */
  PAUSED = 1 << 5,
  LATE = 1 << 6, /* after the commit has failed */
} Ending;

static void
end_somehow (Fixture *fixture, Ending ending)
{
  NamidaTransfer *transfer = namida_offer_get_transfer (fixture->offer);

  if (ending & UNTRUSTED)
    namida_server_end_device (fixture->server, namida_identity_get_fingerprint (fixture->other));
  else if (ending & PAUSED)
    g_assert_true (namida_server_pause (fixture->server, transfer));
  else if (ending & KEPT)
    namida_transfer_cancel_keeping (transfer);
  else
    namida_transfer_cancel (transfer);
}

static void
assert_cancelled (Fixture *fixture)
{
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                   NAMIDA_TRANSFER_CANCELLED);
}

/* An offer is accepted, and ends while its sink is being prepared. */
static void
test_end_preparing (Fixture *fixture, gconstpointer data)
{
  Ending ending = GPOINTER_TO_UINT (data);
  g_autofree char *request = make_offer (3);
  g_autofree char *question
      = g_strdup ("GET " PREFIX "session?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  g_autofree char *answer = NULL;
  GThread *thread;
  Exchange *offer;

  fixture->sink->hold = TRUE;
  fixture->sink->fails_cancelled = (ending & FAILS) != 0;
  offer = exchange_begin (fixture, TLS, request, -1, ending & GONE ? 1 : 0, &thread);
  wait_for_sink (fixture);
  if (ending & GONE)
    {
      answer = exchange_end (offer, thread);
      iterate (100);
    }
  end_somehow (fixture, ending);
  g_atomic_int_set (&fixture->sink->hold, FALSE);
  if (!(ending & GONE))
    {
      answer = exchange_end (offer, thread);
      g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 410 "));
      g_assert_nonnull (strstr (answer, "\"code\":\"cancelled\""));
    }
  if (!(ending & FAILS))
    g_assert_cmpint (wait_for_end (fixture), ==, 1);
  assert_cancelled (fixture);
  if (ending & FAILS)
    /* The sink may have parked what it resumed. */
    g_assert_cmpstr (fixture->dropped, ==, (ending & KEPT) ? NULL : "session-x");
  g_assert_cmpint (fixture->sink->discarded, ==, ending & (FAILS | KEPT) ? 0 : 1);
  g_assert_cmpint (fixture->sink->parked, ==, !(ending & FAILS) && ending & KEPT ? 1 : 0);
  g_free (answer);
  answer = exchange (fixture, TLS, question, -1);
  g_assert_nonnull (strstr (answer, "\"state\":\"cancelled\""));
}

/* The commit fails, or not, and before or after that the session is to end. */
static void
test_end_storing (Fixture *fixture, gconstpointer data)
{
  Ending ending = GPOINTER_TO_UINT (data);
  g_autofree char *token = offered (fixture, 3);
  g_autofree char *hash = namida_digest_bytes ("abc", 3);
  g_autofree char *body = g_strdup_printf ("{\"files\":{\"f1\":\"%s\"}}", hash);
  g_autofree char *request = post ("finish?sessionId=session-x", body);
  g_autofree char *answer = NULL;
  const char *expected = ending & LATE ? "507 " : !(ending & FAILS) ? "200 " : ending & PAUSED ? "409 " : "410 ";
  GThread *thread;
  Exchange *exchange;

  upload (fixture, TLS, token, 0, "abc", 3, FALSE, 200, NULL);
  fixture->sink->hold = TRUE;
  fixture->sink->full = (ending & FAILS) != 0;
  exchange = exchange_begin (fixture, TLS, request, -1, 0, &thread);
  wait_for_sink (fixture);
  if (!(ending & LATE))
    end_somehow (fixture, ending);
  iterate (50);
  g_atomic_int_set (&fixture->sink->hold, FALSE);
  answer = exchange_end (exchange, thread);
  g_test_message ("%s", answer);
  g_assert_nonnull (strstr (answer, expected));
  if (ending & LATE)
    end_somehow (fixture, ending);
  if (!(ending & FAILS))
    {
      g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                       NAMIDA_TRANSFER_DONE);
      return;
    }
  g_assert_cmpint (wait_for_end (fixture), ==, 1);
  iterate (10);
  if (ending & PAUSED)
    g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                     NAMIDA_TRANSFER_PAUSED);
  else
    assert_cancelled (fixture);
  /* The commit has parked what arrived. */
  g_assert_cmpstr (fixture->dropped, ==, ending & (KEPT | PAUSED) ? NULL : "session-x");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD_ENDING(path, test, ending) g_test_add (path, Fixture, GUINT_TO_POINTER (ending), set_up, test, tear_down)
  ADD_ENDING ("/server/preparing/cancel", test_end_preparing, CANCELLED);
  ADD_ENDING ("/server/preparing/cancel/fails", test_end_preparing, CANCELLED | FAILS);
  ADD_ENDING ("/server/preparing/keep", test_end_preparing, KEPT);
  ADD_ENDING ("/server/preparing/keep/fails", test_end_preparing, KEPT | FAILS);
  ADD_ENDING ("/server/preparing/untrusted", test_end_preparing, UNTRUSTED);
  ADD_ENDING ("/server/preparing/untrusted/gone", test_end_preparing, UNTRUSTED | GONE);
  ADD_ENDING ("/server/storing/cancel", test_end_storing, CANCELLED | FAILS);
  ADD_ENDING ("/server/storing/cancel/stored", test_end_storing, CANCELLED);
  ADD_ENDING ("/server/storing/cancel/late", test_end_storing, CANCELLED | FAILS | LATE);
  ADD_ENDING ("/server/storing/keep", test_end_storing, KEPT | FAILS);
  ADD_ENDING ("/server/storing/pause", test_end_storing, PAUSED | FAILS);
  ADD_ENDING ("/server/storing/untrusted", test_end_storing, UNTRUSTED | FAILS);
  return g_test_run ();
}
