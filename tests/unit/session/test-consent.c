/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests who permitted that a backup is received, and what happens to the transfer when the permission is withdrawn. */
#include "config.h"

#include "namida-error.h"
#include "two-hubs.h"

static const char *
sender_fingerprint (Fixture *f)
{
  return namida_identity_get_fingerprint (namida_hub_get_identity (f->sender));
}

static void
trust_sender (Fixture *f)
{
  namida_trust_store_add (namida_hub_get_trust_store (f->receiver), sender_fingerprint (f), NULL, SENDER);
}

static NamidaTransfer *
send_trusted (Fixture *f)
{
  NamidaTransfer *transfer;

  trust_sender (f);
  write_long (f, "sample/Music/long.flac", LONG_BYTES, 'a');
  stop_hub (f->sender);
  f->sender = start_sender (f, 3 * MB);
  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_is_final (transfer) || namida_transfer_get_done_bytes (transfer) > 2 * MB);
  g_assert_cmpuint (n_offers (f), ==, 0);
  g_assert_false (namida_transfer_is_final (transfer));
  return transfer;
}

static void
test_untrusted_running (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_trusted (f);
  NamidaTransfer *theirs = newest (f->receiver);

  namida_trust_store_remove (namida_hub_get_trust_store (f->receiver), sender_fingerprint (f));
  WAIT_FOR (namida_transfer_is_final (theirs) && namida_transfer_is_final (transfer));
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_CANCELLED));
  g_assert_false (is_in (transfer, NAMIDA_TRANSFER_DONE));
  WAIT_FOR (!has_parts (f));
}

/* Nothing has arrived yet: the offer was accepted by its trust, and is being prepared. */
static void
test_untrusted_preparing (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer, *theirs;

  trust_sender (f);
  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_is_final (transfer)
            || g_list_model_get_n_items (namida_hub_get_transfers (f->receiver)) > 0);
  theirs = newest (f->receiver);
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_PREPARING));
  namida_trust_store_remove (namida_hub_get_trust_store (f->receiver), sender_fingerprint (f));
  WAIT_FOR (namida_transfer_is_final (theirs) && namida_transfer_is_final (transfer));
  g_assert_true (is_in (theirs, NAMIDA_TRANSFER_CANCELLED));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  WAIT_FOR (!has_parts (f));
}

static void
test_untrusted_parked (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_trusted (f);
  NamidaTransfer *theirs = newest (f->receiver);

  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (is_in (theirs, NAMIDA_TRANSFER_INTERRUPTED));
  g_assert_true (has_parts (f));
  namida_trust_store_remove (namida_hub_get_trust_store (f->receiver), sender_fingerprint (f));
  WAIT_FOR (namida_transfer_is_final (theirs));
  WAIT_FOR (!has_parts (f));
  namida_hub_resume (f->sender, transfer);
  WAIT_FOR (n_offers (f) == 1 || namida_transfer_is_final (transfer));
  g_assert_false (is_in (transfer, NAMIDA_TRANSFER_DONE));
}

/* It was parked by the right of a rule that does not hold any more, and nobody dropped it: the rule is asked again. */
static void
test_rule_asked_again (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_trusted (f);

  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (is_in (newest (f->receiver), NAMIDA_TRANSFER_INTERRUPTED));
  namida_trust_store_set_auto_accept (namida_hub_get_trust_store (f->receiver), sender_fingerprint (f), FALSE);
  namida_hub_resume (f->sender, transfer);
  WAIT_FOR (n_offers (f) == 1 || namida_transfer_is_final (transfer));
  g_assert_cmpuint (n_offers (f), ==, 1);
  accept_offer (f);
  assert_ends_equal (f, transfer);
}

/* It says that it is a device that is trusted here by another key. A person agreed all the same, and is asked again
 * before it goes on. */
static void
test_another_key (Fixture *f, gconstpointer data)
{
  g_autofree char *key = g_strnfill (64, 'A');
  g_autoptr (NamidaOffer) offer = NULL;
  NamidaTransfer *transfer;

  namida_trust_store_add (namida_hub_get_trust_store (f->receiver), key,
                          namida_identity_get_uuid (namida_hub_get_identity (f->sender)), SENDER);
  transfer = send_some (f);
  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (is_in (newest (f->receiver), NAMIDA_TRANSFER_INTERRUPTED));
  namida_hub_resume (f->sender, transfer);
  WAIT_FOR (n_offers (f) == 1 || namida_transfer_is_final (transfer));
  g_assert_cmpuint (n_offers (f), ==, 1);
  offer = g_list_model_get_item (namida_inbox_get_offers (namida_hub_get_inbox (f->receiver)), 0);
  g_assert_cmpint (namida_offer_get_doubt (offer), ==, NAMIDA_DOUBT_IDENTITY_CHANGED);
  accept_offer (f);
  assert_ends_equal (f, transfer);
}

/* Where everything is accepted, all but what a blocked device sends, and nobody is asked about that. */
static void
test_blocked (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;

  namida_hub_set_accept (f->receiver, NAMIDA_ACCEPT_ALL);
  namida_trust_store_block (namida_hub_get_trust_store (f->receiver), sender_fingerprint (f), SENDER);
  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_is_final (transfer) || n_offers (f) > 0);
  g_assert_cmpuint (n_offers (f), ==, 0);
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  /* As when a person declines, so that the device does not learn that it is blocked. */
  g_assert_true (
      g_str_has_suffix (namida_transfer_get_error (transfer)->message, "The other device declined the transfer."));
  g_assert_false (has_parts (f));
}

/* A person agreed, and the settings refuse it since. */
static void
test_settings_refuse (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_some (f);

  namida_hub_pause (f->sender, transfer);
  WAIT_FOR (is_in (newest (f->receiver), NAMIDA_TRANSFER_INTERRUPTED));
  namida_hub_set_accept (f->receiver, NAMIDA_ACCEPT_TRUSTED);
  namida_hub_resume (f->sender, transfer);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("/consent/untrusted/preparing", test_untrusted_preparing);
  ADD ("/consent/untrusted/running", test_untrusted_running);
  ADD ("/consent/untrusted/parked", test_untrusted_parked);
  ADD ("/consent/rule-asked-again", test_rule_asked_again);
  ADD ("/consent/blocked", test_blocked);
  ADD ("/consent/another-key", test_another_key);
  ADD ("/consent/settings-refuse", test_settings_refuse);
  return g_test_run ();
}
