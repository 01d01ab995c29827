/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the parser of request heads and the memory for bodies. Heads that are valid beyond doubt are accepted, all
 * others are refused, and the memory that strangers use together is limited. */
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "namida-body-buffer.h"
#include "namida-error.h"
#include "namida-http.h"
#include "namida-json-cursor.h"
#include "namida-json-window.h"
#include "namida-limits.h"

#define LINE "POST /api/x?a=%20b HTTP/1.1\r\n"
#define HOST "Host: 192.168.1.2:53317\r\n"

static gboolean
parse (const char *text, gsize length, NamidaHttpHead *head)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = namida_http_head_parse (head, text, length, &error);

  if (!ok)
    g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
  return ok;
}

static void
test_good (void)
{
  static const char text[] = "POST /a%2Fb/%C3%A9?q=1&r=%20 HTTP/1.1\r\nhost:[fe80::1%25eth0]:53317\r\n"
                             "CONTENT-LENGTH:\t12 \r\nConnection: keep-alive, Close\r\nExpect: 100-Continue\r\n"
                             "Range: bytes=5-\r\nX-Empty:\r\n";
  g_auto (NamidaHttpHead) head = { 0 };

  g_assert_true (parse (text, sizeof text - 1, &head));
  g_assert_cmpstr (head.method, ==, "POST");
  g_assert_cmpstr (head.path, ==, "/a/b/\303\251");
  g_assert_cmpstr (head.query, ==, "q=1&r=%20");
  g_assert_cmpstr (head.host, ==, "[fe80::1%25eth0]:53317");
  g_assert_cmpint (head.length, ==, 12);
  g_assert_cmpint (head.range, ==, 5);
  g_assert_false (head.keep_alive);
  g_assert_true (head.expect_continue);
  g_assert_false (namida_http_head_is_of_web_page (&head));
  g_assert_true (parse (LINE HOST "Transfer-Encoding: Chunked\r\n", strlen (LINE HOST) + 28, &head));
  g_assert_cmpint (head.length, ==, -1);
  g_assert_true (head.keep_alive);
  g_assert_true (parse ("GET / HTTP/1.0\r\n", 16, &head));
  g_assert_false (head.keep_alive);
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "\r\n" HOST,
    "GET\r\n" HOST,
    "GET /\r\n" HOST,
    "GET / HTTP/1.2\r\n" HOST,
    "GET / HTTP/2.0\r\n" HOST,
    "GET  / HTTP/1.1\r\n" HOST,
    "GET / HTTP/1.1 \r\n" HOST,
    "GET /a b HTTP/1.1\r\n" HOST,
    "GET http://a/ HTTP/1.1\r\n" HOST,
    "OPTIONS * HTTP/1.1\r\n" HOST,
    "G\303\211T / HTTP/1.1\r\n" HOST,
    "AVERYLONGMETHODNAME / HTTP/1.1\r\n" HOST,
    "GET /\001 HTTP/1.1\r\n" HOST,
    "GET /#a HTTP/1.1\r\n" HOST,
    "GET /%zz HTTP/1.1\r\n" HOST,
    "GET /?a=% HTTP/1.1\r\n" HOST,
    "GET /%00 HTTP/1.1\r\n" HOST,
    "GET / HTTP/1.1\n" HOST,
    "GET / HTTP/1.1\r\r\n" HOST,
    LINE,                                                /* no Host */
    LINE HOST HOST,                                      /* two */
    LINE HOST "Transfer-Encoding: foo\r\n",              /* a coding that nobody knows */
    LINE HOST "Transfer-Encoding: chunked, chunked\r\n", /* not one */
    LINE HOST "Transfer-Encoding: gzip, chunked\r\n",    /* not that */
    LINE HOST "Transfer-Encoding: \013chunked\r\n",      /* smuggled */
    LINE HOST "Transfer-Encoding:\r\n",                  /* none */
    LINE HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
    LINE HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    LINE HOST "Content-Length: 3\r\nContent-Length: 3\r\n",
    LINE HOST "Content-Length: 3, 3\r\n",
    LINE HOST "Content-Length: -1\r\n",
    LINE HOST "Content-Length: +1\r\n",
    LINE HOST "Content-Length: 0x1\r\n",
    LINE HOST "Content-Length: x\r\n",
    LINE HOST "Content-Length:\r\n",
    LINE HOST "Content-Length: 99999999999999999999\r\n",
    LINE HOST "Content-Length : 3\r\n", /* a space before the colon */
    LINE HOST "X: a\r\n b: c\r\n",      /* continued */
    LINE HOST "X: a\r\n\tb\r\n",        /* continued */
    LINE " " HOST,
    LINE HOST "no colon\r\n",
    LINE HOST ": no name\r\n",
    LINE HOST "X: \001\r\n",
    LINE HOST "X: a\rb\r\n",
    LINE HOST "X: a\nContent-Length: 3\r\n",
    LINE HOST "X: \177\r\n",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (NamidaHttpHead) head = { 0 };

      g_test_message ("%u: %s", i, texts[i]);
      g_assert_false (parse (texts[i], strlen (texts[i]), &head));
    }
  {
    static const char zero[] = LINE HOST "X: a\0b\r\n";
    g_auto (NamidaHttpHead) head = { 0 };

    g_assert_false (parse (zero, sizeof zero - 1, &head));
  }
}

static void
test_many_headers (void)
{
  for (guint more = 0; more < 2; more++)
    {
      g_autoptr (GString) text = g_string_new (LINE HOST);
      g_auto (NamidaHttpHead) head = { 0 };

      for (guint i = 1; i < NAMIDA_LIMIT_HEADERS + more; i++)
        g_string_append_printf (text, "X-%u: a\r\n", i);
      g_assert_true (parse (text->str, text->len, &head) == (more == 0));
    }
}

static gboolean
is_of_web_page (const char *host, const char *field)
{
  g_autofree char *text = g_strconcat ("GET / HTTP/1.1\r\nHost: ", host, "\r\n", field, NULL);
  g_auto (NamidaHttpHead) head = { 0 };

  g_assert_true (parse (text, strlen (text), &head));
  return namida_http_head_is_of_web_page (&head);
}

static void
test_web_pages (void)
{
  static const char *const fields[]
      = { "Origin: null\r\n",         "origin: http://192.168.1.2\r\n", "Referer: http://192.168.1.2/\r\n",
          "Sec-Fetch-Site: none\r\n", "sec-fetch-mode: no-cors\r\n",    "Access-Control-Request-Method: POST\r\n" };
  static const char *const good[] = { "192.168.1.2",    "192.168.1.2:53317", "[::1]",          "[fe80::1%25eth0]:1",
                                      "[fe80::1%eth0]", "localhost",         "LOCALHOST:53317" };
  static const char *const bad[] = { "evil.example",
                                     "evil.example:53317",
                                     "x",
                                     "192.168.1.2.evil.example",
                                     "localhost.evil.com",
                                     "",
                                     "[::1",
                                     "[::1]x",
                                     "192.168.1.2:x",
                                     "1.2.3",
                                     "[evil]",
                                     "user@192.168.1.2" };
  g_autofree char *own = g_strdup_printf ("%s.local:53317", g_get_host_name ());

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_assert_true (is_of_web_page ("192.168.1.2", fields[i]));
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_false (is_of_web_page (good[i], ""));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i]);
      g_assert_true (is_of_web_page (bad[i], ""));
    }
  g_assert_false (is_of_web_page (g_get_host_name (), ""));
  if (strchr (g_get_host_name (), '.') == NULL)
    g_assert_false (is_of_web_page (own, ""));
}

/* ---- bodies ---- */

static gboolean
append (NamidaBodyBuffer *buffer, gsize total, GError **error)
{
  g_autofree char *data = g_malloc (64 * 1024);

  memset (data, 'a', 64 * 1024);
  for (gsize n = 0; n < total; n += 64 * 1024)
    if (!namida_body_buffer_append (buffer, data, 64 * 1024, error))
      return FALSE;
  return TRUE;
}

#define LARGE (24 * 1024 * 1024)

/* Bytes of files that this process has mapped and read. */
static guint64
mapped_now (void)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, "RssFile:");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("RssFile:"), NULL, 10) * 1024;
}

static void
test_body_in_file (void)
{
  NamidaBodyBudget *budget = namida_body_budget_new ();
  NamidaBodyBuffer *small = namida_body_buffer_new (budget), *large = namida_body_buffer_new (budget);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint64 before;
  gsize size;
  const char *data;

  g_assert_true (append (small, 128 * 1024, &error));
  g_assert_cmpuint (namida_body_budget_get_memory (budget), ==, 128 * 1024);
  g_assert_true (append (large, LARGE, &error));
  g_assert_true (namida_body_buffer_is_in_file (large) && !namida_body_buffer_is_in_file (small));
  g_assert_no_error (error);
  g_assert_cmpuint (namida_body_budget_get_memory (budget), ==, 128 * 1024);
  bytes = namida_body_buffer_end (large, &error);
  g_assert_no_error (error);
  data = g_bytes_get_data (bytes, &size);
  namida_json_window_begin (data, size);
  before = mapped_now ();
  g_assert_false (namida_json_scan (data, size, 1, 1, NULL)); /* its pages are dropped meanwhile, and come back */
  g_assert_cmpuint (mapped_now (), <, before + 4 * 1024 * 1024);
  g_assert_cmpuint (size, ==, LARGE);
  for (gsize i = 0; i < size; i += 1000)
    g_assert_cmpint (data[i], ==, 'a');
  namida_json_window_end ();
  namida_body_buffer_free (small);
  g_assert_cmpuint (namida_body_budget_get_memory (budget), ==, 0);
  namida_body_budget_unref (budget);
}

/* What strangers hold together is bounded, and free again when it is let go. */
static void
test_bodies_together (void)
{
  NamidaBodyBudget *budget = namida_body_budget_new ();
  g_autoptr (GPtrArray) buffers = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_body_buffer_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < NAMIDA_LIMIT_STRANGERS_MEMORY / NAMIDA_LIMIT_BODY_MEMORY; i++)
    {
      g_ptr_array_add (buffers, namida_body_buffer_new (budget));
      g_assert_true (append (g_ptr_array_index (buffers, i), NAMIDA_LIMIT_BODY_MEMORY, &error));
    }
  g_ptr_array_add (buffers, namida_body_buffer_new (budget));
  g_assert_false (append (g_ptr_array_index (buffers, buffers->len - 1), 1, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
  g_clear_error (&error);
  g_ptr_array_remove_index (buffers, 0);
  g_assert_true (append (g_ptr_array_index (buffers, buffers->len - 1), 1, &error));
  g_assert_no_error (error);
  g_ptr_array_set_size (buffers, 0);
  g_ptr_array_add (buffers, namida_body_buffer_new (budget));
  g_assert_true (append (g_ptr_array_index (buffers, 0), NAMIDA_LIMIT_STRANGERS_FILES, &error));
  g_assert_false (append (g_ptr_array_index (buffers, 0), 1, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
  g_ptr_array_set_size (buffers, 0);
  g_assert_cmpuint (namida_body_budget_get_memory (budget), ==, 0);
  namida_body_budget_unref (budget);
}

/* Returns: bytes of a body of @n chunks of @size bytes each, -1: it was refused */
static gssize
read_chunks (guint n, guint size)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *content = g_strnfill (size, 'x');
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GError) error = NULL;
  NamidaHttpReader reader;
  NamidaHttpBody body;
  char piece[4096];
  gssize got, total = 0;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%x\r\n%s\r\n", size, content);
  g_string_append (text, "0\r\n\r\n");
  input = g_memory_input_stream_new_from_data (text->str, (gssize) text->len, NULL);
  namida_http_reader_init (&reader, input);
  namida_http_body_init (&body, &reader, -1);
  while ((got = namida_http_body_read (&body, piece, sizeof piece, NULL, &error)) > 0)
    total += got;
  namida_http_reader_clear (&reader);
  if (got < 0)
    g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
  return got < 0 ? -1 : total;
}

/* A body in crumbs is refused; one of few or of larger chunks is not, however many these are. */
static void
test_crumbs (void)
{
  g_assert_cmpint (read_chunks (NAMIDA_LIMIT_SMALL_CHUNKS, 1), ==, NAMIDA_LIMIT_SMALL_CHUNKS);
  g_assert_cmpint (read_chunks (NAMIDA_LIMIT_SMALL_CHUNKS + 1, 1), ==, -1);
  g_assert_cmpint (read_chunks (NAMIDA_LIMIT_SMALL_CHUNKS + 1, NAMIDA_LIMIT_CHUNK_BYTES - 1), ==, -1);
  g_assert_cmpint (read_chunks (20000, NAMIDA_LIMIT_CHUNK_BYTES), ==, 20000 * NAMIDA_LIMIT_CHUNK_BYTES);
}

/* Returns whether a body that ends with @n trailers is read to its end. */
static gboolean
read_trailers (guint n)
{
  g_autoptr (GString) text = g_string_new ("1\r\nx\r\n0\r\n");
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GError) error = NULL;
  NamidaHttpReader reader;
  NamidaHttpBody body;
  char piece[16];
  gssize got;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "X-%u: a\r\n", i);
  g_string_append (text, "\r\n");
  input = g_memory_input_stream_new_from_data (text->str, (gssize) text->len, NULL);
  namida_http_reader_init (&reader, input);
  namida_http_body_init (&body, &reader, -1);
  g_assert_cmpint (namida_http_body_read (&body, piece, sizeof piece, NULL, &error), ==, 1);
  got = namida_http_body_read (&body, piece, sizeof piece, NULL, &error);
  namida_http_reader_clear (&reader);
  if (got < 0)
    g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
  return got == 0;
}

/* Nobody reads trailers, so only few are skipped: a sender could go on with them for ever. */
static void
test_trailers (void)
{
  g_assert_true (read_trailers (0));
  g_assert_true (read_trailers (31));
  g_assert_false (read_trailers (32));
  g_assert_false (read_trailers (1000));
}

/* Refused as soon as it is seen: nothing that comes later ends such a head, and it would be waited for. */
static void
test_bare_line_feed (void)
{
  static const char *const texts[]
      = { "GET / HTTP/1.1\n" HOST "\n", LINE "X: a\n" HOST, "\n", LINE HOST "\n", "GET /\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (texts[i], -1, NULL);
      g_autoptr (GError) error = NULL;
      g_auto (NamidaHttpHead) head = { 0 };
      NamidaHttpReader reader;

      namida_http_reader_init (&reader, input);
      g_assert_false (namida_http_reader_head (&reader, &head, 10, NULL, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
      namida_http_reader_clear (&reader);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-head/good", test_good);
  g_test_add_func ("/http-head/refused", test_refused);
  g_test_add_func ("/http-head/many-headers", test_many_headers);
  g_test_add_func ("/http-head/bare-line-feed", test_bare_line_feed);
  g_test_add_func ("/http-head/web-pages", test_web_pages);
  g_test_add_func ("/http-body/crumbs", test_crumbs);
  g_test_add_func ("/http-body/trailers", test_trailers);
  g_test_add_func ("/body-buffer/in-file", test_body_in_file);
  g_test_add_func ("/body-buffer/together", test_bodies_together);
  return g_test_run ();
}
