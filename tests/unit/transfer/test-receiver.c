/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests receiving bodies: chunked and sparse ones, hostile and wrong lengths, silent senders, and the guard against
 * guessed PINs. */
#include "config.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "namida-body-receiver.h"
#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-pin-guard.h"
#include "namida-tls.h"
#include "namida-transfer-private.h"

/* ---- body receiver ---- */

/* Of what was written last. */
static struct stat part;

static gboolean
receive (const char *data, gsize size, gint64 length, guint64 expected, guint64 *written, char **hash, GError **error)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_auto (NamidaHttpReader) reader;
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  NamidaHttpBody body;
  NamidaBodyReceiver self = { .body = &body, .expected = expected, .digest = digest };
  gboolean ok;

  namida_http_reader_init (&reader, input);
  namida_http_body_init (&body, &reader, length);
  self.fd = memfd_create ("part", MFD_CLOEXEC);
  ok = namida_body_receiver_run (&self, written, error);
  g_assert_cmpint (lseek (self.fd, 0, SEEK_END), ==, (off_t) *written);
  g_assert_cmpint (fstat (self.fd, &part), ==, 0);
  close (self.fd);
  if (ok && hash != NULL)
    *hash = namida_digest_finish (digest);
  return ok;
}

static void
test_chunks (void)
{
  static const char good[] = "1;name=value\r\na\r\n02\r\nbc\r\n0\r\nTrailer: x\r\n\r\nPOST";
  g_autofree char *hash = NULL;
  g_autofree char *right = namida_digest_bytes ("abc", 3);
  g_autoptr (GError) error = NULL;
  guint64 written;

  g_assert_true (receive (good, sizeof good - 1, -1, 3, &written, &hash, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (hash, ==, right);
  g_assert_cmpuint (written, ==, 3);
}

/* A sparse file stays one, and is still read in full for its checksum. */
static void
test_sparse (void)
{
  enum
  {
    SIZE = 5 * 1024 * 1024 + 100
  };
  g_autofree char *zeros = g_malloc0 (SIZE);
  g_autofree char *right = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (GError) error = NULL;
  guint64 written;

  memcpy (zeros + 1000 * 1000, "song", 4);
  right = namida_digest_bytes (zeros, SIZE);
  g_assert_true (receive (zeros, SIZE, SIZE, SIZE, &written, &hash, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (hash, ==, right);
  g_assert_cmpuint (written, ==, SIZE);
  g_assert_cmpint (part.st_blocks * 512, <=, 32 * 1024);
}

static void
test_hostile_chunks (void)
{
  static const struct
  {
    const char *body;
    int code;
  } cases[] = {
    { "ffffffffffffffff\r\nabc", NAMIDA_ERROR_INVALID_REQUEST },
    { "-1\r\nabc\r\n0\r\n\r\n", NAMIDA_ERROR_INVALID_REQUEST },
    { "0x3\r\nabc\r\n0\r\n\r\n", NAMIDA_ERROR_INVALID_REQUEST },
    { "\r\nabc\r\n0\r\n\r\n", NAMIDA_ERROR_INVALID_REQUEST },
    { "3\nabc\n0\n\n", NAMIDA_ERROR_INVALID_REQUEST },
    { "3\r\nabcd\r\n0\r\n\r\n", NAMIDA_ERROR_INVALID_REQUEST },
    { "4\r\nabcd\r\n0\r\n\r\n", NAMIDA_ERROR_WRONG_SIZE },
    { "2\r\nab\r\n0\r\n\r\n", NAMIDA_ERROR_WRONG_SIZE },
  };
  g_autoptr (GString) endless = g_string_new ("3");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 written;

      g_test_message ("%s", cases[i].body);
      g_assert_false (receive (cases[i].body, strlen (cases[i].body), -1, 3, &written, NULL, &error));
      g_assert_error (error, NAMIDA_ERROR, cases[i].code);
      g_assert_cmpuint (written, <=, 3);
    }
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (endless, i == 0 ? ';' : 'x');
  {
    g_autoptr (GError) error = NULL;
    guint64 written;

    g_assert_false (receive (endless->str, endless->len, -1, 3, &written, NULL, &error));
    g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
  }
}

static void
test_lengths (void)
{
  const gsize size = 5 * 1024 * 1024 + 3;
  g_autofree char *data = g_malloc (size);
  g_autofree char *hash = NULL;
  g_autofree char *right = NULL;
  g_autoptr (GError) error = NULL;
  guint64 written;

  for (gsize i = 0; i < size; i++)
    data[i] = (char) (i * 31 + i / 4096);
  right = namida_digest_bytes (data, size);
  g_assert_true (receive (data, size, (gint64) size, size, &written, &hash, &error));
  g_assert_cmpstr (hash, ==, right);
  g_assert_cmpuint (written, ==, size);
  /* Cut in the middle: what came is there, for the next try. */
  g_assert_false (receive (data, size - 10, (gint64) size, size, &written, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_cmpuint (written, ==, size - 10);
  g_clear_error (&error);
  g_assert_false (receive (data, 2, 3, 3, &written, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_cmpuint (written, ==, 2);
  g_clear_error (&error);
  g_clear_pointer (&hash, g_free);
  g_assert_true (receive ("", 0, 0, 0, &written, &hash, &error));
}

static void
make_pair (GSocket **a, GSocket **b)
{
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  *a = g_socket_new_from_fd (fds[0], NULL);
  *b = g_socket_new_from_fd (fds[1], NULL);
}

static void
test_silence (void)
{
  g_autoptr (GSocket) a = NULL;
  g_autoptr (GSocket) b = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_auto (NamidaHttpReader) reader;
  g_auto (NamidaHttpHead) head = { 0 };
  g_autoptr (GError) error = NULL;

  make_pair (&a, &b);
  g_socket_set_timeout (a, 1);
  connection = g_socket_connection_factory_create_connection (a);
  g_assert_cmpint (g_socket_send (b, "POST /x", 7, NULL, NULL), ==, 7);
  namida_http_reader_init (&reader, g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_assert_false (namida_http_reader_head (&reader, &head, 1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
assert_head_refused (const char *begin, int code)
{
  g_autoptr (GString) text = g_string_new (begin);
  g_autoptr (GInputStream) input = NULL;
  g_auto (NamidaHttpReader) reader;
  g_auto (NamidaHttpHead) head = { 0 };
  g_autoptr (GError) error = NULL;

  while (text->len < NAMIDA_LIMIT_HEAD_BYTES)
    g_string_append_c (text, 'x');
  g_string_append (text, "\r\n\r\n");
  input = g_memory_input_stream_new_from_data (text->str, (gssize) text->len, NULL);
  namida_http_reader_init (&reader, input);
  g_assert_false (namida_http_reader_head (&reader, &head, 10, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, code);
}

static void
test_large_head (void)
{
  assert_head_refused ("GET / HTTP/1.1\r\nX: ", NAMIDA_ERROR_TOO_LARGE);
  assert_head_refused ("GET /", NAMIDA_ERROR_TOO_LONG);
}

/* ---- buffered stream ---- */

static void
test_cork (void)
{
  g_autoptr (GSocket) a = NULL;
  g_autoptr (GSocket) b = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) stream = NULL;
  char buffer[16];

  make_pair (&a, &b);
  connection = g_socket_connection_factory_create_connection (a);
  stream = namida_buffered_stream_new (connection);
  namida_buffered_stream_cork (stream, TRUE);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (stream), "abc", 3, NULL, NULL, NULL));
  g_socket_set_blocking (b, FALSE);
  g_assert_cmpint (g_socket_receive (b, buffer, sizeof buffer, NULL, NULL), ==, -1);
  namida_buffered_stream_cork (stream, FALSE);
  g_assert_cmpint (g_socket_receive (b, buffer, sizeof buffer, NULL, NULL), ==, 3);
  g_assert_cmpint (g_socket_send (b, "0123456789", 10, NULL, NULL), ==, 10);
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, 4, NULL, NULL), ==, 4);
  /* The rest is ready without the socket. */
  g_assert_true (g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream))));
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, 16, NULL, NULL), ==, 6);
  g_assert_cmpmem (buffer, 6, "456789", 6);
}

/* ---- pin guard ---- */

static void
test_guard (void)
{
  g_autoptr (NamidaPinGuard) guard = namida_pin_guard_new ();
  gint64 now = G_GINT64_CONSTANT (1000000000);
  guint wait;

  namida_clock_set_fake (now);
  for (guint i = 0; i < NAMIDA_LIMIT_PIN_TRIES; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (namida_pin_guard_check (guard, "1234", "12345", "10.0.0.1", "AB", &wait, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG);
    }
  /* Locked by either, even with the right one. */
  g_assert_false (namida_pin_guard_check (guard, "1234", "1234", "10.0.0.2", "AB", &wait, NULL));
  g_assert_cmpuint (wait, ==, NAMIDA_LIMIT_PIN_LOCK_SECONDS);
  g_assert_cmpuint (namida_pin_guard_wait (guard, "10.0.0.1"), ==, NAMIDA_LIMIT_PIN_LOCK_SECONDS);
  g_assert_true (namida_pin_guard_check (guard, "1234", "1234", "10.0.0.2", "CD", &wait, NULL));
  now += NAMIDA_LIMIT_PIN_LOCK_SECONDS * G_USEC_PER_SEC;
  namida_clock_set_fake (now);
  g_assert_cmpuint (namida_pin_guard_wait (guard, "AB"), ==, 0);
  for (guint i = 0; i < NAMIDA_LIMIT_PIN_TRIES; i++)
    namida_pin_guard_failed (guard, "AB");
  g_assert_cmpuint (namida_pin_guard_wait (guard, "AB"), ==, 2 * NAMIDA_LIMIT_PIN_LOCK_SECONDS);
  namida_clock_set_fake (-1);
}

/* ---- transfer ---- */

static void
on_ended (NamidaTransfer *transfer, gpointer user_data)
{
  ++*(int *) user_data;
}

static void
test_transfer (void)
{
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "x", NULL, TRUE);
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, "x");
  NamidaEntry *entry = namida_entry_new ();
  int n_ended = 0;

  entry->kind = NAMIDA_ENTRY_FILE;
  entry->id = g_strdup ("f1");
  entry->name = g_strdup ("a");
  entry->label = g_strdup ("");
  entry->relative_path = g_strdup ("");
  entry->size = 10000;
  namida_backup_add (backup, entry);
  g_signal_connect (transfer, "ended", G_CALLBACK (on_ended), &n_ended);
  namida_clock_set_fake (1000000);
  namida_transfer_set_backup (transfer, backup);
  namida_transfer_add_bytes (transfer, 4000); /* there already: no speed */
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
  g_assert_cmpuint (namida_transfer_get_speed (transfer), ==, 0);
  g_assert_cmpint (namida_transfer_get_seconds_left (transfer), ==, -1);
  namida_clock_set_fake (2000000);
  namida_transfer_add_bytes (transfer, 1000);
  namida_transfer_sample (transfer);
  g_assert_cmpuint (namida_transfer_get_done_bytes (transfer), ==, 5000);
  g_assert_cmpuint (namida_transfer_get_speed (transfer), ==, 1000);
  g_assert_cmpint (namida_transfer_get_seconds_left (transfer), ==, 5);
  namida_transfer_add_bytes (transfer, -2000);
  namida_transfer_sample (transfer);
  g_assert_cmpuint (namida_transfer_get_speed (transfer), ==, 0);
  namida_transfer_set_result (transfer, 0, NAMIDA_FILE_MISSING, "why");
  namida_transfer_set_result (transfer, 1, NAMIDA_FILE_STORED, NULL);
  g_assert_cmpuint (namida_transfer_count_files (transfer).by_result[NAMIDA_FILE_MISSING], ==, 1);
  g_assert_cmpuint (namida_transfer_count_files (transfer).stored, ==, 0);
  namida_transfer_finish (transfer);
  namida_transfer_fail (transfer, error);
  namida_transfer_set_state (transfer, NAMIDA_TRANSFER_RUNNING);
  g_assert_cmpint (namida_transfer_get_state (transfer), ==, NAMIDA_TRANSFER_INCOMPLETE);
  g_assert_cmpint (n_ended, ==, 1);
  namida_clock_set_fake (-1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/receiver/chunks", test_chunks);
  g_test_add_func ("/receiver/sparse", test_sparse);
  g_test_add_func ("/receiver/hostile-chunks", test_hostile_chunks);
  g_test_add_func ("/receiver/lengths", test_lengths);
  g_test_add_func ("/receiver/silence", test_silence);
  g_test_add_func ("/receiver/large-head", test_large_head);
  g_test_add_func ("/receiver/cork", test_cork);
  g_test_add_func ("/receiver/pin-guard", test_guard);
  g_test_add_func ("/receiver/transfer", test_transfer);
  return g_test_run ();
}
