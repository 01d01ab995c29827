/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that bodies are received and files are read the same way with and without threads of their own, also when that
 * changes in the middle, and that no thread is started while the cores have enough to do. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "namida-body-receiver.h"
#include "namida-error.h"
#include "namida-file-reader.h"
#include "namida-streams.h"

#define MIB (1024u * 1024)
#define SIZE (6u * MIB + 77)

/* How the cores are used while a body is transferred. */
typedef enum
{
  FREE,
  CROWDED,
  CHANGING
} Cores;

static guint most_threads, turn, at_rest;

static guint
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* A thread that was joined may be listed for a moment longer. */
static guint
count_threads_at_rest (void)
{
  while (count_threads () > at_rest)
    g_usleep (1000);
  return count_threads ();
}

static void
cores_set (Cores cores)
{
  /* Another body is transferred, see main(). */
  gboolean crowded = cores == CROWDED || (cores == CHANGING && (turn++ / 5) % 2 == 0);

  namida_streams_set_cores_for_tests (crowded ? 2 : 8);
}

static guint8 *
content_new (void)
{
  guint8 *content = g_malloc (SIZE);

  for (gsize i = 0; i < SIZE; i++)
    content[i] = (guint8) ((i * 2654435761u) >> 13);
  return content;
}

static void
test_count (void)
{
  namida_streams_set_cores_for_tests (1);
  g_assert_false (namida_streams_are_crowded ());
  namida_streams_enter ();
  g_assert_true (namida_streams_are_crowded ());
  namida_streams_set_cores_for_tests (2);
  g_assert_true (namida_streams_are_crowded ());
  namida_streams_set_cores_for_tests (3);
  g_assert_false (namida_streams_are_crowded ());
  namida_streams_leave ();
  namida_streams_set_cores_for_tests (2);
  g_assert_false (namida_streams_are_crowded ());
}

/* ---- receiving ---- */

static void
on_progress (gsize n_bytes, gpointer cores)
{
  most_threads = MAX (most_threads, count_threads ());
  cores_set (GPOINTER_TO_UINT (cores));
}

static gboolean
receive (const guint8 *content, gsize size, int fd, Cores cores, guint64 *written, char **hash, GError **error)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (content, (gssize) size, NULL);
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_auto (NamidaHttpReader) reader;
  NamidaHttpBody body;
  NamidaBodyReceiver self = { .body = &body,
                              .expected = SIZE,
                              .fd = fd,
                              .digest = digest,
                              .progress = on_progress,
                              .progress_data = GUINT_TO_POINTER (cores) };
  gboolean ok;

  most_threads = 0;
  turn = 0;
  cores_set (cores);
  namida_http_reader_init (&reader, input);
  namida_http_body_init (&body, &reader, SIZE);
  ok = namida_body_receiver_run (&self, written, error);
  *hash = namida_digest_finish (digest);
  return ok;
}

static void
check_received (Cores cores, gsize arrives)
{
  g_autofree guint8 *content = content_new ();
  g_autofree guint8 *stored = g_malloc (SIZE);
  g_autofree char *right = namida_digest_bytes (content, SIZE);
  g_autofree char *hash = NULL;
  g_autoptr (GError) error = NULL;
  int fd = memfd_create ("part", MFD_CLOEXEC);
  guint before = count_threads_at_rest ();
  guint64 written;
  gboolean ok = receive (content, arrives, fd, cores, &written, &hash, &error);

  g_assert_cmpuint (written, ==, arrives);
  g_assert_cmpint (pread (fd, stored, SIZE, 0), ==, arrives);
  g_assert_cmpmem (stored, arrives, content, arrives);
  g_assert_cmpuint (count_threads_at_rest (), ==, before);
  if (cores == CROWDED)
    g_assert_cmpuint (most_threads, ==, before);
  else
    g_assert_cmpuint (most_threads, >, before);
  if (arrives == SIZE)
    {
      g_assert_no_error (error);
      g_assert_true (ok);
      g_assert_cmpstr (hash, ==, right);
    }
  else
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  close (fd);
}

static void
test_receive (void)
{
  for (Cores cores = FREE; cores <= CHANGING; cores++)
    {
      check_received (cores, SIZE);
      check_received (cores, SIZE - 3 * MIB - 5);
    }
}

/* A full disk is reported, not the end of the connection that follows from it. */
static void
test_receive_full (void)
{
  g_autofree guint8 *content = content_new ();

  for (Cores cores = FREE; cores <= CHANGING; cores++)
    {
      g_autofree char *hash = NULL;
      g_autoptr (GError) error = NULL;
      int fd = open ("/dev/full", O_RDWR | O_CLOEXEC);
      guint64 written;

      g_assert_cmpint (fd, >=, 0);
      g_assert_false (receive (content, SIZE, fd, cores, &written, &hash, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE);
      g_assert_cmpuint (written, ==, 0);
      close (fd);
    }
}

/* ---- reading ---- */

static NamidaEntry *
entry_new (const char *folder, const guint8 *content)
{
  NamidaEntry *entry = namida_entry_new ();
  struct stat st;

  entry->name = g_strdup ("song.flac");
  entry->label = g_strdup ("Music");
  entry->relative_path = g_strdup ("song.flac");
  entry->source = g_build_filename (folder, "song.flac", NULL);
  g_assert_true (g_file_set_contents (entry->source, (const char *) content, SIZE, NULL));
  g_assert_no_errno (stat (entry->source, &st));
  entry->size = SIZE;
  entry->mtime_ns = (gint64) st.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + st.st_mtim.tv_nsec;
  return entry;
}

/* Reads from @offset to the end. @truncate_to: (in): the size that the file gets after the first block; SIZE if it does
 * not change. */
static void
check_read (Cores cores, guint64 offset, gsize truncate_to)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-XXXXXX", NULL);
  g_autofree guint8 *content = content_new ();
  g_autofree char *right = namida_digest_bytes (content, SIZE);
  g_autoptr (NamidaEntry) entry = entry_new (folder, content);
  g_autoptr (NamidaBlockPool) pool = namida_block_pool_new (3);
  g_autoptr (GError) error = NULL;
  struct stat st;
  int fd = namida_source_open (entry, &st, &error);
  guint before = count_threads_at_rest ();
  guint64 position = offset;

  g_assert_no_error (error);
  turn = 0;
  cores_set (cores);
  {
    g_autoptr (NamidaFileReader) reader = namida_file_reader_new (entry, fd, offset, pool, NULL);
    g_autofree char *sha256 = NULL;
    NamidaBlock *block;

    while ((block = namida_file_reader_next (reader, &error)) != NULL)
      {
        g_assert_cmpmem (block->data, block->length, content + position, block->length);
        position += block->length;
        namida_block_pool_give_back (pool, block);
        if (cores == CROWDED)
          g_assert_cmpuint (count_threads (), ==, before);
        if (truncate_to < SIZE)
          g_assert_no_errno (truncate (entry->source, (off_t) truncate_to));
        cores_set (cores);
      }
    if (truncate_to == SIZE)
      {
        g_assert_no_error (error);
        sha256 = namida_file_reader_finish (reader);
        g_assert_cmpstr (sha256, ==, right);
        g_assert_cmpuint (position, ==, SIZE);
      }
    else
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED);
  }
  g_assert_cmpuint (count_threads_at_rest (), ==, before);
  close (fd);
  g_assert_no_errno (g_unlink (entry->source));
  g_assert_no_errno (g_rmdir (folder));
}

static void
test_read (void)
{
  for (Cores cores = FREE; cores <= CHANGING; cores++)
    {
      check_read (cores, 0, SIZE);
      check_read (cores, 2 * MIB + 13, SIZE);
      check_read (cores, SIZE, SIZE);
      check_read (cores, 0, 2 * MIB + 1);
    }
}

static int failing_fd = -1; /* its bytes after the first MiB cannot be read */
static gint failed;         /* atomic */

ssize_t
pread (int fd, void *data, size_t length, off_t offset)
{
  if (fd == failing_fd && offset >= (off_t) MIB)
    {
      g_atomic_int_set (&failed, 1);
      errno = EIO;
      return -1;
    }
  return syscall (SYS_pread64, fd, data, length, offset);
}

/* What was read before the error is sent, and the error is looked at when the thread that writes it has ended. */
static void
test_read_error (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-XXXXXX", NULL);
  g_autofree guint8 *content = content_new ();
  g_autoptr (NamidaEntry) entry = entry_new (folder, content);
  g_autoptr (NamidaBlockPool) pool = namida_block_pool_new (8);
  g_autoptr (NamidaFileReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  NamidaBlock *block;
  guint64 position = 0;
  struct stat st;
  int fd = namida_source_open (entry, &st, &error);

  g_assert_no_error (error);
  failing_fd = fd;
  cores_set (FREE);
  reader = namida_file_reader_new (entry, fd, 0, pool, NULL);
  /* The reader has reached the error before the first block is taken, and had time to note it. */
  while (!g_atomic_int_get (&failed))
    g_usleep (1000);
  g_usleep (20000);
  while ((block = namida_file_reader_next (reader, &error)) != NULL)
    {
      g_assert_cmpmem (block->data, block->length, content + position, block->length);
      position += block->length;
      namida_block_pool_give_back (pool, block);
    }
  failing_fd = -1;
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_cmpuint (position, ==, MIB);
  g_clear_pointer (&reader, namida_file_reader_free);
  close (fd);
  g_assert_no_errno (g_unlink (entry->source));
  g_assert_no_errno (g_rmdir (folder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  namida_streams_enter ();
  at_rest = count_threads ();
  g_test_add_func ("/streams/count", test_count);
  g_test_add_func ("/streams/receive", test_receive);
  g_test_add_func ("/streams/receive-full", test_receive_full);
  g_test_add_func ("/streams/read", test_read);
  g_test_add_func ("/streams/read-error", test_read_error);
  return g_test_run ();
}
