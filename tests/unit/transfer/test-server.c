/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the routes, sessions, limits and decisions of the server with a sink in memory. */
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

static void
test_routes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *offer = make_offer (3);
  g_autofree char *pair = post ("pair", "{}");
  g_autofree char *bad = post ("prepare-upload", "{\"files\":7}");

  expect (fixture, PLAIN, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
  expect (fixture, TLS, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
  expect (fixture, TLS, "GET " PREFIX "nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 404, "not-found");
  expect (fixture, TLS, "GET /../etc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 404, "not-found");
  expect (fixture, TLS, "PUT " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n", -1, 405,
          "method");
  expect (fixture, TLS, "GET " PREFIX "pair HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 405, "method");
  expect (fixture, PLAIN, offer, -1, 403, "encryption-required");
  expect (fixture, PLAIN, pair, -1, 403, "encryption-required");
  expect (fixture, PLAIN, "GET " PREFIX "session?sessionId=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 403,
          "encryption-required");
  expect (fixture, TLS, "GET " PREFIX "session?sessionId=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 404, "not-found");
  expect (fixture, NO_CERTIFICATE, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
  expect (fixture, NO_CERTIFICATE, offer, -1, 403, "certificate-required");
  expect (fixture, TLS, bad, -1, 400, NULL);
  expect (fixture, TLS, "POST " PREFIX "pair HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000000\r\n\r\n", -1, 413,
          "too-large");
  g_assert_cmpint (fixture->n_offers, ==, 0);
}

static void
test_chunked_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) request = g_string_new (
      "POST " PREFIX "pair HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n180000\r\n");

  for (guint i = 0; i < 0x180000; i++)
    g_string_append_c (request, ' ');
  g_string_append (request, "\r\n0\r\n\r\n");
  expect (fixture, TLS, request->str, (gssize) request->len, 413, "too-large");
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  g_autofree char *content = g_malloc (BIG);
  g_autofree char *token = NULL;
  g_autofree char *hash = NULL;

  for (gsize i = 0; i < BIG; i++)
    content[i] = (char) (i * 7 + i / 999);
  hash = namida_digest_bytes (content, BIG);
  token = offered (fixture, BIG);
  upload (fixture, TLS, "00", 0, content, BIG, FALSE, 403, "bad-token");
  upload (fixture, OTHER, token, 0, content, BIG, FALSE, 403, "bad-token");
  upload (fixture, TLS, token, 5, content, BIG - 5, FALSE, 409, "wrong-offset");
  upload (fixture, TLS, token, 0, content, BIG - 1, FALSE, 422, "wrong-size");
  upload (fixture, TLS, token, 0, content, BIG - 1, TRUE, 422, "wrong-size");
  upload (fixture, TLS, token, 0, content, BIG, TRUE, 200, NULL);
  upload (fixture, TLS, token, 0, content, BIG, FALSE, 200, NULL);
  /* From the middle on, the hash is that of the whole. */
  upload (fixture, TLS, token, 1000, content + 1000, BIG - 1000, FALSE, 200, NULL);
  fixture->sink->full = TRUE;
  finish (fixture, hash, 507, "no-space");
  fixture->sink->full = FALSE;
  finish (fixture, hash, 200, "\"stored\"");
  finish (fixture, hash, 200, "\"stored\"");
  g_assert_cmpint (fixture->sink->committed, ==, 1);
  upload (fixture, TLS, token, 0, content, BIG, FALSE, 410, "expired");
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==, NAMIDA_TRANSFER_DONE);
  g_assert_cmpuint (namida_transfer_get_done_bytes (namida_offer_get_transfer (fixture->offer)), ==, BIG);
}

static void
test_keep_alive (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = offered (fixture, 3);
  g_autoptr (GBytes) first = upload_request (token, 0, "abc", 3, TRUE, FALSE);
  g_autoptr (GBytes) last = upload_request (token, 0, "abd", 3, FALSE, TRUE);
  g_autoptr (GByteArray) both = g_byte_array_new ();
  g_autofree char *answer = NULL;
  g_autofree char *hash = namida_digest_bytes ("abc", 3);

  g_byte_array_append (both, g_bytes_get_data (first, NULL), (guint) g_bytes_get_size (first));
  g_byte_array_append (both, g_bytes_get_data (last, NULL), (guint) g_bytes_get_size (last));
  answer = exchange (fixture, TLS, (char *) both->data, both->len);
  g_test_message ("%s", answer);
  g_assert_nonnull (strstr (answer, hash));
  g_assert_nonnull (strstr (strstr (answer, hash), "HTTP/1.1 200 "));
  finish (fixture, hash, 200, "\"mismatch\"");
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                   NAMIDA_TRANSFER_INCOMPLETE);
}

/* One pack with f1 in it, as one chunk. @whole: else the body breaks off behind the file. */
static GBytes *
pack_request (const char *token, const char *data, gsize length, gboolean whole)
{
  PackSample *sample = pack_sample_new ();
  g_autofree char *name = g_strconcat ("f1/", token, NULL);
  g_autoptr (GByteArray) tar = NULL;
  GByteArray *bytes = g_byte_array_new ();
  g_autofree char *head = NULL;

  pack_sample_add (sample, name, data, length);
  tar = pack_sample_end (sample);
  head = g_strdup_printf ("POST " PREFIX "pack?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n%x\r\n",
                          tar->len);
  g_byte_array_append (bytes, (guint8 *) head, (guint) strlen (head));
  g_byte_array_append (bytes, tar->data, whole ? tar->len : tar->len - 600);
  if (whole)
    g_byte_array_append (bytes, (const guint8 *) "\r\n0\r\n\r\n", 7);
  return g_byte_array_free_to_bytes (bytes);
}

static void
pack (Fixture *fixture, How how, const char *token, const char *data, gsize length, int status, const char *code)
{
  g_autoptr (GBytes) request = pack_request (token, data, length, TRUE);

  expect (fixture, how, g_bytes_get_data (request, NULL), (gssize) g_bytes_get_size (request), status, code);
}

static void
test_pack (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = offered (fixture, 3);
  g_autofree char *hash = namida_digest_bytes ("abc", 3);
  g_autoptr (GBytes) broken = pack_request (token, "abc", 3, FALSE);
  g_autofree char *state = NULL;
  Exchange *cut;
  GThread *thread;

  pack (fixture, TLS, "0123", "abc", 3, 403, "bad-token");
  pack (fixture, OTHER, token, "abc", 3, 403, "bad-token");
  pack (fixture, TLS, token, "abcd", 4, 422, "wrong-size");
  expect (fixture, PLAIN,
          "POST " PREFIX "pack?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n", -1, 403,
          "encryption-required");
  expect (fixture, TLS, "POST " PREFIX "pack HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n", -1, 400,
          "invalid-request");
  expect (fixture, TLS,
          "POST " PREFIX "pack?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nabcde", -1,
          400, "invalid-request");
  /* The connection breaks behind the file: it is kept. */
  cut = exchange_begin (fixture, TLS, g_bytes_get_data (broken, NULL), (gssize) g_bytes_get_size (broken), 300,
                        &thread);
  g_free (exchange_end (cut, thread));
  state = exchange (fixture, TLS, "GET " PREFIX "session?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1);
  g_assert_nonnull (strstr (state, "{\"offset\":3}"));
  /* Again: it replaces what was there and counts once. */
  pack (fixture, TLS, token, "abc", 3, 200, NULL);
  finish (fixture, hash, 200, "\"stored\"");
  g_assert_cmpuint (namida_transfer_get_done_bytes (namida_offer_get_transfer (fixture->offer)), ==, 3);
  pack (fixture, TLS, token, "abc", 3, 410, "expired");
}

static void
test_decisions (Fixture *fixture, gconstpointer data)
{
  g_autofree char *offer = make_offer (3);
  GThread *thread;
  Exchange *held;

  fixture->mode = DECLINE;
  expect (fixture, TLS, offer, -1, 403, "declined");
  fixture->mode = ACCEPT;
  fixture->sink->wanted = FALSE;
  expect (fixture, TLS, offer, -1, 204, NULL);
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==, NAMIDA_TRANSFER_DONE);
  g_assert_cmpint (fixture->sink->committed, ==, 1);
  fixture->mode = HOLD;
  held = exchange_begin (fixture, TLS, offer, -1, 1500, &thread);
  while (fixture->n_offers < 3)
    g_main_context_iteration (NULL, TRUE);
  expect (fixture, TLS, offer, -1, 409, "busy");
  g_free (exchange_end (held, thread));
  while (namida_offer_get_state (fixture->offer) == NAMIDA_OFFER_OPEN)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (namida_offer_get_state (fixture->offer), ==, NAMIDA_OFFER_WITHDRAWN);
}

#define HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* A hash verifies nothing if it can be changed on the way together with the content. */
static void
test_unproven (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    How how;
    const char *sha256;
    gboolean unproven;
  } all[] = {
    { TLS, "\"" HASH "\"", FALSE },
    { NO_CERTIFICATE, "\"" HASH "\"", FALSE },
    { TLS, "null", TRUE },
    { PLAIN, "\"" HASH "\"", TRUE },
  };

  fixture->mode = DECLINE;
  namida_server_set_unencrypted (fixture->server, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *body = g_strdup_printf (
          "{\"info\":{\"alias\":\"Lime\",\"version\":\"2.1\",\"fingerprint\":\"x\",\"port\":1,\"protocol\":\"http\"},"
          "\"files\":{\"f1\":{\"id\":\"f1\",\"fileName\":\"a.mp3\",\"size\":5,\"fileType\":\"audio/"
          "mpeg\",\"sha256\":%s}}}",
          all[i].sha256);
      g_autofree char *request
          = g_strdup_printf ("POST /api/localsend/v2/prepare-upload HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                             "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                             strlen (body), body);

      expect (fixture, all[i].how, request, -1, 403, NULL);
      g_assert_cmpint (fixture->n_offers, ==, (int) i + 1);
      g_assert_cmpint (namida_transfer_get_unproven (namida_offer_get_transfer (fixture->offer)), ==, all[i].unproven);
    }
}

#define WAIT_FOR(condition)                                                                                            \
  for (guint turn = 0; !(condition); turn++)                                                                           \
    {                                                                                                                  \
      g_assert_cmpuint (turn, <, 20000);                                                                               \
      g_main_context_iteration (NULL, FALSE);                                                                          \
      g_usleep (1000);                                                                                                 \
    }

static char *
phone_offer (const char *name)
{
  g_autofree char *body
      = g_strdup_printf ("{\"backupName\":\"\",\"files\":[{\"name\":\"%s\",\"path\":\"/%s\",\"size\":5,"
                         "\"folderLabel\":\"Music\",\"relativePath\":\"%s\"}]}",
                         name, name, name);

  return post ("prepare-upload", body);
}

/* An offer that was accepted waits for the older session of the same device: not longer than anybody wants it. */
static void
test_accepted_waits (Fixture *fixture, gconstpointer data)
{
  g_autofree char *older = phone_offer ("a.mp3");
  g_autofree char *newer = phone_offer ("b.mp3");
  g_autofree char *file = post ("upload?type=music&folderLabel=Music&relativePath=a.mp3", "12345");
  g_autofree char *answer = NULL;
  GThread *uploading, *asking;
  Exchange *upload, *ask;
  GMutex hold;

  g_mutex_init (&hold);
  g_mutex_lock (&hold);
  fixture->sink->slow = &hold;
  namida_server_set_unencrypted (fixture->server, TRUE);
  expect (fixture, PLAIN, older, -1, 200, NULL);
  upload = exchange_begin (fixture, PLAIN, file, -1, 0, &uploading);
  WAIT_FOR (g_atomic_int_get (&fixture->sink->held) > 0);
  for (guint cancels = 0; cancels < 2; cancels++)
    {
      NamidaTransfer *transfer;

      ask = exchange_begin (fixture, PLAIN, newer, -1, cancels ? 0 : 500, &asking);
      WAIT_FOR (fixture->n_offers == 2 + (int) cancels);
      transfer = namida_offer_get_transfer (fixture->offer);
      g_assert_cmpint (namida_transfer_get_state (transfer), !=, NAMIDA_TRANSFER_INTERRUPTED);
      if (cancels)
        namida_transfer_cancel (transfer);
      WAIT_FOR (namida_transfer_get_state (transfer)
                == (cancels ? NAMIDA_TRANSFER_CANCELLED : NAMIDA_TRANSFER_INTERRUPTED));
      g_free (answer);
      answer = exchange_end (ask, asking);
    }
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 410 "));
  g_mutex_unlock (&hold);
  g_free (exchange_end (upload, uploading));
  g_mutex_clear (&hold);
}

static void
test_pin (Fixture *fixture, gconstpointer data)
{
  g_autofree char *offer = make_offer (3);
  g_autofree char *wrong = post ("prepare-upload?pin=1", "{}");
  g_autofree char *right = post ("prepare-upload?pin=1234", "{}");

  namida_server_set_pin (fixture->server, "1234");
  expect (fixture, TLS, offer, -1, 401, "pin-required");
  for (guint i = 0; i < NAMIDA_LIMIT_PIN_TRIES; i++)
    expect (fixture, TLS, wrong, -1, 401, "pin-wrong");
  expect (fixture, TLS, right, -1, 429, "too-many");
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = offered (fixture, 3);
  g_autofree char *request = post ("cancel?sessionId=session-x", "");

  expect (fixture, OTHER, request, -1, 403, "bad-token");
  expect (fixture, TLS, request, -1, 200, NULL);
  upload (fixture, TLS, token, 0, "abc", 3, FALSE, 410, "cancelled");
  while (g_atomic_int_get (&fixture->sink->discarded) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                   NAMIDA_TRANSFER_CANCELLED);
  g_assert_cmpint (fixture->sink->parked, ==, 0);
}

/* Turns the main loop for a look of the session at its clock, once a second. */
static void
let_it_look (void)
{
  iterate (1300);
}

static void
test_idle (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token G_GNUC_UNUSED = offered (fixture, 3);
  gint64 now = namida_clock_monotonic ();

  namida_clock_set_fake (now + (NAMIDA_LIMIT_SESSION_IDLE_SECONDS - 10) * G_USEC_PER_SEC);
  let_it_look ();
  g_assert_cmpint (g_atomic_int_get (&fixture->sink->parked), ==, 0);
  namida_clock_set_fake (now + (NAMIDA_LIMIT_SESSION_IDLE_SECONDS + 10) * G_USEC_PER_SEC);
  let_it_look ();
  namida_clock_set_fake (-1);
  g_assert_cmpint (g_atomic_int_get (&fixture->sink->parked), ==, 1);
  g_assert_cmpint (fixture->sink->discarded, ==, 0);
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                   NAMIDA_TRANSFER_INTERRUPTED);
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  static const char *const garbage[] = { "\x16\x03\x01\xff\xff junk junk junk", "\x01\x02\x03\r\n\r\n", "GET\r\n\r\n",
                                         "GET / HTTP/9.9\r\nContent-Length: -1\r\n\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      GThread *thread;
      Exchange *self = exchange_begin (fixture, PLAIN, garbage[i], -1, 100, &thread);

      g_free (exchange_end (self, thread));
    }
  expect (fixture, TLS, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
  expect (fixture, TLS,
          "POST " PREFIX
          "pair HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          -1, 400, "invalid-request");
}

static void
test_caps (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) silent = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *answer = NULL;

  for (guint i = 0; i < NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS; i++)
    {
      GSocketConnection *one
          = g_socket_client_connect_to_host (client, "127.0.0.1", namida_server_get_port (fixture->server), NULL, NULL);

      g_assert_nonnull (one);
      g_ptr_array_add (silent, one);
    }
  answer = exchange (fixture, PLAIN, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1);
  g_assert_cmpstr (answer, ==, "");
  g_ptr_array_set_size (silent, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  expect (fixture, PLAIN, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
}

static void
test_pair (Fixture *fixture, gconstpointer data)
{
  g_autofree char *nonce = namida_random_hex (32);
  g_autofree char *commitment = namida_pairing_commitment (nonce);
  g_autofree char *body = g_strdup_printf ("{\"step\":\"commit\",\"commitment\":\"%s\"}", commitment);
  g_autofree char *request = post ("pair", body);
  g_autofree char *answer = exchange (fixture, TLS, request, -1);
  g_auto (NamidaPairMessage) message = { 0 };
  g_autofree char *reveal = NULL;
  g_autofree char *confirm = NULL;
  g_autofree char *digits = NULL;
  char *json = strstr (answer, "\r\n\r\n") + 4;

  g_assert_true (namida_pair_message_parse (json, strlen (json), &message, NULL));
  expect (fixture, OTHER, request, -1, 409, "busy");
  g_free (body);
  body = g_strdup_printf ("{\"step\":\"reveal\",\"pairId\":\"%s\",\"nonce\":\"%s\"}", message.pair_id, nonce);
  reveal = post ("pair", body);
  expect (fixture, TLS, reveal, -1, 200, NULL);
  digits = namida_pairing_digits (namida_identity_get_fingerprint (fixture->other),
                                  namida_identity_get_fingerprint (fixture->identity), nonce, message.nonce);
  g_assert_nonnull (fixture->pair);
  g_assert_cmpstr (namida_pair_request_get_digits (fixture->pair), ==, digits);
  namida_pair_request_confirm (fixture->pair);
  g_free (body);
  body = g_strdup_printf ("{\"step\":\"confirm\",\"pairId\":\"%s\"}", message.pair_id);
  confirm = post ("pair", body);
  expect (fixture, TLS, confirm, -1, 200, NULL);
  g_assert_true (namida_pair_request_get_paired (fixture->pair));
  g_assert_false (namida_pair_request_get_open (fixture->pair));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/server/routes", Fixture, NULL, set_up, test_routes, tear_down);
  g_test_add ("/server/chunked-limit", Fixture, NULL, set_up, test_chunked_limit, tear_down);
  g_test_add ("/server/whole", Fixture, NULL, set_up, test_whole, tear_down);
  g_test_add ("/server/keep-alive", Fixture, NULL, set_up, test_keep_alive, tear_down);
  g_test_add ("/server/pack", Fixture, NULL, set_up, test_pack, tear_down);
  g_test_add ("/server/decisions", Fixture, NULL, set_up, test_decisions, tear_down);
  g_test_add ("/server/unproven", Fixture, NULL, set_up, test_unproven, tear_down);
  g_test_add ("/server/accepted-waits", Fixture, NULL, set_up, test_accepted_waits, tear_down);
  g_test_add ("/server/pin", Fixture, NULL, set_up, test_pin, tear_down);
  g_test_add ("/server/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/server/idle", Fixture, NULL, set_up, test_idle, tear_down);
  g_test_add ("/server/garbage", Fixture, NULL, set_up, test_garbage, tear_down);
  g_test_add ("/server/caps", Fixture, NULL, set_up, test_caps, tear_down);
  g_test_add ("/server/pair", Fixture, NULL, set_up, test_pair, tear_down);
  return g_test_run ();
}
