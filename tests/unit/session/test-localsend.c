/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests LocalSend's protocol between two of our own hubs in one process. tests/interop tests it with other programs. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-http-connection.h"
#include "namida-localsend-message.h"
#include "namida-sender.h"
#include "namida-hub-private.h"
#include "namida-inbox-private.h"
#include "namida-message.h"
#include "two-hubs.h"

#include <glib/gstdio.h>
#include <string.h>

/* Other tests may run beside this one, and the usual ports are few. */
static guint16
free_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}

static NamidaHub *
start_somewhere (Fixture *f, const char *alias)
{
  g_autofree char *data_dir = below (f, alias);
  g_autofree char *backups = g_strconcat (data_dir, "/Backups", NULL);
  g_autofree char *music = g_strconcat (data_dir, "/Library", NULL);
  g_autoptr (GError) error = NULL;
  NamidaHubOptions options = { .data_dir = data_dir,
                               .alias = alias,
                               .interface = "lo",
                               .backups = backups,
                               .music = music,
                               .accept = NAMIDA_ACCEPT_ALL };
  NamidaHub *hub = NULL;

  for (guint i = 0; hub == NULL && i < 10; i++)
    {
      g_clear_error (&error);
      options.port = free_port ();
      hub = try_to_start (&options, &error);
    }
  g_assert_no_error (error);
  return hub;
}

static void
set_up_localsend (Fixture *f, gconstpointer data)
{
  g_autofree char *empty = NULL;

  g_setenv ("NAMIDA_FINDERS", "", TRUE);
  write_sample (f);
  /* LocalSend knows no empty folders. */
  empty = below (f, "sample/Music/An empty folder");
  g_assert_cmpint (g_rmdir (empty), ==, 0);
  f->receiver = start_somewhere (f, "LsReceiver");
  f->sender = start_somewhere (f, "LsSender");
}

static NamidaBackup *
scan (Fixture *f)
{
  g_autoptr (GListModel) files = sample_files (f);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaBackup *backup;

  namida_scanner_scan_async (files, NULL, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  backup = namida_scanner_scan_finish (result, &error);
  g_assert_no_error (error);
  return backup;
}

static GInetSocketAddress *
address_of (NamidaHub *hub)
{
  g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  return G_INET_SOCKET_ADDRESS (g_inet_socket_address_new (host, namida_hub_get_port (hub)));
}

static NamidaDeviceInfo *
info_of (NamidaHub *hub)
{
  NamidaDeviceInfo *info = namida_device_info_new ();

  g_free (info->alias);
  info->alias = g_strdup ("LsSender");
  info->fingerprint = g_strdup (namida_identity_get_fingerprint (namida_hub_get_identity (hub)));
  info->port = namida_hub_get_port (hub);
  info->https = TRUE;
  return info;
}

static NamidaSender *
make_sender (Fixture *f, NamidaTransfer *transfer)
{
  g_autoptr (GListStore) addresses = g_list_store_new (G_TYPE_INET_SOCKET_ADDRESS);
  g_autoptr (GInetSocketAddress) address = address_of (f->receiver);
  g_autoptr (NamidaDeviceInfo) own = info_of (f->sender);

  g_list_store_append (addresses, address);
  return namida_sender_new (NAMIDA_DIALECT_LOCALSEND, namida_hub_get_identity (f->sender), own,
                            G_LIST_MODEL (addresses),
                            namida_identity_get_fingerprint (namida_hub_get_identity (f->receiver)), NULL, transfer);
}

static NamidaTransfer *
received (Fixture *f)
{
  g_autoptr (NamidaTransfer) transfer = NULL;

  WAIT_FOR (g_list_model_get_n_items (namida_hub_get_transfers (f->receiver)) > 0);
  transfer = g_list_model_get_item (namida_hub_get_transfers (f->receiver), 0);
  return transfer; /* the list holds it */
}

static void
test_send (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaBackup) backup = scan (f);
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "LsReceiver", NULL, TRUE);
  g_autoptr (NamidaSender) sender = make_sender (f, transfer);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *command
      = g_strdup_printf ("diff -r -x 'new?line.mp3' %s/sample/Music %s/LsReceiver/Library/Music >&2 && "
                         "cmp '%s/sample/Music/Hard names/new\nline.mp3' "
                         "'%s/LsReceiver/Library/Music/Hard names/new_line.mp3' && "
                         "diff %s/sample/Namida*.zip %s/LsReceiver/Backups/LsSender/*.zip >&2",
                         f->dir, f->dir, f->dir, f->dir, f->dir, f->dir);

  namida_transfer_set_backup (transfer, backup);
  namida_sender_send_async (sender, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_true (namida_sender_send_finish (sender, result, &error));
  g_assert_no_error (error);
  WAIT_FOR (namida_transfer_is_final (received (f)));
  g_assert_cmpint (namida_transfer_get_state (received (f)), ==, NAMIDA_TRANSFER_DONE);
  g_assert_cmpint (system (command), ==, 0);
  /* Nobody is told that it was verified: LocalSend has no words for that. */
  g_assert_true (namida_transfer_get_unproven (transfer));
  text = namida_transfer_dup_state_text (transfer);
  g_assert_cmpstr (text, ==, "Sent, not verified");
}

static void
test_receiver_cancels (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaBackup) backup = scan (f);
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "LsReceiver", NULL, TRUE);
  g_autoptr (NamidaSender) sender = make_sender (f, transfer);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_transfer_set_backup (transfer, backup);
  namida_sender_set_limit (sender, 20000);
  namida_sender_send_async (sender, on_result, &result);
  WAIT_FOR (namida_transfer_get_state (received (f)) == NAMIDA_TRANSFER_RUNNING
            && namida_transfer_get_done_bytes (received (f)) > 0);
  namida_transfer_cancel (received (f));
  WAIT_FOR (result != NULL);
  g_assert_false (namida_sender_send_finish (sender, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  WAIT_FOR (namida_transfer_is_final (received (f)));
  g_assert_cmpint (namida_transfer_get_state (received (f)), ==, NAMIDA_TRANSFER_CANCELLED);
}

/* ---- a sender that falls silent ---- */

typedef struct
{
  NamidaIdentity *identity;
  GInetSocketAddress *address;
  char *offer;
} Silent;

static void
post (NamidaHttpConnection *connection, const char *target, const char *body, NamidaHttpAnswer *answer)
{
  g_autoptr (GError) error = NULL;

  namida_http_connection_request (connection, (NamidaHttpRequest){ .target = target, .seconds = 30 }, body,
                                  strlen (body), 1 << 20, answer, &error);
  g_assert_no_error (error);
}

/* Sends the first of two files. */
static void
silent_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Silent *silent = data;
  NamidaHttpPeer peer = { .identity = silent->identity, .address = silent->address };
  g_autoptr (NamidaHttpConnection) asking = namida_http_connection_new (&peer, NULL, NULL);
  g_autoptr (NamidaHttpConnection) sending = namida_http_connection_new (&peer, NULL, NULL);
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_auto (NamidaHttpAnswer) stored = { 0 };
  g_autoptr (NamidaOfferAnswer) offered = NULL;
  g_autofree char *query = NULL;
  g_autofree char *target = NULL;

  post (asking, NAMIDA_LOCALSEND_PREFIX "/prepare-upload", silent->offer, &answer);
  g_assert_cmpuint (answer.head.status, ==, 200);
  offered = namida_localsend_answer_parse ((const char *) answer.body->data, answer.body->len, NULL);
  g_assert_nonnull (offered);
  query = namida_localsend_query_format (offered->session_id, "a",
                                         ((NamidaGrant *) g_hash_table_lookup (offered->files, "a"))->token);
  target = g_strconcat (NAMIDA_LOCALSEND_PREFIX "/upload?", query, NULL);
  post (sending, target, "12345", &stored);
  g_assert_cmpuint (stored.head.status, ==, 200);
  g_assert_cmpuint (stored.body->len, ==, 0);
  g_task_return_boolean (task, TRUE);
}

static void
test_silence (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetSocketAddress) address = address_of (f->receiver);
  g_autofree char *offer = g_strdup_printf (
      "{\"info\":{\"alias\":\"Quiet\",\"version\":\"2.1\",\"fingerprint\":\"%s\",\"port\":9,\"protocol\":\"https\"},"
      "\"files\":{\"a\":{\"fileName\":\"Q/a.mp3\",\"size\":5},\"b\":{\"fileName\":\"Q/b.mp3\",\"size\":5}}}",
      namida_identity_get_fingerprint (namida_hub_get_identity (f->sender)));
  Silent silent = { namida_hub_get_identity (f->sender), address, offer };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_result, &result);
  g_autofree char *whole = g_build_filename (f->dir, "LsReceiver/Library/Q/a.mp3", NULL);
  g_autofree char *missing = g_build_filename (f->dir, "LsReceiver/Library/Q/b.mp3", NULL);
  g_autofree char *contents = NULL;

  g_task_set_task_data (task, &silent, NULL);
  g_task_run_in_thread (task, silent_thread);
  WAIT_FOR (result != NULL);
  g_assert_cmpint (namida_transfer_get_state (received (f)), !=, NAMIDA_TRANSFER_DONE);
  namida_clock_set_fake (namida_clock_monotonic () + (NAMIDA_LIMIT_SESSION_IDLE_SECONDS + 1) * G_USEC_PER_SEC);
  WAIT_FOR (namida_transfer_is_final (received (f)));
  namida_clock_set_fake (-1);
  /* What came whole is stored; nobody will send the rest. */
  g_assert_cmpint (namida_transfer_get_state (received (f)), ==, NAMIDA_TRANSFER_INCOMPLETE);
  g_assert_true (g_file_get_contents (whole, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "12345");
  g_assert_false (g_file_test (missing, G_FILE_TEST_EXISTS));
}

static gboolean
say (Fixture *f, const char *fingerprint, gboolean encrypted, const char *text)
{
  g_autoptr (NamidaMessage) message = namida_message_new ("Phone", fingerprint, encrypted, text);
  gboolean taken = FALSE;

  g_signal_emit_by_name (f->receiver->server, "message", message, &taken);
  return taken;
}

/* Strangers say little, those who are trusted as much as they like; of all of it the newest is kept. */
static void
test_messages (Fixture *f, gconstpointer data)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (f->receiver);
  GListModel *messages = namida_hub_get_messages (f->receiver);
  g_autofree char *known = g_strnfill (64, 'A');
  g_autofree char *blocked = g_strnfill (64, 'B');
  g_autoptr (NamidaMessage) newest = NULL;

  namida_trust_store_add (trust, known, NULL, "Phone");
  namida_trust_store_block (trust, blocked, "Phone");
  g_assert_false (say (f, blocked, TRUE, "blocked"));
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *stranger = g_strdup_printf ("%064X", i);

      g_assert_true (say (f, stranger, TRUE, "a stranger's") == (i < 5));
    }
  g_assert_cmpuint (g_list_model_get_n_items (messages), ==, 5);
  for (guint i = 0; i < 100; i++)
    g_assert_true (say (f, known, TRUE, i == 99 ? "the newest" : "a friend's"));
  g_assert_cmpuint (g_list_model_get_n_items (messages), ==, 20);
  newest = g_list_model_get_item (messages, 0);
  g_assert_cmpstr (namida_message_get_text (newest), ==, "the newest");
  f->receiver->unencrypted = NAMIDA_UNENCRYPTED_NEVER;
  g_assert_false (say (f, known, FALSE, "not encrypted"));
  f->receiver->unencrypted = NAMIDA_UNENCRYPTED_ALLOW;
  f->receiver->inbox->accept = NAMIDA_ACCEPT_TRUSTED;
  g_assert_false (say (f, NULL, FALSE, "nobody knows whose"));
  g_assert_true (say (f, known, TRUE, "a friend's"));
}

/* A device that answered at an entered address, and for which there is no place. */
static void
test_list_is_full (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetSocketAddress) address = address_of (f->receiver);
  g_autoptr (GInetSocketAddress) own = address_of (f->sender);
  NamidaTrustStore *trust = namida_hub_get_trust_store (f->sender);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) again = NULL;
  g_autoptr (GError) error = NULL;

  /* Only trusted devices never make room. They are trusted before they are near, because each new one is compared with
   * all that are. */
  for (guint i = 0; i < NAMIDA_LIMIT_PEERS; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064X", 0x10000 + i);

      namida_trust_store_add (trust, fingerprint, NULL, "Trusted");
    }
  for (guint i = 0; i < NAMIDA_LIMIT_PEERS; i++)
    {
      g_autofree char *host = g_strdup_printf ("10.0.%u.%u", i / 200 + 1, i % 200 + 1);
      g_autoptr (GSocketAddress) where = g_inet_socket_address_new_from_string (host, 53317);
      g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();

      info->fingerprint = g_strdup_printf ("%064X", 0x10000 + i);
      info->https = TRUE;
      g_assert_nonnull (
          namida_peer_list_sighting (f->sender->peers, info, NAMIDA_DIALECT_V1, G_INET_SOCKET_ADDRESS (where), TRUE));
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->sender->peers)), ==, NAMIDA_LIMIT_PEERS);
  namida_hub_find_localsend_async (f->sender, address, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_null (namida_hub_find_localsend_finish (f->sender, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE);
  g_assert_nonnull (strstr (error->message, "full"));
  g_clear_error (&error);
  namida_hub_find_localsend_async (f->sender, own, NULL, on_result, &again);
  WAIT_FOR (again != NULL);
  g_assert_null (namida_hub_find_localsend_finish (f->sender, again, &error));
  g_assert_nonnull (strstr (error->message, "this device itself"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/localsend/send", Fixture, NULL, set_up_localsend, test_send, tear_down);
  g_test_add ("/localsend/receiver-cancels", Fixture, NULL, set_up_localsend, test_receiver_cancels, tear_down);
  g_test_add ("/localsend/messages", Fixture, NULL, set_up_localsend, test_messages, tear_down);
  g_test_add ("/localsend/silence", Fixture, NULL, set_up_localsend, test_silence, tear_down);
  g_test_add ("/localsend/list-is-full", Fixture, NULL, set_up_localsend, test_list_is_full, tear_down);
  return g_test_run ();
}
