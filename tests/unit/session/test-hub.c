/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests two hubs that send, receive, pair and fetch over real TLS on loopback. */
#include "config.h"

#include "namida-error.h"
#include "namida-hub-private.h"
#include "namida-hub-schedules.h"
#include "namida-journal.h"
#include "namida-peer-list-private.h"
#include "namida-peer-private.h"
#include "two-hubs.h"

#include <glib/gstdio.h>

static void
test_send_and_again (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_sample (f);
  guint files;

  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_no_error (namida_transfer_get_error (transfer));
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_DONE);
  files = namida_transfer_get_total_files (transfer);
  g_assert_cmpuint (files, >=, 41);
  g_assert_cmpuint (namida_transfer_count_files (transfer).stored, ==, files);
  g_assert_cmpuint (namida_transfer_get_done_bytes (transfer), ==, namida_transfer_get_total_bytes (transfer));
  assert_same_tree (f);

  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_no_error (namida_transfer_get_error (transfer));
  g_assert_cmpuint (namida_transfer_count_files (transfer).kept, ==, files);
  g_assert_cmpuint (namida_transfer_count_files (transfer).stored, ==, 0);
  assert_same_tree (f);
}

static void
check_fill (Fixture *f, const char *name, char fill)
{
  g_autofree char *path = g_build_filename (f->dir, RECEIVER, "Library", "Music", "Pairs", name, NULL);
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  expected = g_strnfill (length, fill);
  g_assert_cmpstr (text, ==, expected);
}

/* Another device of the same name was there before, with files of the same names, sizes and times: nothing of either
 * takes the place of the other's, also when it is sent again. */
static void
test_namesake (Fixture *f, gconstpointer data)
{
  g_autofree char *music = below (f, "theirs/Music");
  g_autofree char *alias = full_alias (SENDER);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (music);
  NamidaHub *namesake = start_hub (f, "HubOther", NAMIDA_ACCEPT_ASK);
  g_autoptr (NamidaPeer) peer = NULL;
  NamidaTransfer *transfer;

  namida_hub_set_alias (namesake, alias);
  write_pairs (f, "theirs/Music", "9999");
  g_list_store_append (files, file);
  peer = find_receiver (f);
  transfer = namida_outbox_send (namida_hub_get_outbox (namesake), peer, G_LIST_MODEL (files), NULL, NULL);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_no_error (namida_transfer_get_error (transfer));
  for (guint i = 0; i < 2; i++)
    {
      transfer = send_sample (f);
      WAIT_FOR (namida_transfer_is_final (transfer));
      g_assert_no_error (namida_transfer_get_error (transfer));
      check_fill (f, "one.flac", '9');
      check_fill (f, "one (2).flac", '1');
      check_fill (f, "two (2).flac", '2');
      check_fill (f, "other/one (2).flac", '3');
      check_fill (f, "copy/zwei (2).flac", '2');
    }
  g_assert_cmpuint (namida_transfer_count_files (transfer).stored, ==, 0);
  stop_hub (namesake);
}

static void
on_listed (GListModel *transfers, guint position, guint removed, guint added, NamidaTransferState *seen)
{
  g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, position);

  if (added > 0)
    *seen = namida_transfer_get_state (transfer);
}

/* Nobody is told to answer what is answered already. */
static void
test_accepted_by_itself (Fixture *f, gconstpointer data)
{
  NamidaTransferState seen = NAMIDA_TRANSFER_FAILED;
  NamidaTransfer *transfer;

  g_signal_connect (namida_hub_get_transfers (f->receiver), "items-changed", G_CALLBACK (on_listed), &seen);
  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_no_error (namida_transfer_get_error (transfer));
  g_assert_cmpint (seen, ==, NAMIDA_TRANSFER_PREPARING);
  g_signal_handlers_disconnect_by_func (namida_hub_get_transfers (f->receiver), on_listed, &seen);
}

/* Names that Linux has and other systems do not: two of these programs keep them; as long as a name can be, too. */
static void
test_odd_names (Fixture *f, gconstpointer data)
{
  g_autofree char *most = g_strnfill (255, 'x');
  g_autofree char *music = below (f, "sample/Music");
  g_autofree char *short_name = g_build_filename (music, "short", NULL);
  g_autofree char *longest = g_build_filename (music, most, NULL);
  g_autofree char *folder = below (f, "sample/Music/AC\\DC");
  NamidaTransfer *transfer;

  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  write_long (f, "sample/Music/AC\\DC/back\\slash.mp3", 1000, 'a');
  write_long (f, "sample/Music/E: song.mp3", 2000, 'b');
  write_long (f, "sample/Music/C:", 2001, 'c');
  write_long (f, "sample/Music/\\", 2002, 'd');
  write_long (f, "sample/Music/latin-\xe9.mp3", 2004, 'f');
  write_long (f, "sample/Music/latin-\xe8.mp3", 2004, 'g');
  write_long (f, "sample/Music/short", 2003, 'e');
  g_assert_cmpint (g_rename (short_name, longest), ==, 0);
  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_no_error (namida_transfer_get_error (transfer));
  assert_same_tree (f);
}

static void
test_ask (Fixture *f, gconstpointer accepted)
{
  GListModel *offers = namida_inbox_get_offers (namida_hub_get_inbox (f->receiver));
  NamidaTransfer *transfer = send_sample (f);
  g_autoptr (NamidaOffer) offer = NULL;
  g_autofree char *music = below (f, RECEIVER "/Library");
  g_autofree char *sender = full_alias (SENDER);

  WAIT_FOR (g_list_model_get_n_items (offers) == 1);
  offer = g_list_model_get_item (offers, 0);
  g_assert_cmpstr (namida_offer_get_alias (offer), ==, sender);
  g_assert_cmpstr (namida_offer_get_fingerprint (offer), ==,
                   namida_identity_get_fingerprint (namida_hub_get_identity (f->sender)));
  namida_offer_decline (offer);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  /* The other device declined for the sender only. */
  g_assert_cmpstr (namida_transfer_get_error (namida_offer_get_transfer (offer))->message, ==,
                   "The transfer was declined on this device.");
  g_assert_cmpuint (g_list_model_get_n_items (offers), ==, 0);
  g_assert_false (g_file_test (music, G_FILE_TEST_EXISTS));

  transfer = send_sample (f);
  g_clear_object (&offer);
  WAIT_FOR (g_list_model_get_n_items (offers) == 1);
  offer = g_list_model_get_item (offers, 0);
  namida_inbox_accept (namida_hub_get_inbox (f->receiver), offer, NAMIDA_LANDING_LIBRARY, NULL, TRUE);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_no_error (namida_transfer_get_error (transfer));
  assert_same_tree (f);
  g_assert_true (
      namida_trust_store_is_trusted (namida_hub_get_trust_store (f->receiver), namida_offer_get_fingerprint (offer)));

  /* Trusted now: no question any more. */
  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_no_error (namida_transfer_get_error (transfer));
}

static void
test_withdrawn (Fixture *f, gconstpointer data)
{
  GListModel *offers = namida_inbox_get_offers (namida_hub_get_inbox (f->receiver));
  NamidaTransfer *transfer = send_sample (f);
  g_autoptr (NamidaOffer) offer = NULL;

  WAIT_FOR (g_list_model_get_n_items (offers) == 1);
  offer = g_list_model_get_item (offers, 0);
  namida_transfer_cancel (transfer);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_CANCELLED);
  WAIT_FOR (g_list_model_get_n_items (offers) == 0);
  g_assert_cmpint (namida_offer_get_state (offer), ==, NAMIDA_OFFER_WITHDRAWN);
}

static void
test_trusted_only (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_sample (f);

  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
}

/* A sending that takes seconds, of a hub that waits for its device: until the first megabyte is there. */
static NamidaTransfer *
send_patiently (Fixture *f, guint patience_seconds)
{
  g_autofree char *path = below (f, "sample/Music/long.flac");
  g_autofree char *zeros = g_malloc0 (8 * 1000 * 1000);
  NamidaTransfer *transfer;
  g_autoptr (NamidaOffer) offer = NULL;

  g_assert_true (g_file_set_contents (path, zeros, 8 * 1000 * 1000, NULL));
  stop_hub (f->sender);
  f->sender = start_hub_with (f, SENDER,
                              (NamidaHubOptions){ .limit = 3 * 1000 * 1000, .patience_seconds = patience_seconds });
  transfer = send_sample (f);
  WAIT_FOR (g_list_model_get_n_items (namida_inbox_get_offers (namida_hub_get_inbox (f->receiver))) == 1);
  offer = g_list_model_get_item (namida_inbox_get_offers (namida_hub_get_inbox (f->receiver)), 0);
  namida_inbox_accept (namida_hub_get_inbox (f->receiver), offer, NAMIDA_LANDING_LIBRARY, NULL, FALSE);
  WAIT_FOR (namida_transfer_is_final (transfer) || namida_transfer_get_done_bytes (transfer) > 3 * 1000 * 1000);
  g_assert_false (namida_transfer_is_final (transfer));
  return transfer;
}

static void
test_comes_back (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_patiently (f, 60);
  g_autofree char *words = NULL;

  stop_hub (f->receiver);
  WAIT_FOR (namida_transfer_is_final (transfer) || namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_INTERRUPTED);
  g_assert_no_error (namida_transfer_get_error (transfer));
  words = namida_transfer_dup_state_text (transfer);
  g_assert_true (g_str_has_prefix (words, "Waiting for the device"));

  f->receiver = start_hub (f, RECEIVER, NAMIDA_ACCEPT_ASK);
  WAIT_FOR (namida_transfer_is_final (transfer)
            || g_list_model_get_n_items (namida_inbox_get_offers (namida_hub_get_inbox (f->receiver))) > 0);
  g_assert_cmpuint (g_list_model_get_n_items (namida_inbox_get_offers (namida_hub_get_inbox (f->receiver))), ==, 0);
  g_assert_no_error (namida_transfer_get_error (transfer));
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_DONE);
  g_assert_cmpuint (namida_transfer_get_done_bytes (transfer), ==, namida_transfer_get_total_bytes (transfer));
  g_assert_cmpuint (namida_transfer_get_done_files (transfer), ==, namida_transfer_get_total_files (transfer));
  assert_same_tree (f);
}

static void
test_cancelled_while_away (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_patiently (f, 60);

  stop_hub (f->receiver);
  WAIT_FOR (namida_transfer_is_final (transfer) || namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_INTERRUPTED);
  g_assert_false (namida_transfer_is_final (transfer));
  namida_transfer_cancel (transfer);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_CANCELLED);
  f->receiver = start_hub (f, RECEIVER, NAMIDA_ACCEPT_ASK);
}

static void
test_patience_over (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer = send_patiently (f, 2);

  stop_hub (f->receiver);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_FAILED);
  g_assert_nonnull (namida_transfer_get_error (transfer));
  f->receiver = start_hub (f, RECEIVER, NAMIDA_ACCEPT_ASK);
}

static char *digits_here;

static void
on_digits (const char *digits, gpointer data)
{
  digits_here = g_strdup (digits);
}

/* Both people say yes. @auto_accept: what they choose besides */
static void
pair (Fixture *f, gboolean auto_accept)
{
  GListModel *requests = namida_hub_get_pair_requests (f->receiver);
  g_autoptr (NamidaPeer) peer = find_receiver (f);
  g_autoptr (NamidaPairRequest) request = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sender = full_alias (SENDER);

  namida_hub_pair_async (f->sender, peer, on_digits, NULL, NULL, on_result, &result);
  WAIT_FOR (digits_here != NULL && g_list_model_get_n_items (requests) == 1);
  request = g_list_model_get_item (requests, 0);
  g_assert_cmpstr (namida_pair_request_get_digits (request), ==, digits_here);
  g_assert_cmpstr (namida_pair_request_get_alias (request), ==, sender);
  if (!auto_accept)
    {
      namida_hub_pair_set_auto_accept (f->sender, FALSE);
      namida_pair_request_set_auto_accept (request, FALSE);
    }
  namida_hub_pair_confirm (f->sender, TRUE);
  namida_pair_request_confirm (request);
  WAIT_FOR (result != NULL);
  g_assert_true (namida_hub_pair_finish (f->sender, result, &error));
  g_assert_no_error (error);
  WAIT_FOR (g_list_model_get_n_items (requests) == 0);
  g_assert_true (namida_trust_store_is_trusted (namida_hub_get_trust_store (f->receiver),
                                                namida_identity_get_fingerprint (namida_hub_get_identity (f->sender))));
  g_assert_true (namida_peer_get_trusted (peer));
  g_clear_pointer (&digits_here, g_free);
}

static gboolean
accepts_by_itself (NamidaHub *hub, NamidaHub *other)
{
  const NamidaTrusted *trusted
      = namida_trust_store_lookup (namida_hub_get_trust_store (hub),
                                   namida_identity_get_fingerprint (namida_hub_get_identity (other)));

  g_assert_nonnull (trusted);
  return trusted->auto_accept;
}

/* To trust a device is one thing, to take whatever it sends without a question another. */
static void
test_pair_and_ask (Fixture *f, gconstpointer data)
{
  pair (f, FALSE);
  g_assert_false (accepts_by_itself (f->sender, f->receiver));
  g_assert_false (accepts_by_itself (f->receiver, f->sender));
}

static void
test_pair (Fixture *f, gconstpointer data)
{
  pair (f, TRUE);
  g_assert_true (accepts_by_itself (f->sender, f->receiver));
  g_assert_true (accepts_by_itself (f->receiver, f->sender));
}

/* One of them was set up anew, under the same name: only a pairing makes the old key void. */
static void
test_pair_anew (Fixture *f, gconstpointer data)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (f->receiver);
  g_autofree char *key = below (f, SENDER "/identity/key.pem");
  g_autofree char *certificate = below (f, SENDER "/identity/certificate.pem");
  g_autofree char *uuid_file = below (f, SENDER "/identity/uuid");
  g_autofree char *before = NULL;
  g_autofree char *uuid = NULL;

  pair (f, TRUE);
  before = g_strdup (namida_identity_get_fingerprint (namida_hub_get_identity (f->sender)));
  uuid = g_strdup (namida_identity_get_uuid (namida_hub_get_identity (f->sender)));
  stop_hub (f->sender);
  g_assert_no_errno (g_unlink (key));
  g_assert_no_errno (g_unlink (certificate));
  g_assert_no_errno (g_unlink (uuid_file));
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  stop_hub (f->sender);
  g_assert_true (g_file_set_contents (uuid_file, uuid, -1, NULL));
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  g_assert_cmpstr (namida_identity_get_uuid (namida_hub_get_identity (f->sender)), ==, uuid);
  g_assert_cmpstr (namida_identity_get_fingerprint (namida_hub_get_identity (f->sender)), !=, before);
  WAIT_FOR (namida_peer_list_find_by_fingerprint (NAMIDA_PEER_LIST (namida_hub_get_peers (f->receiver)),
                                                  namida_identity_get_fingerprint (namida_hub_get_identity (f->sender)))
            != NULL);
  g_assert_true (namida_trust_store_is_trusted (trust, before));
  pair (f, TRUE);
  g_assert_false (namida_trust_store_is_trusted (trust, before));
}

/* Given up before there are digits: what is still answered to it is not taken for the next pairing. */
static void
test_pair_given_up (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaPeer) peer = find_receiver (f);

  for (guint turns = 0; turns < 6; turns++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      namida_hub_pair_async (f->sender, peer, on_digits, NULL, NULL, on_result, &result);
      for (guint i = 0; i < turns && digits_here == NULL; i++)
        g_main_context_iteration (NULL, TRUE);
      if (digits_here != NULL)
        break;
      namida_hub_pair_confirm (f->sender, FALSE);
      WAIT_FOR (result != NULL);
      g_assert_false (namida_hub_pair_finish (f->sender, result, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
    }
  g_clear_pointer (&digits_here, g_free);
}

static void
test_pair_declined (Fixture *f, gconstpointer data)
{
  GListModel *requests = namida_hub_get_pair_requests (f->receiver);
  g_autoptr (NamidaPeer) peer = find_receiver (f);
  g_autoptr (NamidaPairRequest) request = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_pair_async (f->sender, peer, on_digits, NULL, NULL, on_result, &result);
  WAIT_FOR (digits_here != NULL && g_list_model_get_n_items (requests) == 1);
  request = g_list_model_get_item (requests, 0);
  namida_pair_request_decline (request);
  namida_hub_pair_confirm (f->sender, TRUE);
  WAIT_FOR (result != NULL);
  g_assert_false (namida_hub_pair_finish (f->sender, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  g_assert_false (namida_peer_get_trusted (peer));
  g_clear_pointer (&digits_here, g_free);
}

/* An address that a person typed is looked at in each run, until the person says no. */
static void
test_forget_address (Fixture *f, gconstpointer data)
{
  g_autofree char *typed = g_strdup_printf ("127.0.0.1:%u", namida_hub_get_port (f->receiver));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaPeer) peer = NULL;
  g_autoptr (NamidaPeer) again = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_resolve_async (f->sender, typed, 30000, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  peer = namida_hub_resolve_finish (f->sender, result, &error);
  g_assert_no_error (error);
  g_assert_true (namida_hub_has_typed_address (f->sender, peer));
  stop_hub (f->sender);
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  again = find_receiver (f);
  WAIT_FOR (namida_hub_has_typed_address (f->sender, again));

  namida_hub_forget_addresses (f->sender, again);
  g_assert_false (namida_hub_has_typed_address (f->sender, again));
  g_assert_false (namida_hub_forget_address (f->sender, typed));
  stop_hub (f->sender);
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  g_assert_false (namida_hub_forget_address (f->sender, typed));
}

static void
test_unknown_name (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_resolve_async (f->sender, "Nobody", 500, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_null (namida_hub_resolve_finish (f->sender, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE);
}

/* It came in the last moment, in which it is still looked for a second one of its name: it was told that it is near and
 * cannot be found. */
static void
test_found_late (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaPeer) near = find_receiver (f);
  g_autoptr (NamidaPeer) peer = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_resolve_async (f->sender, namida_peer_get_alias (near), 1, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  peer = namida_hub_resolve_finish (f->sender, result, &error);
  g_assert_no_error (error);
  g_assert_true (peer == near);
}

/* A device that answers at one of its addresses is still there, however many others are dead. */
static void
test_probe (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaPeer) peer = find_receiver (f);
  g_autoptr (GInetSocketAddress) dead = namida_address_parse ("127.0.0.1:9");
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  const char *fingerprint = namida_peer_get_fingerprint (peer);

  info->fingerprint = g_strdup (fingerprint);
  namida_peer_list_sighting (f->sender->peers, info, NAMIDA_DIALECT_V1, dead, FALSE);
  g_assert_true (namida_peer_has_address (peer, dead));
  namida_peer_list_probe (f->sender->peers, peer);
  WAIT_FOR (namida_peer_get_probing_since (peer) == 0);
  g_assert_true (namida_peer_list_find_by_fingerprint (f->sender->peers, fingerprint) == peer);
}

/* A transfer that failed for want of a PIN goes out again with it. */
static void
test_retry_pin (Fixture *f, gconstpointer data)
{
  NamidaTransfer *transfer;

  stop_hub (f->receiver);
  f->receiver = start_hub_with (f, RECEIVER, (NamidaHubOptions){ .accept = NAMIDA_ACCEPT_ALL, .pin = "2468" });
  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_error (namida_transfer_get_error (transfer), NAMIDA_ERROR, NAMIDA_ERROR_PIN_REQUIRED);
  namida_sending_set_pin (transfer, "2468");
  transfer = namida_outbox_retry (namida_hub_get_outbox (f->sender), transfer);
  g_assert_nonnull (transfer);
  assert_ends_equal (f, transfer);
}

/* The receiver keeps a dated version of the sample. */
static void
keep_version (Fixture *f)
{
  NamidaTransfer *transfer;

  stop_hub (f->receiver);
  f->receiver = start_hub_with (f, RECEIVER,
                                (NamidaHubOptions){ .accept = NAMIDA_ACCEPT_ALL, .landing = NAMIDA_LANDING_BACKUP });
  transfer = send_sample (f);
  WAIT_FOR (namida_transfer_is_final (transfer));
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_DONE);
}

/* A device that cannot listen still shows what it keeps. */
static void
test_start_fails (Fixture *f, gconstpointer data)
{
  g_autoptr (GSocketListener) taken = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (taken, NULL, NULL);
  g_autofree char *dir = below (f, RECEIVER);
  g_autofree char *backups = g_build_filename (dir, "Backups", NULL);
  NamidaHubOptions options = { .data_dir = dir, .interface = "lo", .port = port, .backups = backups, .music = dir };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaHub) hub = NULL;
  g_autoptr (GError) error = NULL;

  keep_version (f);
  stop_hub (f->receiver);
  hub = namida_hub_new (&options);
  namida_hub_start_async (hub, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_false (namida_hub_start_finish (hub, result, &error));
  g_assert_nonnull (error);
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (namida_hub_get_versions (hub))) == 1);
  f->receiver = start_hub (f, RECEIVER, NAMIDA_ACCEPT_ASK);
}

static void
assert_fetch_is_parked (Fixture *f)
{
  g_autofree char *path = below (f, SENDER "/state.db");
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_database_open (path, &error);
  g_autoptr (GPtrArray) rows = NULL;
  guint fetches = 0;

  g_assert_no_error (error);
  rows = namida_journal_list (database, 10, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < rows->len; i++)
    {
      const NamidaJournalSession *row = rows->pdata[i];

      if (!g_str_equal (row->direction, "receive"))
        continue;
      g_assert_cmpstr (row->state, ==, "parked");
      fetches++;
    }
  g_assert_cmpuint (fetches, ==, 1);
}

/* While the device is asked about some files, the same ones are not offered again; others are, and so is a part. */
static void
test_joined (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaPeer) peer = find_receiver (f);
  g_autoptr (GListModel) files = sample_files (f);
  g_autoptr (GFile) zip = g_list_model_get_item (files, 0);
  g_autoptr (GFile) music = g_list_model_get_item (files, 1);
  g_autoptr (GFile) other = g_file_new_build_filename (f->dir, "other.mp3", NULL);
  g_autoptr (GListStore) part = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GListStore) more = g_list_store_new (G_TYPE_FILE);
  NamidaTransfer *transfers[3];

  write_long (f, "other.mp3", 1000, 'a');
  g_list_store_append (part, zip);
  g_list_store_splice (more, 0, 0, (gpointer[]){ zip, music, other }, 3);
  transfers[0] = namida_outbox_send (namida_hub_get_outbox (f->sender), peer, files, NULL, NULL);
  WAIT_FOR (n_offers (f) == 1);
  g_assert_true (namida_outbox_send (namida_hub_get_outbox (f->sender), peer, files, NULL, NULL) == transfers[0]);
  transfers[1] = namida_outbox_send (namida_hub_get_outbox (f->sender), peer, G_LIST_MODEL (part), NULL, NULL);
  transfers[2] = namida_outbox_send (namida_hub_get_outbox (f->sender), peer, G_LIST_MODEL (more), NULL, NULL);
  g_assert_true (transfers[1] != transfers[0]);
  g_assert_true (transfers[2] != transfers[0] && transfers[2] != transfers[1]);
  for (guint i = 0; i < G_N_ELEMENTS (transfers); i++)
    namida_hub_cancel (f->sender, transfers[i], FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (transfers); i++)
    WAIT_FOR (namida_transfer_is_final (transfers[i]));
}

/* A program that ends stops what it fetches, and its parts are put away for the next run. Meanwhile, nobody else
 * fetches the same: that would take its parts away from under it. */
static void
test_fetch_stops (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaTransfer) transfer = NULL;
  g_autoptr (NamidaTransfer) again = NULL;
  g_autoptr (NamidaPeer) peer = NULL;
  NamidaTrustStore *trust;
  const char *fingerprint = namida_identity_get_fingerprint (namida_hub_get_identity (f->sender));

  write_long (f, "sample/Music/long.flac", LONG_BYTES, 'a');
  keep_version (f);
  trust = namida_hub_get_trust_store (f->receiver);
  namida_trust_store_add (trust, fingerprint, NULL, SENDER);
  namida_trust_store_set_may_restore (trust, fingerprint, TRUE);
  namida_hub_set_limit (f->receiver, 2 * MB);
  peer = find_receiver (f);
  transfer = g_object_ref (namida_hub_fetch (f->sender, peer, NAMIDA_KEPT_BACKUP_NEWEST, NULL, NAMIDA_LANDING_BACKUP));
  WAIT_FOR (namida_transfer_is_final (transfer) || namida_transfer_get_done_bytes (transfer) > MB);
  g_assert_no_error (namida_transfer_get_error (transfer));
  again = g_object_ref (namida_hub_fetch (f->sender, peer, NAMIDA_KEPT_BACKUP_NEWEST, NULL, NAMIDA_LANDING_BACKUP));
  WAIT_FOR (namida_transfer_is_final (again));
  g_assert_error (namida_transfer_get_error (again), NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
  g_assert_false (namida_transfer_is_final (transfer));
  stop_hub (f->sender);
  g_assert_true (is_in (transfer, NAMIDA_TRANSFER_CANCELLED));
  assert_fetch_is_parked (f);
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
}

/* Returns when the only schedule of the sender last succeeded; 0: never. */
/* Where a trusted device was, another one answers by its name: the user hears of it although nothing is sent. */
static void
test_impostor (Fixture *f, gconstpointer data)
{
  g_autofree char *key = g_strnfill (64, 'A');
  g_autofree char *alias = full_alias (RECEIVER);
  g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GInetSocketAddress) address
      = G_INET_SOCKET_ADDRESS (g_inet_socket_address_new (host, namida_hub_get_port (f->receiver)));
  g_auto (GStrv) alarms = NULL;
  gboolean careful = FALSE;

  namida_hub_trust_peer (f->sender, key, alias);
  namida_hub_ask_host (f->sender, address, key);
  WAIT_FOR (f->sender->asking->len == 0);
  alarms = namida_hub_dup_alarms (f->sender);
  for (guint i = 0; alarms[i] != NULL; i++)
    careful |= strstr (alarms[i], "its key is different") != NULL;
  g_assert_true (careful);
}

static gint64
schedule_done_at (Fixture *f)
{
  g_autoptr (NamidaSchedule) schedule = g_list_model_get_item (G_LIST_MODEL (namida_hub_get_schedules (f->sender)), 0);

  return schedule != NULL ? namida_schedule_get_row (schedule)->done_at : 0;
}

static void
run_schedule_now (Fixture *f, gint64 id)
{
  g_autoptr (GAsyncResult) result = NULL;
  gint64 before = schedule_done_at (f);

  namida_schedules_run_now_async (namida_hub_get_schedules (f->sender), id, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_true (namida_schedules_run_now_finish (namida_hub_get_schedules (f->sender), result, NULL));
  WAIT_FOR (schedule_done_at (f) > before);
}

/* A schedule belongs to a key: it goes on when its device has another address and another name, and after a restart. */
static void
test_schedule_follows (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = below (f, "sample/Music");
  const char *const folders[] = { folder, NULL };
  NamidaScheduleRow row = { .alias = (char *) RECEIVER,
                            .rule = { .every = NAMIDA_SCHEDULE_DAY },
                            .folders = (GStrv) folders,
                            .on_battery = TRUE,
                            .on_metered = TRUE,
                            .enabled = TRUE };
  g_autofree char *fingerprint = g_strdup (namida_identity_get_fingerprint (namida_hub_get_identity (f->receiver)));
  g_autoptr (NamidaPeer) peer G_GNUC_UNUSED = find_receiver (f);
  g_autoptr (GAsyncResult) result = NULL;
  guint16 port = namida_hub_get_port (f->receiver);
  gint64 id;

  row.fingerprint = fingerprint;
  namida_trust_store_add (namida_hub_get_trust_store (f->sender), fingerprint, NULL, RECEIVER);
  namida_schedules_save_async (namida_hub_get_schedules (f->sender), &row, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  id = namida_schedules_save_finish (namida_hub_get_schedules (f->sender), result, NULL);
  g_assert_cmpint (id, !=, 0);
  run_schedule_now (f, id);

  stop_hub (f->sender);
  stop_hub (f->receiver);
  write_long (f, "sample/Music/new.flac", 1000, 'n');
  f->receiver = start_hub_elsewhere (f, RECEIVER, NAMIDA_ACCEPT_ALL);
  namida_hub_set_alias (f->receiver, "Renamed");
  g_assert_cmpuint (namida_hub_get_port (f->receiver), !=, port);
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (namida_hub_get_schedules (f->sender))) == 1);
  run_schedule_now (f, id);
  g_assert_true (is_in (newest (f->receiver), NAMIDA_TRANSFER_DONE));
  {
    g_autofree char *arrived = below (f, RECEIVER "/Library/Music/new.flac");

    g_assert_true (g_file_test (arrived, G_FILE_TEST_EXISTS));
  }
}

/* A thread may be the last owner of a transfer and of its device. What it then disposes of must not lead to a hub or a
 * keeper that the main thread is disposing of. */
static void
test_leaves_no_handlers (Fixture *f, gconstpointer data)
{
  const GQuark detail = g_quark_from_static_string ("fingerprint");
  const guint notify = g_signal_lookup ("notify", NAMIDA_TYPE_PEER);
  g_autoptr (NamidaPeer) peer = find_receiver (f);
  NamidaHub *sender = g_object_ref (f->sender); /* so that its end is not what disconnects it */
  NamidaTransfer *sent = send_sample (f);
  g_autoptr (NamidaTransfer) received = NULL;

  WAIT_FOR (is_in (sent, NAMIDA_TRANSFER_DONE) && is_in (newest (f->receiver), NAMIDA_TRANSFER_DONE));
  received = g_object_ref (newest (f->receiver));
  g_assert_false (g_signal_has_handler_pending (received, g_signal_lookup ("ended", NAMIDA_TYPE_TRANSFER), 0, TRUE));
  g_assert_true (g_signal_has_handler_pending (peer, notify, detail, TRUE));
  stop_hub (f->sender);
  g_assert_false (g_signal_has_handler_pending (peer, notify, detail, TRUE));
  g_object_unref (sender);
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
}

#define ADD(name, accept, test) g_test_add (name, Fixture, GUINT_TO_POINTER (accept), set_up_accepting, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/hub/found-late", NAMIDA_ACCEPT_ASK, test_found_late);
  ADD ("/hub/send-and-again", NAMIDA_ACCEPT_ALL, test_send_and_again);
  ADD ("/hub/namesake", NAMIDA_ACCEPT_ALL, test_namesake);
  ADD ("/hub/accepted-by-itself", NAMIDA_ACCEPT_ALL, test_accepted_by_itself);
  ADD ("/hub/odd-names", NAMIDA_ACCEPT_ALL, test_odd_names);
  ADD ("/hub/joined", NAMIDA_ACCEPT_ASK, test_joined);
  ADD ("/hub/ask", NAMIDA_ACCEPT_ASK, test_ask);
  ADD ("/hub/withdrawn", NAMIDA_ACCEPT_ASK, test_withdrawn);
  ADD ("/hub/trusted-only", NAMIDA_ACCEPT_TRUSTED, test_trusted_only);
  ADD ("/hub/pair", NAMIDA_ACCEPT_ASK, test_pair);
  ADD ("/hub/pair-and-ask", NAMIDA_ACCEPT_ASK, test_pair_and_ask);
  ADD ("/hub/pair-anew", NAMIDA_ACCEPT_ASK, test_pair_anew);
  ADD ("/hub/pair-given-up", NAMIDA_ACCEPT_ASK, test_pair_given_up);
  ADD ("/hub/pair-declined", NAMIDA_ACCEPT_ASK, test_pair_declined);
  ADD ("/hub/comes-back", NAMIDA_ACCEPT_ASK, test_comes_back);
  ADD ("/hub/cancelled-while-away", NAMIDA_ACCEPT_ASK, test_cancelled_while_away);
  ADD ("/hub/patience-over", NAMIDA_ACCEPT_ASK, test_patience_over);
  ADD ("/hub/forget-address", NAMIDA_ACCEPT_ASK, test_forget_address);
  ADD ("/hub/unknown-name", NAMIDA_ACCEPT_ASK, test_unknown_name);
  ADD ("/hub/probe", NAMIDA_ACCEPT_ASK, test_probe);
  ADD ("/hub/retry-pin", NAMIDA_ACCEPT_ALL, test_retry_pin);
  ADD ("/hub/start-fails", NAMIDA_ACCEPT_ALL, test_start_fails);
  ADD ("/hub/fetch-stops", NAMIDA_ACCEPT_ALL, test_fetch_stops);
  ADD ("/hub/impostor", NAMIDA_ACCEPT_ASK, test_impostor);
  ADD ("/hub/leaves-no-handlers", NAMIDA_ACCEPT_ALL, test_leaves_no_handlers);
  ADD ("/hub/schedule-follows", NAMIDA_ACCEPT_ALL, test_schedule_follows);
  return g_test_run ();
}
