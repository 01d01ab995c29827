/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests pairing with a real server, step by step. A device is paired only if it began the pairing, follows the order,
 * sends the nonce to which it had committed, and both users confirm. Every other request ends the pairing or changes
 * nothing. */
#include "config.h"

#include "namida-client.h"
#include "namida-clock.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-limits.h"
#include "namida-pair-request.h"
#include "namida-pairing.h"
#include "namida-server.h"

#include <string.h>

enum
{
  BEGAN,
  STRANGER,
  N_DEVICES
};

typedef struct
{
  char *folder;
  NamidaIdentity *ours;
  NamidaIdentity *devices[N_DEVICES];
  NamidaServer *server;
  GPtrArray *shown; /* NamidaPairRequest, in the order in which they came */
  char *nonce, *pair_id;
} Fixture;

static void
on_pair_request (NamidaServer *server, NamidaPairRequest *request, Fixture *f)
{
  g_ptr_array_add (f->shown, g_object_ref (request));
}

static NamidaIdentity *
load_identity (Fixture *f, const char *name)
{
  g_autofree char *folder = g_build_filename (f->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  NamidaIdentity *identity = namida_identity_load (folder, &error);

  g_assert_no_error (error);
  return identity;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("namida-XXXXXX", NULL);
  f->ours = load_identity (f, "ours");
  f->devices[BEGAN] = load_identity (f, "began");
  f->devices[STRANGER] = load_identity (f, "stranger");
  f->shown = g_ptr_array_new_with_free_func (g_object_unref);
  f->nonce = namida_random_hex (32);
  f->server = namida_server_new (f->ours);
  g_signal_connect (f->server, "pair-request", G_CALLBACK (on_pair_request), f);
  namida_server_start (f->server, "127.0.0.1", 0, &error);
  g_assert_no_error (error);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = namida_server_stop_finish (NAMIDA_SERVER (source), result, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gboolean stopped = FALSE;

  namida_clock_set_fake (-1);
  namida_server_stop_async (f->server, on_stopped, &stopped);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (f->server);
  g_ptr_array_unref (f->shown);
  for (guint i = 0; i < N_DEVICES; i++)
    g_object_unref (f->devices[i]);
  g_object_unref (f->ours);
  fixtures_remove (f->folder);
  g_free (f->folder);
  g_free (f->nonce);
  g_free (f->pair_id);
}

/* One message on its way. */
typedef struct
{
  NamidaClient *client;
  GAsyncResult *result; /* (nullable) */
  GCancellable *cancellable;
} Step;

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Step *) user_data)->result = g_object_ref (result);
}

static void
step_begin (Fixture *f, Step *step, guint device, const NamidaPairMessage *message)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, namida_server_get_port (f->server));

  *step = (Step){ .client = namida_client_new (f->devices[device], G_INET_SOCKET_ADDRESS (address),
                                               namida_identity_get_fingerprint (f->ours)),
                  .cancellable = g_cancellable_new () };
  namida_client_pair_async (step->client, message, step->cancellable, on_result, step);
}

/* Returns: the code of its error; -1: it was answered. The id of the pairing that it began is kept. */
static int
step_end (Fixture *f, Step *step)
{
  g_auto (NamidaPairMessage) answer = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean done;

  while (step->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  done = namida_client_pair_finish (step->client, step->result, &answer, &error);
  if (done && answer.nonce != NULL)
    {
      g_free (f->pair_id);
      f->pair_id = g_strdup (answer.pair_id);
    }
  g_clear_object (&step->result);
  g_clear_object (&step->client);
  g_clear_object (&step->cancellable);
  g_assert_true (done || error->domain == NAMIDA_ERROR);
  return done ? -1 : error->code;
}

static int
say (Fixture *f, guint device, NamidaPairMessage message)
{
  Step step;

  step_begin (f, &step, device, &message);
  return step_end (f, &step);
}

static int
say_commit (Fixture *f, guint device)
{
  g_autofree char *commitment = namida_pairing_commitment (f->nonce);

  return say (f, device, (NamidaPairMessage){ .step = (char *) "commit", .commitment = commitment });
}

static int
say_step (Fixture *f, guint device, const char *step)
{
  return say (f, device, (NamidaPairMessage){ .step = (char *) step, .pair_id = f->pair_id, .nonce = f->nonce });
}

static NamidaPairRequest *
last_shown (Fixture *f)
{
  return g_ptr_array_index (f->shown, f->shown->len - 1);
}

static void
assert_over (NamidaPairRequest *request, gboolean paired)
{
  g_assert_false (namida_pair_request_get_open (request));
  g_assert_cmpint (namida_pair_request_get_paired (request), ==, paired);
  /* A yes that comes later changes nothing. */
  namida_pair_request_confirm (request);
  g_assert_cmpint (namida_pair_request_get_paired (request), ==, paired);
}

static void
let_it_answer_for (Step *step, guint ms)
{
  gint64 until = g_get_monotonic_time () + (gint64) ms * 1000;

  while (g_get_monotonic_time () < until && step->result == NULL)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

static void
let_it_answer (Step *step)
{
  let_it_answer_for (step, 60);
}

static void
test_commitment (Fixture *f, gconstpointer data)
{
  g_autofree char *good = namida_pairing_commitment (f->nonce);
  g_autofree char *longer = g_strconcat (good, "0", NULL);
  g_autofree char *shorter = g_strndup (good, 63);
  g_autofree char *other = g_strdup (good);
  char *const bad[] = { NULL, (char *) "", shorter, longer, other };

  other[63] = 'g';
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (say (f, BEGAN, (NamidaPairMessage){ .step = (char *) "commit", .commitment = bad[i] }), ==,
                     NAMIDA_ERROR_INVALID_REQUEST);
  g_assert_cmpuint (f->shown->len, ==, 0);
  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  g_assert_cmpuint (f->shown->len, ==, 1);
  g_assert_null (namida_pair_request_get_digits (last_shown (f)));
}

/* Each digit of the nonce counts, and there is one try. */
static void
test_other_nonce (Fixture *f, gconstpointer data)
{
  static const guint places[] = { 0, 31, 63 };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *nonce = g_strdup (f->nonce);

      nonce[places[i]] = nonce[places[i]] == '0' ? '1' : '0';
      g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
      g_assert_cmpint (say (f, BEGAN,
                            (NamidaPairMessage){ .step = (char *) "reveal", .pair_id = f->pair_id, .nonce = nonce }),
                       ==, NAMIDA_ERROR_BAD_TOKEN);
      assert_over (last_shown (f), FALSE);
      g_assert_null (namida_pair_request_get_digits (last_shown (f)));
      g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, NAMIDA_ERROR_NOT_FOUND);
      namida_clock_set_fake (namida_clock_monotonic () + NAMIDA_LIMIT_PAIR_WINDOW_SECONDS * G_USEC_PER_SEC);
    }
}

static void
test_second_reveal (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, -1);
  g_assert_nonnull (namida_pair_request_get_digits (last_shown (f)));
  g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, NAMIDA_ERROR_BAD_TOKEN);
  assert_over (last_shown (f), FALSE);
}

/* A yes before there are digits to compare is none, there as here. */
static void
test_early_confirm (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  namida_pair_request_confirm (last_shown (f));
  g_assert_cmpint (say_step (f, BEGAN, "confirm"), ==, NAMIDA_ERROR_INVALID_REQUEST);
  g_assert_true (namida_pair_request_get_open (last_shown (f)));
  g_assert_false (namida_pair_request_get_paired (last_shown (f)));
  g_assert_cmpint (say_step (f, BEGAN, "nonsense"), ==, NAMIDA_ERROR_INVALID_REQUEST);
  g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, -1);
  g_assert_true (namida_pair_request_get_open (last_shown (f)));
}

/* @data: what the person here does while the other side waits for it. The other side confirms, and asks for the end. */
static void
test_confirm_waits (Fixture *f, gconstpointer data)
{
  gboolean yes = GPOINTER_TO_INT (data);
  NamidaPairMessage confirm = { .step = (char *) "confirm" };
  NamidaPairMessage wait = { .step = (char *) "wait" };
  Step confirming, waiting;
  int code = yes ? -1 : NAMIDA_ERROR_DECLINED;

  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, -1);
  confirm.pair_id = wait.pair_id = f->pair_id;
  step_begin (f, &waiting, BEGAN, &wait);
  let_it_answer (&waiting);
  step_begin (f, &confirming, BEGAN, &confirm);
  let_it_answer (&confirming);
  g_assert_null (confirming.result);
  g_assert_null (waiting.result);
  g_assert_true (namida_pair_request_get_open (last_shown (f)));
  g_assert_false (namida_pair_request_get_paired (last_shown (f)));
  /* Neither is asked twice at the same time, and no other device may ask. */
  g_assert_cmpint (say_step (f, BEGAN, "confirm"), ==, NAMIDA_ERROR_INVALID_REQUEST);
  g_assert_cmpint (say_step (f, BEGAN, "wait"), ==, NAMIDA_ERROR_INVALID_REQUEST);
  g_assert_cmpint (say_step (f, STRANGER, "confirm"), ==, NAMIDA_ERROR_NOT_FOUND);
  if (yes)
    namida_pair_request_confirm (last_shown (f));
  else
    namida_pair_request_decline (last_shown (f));
  g_assert_cmpint (step_end (f, &confirming), ==, code);
  g_assert_cmpint (step_end (f, &waiting), ==, code);
  assert_over (last_shown (f), yes);
  g_assert_cmpint (say_step (f, BEGAN, "confirm"), ==, NAMIDA_ERROR_NOT_FOUND);
}

/* The person here was faster; the pairing is one when the other has confirmed, too. */
static void
test_confirmed_here_first (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, -1);
  namida_pair_request_confirm (last_shown (f));
  g_assert_false (namida_pair_request_get_paired (last_shown (f)));
  g_assert_true (namida_pair_request_get_open (last_shown (f)));
  g_assert_cmpint (say_step (f, BEGAN, "confirm"), ==, -1);
  assert_over (last_shown (f), TRUE);
}

/* Cancel, while this device waits for the other person: the yes that was given before no longer counts. */
static void
test_taken_back (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, -1);
  namida_pair_request_confirm (last_shown (f));
  namida_pair_request_decline (last_shown (f));
  assert_over (last_shown (f), FALSE);
  g_assert_cmpint (say_step (f, BEGAN, "confirm"), ==, NAMIDA_ERROR_DECLINED);
  assert_over (last_shown (f), FALSE);
}

/* Who hangs up while it waits for the person here is not paired by a yes that comes later. */
static void
test_gone (Fixture *f, gconstpointer data)
{
  NamidaPairMessage confirm = { .step = (char *) "confirm" };
  Step step;

  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, -1);
  confirm.pair_id = f->pair_id;
  /* A slow computer may not have got the message there when it hangs up: then nothing has happened. */
  for (guint ms = 60; namida_pair_request_get_open (last_shown (f)); ms = MIN (2 * ms, 4000))
    {
      Step nothing = { 0 };

      step_begin (f, &step, BEGAN, &confirm);
      let_it_answer_for (&step, ms);
      g_cancellable_cancel (step.cancellable);
      g_assert_cmpint (step_end (f, &step), ==, NAMIDA_ERROR_CANCELLED);
      for (guint i = 0; i < 20 && namida_pair_request_get_open (last_shown (f)); i++)
        let_it_answer_for (&nothing, 25);
    }
  assert_over (last_shown (f), FALSE);
}

/* Another device knows the id: it can neither go on with the pairing nor end it, nor begin one of its own. */
static void
test_stranger (Fixture *f, gconstpointer data)
{
  static const char *const steps[] = { "reveal", "confirm", "wait", "abort" };

  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_assert_cmpint (say_step (f, STRANGER, steps[i]), ==, NAMIDA_ERROR_NOT_FOUND);
  g_assert_cmpint (say_commit (f, STRANGER), ==, NAMIDA_ERROR_BUSY);
  g_assert_cmpuint (f->shown->len, ==, 1);
  g_assert_true (namida_pair_request_get_open (last_shown (f)));
  g_assert_null (namida_pair_request_get_digits (last_shown (f)));
  g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, -1);
  g_assert_cmpint (say_step (f, BEGAN, "abort"), ==, -1);
  assert_over (last_shown (f), FALSE);
}

/* Who begins anew gave up what was before; each beginning is a try, from whatever device. */
static void
test_anew (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < NAMIDA_LIMIT_PAIR_TRIES; i++)
    {
      g_autofree char *before = g_strdup (f->pair_id);

      g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
      g_assert_cmpuint (f->shown->len, ==, i + 1);
      g_assert_cmpstr (f->pair_id, !=, before);
      if (i > 0)
        assert_over (g_ptr_array_index (f->shown, i - 1), FALSE);
      g_assert_true (namida_pair_request_get_open (last_shown (f)));
    }
  g_assert_cmpint (say_commit (f, BEGAN), ==, NAMIDA_ERROR_TOO_MANY);
  g_assert_cmpint (say_commit (f, STRANGER), ==, NAMIDA_ERROR_TOO_MANY);
  g_assert_cmpuint (f->shown->len, ==, NAMIDA_LIMIT_PAIR_TRIES);
  assert_over (last_shown (f), FALSE);
  namida_clock_set_fake (namida_clock_monotonic () + NAMIDA_LIMIT_PAIR_WINDOW_SECONDS * G_USEC_PER_SEC);
  g_assert_cmpint (say_commit (f, STRANGER), ==, -1);
}

/* What is meant for another pairing of the same device, an earlier one as a rule, neither goes on with this one nor
 * ends it. */
static void
test_other_id (Fixture *f, gconstpointer data)
{
  const char *const steps[] = { "reveal", "confirm", "wait", "abort" };
  g_autofree char *other = NULL;

  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  other = g_strdup (f->pair_id);
  g_assert_cmpint (say_commit (f, BEGAN), ==, -1);
  g_assert_cmpstr (other, !=, f->pair_id);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_assert_cmpint (say (f, BEGAN,
                          (NamidaPairMessage){ .step = (char *) steps[i], .pair_id = other, .nonce = f->nonce }),
                     ==, NAMIDA_ERROR_NOT_FOUND);
  g_assert_true (namida_pair_request_get_open (last_shown (f)));
  g_assert_null (namida_pair_request_get_digits (last_shown (f)));
  g_assert_cmpint (say_step (f, BEGAN, "reveal"), ==, -1);
}

static void
test_nobody_here (Fixture *f, gconstpointer data)
{
  namida_server_set_may_pair (f->server, FALSE);
  g_assert_cmpint (say_commit (f, BEGAN), ==, NAMIDA_ERROR_DECLINED);
  g_assert_cmpuint (f->shown->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, data, test) g_test_add ("/pairing/" path, Fixture, data, set_up, test, tear_down)
  ADD ("commitment", NULL, test_commitment);
  ADD ("other-nonce", NULL, test_other_nonce);
  ADD ("second-reveal", NULL, test_second_reveal);
  ADD ("early-confirm", NULL, test_early_confirm);
  ADD ("confirm-waits/yes", GINT_TO_POINTER (TRUE), test_confirm_waits);
  ADD ("confirm-waits/no", GINT_TO_POINTER (FALSE), test_confirm_waits);
  ADD ("confirmed-here-first", NULL, test_confirmed_here_first);
  ADD ("taken-back", NULL, test_taken_back);
  ADD ("gone", NULL, test_gone);
  ADD ("stranger", NULL, test_stranger);
  ADD ("anew", NULL, test_anew);
  ADD ("other-id", NULL, test_other_id);
  ADD ("nobody-here", NULL, test_nobody_here);
  return g_test_run ();
}
