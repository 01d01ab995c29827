/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetches a version from a device that misbehaves in one way. The puller and the store are real; the threads of a
 * GThreadedSocketService simulate the device that has the version. Every file that is reported as stored must be in the
 * version with the bytes whose hash the device announced. */
#include "config.h"

#include "conformance.h"

#include "namida-backups-message.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-http-connection.h"
#include "namida-puller.h"
#include "namida-store-sink.h"
#include "namida-tls.h"

#include <gio/gio.h>
#include <string.h>

#define ZIP_NAME "Namida Backup - 2026-07-19 18.30.00.zip"
#define CUT_BYTES 2000000u
#define OTHER_RANGE 12345u

typedef struct
{
  Case test;
  char *folder;
  NamidaIdentity *theirs, *ours;
  NamidaDatabase *database;
  NamidaStore *store;
  GSocketService *service;
  GListStore *addresses;
  NamidaBackup *backup; /* as the other device keeps it */
  GBytes *zip, *song;
  NamidaTransfer *transfer;
  int open, asked, prepared; /* atomic: connections; how often the first file was asked for, and the list */
  GError *error;
  gboolean done, ok;
} Fixture;

/* ---- the device that keeps the backup ---- */

typedef struct
{
  GInputStream *in;
  GOutputStream *out;
  GSocket *socket;
} Keeper;

/* Returns: (transfer full) (nullable): the head, its body read. */
static char *
keeper_read (Keeper *keeper)
{
  g_autoptr (GString) head = g_string_new (NULL);
  const char *length;
  gsize left;
  char c;

  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    {
      if (g_input_stream_read (keeper->in, &c, 1, NULL, NULL) != 1)
        return NULL;
      g_string_append_c (head, c);
    }
  length = strstr (head->str, "Content-Length: ");
  left = length != NULL ? (gsize) g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10) : 0;
  while (left-- > 0)
    if (g_input_stream_read (keeper->in, &c, 1, NULL, NULL) != 1)
      return NULL;
  return g_string_free (g_steal_pointer (&head), FALSE);
}

static void
keeper_write (Keeper *keeper, const char *status, gint64 from, gsize length, const void *data, gsize sent)
{
  g_autoptr (GString) head = g_string_new (NULL);

  g_string_append_printf (head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n", status, length);
  if (from >= 0)
    g_string_append_printf (head, "Content-Range: bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%u\r\n", from,
                            from + (gint64) length - 1, ZIP_BYTES);
  g_string_append (head, "\r\n");
  g_output_stream_write_all (keeper->out, head->str, head->len, NULL, NULL, NULL);
  g_output_stream_write_all (keeper->out, data, sent, NULL, NULL, NULL);
}

static void
keeper_prepare (Fixture *f, Keeper *keeper)
{
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  g_autofree char *text = NULL;
  gsize length;

  g_free (info->alias);
  info->alias = g_strdup ("Keeper");
  text = namida_download_answer_format ("s", info, NULL, f->backup, TRUE, &length);
  keeper_write (keeper, "200 X", -1, length, text, length);
}

/* Returns: whether another request may come. */
static gboolean
keeper_send_zip (Fixture *f, Keeper *keeper, gsize from)
{
  int n = g_atomic_int_add (&f->asked, 1);
  gsize size;
  const guint8 *data = g_bytes_get_data (f->zip, &size);
  g_autofree guint8 *more = NULL;
  const char *expired = "{\"message\":\"over\",\"code\":\"expired\"}";
  const char *declined = "{\"message\":\"No\",\"code\":\"declined\"}";

  switch (f->test.play)
    {
    case PLAY_SLOW:
      keeper_write (keeper, "200 X", -1, size, data, CUT_BYTES);
      g_usleep (PAUSE_US);
      g_output_stream_write_all (keeper->out, data + CUT_BYTES, size - CUT_BYTES, NULL, NULL, NULL);
      return TRUE;
    case PLAY_CUT:
      keeper_write (keeper, from > 0 ? "206 X" : "200 X", from > 0 ? (gint64) from : -1, size - from, data + from,
                    n == 0 ? CUT_BYTES : size - from);
      return n > 0;
    case PLAY_GONE:
      keeper_write (keeper, "200 X", -1, size, data, n == 0 ? FIRST_BYTES : 0);
      return FALSE;
    case PLAY_SILENT:
      g_usleep (PAUSE_US);
      return FALSE;
    case PLAY_PARTIAL:
      keeper_write (keeper, "404 X", -1, 2, "{}", 2);
      return TRUE;
    case PLAY_SHORTER:
      keeper_write (keeper, "200 X", -1, size - 1, data, size - 1);
      return FALSE;
    case PLAY_LONGER:
      keeper_write (keeper, "200 X", -1, size + 1, data, size);
      return FALSE;
    case PLAY_OTHER_BYTES:
      more = g_memdup2 (data, size);
      more[size / 2] ^= 1;
      keeper_write (keeper, "200 X", -1, size, more, size);
      return TRUE;
    case PLAY_REPEATED:
      keeper_write (keeper, "200 X", -1, size, data, size);
      keeper_write (keeper, "500 X", -1, 0, "", 0);
      return FALSE;
    case PLAY_NO_RANGES:
      keeper_write (keeper, "200 X", -1, size, data, n == 0 ? CUT_BYTES : size);
      return n > 0;
    case PLAY_OTHER_RANGE:
      if (from > 0)
        keeper_write (keeper, "206 X", OTHER_RANGE, size - OTHER_RANGE, data + OTHER_RANGE, size - OTHER_RANGE);
      else
        keeper_write (keeper, "200 X", -1, size, data, n == 0 ? CUT_BYTES : size);
      return n > 0;
    case PLAY_PART_FOR_ALL:
      keeper_write (keeper, "206 X", 0, size, data, size);
      return TRUE;
    case PLAY_NO_LENGTH:
      g_output_stream_write_all (keeper->out, "HTTP/1.1 200 X\r\n\r\n", 18, NULL, NULL, NULL);
      g_output_stream_write_all (keeper->out, data, size, NULL, NULL, NULL);
      return FALSE;
    case PLAY_TWO_LENGTHS:
      keeper_write (keeper, "200 X\r\nContent-Length: 5", -1, size, data, size);
      return FALSE;
    case PLAY_EXPIRES:
      keeper_write (keeper, "404 X", -1, strlen (expired), expired, strlen (expired));
      return TRUE;
    case PLAY_WITHDRAWN:
      keeper_write (keeper, "403 X", -1, strlen (declined), declined, strlen (declined));
      return TRUE;
    default:
      keeper_write (keeper, "200 X", -1, size, data, size);
      return TRUE;
    }
}

static gboolean
keeper_serve (Fixture *f, Keeper *keeper)
{
  g_autofree char *head = keeper_read (keeper);
  const char *range;

  if (head == NULL)
    return FALSE;
  if (strstr (head, "/prepare-download") != NULL)
    {
      g_atomic_int_inc (&f->prepared);
      keeper_prepare (f, keeper);
      return FALSE;
    }
  if (strstr (head, "fileId=song") != NULL)
    {
      keeper_write (keeper, "200 X", -1, g_bytes_get_size (f->song), g_bytes_get_data (f->song, NULL),
                    g_bytes_get_size (f->song));
      return TRUE;
    }
  range = strstr (head, "Range: bytes=");
  return keeper_send_zip (f, keeper, range != NULL ? (gsize) g_ascii_strtoull (range + 13, NULL, 10) : 0);
}

static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GTlsConnection) tls = namida_tls_server_new (f->theirs, G_IO_STREAM (connection), NULL);
  Keeper keeper = { .in = g_io_stream_get_input_stream (G_IO_STREAM (tls)),
                    .out = g_io_stream_get_output_stream (G_IO_STREAM (tls)),
                    .socket = g_socket_connection_get_socket (connection) };

  g_atomic_int_inc (&f->open);
  while (keeper_serve (f, &keeper))
    ;
  g_socket_close (keeper.socket, NULL);
  g_atomic_int_add (&f->open, -1);
  return TRUE;
}

/* ---- the fetch ---- */

static NamidaSink *
on_land (NamidaBackup *backup, const char *key, gpointer user_data, GError **error)
{
  Fixture *f = user_data;

  return namida_store_sink_new_for (f->store, NULL, "Keeper", key, NAMIDA_LANDING_BACKUP, NULL);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *theirs = NULL;
  g_autofree char *ours = NULL;
  g_autofree char *state = NULL;
  g_autofree char *backups = NULL;
  g_autofree char *music = NULL;

  f->test = *(const Case *) data;
  f->folder = g_dir_make_tmp ("namida-XXXXXX", NULL);
  theirs = g_build_filename (f->folder, "theirs", NULL);
  ours = g_build_filename (f->folder, "ours", NULL);
  state = g_build_filename (ours, "state.db", NULL);
  backups = g_build_filename (f->folder, "backups", NULL);
  music = g_build_filename (f->folder, "music", NULL);
  f->theirs = namida_identity_load (theirs, NULL);
  f->ours = namida_identity_load (ours, NULL);
  f->database = namida_database_open (state, NULL);
  if (f->test.play == PLAY_NOT_STORED)
    g_assert_true (namida_database_exec (
        f->database, NULL, "CREATE TRIGGER full BEFORE INSERT ON versions BEGIN SELECT RAISE (FAIL, 'no room'); END",
        ""));
  f->store = namida_store_new (ours, f->database);
  namida_store_set_folders (f->store, backups, music);
  f->backup = namida_backup_new ();
  f->zip = conformance_make_bytes (ZIP_BYTES, 1);
  f->song = conformance_make_bytes (SONG_BYTES, 2);
  namida_backup_add (f->backup, conformance_make_entry (NAMIDA_ENTRY_BACKUP_ZIP, "zip", ZIP_NAME, f->zip));
  namida_backup_add (f->backup, conformance_make_entry (NAMIDA_ENTRY_FILE, "song", "song.mp3", f->song));
  f->service = g_threaded_socket_service_new (16);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (f->service), any, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  g_signal_connect (f->service, "run", G_CALLBACK (on_run), f);
  f->addresses = g_list_store_new (G_TYPE_INET_SOCKET_ADDRESS);
  g_list_store_append (f->addresses, bound);
  f->transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Keeper", NULL, TRUE);
  namida_http_set_limits_for_tests (SILENCE_SECONDS, f->test.play == PLAY_SILENT ? 1 : 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  namida_http_set_limits_for_tests (0, 0);
  g_socket_service_stop (f->service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->service));
  for (guint i = 0; i < 2000 && g_atomic_int_get (&f->open) > 0; i++)
    g_usleep (5 * 1000);
  g_assert_cmpint (g_atomic_int_get (&f->open), ==, 0);
  g_object_unref (f->service);
  g_object_unref (f->addresses);
  g_object_unref (f->transfer);
  g_object_unref (f->store);
  g_object_unref (f->database);
  g_object_unref (f->backup);
  g_object_unref (f->theirs);
  g_object_unref (f->ours);
  g_bytes_unref (f->zip);
  g_bytes_unref (f->song);
  g_clear_error (&f->error);
  fixtures_remove (f->folder);
  g_free (f->folder);
}

static void
on_fetched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->ok = namida_puller_fetch_finish (NAMIDA_PULLER (source), result, &f->error);
  f->done = TRUE;
}

static void
assert_stored (Fixture *f, const char *path, GBytes *bytes)
{
  g_autofree char *place = g_build_filename (namida_transfer_get_folder (f->transfer), path, NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  g_file_get_contents (place, &contents, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (contents, length, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static gboolean
has_row (Fixture *f, const char *sql)
{
  sqlite3_stmt *statement;
  gboolean found;

  namida_database_lock (f->database);
  statement = namida_database_prepare (f->database, NULL, sql, "");
  found = sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  return found;
}

static void
test_case (Fixture *f, gconstpointer data)
{
  g_autofree char *shown = conformance_dup_shown (&f->test, namida_identity_get_fingerprint (f->theirs),
                                                  namida_identity_get_fingerprint (f->ours));
  g_autoptr (NamidaPuller) puller
      = namida_puller_new (f->ours, G_LIST_MODEL (f->addresses), shown, f->transfer, on_land, f, NULL);
  NamidaError code = f->test.play == PLAY_EXPIRES       ? NAMIDA_ERROR_EXPIRED
                     : f->test.play == PLAY_TWO_LENGTHS ? NAMIDA_ERROR_INVALID_REQUEST
                     : f->test.play == PLAY_NOT_STORED  ? NAMIDA_ERROR_STORAGE
                                                        : NAMIDA_ERROR_UNREACHABLE;

  namida_puller_fetch_async (puller, "1", NULL, on_fetched, f);
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
  if (f->error != NULL)
    g_test_message ("%s", f->error->message);
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==, f->test.state);
  g_assert_cmpint (f->ok, ==, f->test.state == NAMIDA_TRANSFER_DONE);
  if (f->test.play == PLAY_IMPOSTOR || f->test.play == PLAY_ALMOST)
    {
      g_assert_cmpint (g_atomic_int_get (&f->prepared), ==, 0);
      g_assert_true (g_error_matches (f->error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE)
                     || g_error_matches (f->error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED));
      return;
    }
  if (f->test.state == NAMIDA_TRANSFER_FAILED)
    g_assert_error (f->error, NAMIDA_ERROR, (int) code);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 0), ==, f->test.zip);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 1), ==, f->test.song);
  if (f->test.zip == NAMIDA_FILE_STORED)
    assert_stored (f, ZIP_NAME, f->zip);
  if (f->test.song == NAMIDA_FILE_STORED)
    assert_stored (f, "Music/Music/song.mp3", f->song);
  /* What has arrived is kept for the next try. */
  if (f->test.state == NAMIDA_TRANSFER_FAILED || f->test.state == NAMIDA_TRANSFER_DECLINED)
    g_assert_true (has_row (f, "SELECT 1 FROM sessions WHERE state = 'parked'"));
}

void
conformance_add_fetching (const char *path, const Case *test)
{
  g_test_add (path, Fixture, test, set_up, test_case, tear_down);
}
