/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the parts of the client without a network: parsing answers, rate limits, and reading files that change while
 * they are sent. */
#include "config.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-reader.h"
#include "namida-http-answer.h"
#include "namida-limits.h"
#include "namida-rate-limit.h"

#define MIB (1024u * 1024)

/* ---- answers ---- */

static void
test_head_good (void)
{
  const char *text = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX-Other: a: b\r\n\r\n";
  const char *bare = "HTTP/1.1 409 \r\ncontent-length:3\r\nCONNECTION: foo, Close\r\n\r\n";
  const char *open = "HTTP/1.1 500 No\r\n\r\n";
  const char *none = "HTTP/1.1 204 No Content\r\n\r\n";
  NamidaHttpAnswerHead head;

  g_assert_true (namida_http_answer_head_parse (text, strlen (text), &head, NULL));
  g_assert_cmpuint (head.status, ==, 200);
  g_assert_cmpint (head.content_length, ==, 12);
  g_assert_true (head.keep_alive);
  g_assert_true (namida_http_answer_head_parse (bare, strlen (bare), &head, NULL));
  g_assert_cmpuint (head.status, ==, 409);
  g_assert_cmpint (head.content_length, ==, 3);
  g_assert_false (head.keep_alive);
  g_assert_true (namida_http_answer_head_parse (open, strlen (open), &head, NULL));
  g_assert_cmpint (head.content_length, ==, -1);
  g_assert_false (head.keep_alive);
  g_assert_true (namida_http_answer_head_parse (none, strlen (none), &head, NULL));
  g_assert_cmpint (head.content_length, ==, 0);
  g_assert_true (head.keep_alive);
}

static void
test_head_hostile (void)
{
  static const char *const bad[] = {
    "",
    "\r\n\r\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/2 200 OK\r\n\r\n",
    "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n",
    "HTTP/1.1 099 OK\r\n\r\n",
    "HTTP/1.1 999 OK\r\n\r\n",
    "HTTP/1.1  200 OK\r\n\r\n",
    "SSH-2.0-OpenSSH\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    "HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA: b\nContent-Length: 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      NamidaHttpAnswerHead head;

      g_test_message ("%u: %s", i, bad[i]);
      g_assert_false (namida_http_answer_head_parse (bad[i], strlen (bad[i]), &head, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
    }
}

static gboolean
read_answer (const void *data, gsize length, NamidaHttpAnswer *answer, GError **error)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (data, (gssize) length, NULL);

  g_auto (NamidaHttpReader) reader = { 0 };

  namida_http_reader_init (&reader, stream);
  return namida_http_answer_read (&reader, NAMIDA_LIMIT_JSON_BYTES, answer, NULL, error);
}

static void
test_answer_truncated (void)
{
  const char *text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 422 Nope\r\nContent-Length: 5\r\n\r\nhello";
  gsize length = strlen (text);

  for (gsize n = 0; n <= length; n++)
    {
      g_auto (NamidaHttpAnswer) answer = { 0 };
      g_autoptr (GError) error = NULL;
      gboolean ok = read_answer (text, n, &answer, &error);

      g_assert_cmpint (ok, ==, n == length);
      if (!ok)
        {
          g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
          continue;
        }
      g_assert_cmpuint (answer.head.status, ==, 422);
      g_assert_cmpmem (answer.body->data, answer.body->len, "hello", 5);
    }
}

static void
assert_refused (GString *text, NamidaError code)
{
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (read_answer (text->str, text->len, &answer, &error));
  g_assert_error (error, NAMIDA_ERROR, (int) code);
}

static void
test_answer_limits (void)
{
  g_autoptr (GString) head = g_string_new ("HTTP/1.1 200 OK\r\nA: ");
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GString) endless = g_string_new ("HTTP/1.1 200 OK\r\n\r\n");
  g_autoptr (GString) extra = g_string_new ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab");
  g_autoptr (GString) interim = g_string_new (NULL);

  while (head->len < 2 * NAMIDA_LIMIT_HEAD_BYTES)
    g_string_append_c (head, 'a');
  assert_refused (head, NAMIDA_ERROR_INVALID_REQUEST);
  g_string_printf (body, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", NAMIDA_LIMIT_JSON_BYTES + 1);
  assert_refused (body, NAMIDA_ERROR_TOO_LARGE);
  while (endless->len <= NAMIDA_LIMIT_JSON_BYTES + 64)
    g_string_append (endless, "0123456789abcdef0123456789abcdef");
  assert_refused (endless, NAMIDA_ERROR_TOO_LARGE);
  assert_refused (extra, NAMIDA_ERROR_INVALID_REQUEST);
  for (guint i = 0; i < 20; i++)
    g_string_append (interim, "HTTP/1.1 100 Continue\r\n\r\n");
  assert_refused (interim, NAMIDA_ERROR_INVALID_REQUEST);
}

/* ---- the limit ---- */

/* Seconds only, and no more than a person would wait for. */
static void
test_retry_after (void)
{
  static const struct
  {
    const char *header;
    guint seconds;
  } all[] = { { "", 0 },
              { "Retry-After: 0\r\n", 0 },
              { "Retry-After: 7\r\n", 7 },
              { "retry-after: 120\r\n", 120 },
              { "Retry-After: -7\r\n", 0 },
              { "Retry-After: 7 s\r\n", 0 },
              { "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", 0 },
              { "Retry-After: 3601\r\n", 3600 },
              { "Retry-After: 99999999999\r\n", 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *text = g_strdup_printf ("HTTP/1.1 429 X\r\n%sContent-Length: 0\r\n\r\n", all[i].header);
      NamidaHttpAnswerHead head;

      g_assert_true (namida_http_answer_head_parse (text, strlen (text), &head, NULL));
      g_assert_cmpuint (head.retry_after, ==, all[i].seconds);
    }
}

static void
test_rate_limit (void)
{
  g_autoptr (NamidaRateLimit) unlimited = namida_rate_limit_new (0);
  g_autoptr (NamidaRateLimit) limit = NULL;

  namida_clock_set_fake (1000000);
  g_assert_cmpint (namida_rate_limit_take (unlimited, G_MAXUINT64), ==, 0);
  g_assert_cmpuint (namida_rate_limit_get_piece (unlimited), ==, MIB);

  limit = namida_rate_limit_new (1000000);
  g_assert_cmpuint (namida_rate_limit_get_piece (limit), ==, 100000);
  g_assert_cmpint (namida_rate_limit_take (limit, 100000), ==, 0);       /* what a tenth of a second earned */
  g_assert_cmpint (namida_rate_limit_take (limit, 500000), ==, 500000);  /* half a second of debt */
  g_assert_cmpint (namida_rate_limit_take (limit, 500000), ==, 1000000); /* shared: the next one waits for both */
  namida_clock_set_fake (1000000 + 400000);
  g_assert_cmpint (namida_rate_limit_take (limit, 0), ==, 600000);
  namida_clock_set_fake (1000000 + 3600 * G_GINT64_CONSTANT (1000000));
  g_assert_cmpint (namida_rate_limit_take (limit, 100000), ==, 0); /* a pause earns no burst */
  g_assert_cmpint (namida_rate_limit_take (limit, 1000), ==, 1000);
  namida_clock_set_fake (-1);
}

/* Who asks more often than a byte is earned gets as much in the end as who asks seldom. */
static void
test_slow_limit (void)
{
  static const gint64 steps[] = { 7, 999, 1001, 250000 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      NamidaRateLimit *limit;
      gint64 now = 1000000, debt;

      namida_clock_set_fake (now);
      limit = namida_rate_limit_new (1000);
      namida_rate_limit_take (limit, 100);
      g_assert_cmpint (namida_rate_limit_take (limit, 1000), ==, 1000000);
      for (; now < 1500000; now += steps[i])
        {
          namida_clock_set_fake (now);
          namida_rate_limit_take (limit, 0);
        }
      namida_clock_set_fake (1500000);
      debt = namida_rate_limit_take (limit, 0);
      g_assert_cmpint (ABS (debt - 500000), <=, 2000); /* a byte or two */
      namida_rate_limit_unref (limit);
    }
  namida_clock_set_fake (-1);
}

/* ---- files ---- */

typedef struct
{
  char *folder;
  NamidaEntry *entry;
  guint8 *content;
} File;

static void
file_scan (File *file)
{
  struct stat st;

  g_assert_cmpint (g_lstat (file->entry->source, &st), ==, 0);
  file->entry->size = (guint64) st.st_size;
  file->entry->mtime_ns = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static File
file_new (gsize size)
{
  File file = { .folder = g_dir_make_tmp ("namida-XXXXXX", NULL), .entry = namida_entry_new () };

  file.content = g_malloc (size + 1);
  for (gsize i = 0; i < size; i++)
    file.content[i] = (guint8) ((i * 2654435761u) >> 13);
  file.entry->name = g_strdup ("song.flac");
  file.entry->label = g_strdup ("Music");
  file.entry->relative_path = g_strdup ("song.flac");
  file.entry->source = g_build_filename (file.folder, "song.flac", NULL);
  g_assert_true (g_file_set_contents (file.entry->source, (const char *) file.content, (gssize) size, NULL));
  file_scan (&file);
  return file;
}

static void
file_clear (File *file)
{
  g_unlink (file->entry->source);
  g_assert_cmpint (g_rmdir (file->folder), ==, 0);
  namida_entry_unref (file->entry);
  g_free (file->folder);
  g_free (file->content);
}

static void
check_read_ahead (gsize size, guint64 offset)
{
  File file = file_new (size);
  g_autoptr (NamidaBlockPool) pool = namida_block_pool_new (3);
  g_autofree char *expected = namida_digest_bytes (file.content, size);
  struct stat st;
  int fd = namida_source_open (file.entry, &st, NULL);
  guint64 position = offset;

  g_assert_cmpint (fd, >=, 0);
  {
    g_autoptr (NamidaFileReader) reader = namida_file_reader_new (file.entry, fd, offset, pool, NULL);
    g_autoptr (GError) error = NULL;
    g_autofree char *sha256 = NULL;
    NamidaBlock *block;

    while ((block = namida_file_reader_next (reader, &error)) != NULL)
      {
        g_assert_cmpmem (block->data, block->length, file.content + position, block->length);
        position += block->length;
        namida_block_pool_give_back (pool, block);
      }
    g_assert_no_error (error);
    sha256 = namida_file_reader_finish (reader);
    g_assert_cmpstr (sha256, ==, expected);
  }
  g_assert_cmpuint (position, ==, size);
  g_assert_true (namida_source_check (file.entry, fd, &st, NULL));
  close (fd);
  file_clear (&file);
}

static void
test_read_ahead (void)
{
  static const gsize sizes[] = { 0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      check_read_ahead (sizes[i], 0);
      check_read_ahead (sizes[i], sizes[i] / 3);
      check_read_ahead (sizes[i], sizes[i] > 0 ? sizes[i] - 1 : 0);
      check_read_ahead (sizes[i], sizes[i]);
    }
}

static void
assert_not_opened (const NamidaEntry *entry)
{
  g_autoptr (GError) error = NULL;
  struct stat st;

  g_assert_cmpint (namida_source_open (entry, &st, &error), ==, -1);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED);
  g_assert_nonnull (strstr (error->message, "song.flac"));
}

static void
test_changed_before (void)
{
  File file = file_new (100);
  g_autofree char *moved = g_strconcat (file.folder, "/moved", NULL);

  g_assert_true (g_file_set_contents (file.entry->source, "other", -1, NULL));
  assert_not_opened (file.entry);
  file_scan (&file);
  file.entry->mtime_ns++;
  assert_not_opened (file.entry);
  file_scan (&file);
  g_assert_cmpint (g_rename (file.entry->source, moved), ==, 0);
  assert_not_opened (file.entry);
  g_assert_cmpint (symlink (moved, file.entry->source), ==, 0);
  assert_not_opened (file.entry);
  g_assert_cmpint (g_unlink (file.entry->source), ==, 0);
  g_assert_cmpint (mkfifo (file.entry->source, 0600), ==, 0);
  assert_not_opened (file.entry);
  g_unlink (moved);
  file_clear (&file);
}

static void
test_shrinks_meanwhile (void)
{
  File file = file_new (20 * MIB);
  g_autoptr (NamidaBlockPool) pool = namida_block_pool_new (2);
  g_autoptr (GError) error = NULL;
  struct stat st;
  int fd = namida_source_open (file.entry, &st, NULL);

  {
    g_autoptr (NamidaFileReader) reader = namida_file_reader_new (file.entry, fd, 0, pool, NULL);
    NamidaBlock *block = namida_file_reader_next (reader, &error);

    /* Two blocks: the reader cannot be far ahead. */
    g_assert_nonnull (block);
    g_assert_cmpint (truncate (file.entry->source, 3 * MIB + 5), ==, 0);
    while (block != NULL)
      {
        namida_block_pool_give_back (pool, block);
        block = namida_file_reader_next (reader, &error);
      }
    g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED);
  }
  close (fd);
  file_clear (&file);
}

static void
test_grows_meanwhile (void)
{
  File file = file_new (10);
  g_autoptr (GError) error = NULL;
  struct stat st;
  int fd = namida_source_open (file.entry, &st, NULL);
  int writer = open (file.entry->source, O_WRONLY | O_APPEND);

  g_assert_true (namida_source_check (file.entry, fd, &st, &error));
  g_assert_cmpint (write (writer, "more", 4), ==, 4);
  close (writer);
  g_assert_false (namida_source_check (file.entry, fd, &st, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED);
  close (fd);
  file_clear (&file);
}

/* Freed in the middle, with blocks everywhere: nothing hangs, and every block comes back. */
static void
test_reader_given_up (void)
{
  File file = file_new (12 * MIB);
  g_autoptr (NamidaBlockPool) pool = namida_block_pool_new (4);
  struct stat st;
  int fd = namida_source_open (file.entry, &st, NULL);

  for (guint taken = 0; taken < 3; taken++)
    {
      NamidaFileReader *reader = namida_file_reader_new (file.entry, fd, taken * MIB, pool, NULL);

      for (guint i = 0; i < taken; i++)
        namida_block_pool_give_back (pool, namida_file_reader_next (reader, NULL));
      namida_file_reader_free (reader);
    }
  {
    NamidaBlock *blocks[4];

    for (guint i = 0; i < 4; i++)
      blocks[i] = namida_block_pool_take (pool);
    for (guint i = 0; i < 4; i++)
      namida_block_pool_give_back (pool, blocks[i]);
  }
  close (fd);
  file_clear (&file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/head/good", test_head_good);
  g_test_add_func ("/client/head/hostile", test_head_hostile);
  g_test_add_func ("/client/answer/truncated", test_answer_truncated);
  g_test_add_func ("/client/answer/limits", test_answer_limits);
  g_test_add_func ("/client/rate-limit", test_rate_limit);
  g_test_add_func ("/client/slow-limit", test_slow_limit);
  g_test_add_func ("/client/retry-after", test_retry_after);
  g_test_add_func ("/client/file/read-ahead", test_read_ahead);
  g_test_add_func ("/client/file/changed-before", test_changed_before);
  g_test_add_func ("/client/file/shrinks", test_shrinks_meanwhile);
  g_test_add_func ("/client/file/grows", test_grows_meanwhile);
  g_test_add_func ("/client/file/given-up", test_reader_given_up);
  return g_test_run ();
}
