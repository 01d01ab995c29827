/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that the server does not wait for a user forever: offers that nobody answers and pairings that nobody confirms
 * end. */
#include "config.h"

#include <string.h>

#include "namida-client.h"
#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-limits.h"
#include "namida-pair-request.h"
#include "namida-pairing.h"
#include "namida-server-private.h"

#define OFFER                                                                                                          \
  "{\"info\":{\"alias\":\"Peer\",\"port\":9},\"files\":[{\"id\":\"f1\",\"name\":\"a.flac\",\"size\":1,"                \
  "\"folderLabel\":\"Music\",\"relativePath\":\"a.flac\"}]}"
#define WAIT_FOR(condition)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    gint64 until = g_get_monotonic_time () + 40 * G_USEC_PER_SEC;                                                      \
    while (!(condition) && g_get_monotonic_time () < until)                                                            \
      {                                                                                                                \
        g_main_context_iteration (NULL, FALSE);                                                                        \
        g_usleep (1000);                                                                                               \
      }                                                                                                                \
    g_assert_true (condition);                                                                                         \
  }                                                                                                                    \
  G_STMT_END

typedef struct
{
  char *folders[2];
  NamidaIdentity *identity, *other;
  NamidaServer *server;
  NamidaClient *client;
  NamidaOffer *offer;
  NamidaPairRequest *request;
  char *nonce, *pair_id;
} Fixture;

static void
on_offer (NamidaServer *server, NamidaOffer *offer, Fixture *f)
{
  g_set_object (&f->offer, offer);
}

static void
on_pair_request (NamidaServer *server, NamidaPairRequest *request, Fixture *f)
{
  g_set_object (&f->request, request);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    f->folders[i] = g_dir_make_tmp ("namida-waits-XXXXXX", NULL);
  f->identity = namida_identity_load (f->folders[0], NULL);
  f->other = namida_identity_load (f->folders[1], NULL);
  f->server = namida_server_new (f->identity);
  g_signal_connect (f->server, "offer", G_CALLBACK (on_offer), f);
  g_signal_connect (f->server, "pair-request", G_CALLBACK (on_pair_request), f);
  g_assert_true (namida_server_start (f->server, "127.0.0.1", 0, &error));
  g_assert_no_error (error);
  address = g_inet_socket_address_new (loopback, namida_server_get_port (f->server));
  f->client
      = namida_client_new (f->other, G_INET_SOCKET_ADDRESS (address), namida_identity_get_fingerprint (f->identity));
  f->nonce = namida_random_hex (32);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_server_stop_async (f->server, on_result, &result);
  WAIT_FOR (result != NULL);
  g_clear_object (&f->client);
  g_clear_object (&f->offer);
  g_clear_object (&f->request);
  g_clear_object (&f->server);
  g_clear_object (&f->identity);
  g_clear_object (&f->other);
  for (guint i = 0; i < 2; i++)
    {
      fixtures_remove (f->folders[i]);
      g_free (f->folders[i]);
    }
  g_free (f->nonce);
  g_free (f->pair_id);
}

static void
test_offer_expires (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  namida_server_set_waits (f->server, 2, 100);
  namida_client_offer_async (f->client, g_bytes_new_static (OFFER, strlen (OFFER)), NULL, NULL, on_result, &result);
  WAIT_FOR (f->offer != NULL);
  g_assert_cmpint (namida_offer_get_state (f->offer), ==, NAMIDA_OFFER_OPEN);
  WAIT_FOR (result != NULL);
  g_assert_cmpint (g_get_monotonic_time () - began, >, G_USEC_PER_SEC / 2);
  g_assert_null (namida_client_offer_finish (f->client, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  g_assert_cmpint (namida_offer_get_state (f->offer), ==, NAMIDA_OFFER_EXPIRED);
  g_assert_true (namida_transfer_is_final (namida_offer_get_transfer (f->offer)));
}

/* Returns: whether the step was taken; else @error. */
static gboolean
step (Fixture *f, const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *commitment = namida_pairing_commitment (f->nonce);
  NamidaPairMessage message = { .step = (char *) name };
  g_auto (NamidaPairMessage) answer = { 0 };
  gboolean done;

  if (g_str_equal (name, "commit"))
    message.commitment = commitment;
  else
    message.pair_id = f->pair_id;
  if (g_str_equal (name, "reveal"))
    message.nonce = f->nonce;
  namida_client_pair_async (f->client, &message, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  done = namida_client_pair_finish (f->client, result, &answer, error);
  if (done && g_str_equal (name, "commit"))
    {
      g_free (f->pair_id);
      f->pair_id = g_strdup (answer.pair_id);
    }
  return done;
}

static void
begin_pairing (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&f->request);
  g_assert_true (step (f, "commit", &error));
  g_assert_true (step (f, "reveal", &error));
  g_assert_no_error (error);
  WAIT_FOR (f->request != NULL);
  g_assert_true (namida_pair_request_get_open (f->request));
}

static void
test_pairing_expires (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  namida_server_set_waits (f->server, 100, 3);
  begin_pairing (f);
  WAIT_FOR (!namida_pair_request_get_open (f->request));
  g_assert_false (namida_pair_request_get_paired (f->request));
  g_assert_false (step (f, "confirm", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
}

/* The one who began says that the digits differ: the other screen closes at once, long before the two minutes. */
static void
test_abort (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  begin_pairing (f);
  g_assert_true (step (f, "abort", &error));
  g_assert_no_error (error);
  g_assert_false (namida_pair_request_get_open (f->request));
  g_assert_false (namida_pair_request_get_paired (f->request));
  /* Too late for a yes, on either side. */
  namida_pair_request_confirm (f->request);
  g_assert_false (step (f, "confirm", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (step (f, "abort", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* It counts: or the digits could be tried until they fit. */
  for (guint i = 1; i < NAMIDA_LIMIT_PAIR_TRIES; i++)
    {
      begin_pairing (f);
      g_assert_true (step (f, "abort", NULL));
    }
  g_assert_false (step (f, "commit", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY);
}

/* ---- the hostile half of pairing ---- */

static void
assert_locked (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (step (f, "commit", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY);
}

static void
set_nonce (Fixture *f, char digit)
{
  memset (f->nonce, digit, strlen (f->nonce));
}

/* The nonce is not the one that was committed to: over, before any digits. */
static void
test_wrong_nonce (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < NAMIDA_LIMIT_PAIR_TRIES; i++)
    {
      g_autoptr (GError) error = NULL;

      g_clear_object (&f->request);
      set_nonce (f, 'a');
      g_assert_true (step (f, "commit", &error));
      set_nonce (f, 'b');
      g_assert_false (step (f, "reveal", &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BAD_TOKEN);
      g_assert_false (namida_pair_request_get_open (f->request));
      g_assert_null (namida_pair_request_get_digits (f->request));
    }
  assert_locked (f);
}

/* A second reveal would choose other digits. */
static void
test_second_reveal (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  begin_pairing (f);
  g_assert_false (step (f, "reveal", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BAD_TOKEN);
  g_assert_false (namida_pair_request_get_open (f->request));
  namida_pair_request_confirm (f->request);
  g_clear_error (&error);
  g_assert_false (step (f, "confirm", &error));
  g_assert_false (namida_pair_request_get_paired (f->request));
}

/* Beginning anew gives up what was before; each was seen here from its first message on, and each counts. */
static void
test_begin_anew (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaPairRequest) before = NULL;

  for (guint i = 0; i < NAMIDA_LIMIT_PAIR_TRIES; i++)
    {
      g_clear_object (&before);
      before = g_steal_pointer (&f->request);
      g_assert_true (step (f, "commit", NULL));
      g_assert_nonnull (f->request);
      g_assert_null (namida_pair_request_get_digits (f->request));
      /* There is nothing to say yes to yet. */
      namida_pair_request_confirm (f->request);
      g_assert_true (before == NULL || !namida_pair_request_get_open (before));
    }
  g_assert_false (step (f, "confirm", NULL));
  assert_locked (f);
}

/* Neither does a yes there alone pair, nor one that the person here takes back by a no. */
static void
test_declined_here (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  begin_pairing (f);
  namida_pair_request_decline (f->request);
  g_assert_false (step (f, "confirm", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  g_assert_false (namida_pair_request_get_paired (f->request));
  namida_pair_request_confirm (f->request);
  g_assert_false (namida_pair_request_get_paired (f->request));
}

static gboolean
on_decline_time (gpointer user_data)
{
  namida_pair_request_decline (((Fixture *) user_data)->request);
  return G_SOURCE_REMOVE;
}

/* The other side hears of a no at once, while its own person still compares. */
static void
test_no_is_reported (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  begin_pairing (f);
  g_timeout_add (50, on_decline_time, f);
  g_assert_false (step (f, "wait", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 30 * G_USEC_PER_SEC);
}

static void
test_nobody_to_ask (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  namida_server_set_may_pair (f->server, FALSE);
  g_assert_false (step (f, "commit", &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  g_assert_nonnull (strstr (error->message, "Start pairing on that device"));
  g_assert_null (f->request);
  /* It is no guess. */
  namida_server_set_may_pair (f->server, TRUE);
  for (guint i = 0; i < NAMIDA_LIMIT_PAIR_TRIES; i++)
    begin_pairing (f);
  assert_locked (f);
}

static gboolean
on_is_trusted (NamidaServer *server, const char *fingerprint, NamidaIdentity *trusted)
{
  return g_strcmp0 (fingerprint, namida_identity_get_fingerprint (trusted)) == 0;
}

/* An offer of 2 MiB. Returns: for how long the rate limit of strangers' bodies would hold the next one back, in µs. */
static gint64
send_large_offer (Fixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("%s%*s", OFFER, 2 * 1024 * 1024, "");

  g_clear_object (&f->offer);
  namida_client_offer_async (f->client, g_bytes_new (text, strlen (text)), NULL, NULL, on_result, &result);
  WAIT_FOR (f->offer != NULL);
  namida_offer_decline (f->offer);
  WAIT_FOR (result != NULL);
  g_assert_null (namida_client_offer_finish (f->client, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  return namida_rate_limit_take (f->server->bodies, 0);
}

/* Strangers' bodies are slowed down only while there is a trusted device for whose sake. */
static void
test_strangers_body (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-waits-XXXXXX", NULL);
  g_autoptr (NamidaIdentity) identity = namida_identity_load (folder, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, namida_server_get_port (f->server));
  g_autoptr (NamidaClient) trusted
      = namida_client_new (identity, G_INET_SOCKET_ADDRESS (address), namida_identity_get_fingerprint (f->identity));
  g_autoptr (NamidaOffer) open = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_signal_connect (f->server, "is-trusted", G_CALLBACK (on_is_trusted), identity);
  /* No debt is ever paid. */
  namida_clock_set_fake (g_get_monotonic_time ());
  g_assert_cmpint (send_large_offer (f), ==, 0);
  g_assert_cmpint (send_large_offer (f), ==, 0);
  g_clear_object (&f->offer);
  namida_client_offer_async (trusted, g_bytes_new_static (OFFER, strlen (OFFER)), NULL, NULL, on_result, &result);
  WAIT_FOR (f->offer != NULL);
  open = g_object_ref (f->offer);
  g_assert_cmpint (send_large_offer (f), >, 0);
  namida_clock_set_fake (-1);
  namida_offer_decline (open);
  WAIT_FOR (result != NULL);
  g_clear_object (&trusted);
  g_signal_handlers_disconnect_by_func (f->server, on_is_trusted, identity);
  fixtures_remove (folder);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/waits/offer-expires", test_offer_expires);
  ADD ("/waits/pairing-expires", test_pairing_expires);
  ADD ("/waits/abort", test_abort);
  ADD ("/waits/pairing/wrong-nonce", test_wrong_nonce);
  ADD ("/waits/pairing/second-reveal", test_second_reveal);
  ADD ("/waits/pairing/begin-anew", test_begin_anew);
  ADD ("/waits/pairing/declined-here", test_declined_here);
  ADD ("/waits/pairing/no-is-told", test_no_is_reported);
  ADD ("/waits/pairing/nobody-to-ask", test_nobody_to_ask);
  ADD ("/waits/strangers-body", test_strangers_body);
  return g_test_run ();
}
