/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ways of asking another device do with its answer, right or wrong: a request of NamidaClient, a question of a
 * fetch, and the registration with a LocalSend device; and that each of them checks every digit of the key before it
 * sends anything. An answer that never ends is given up, also by the registration with the phone app. A thread of a
 * GThreadedSocketService answers each request with the next of some texts. */
#include "config.h"

#include "namida-client.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-given-content.h"
#include "namida-hash-index.h"
#include "namida-heal-sender.h"
#include "namida-http-exchange.h"
#include "namida-known-devices.h"
#include "namida-limits.h"
#include "namida-localsend-register.h"
#include "namida-phone-register.h"
#include "namida-pull-worker.h"
#include "namida-sender.h"
#include "namida-tls.h"
#include "namida-trust-store.h"

#include <string.h>
#include <sys/stat.h>

#define ENCRYPTED 1
#define PLAIN 2
#define GOOD "{\"alias\":\"Fake\",\"version\":\"1.0\",\"port\":1,\"protocol\":\"https\",\"fingerprint\":\"lie\"}"

typedef struct
{
  char *folder;
  NamidaIdentity *theirs, *ours;
  GSocketService *service;
  GSocketAddress *address;
  char *answer;       /* of every request */
  GPtrArray *answers; /* (nullable) (element-type char *): of each request, in their order */
  int requests;       /* atomic: heads that came whole */
  int open;           /* atomic */
  int trickles;       /* atomic: answers come byte by byte and do not end */
} Fixture;

static gboolean
read_head (GInputStream *in)
{
  g_autoptr (GString) head = g_string_new (NULL);
  const char *length;
  char c;

  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    {
      if (g_input_stream_read (in, &c, 1, NULL, NULL) != 1)
        return FALSE;
      g_string_append_c (head, c);
    }
  length = strstr (head->str, "Content-Length: ");
  for (guint64 left = length != NULL ? g_ascii_strtoull (length + 16, NULL, 10) : 0; left > 0; left--)
    if (g_input_stream_read (in, &c, 1, NULL, NULL) != 1)
      return FALSE;
  return TRUE;
}

/* Writes a byte of an answer every 50 ms until the other side has had enough. */
static void
trickle (GOutputStream *out)
{
  const char *next = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";

  while (g_output_stream_write_all (out, *next != '\0' ? next : " ", 1, NULL, NULL, NULL))
    {
      next += *next != '\0';
      g_usleep (50 * 1000);
    }
}

static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Fixture *f = user_data;
  gboolean plain = g_atomic_int_get (&f->trickles) == PLAIN;
  g_autoptr (GIOStream) tls = plain ? g_object_ref (G_IO_STREAM (connection))
                                    : (GIOStream *) namida_tls_server_new (f->theirs, G_IO_STREAM (connection), NULL);

  g_atomic_int_inc (&f->open);
  if (g_atomic_int_get (&f->trickles) != 0)
    {
      if (read_head (g_io_stream_get_input_stream (tls)))
        trickle (g_io_stream_get_output_stream (tls));
    }
  else if (read_head (g_io_stream_get_input_stream (G_IO_STREAM (tls))))
    {
      guint n = (guint) g_atomic_int_add (&f->requests, 1);
      const char *answer = f->answers != NULL ? g_ptr_array_index (f->answers, n) : f->answer;

      g_output_stream_write_all (g_io_stream_get_output_stream (tls), answer, strlen (answer), NULL, NULL, NULL);
      g_io_stream_close (tls, NULL, NULL);
    }
  g_socket_close (g_socket_connection_get_socket (connection), NULL);
  g_atomic_int_add (&f->open, -1);
  return TRUE;
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
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);

  f->folder = g_dir_make_tmp ("namida-XXXXXX", NULL);
  f->theirs = load_identity (f, "theirs");
  f->ours = load_identity (f, "ours");
  f->service = g_threaded_socket_service_new (16);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (f->service), any, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &f->address, NULL));
  g_signal_connect (f->service, "run", G_CALLBACK (on_run), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_socket_service_stop (f->service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->service));
  for (guint i = 0; i < 2000 && g_atomic_int_get (&f->open) > 0; i++)
    g_usleep (5 * 1000);
  g_object_unref (f->service);
  g_object_unref (f->address);
  g_object_unref (f->theirs);
  g_object_unref (f->ours);
  fixtures_remove (f->folder);
  g_free (f->folder);
  g_free (f->answer);
}

static void
set_answer (Fixture *f, const char *head, const char *body)
{
  g_free (f->answer);
  f->answer = g_strdup_printf ("HTTP/1.1 %s\r\n\r\n%s", head, body);
}

/* ---- the ways of asking ---- */

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Each returns the code of the error; -1: none. */
typedef int (*Ask) (Fixture *f, const char *fingerprint);

static int
take_code (GError *error)
{
  int code = error != NULL ? error->code : -1;

  if (error != NULL)
    {
      g_test_message ("%s", error->message);
      g_assert_cmpuint (error->domain, ==, NAMIDA_ERROR);
      g_assert_cmpstr (error->message, !=, "");
    }
  g_clear_error (&error);
  return code;
}

static int
ask_client (Fixture *f, const char *fingerprint)
{
  g_autoptr (NamidaClient) client = namida_client_new (f->ours, G_INET_SOCKET_ADDRESS (f->address), fingerprint);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaDeviceInfo) info = NULL;
  GError *error = NULL;

  namida_client_register_async (client, NULL, NULL, on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  info = namida_client_register_finish (client, result, &error);
  g_assert_cmpint (info == NULL, ==, error != NULL);
  if (info != NULL)
    {
      g_assert_cmpstr (info->alias, ==, "Fake");
      g_assert_cmpstr (namida_client_get_peer_fingerprint (client), ==, namida_identity_get_fingerprint (f->theirs));
    }
  return take_code (error);
}

static int
ask_phone (Fixture *f, const char *fingerprint)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaDeviceInfo) info = NULL;
  GError *error = NULL;

  namida_phone_register_async (G_INET_SOCKET_ADDRESS (f->address), NULL, on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  info = namida_phone_register_finish (result, &error);
  g_assert_cmpint (info == NULL, ==, error != NULL);
  return take_code (error);
}

static int
ask_localsend (Fixture *f, const char *fingerprint)
{
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaDeviceInfo) info = NULL;
  GError *error = NULL;

  g_free (own->alias);
  own->alias = g_strdup ("Own");
  g_free (own->fingerprint);
  own->fingerprint = g_strdup (namida_identity_get_fingerprint (f->ours));
  namida_localsend_register_async (f->ours, G_INET_SOCKET_ADDRESS (f->address), fingerprint, own, NULL, on_result,
                                   &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  info = namida_localsend_register_finish (result, &error);
  g_assert_cmpint (info == NULL, ==, error != NULL);
  if (info != NULL)
    {
      /* What it says of its key and its port is not believed. */
      g_assert_cmpstr (info->fingerprint, ==, namida_identity_get_fingerprint (f->theirs));
      g_assert_cmpuint (info->port, ==, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (f->address)));
      g_assert_true (info->https);
    }
  return take_code (error);
}

typedef struct
{
  Fixture *f;
  const char *fingerprint;
  GPtrArray *addresses;
  GByteArray *body;
  GError *error;
  int over; /* atomic */
} Question;

static gpointer
question_thread (gpointer data)
{
  Question *self = data;

  self->body = namida_pull_ask_any (self->f->ours, self->addresses, self->fingerprint, "backups", NULL,
                                    NAMIDA_LIMIT_JSON_BYTES, NULL, &self->error);
  g_atomic_int_set (&self->over, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static int
ask_pull_at (Fixture *f, const char *fingerprint, GPtrArray *addresses)
{
  Question self = { .f = f, .fingerprint = fingerprint, .addresses = addresses };
  GThread *thread = g_thread_new ("question", question_thread, &self);

  while (!g_atomic_int_get (&self.over))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_cmpint (self.body == NULL, ==, self.error != NULL);
  g_clear_pointer (&self.body, g_byte_array_unref);
  return take_code (self.error);
}

static int
ask_pull (Fixture *f, const char *fingerprint)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (addresses, g_object_ref (f->address));
  return ask_pull_at (f, fingerprint, addresses);
}

static const Ask ways[] = { ask_client, ask_localsend, ask_pull };

/* ---- the tests ---- */

/* The key is the whole fingerprint: whoever differs in one digit of it, wherever, hears no request. */
static void
test_key (Fixture *f, gconstpointer data)
{
  static const guint places[] = { 0, 7, 8, 31, 62, 63 };
  const char *right = namida_identity_get_fingerprint (f->theirs);
  g_autofree char *lower = g_ascii_strdown (right, -1);

  set_answer (f, "200 OK\r\nContent-Length: 80", GOOD);
  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    {
      int before = g_atomic_int_get (&f->requests);

      g_assert_cmpint (ways[way](f, right), ==, -1);
      g_assert_cmpint (ways[way](f, lower), ==, -1);
      g_assert_cmpint (ways[way](f, NULL), ==, -1);
      g_assert_cmpint (g_atomic_int_get (&f->requests), ==, before + 3);
      for (guint i = 0; i < G_N_ELEMENTS (places); i++)
        {
          g_autofree char *wrong = g_strdup (right);
          int code;

          wrong[places[i]] = g_ascii_toupper (wrong[places[i]]) == 'A' ? 'B' : 'A';
          set_answer (f, "404 No\r\nContent-Length: 2", "{}"); /* whoever asks without a key, who has this address */
          code = ways[way](f, wrong);
          g_assert_true (code == NAMIDA_ERROR_NO_SUCH_DEVICE || code == NAMIDA_ERROR_IDENTITY_CHANGED);
        }
      set_answer (f, "200 OK\r\nContent-Length: 80", GOOD);
    }
}

static void
test_answers (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *head, *body;
    int client, localsend, pull;
  } all[] = {
    { "200 OK\r\nContent-Length: 80", GOOD, -1, -1, -1 },
    { "200 OK\r\nTransfer-Encoding: chunked", "50\r\n" GOOD "\r\n0\r\n\r\n", -1, -1, -1 },
    { "200 OK\r\nContent-Length: 0", "", NAMIDA_ERROR_INVALID_REQUEST, NAMIDA_ERROR_INVALID_REQUEST, -1 },
    { "204 None\r\nContent-Length: 0", "", NAMIDA_ERROR_INVALID_REQUEST, NAMIDA_ERROR_INVALID_REQUEST,
      NAMIDA_ERROR_INTERNAL },
    { "200 OK\r\nContent-Length: 7", "{\"alias", NAMIDA_ERROR_INVALID_REQUEST, NAMIDA_ERROR_INVALID_REQUEST, -1 },
    { "404 No\r\nContent-Length: 80", GOOD, NAMIDA_ERROR_NOT_FOUND, NAMIDA_ERROR_NOT_FOUND, NAMIDA_ERROR_NOT_FOUND },
    { "403 No\r\nContent-Length: 35", "{\"message\":\"No\",\"code\":\"declined\"} ", NAMIDA_ERROR_DECLINED,
      NAMIDA_ERROR_DECLINED, NAMIDA_ERROR_DECLINED },
    { "200 OK\r\nContent-Length: 1048577", "x", NAMIDA_ERROR_TOO_LARGE, NAMIDA_ERROR_TOO_LARGE,
      NAMIDA_ERROR_TOO_LARGE },
    { "200 OK\r\nContent-Length: 81", GOOD, NAMIDA_ERROR_UNREACHABLE, NAMIDA_ERROR_UNREACHABLE,
      NAMIDA_ERROR_UNREACHABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      const int expected[] = { all[i].client, all[i].localsend, all[i].pull };

      set_answer (f, all[i].head, all[i].body);
      for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
        {
          int code = ways[way](f, namida_identity_get_fingerprint (f->theirs));

          g_test_message ("%s: way %u: %d", all[i].head, way, code);
          g_assert_cmpint (code, ==, expected[way]);
        }
    }
}

/* A stranger whose answer arrives byte by byte would otherwise hold a thread and a question for as long as it likes. */
static void
test_trickle (Fixture *f, gconstpointer data)
{
  static const struct
  {
    Ask ask;
    int kind;
  } all[] = { { ask_client, ENCRYPTED }, { ask_localsend, ENCRYPTED }, { ask_phone, PLAIN } };

  namida_http_exchange_set_limits_for_tests (0, 300);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_atomic_int_set (&f->trickles, all[i].kind);
      g_assert_cmpint (all[i].ask (f, NULL), ==, NAMIDA_ERROR_UNREACHABLE);
    }
  namida_http_exchange_set_limits_for_tests (0, 0);
}

/* Whoever accepts a connection and then stays silent is not given the time of the whole answer. Nor is the device asked
 * without encryption after that, which an attacker could want. */
static void
test_silent (Fixture *f, gconstpointer data)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (NamidaClient) client = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_socket_bind (socket, any, FALSE, NULL) && g_socket_listen (socket, NULL));
  address = g_socket_get_local_address (socket, NULL);
  client = namida_client_new (f->ours, G_INET_SOCKET_ADDRESS (address), NULL);
  namida_http_exchange_set_limits_for_tests (200, 3600 * 1000);
  namida_client_register_async (client, NULL, NULL, on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (namida_client_register_finish (client, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  g_assert_true (namida_client_get_timed_out (client));
  namida_http_exchange_set_limits_for_tests (0, 0);
}

/* A device that does not know the question, or is not there, is no reason not to ask at the next address; one that
 * refuses is. */
static void
test_next_address (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *head, *body;
    int code;
    int requests;
  } all[] = {
    { "200 OK\r\nContent-Length: 2", "{}", -1, 1 },
    { "404 No\r\nContent-Length: 2", "{}", NAMIDA_ERROR_NOT_FOUND, 3 },
    { "403 No\r\nContent-Length: 35", "{\"message\":\"No\",\"code\":\"declined\"} ", NAMIDA_ERROR_DECLINED, 1 },
    { "200 OK\r\nContent-Length: 81", "{}", NAMIDA_ERROR_UNREACHABLE, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint n = 0; n < 3; n++)
        g_ptr_array_add (addresses, g_object_ref (f->address));
      set_answer (f, all[i].head, all[i].body);
      g_atomic_int_set (&f->requests, 0);
      g_assert_cmpint (ask_pull_at (f, namida_identity_get_fingerprint (f->theirs), addresses), ==, all[i].code);
      g_assert_cmpint (g_atomic_int_get (&f->requests), ==, all[i].requests);
    }
}

/* Nobody is at the first address: the second is asked, and is the first one from then on. */
static void
test_moved (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);

  /* Bound, and nobody listens. */
  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  g_ptr_array_add (addresses, g_socket_get_local_address (socket, NULL));
  g_ptr_array_add (addresses, g_object_ref (f->address));
  set_answer (f, "200 OK\r\nContent-Length: 2", "{}");
  g_assert_cmpint (ask_pull_at (f, namida_identity_get_fingerprint (f->theirs), addresses), ==, -1);
  g_assert_true (g_ptr_array_index (addresses, 0) == f->address);
  g_assert_cmpuint (addresses->len, ==, 2);
  g_ptr_array_set_size (addresses, 0);
  g_assert_cmpint (ask_pull_at (f, NULL, addresses), ==, NAMIDA_ERROR_UNREACHABLE);
}

/* ---- bringing what the other device lost ---- */

typedef struct
{
  NamidaHttpPeer peer;
  NamidaDatabase *database;
  NamidaFinishHealed healed;
  GError *error;
  gboolean fine;
  int over; /* atomic */
} Healing;

static gpointer
healing_thread (gpointer data)
{
  Healing *self = data;

  self->fine = namida_heal_send (&self->peer, self->database, &self->healed, NULL, &self->error);
  g_atomic_int_set (&self->over, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* Writes a song that the other device got from here. Returns: (transfer full): its hash. */
static char *
give_song (Fixture *f, NamidaDatabase *database, const char *name)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autoptr (GPtrArray) hashes = g_ptr_array_new ();
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  g_autoptr (GError) error = NULL;
  struct stat st;

  g_assert_true (g_file_set_contents (path, name, -1, NULL));
  g_assert_no_errno (stat (path, &st));
  g_ptr_array_add (rows, namida_hash_row_new (path, &st, sha256));
  g_ptr_array_add (hashes, sha256);
  namida_hash_index_store (database, rows, &error);
  g_assert_no_error (error);
  namida_given_content_add (database, namida_identity_get_fingerprint (f->theirs), hashes, &error);
  g_assert_no_error (error);
  return sha256;
}

/* The device takes the first file and no longer wants the second one: what was repaired is known all the same. */
static void
test_heal (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "state.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_database_open (path, &error);
  g_autofree char *one = give_song (f, database, "one.mp3");
  g_autofree char *two = give_song (f, database, "two.mp3");
  g_autofree char *wanted
      = g_strdup_printf ("{\"wanted\":[{\"sha256\":\"%s\",\"size\":7},{\"sha256\":\"%s\",\"size\":7}]}", one, two);
  g_autofree char *first = g_strdup_printf ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                                            strlen (wanted), wanted);
  Healing healing = { .peer = { .identity = f->ours,
                                .address = G_INET_SOCKET_ADDRESS (f->address),
                                .fingerprint = namida_identity_get_fingerprint (f->theirs) },
                      .database = database };
  GThread *thread;

  g_assert_no_error (error);
  f->answers = g_ptr_array_new ();
  g_ptr_array_add (f->answers, first);
  g_ptr_array_add (f->answers, (char *) "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 35\r\n\r\n"
                                        "{\"healed\":{\"files\":1,\"versions\":3}}");
  g_ptr_array_add (f->answers, (char *) "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n{}");
  thread = g_thread_new ("healing", healing_thread, &healing);
  while (!g_atomic_int_get (&healing.over))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_no_error (healing.error);
  g_assert_true (healing.fine);
  g_assert_cmpint (g_atomic_int_get (&f->requests), ==, 3);
  g_assert_cmpuint (healing.healed.files, ==, 1);
  g_assert_cmpuint (healing.healed.versions, ==, 3);
  g_clear_pointer (&f->answers, g_ptr_array_unref);
}

/* ---- a sender that goes on ---- */

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  namida_sender_send_finish (NAMIDA_SENDER (source), result, &error);
  if (error != NULL)
    g_test_message ("%s", error->message);
  *(gboolean *) user_data = TRUE;
}

/* Sends a song to a device that had accepted it. Returns: the state of the transfer then. */
static NamidaTransferState
send_again (Fixture *f, const char *fingerprint)
{
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Fake", fingerprint, TRUE);
  g_autoptr (GListStore) addresses = g_list_store_new (G_TYPE_INET_SOCKET_ADDRESS);
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (NamidaSender) sender = NULL;
  NamidaEntry *entry = namida_entry_new ();
  gboolean done = FALSE;

  entry->kind = NAMIDA_ENTRY_FILE;
  entry->id = g_strdup ("f1");
  entry->name = g_strdup ("song.mp3");
  entry->source = g_build_filename (f->folder, "song.mp3", NULL);
  entry->size = 7;
  namida_backup_add (backup, entry);
  namida_transfer_set_backup (transfer, backup);
  g_list_store_append (addresses, f->address);
  sender = namida_sender_new (NAMIDA_DIALECT_V1, f->ours, own, G_LIST_MODEL (addresses), fingerprint, NULL, transfer);
  namida_sender_set_patient (sender, TRUE);
  namida_sender_send_async (sender, on_sent, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  return namida_transfer_get_state (transfer);
}

/* A device that is busy, or a stranger at its address, may be another one the next time; one that does not know what it
 * is asked does not learn it. */
static void
test_goes_on (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *answer;
    NamidaTransferState state;
  } all[] = {
    { "HTTP/1.1 409 No\r\nConnection: close\r\nContent-Length: 28\r\n\r\n{\"message\":\"\",\"code\":\"busy\"}",
      NAMIDA_TRANSFER_INTERRUPTED },
    { "HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", NAMIDA_TRANSFER_FAILED },
  };
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autofree char *other = g_strnfill (64, 'A');
  NamidaTrusted trusted = { .fingerprint = other, .alias = (char *) "Fake" };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      f->answers = g_ptr_array_new ();
      g_atomic_int_set (&f->requests, 0);
      g_ptr_array_add (f->answers, (char *) "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 80\r\n\r\n" GOOD);
      for (guint n = 0; n < 4; n++)
        g_ptr_array_add (f->answers, (char *) all[i].answer);
      g_assert_cmpint (send_again (f, namida_identity_get_fingerprint (f->theirs)), ==, all[i].state);
      g_clear_pointer (&f->answers, g_ptr_array_unref);
    }
  g_ptr_array_add (known, &trusted);
  namida_known_devices_set (namida_identity_get_known_devices (f->ours), known);
  set_answer (f, "200 OK\r\nContent-Length: 80", GOOD);
  g_assert_cmpint (send_again (f, other), ==, NAMIDA_TRANSFER_INTERRUPTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/answers/key", Fixture, NULL, set_up, test_key, tear_down);
  g_test_add ("/answers/answers", Fixture, NULL, set_up, test_answers, tear_down);
  g_test_add ("/answers/trickle", Fixture, NULL, set_up, test_trickle, tear_down);
  g_test_add ("/answers/silent", Fixture, NULL, set_up, test_silent, tear_down);
  g_test_add ("/answers/next-address", Fixture, NULL, set_up, test_next_address, tear_down);
  g_test_add ("/answers/moved", Fixture, NULL, set_up, test_moved, tear_down);
  g_test_add ("/answers/heal", Fixture, NULL, set_up, test_heal, tear_down);
  g_test_add ("/answers/goes-on", Fixture, NULL, set_up, test_goes_on, tear_down);
  return g_test_run ();
}
