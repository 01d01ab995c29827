/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a file that cannot be read is not reported as damaged: a file to which a new version would be linked, and
 * the folders of a drive that was disconnected. */
#include "store-fixture.h"

#include "namida-verify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *dead;      /* (nullable): nothing below this path can be read */
static const char *no_lookup; /* (nullable): no folder below this path is found */

static gboolean
is_dead (int fd)
{
  char name[64], path[PATH_MAX];
  ssize_t n = 0;

  if (dead != NULL)
    {
      g_snprintf (name, sizeof name, "/proc/self/fd/%d", fd);
      n = readlink (name, path, sizeof path - 1);
      path[MAX (n, 0)] = '\0';
    }
  errno = EIO;
  return n > 0 && g_str_has_prefix (path, dead);
}

ssize_t
read (int fd, void *data, size_t length)
{
  return is_dead (fd) ? -1 : syscall (SYS_read, fd, data, length);
}

ssize_t
pread (int fd, void *data, size_t length, off_t offset)
{
  return is_dead (fd) ? -1 : syscall (SYS_pread64, fd, data, length, offset);
}

int
openat (int fd, const char *name, int flags, ...)
{
  va_list arguments;
  mode_t mode;
  char link[64], path[PATH_MAX];
  ssize_t n = 0;

  va_start (arguments, flags);
  mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg (arguments, mode_t) : 0;
  va_end (arguments);
  if (no_lookup != NULL && fd >= 0 && (flags & O_DIRECTORY) != 0)
    {
      g_snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
      n = readlink (link, path, sizeof path - 1);
    }
  if (n > 0 && strncmp (path, no_lookup, MIN ((gsize) n, strlen (no_lookup))) == 0 && (gsize) n >= strlen (no_lookup))
    {
      errno = EIO;
      return -1;
    }
  return (int) syscall (SYS_openat, fd, name, flags, mode);
}

/* Returns: (transfer full): the folder of the version. @mtime_ns: of the song */
static char *
send (Fixture *f, const char *fingerprint, gint64 mtime_ns)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, fingerprint, fingerprint, "key", NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, "Music", "1.flac", "one", FALSE)->mtime_ns = mtime_ns;
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return namida_sink_dup_folder (sink);
}

static void
check_links (const char *folder, nlink_t links)
{
  g_autofree char *path = g_build_filename (folder, "Music", "Music", "1.flac", NULL);
  struct stat st;

  g_assert_no_errno (lstat (path, &st));
  g_assert_cmpuint (st.st_nlink, ==, links);
}

/* Another device sends the same content. It is not linked to what cannot be read, and nobody says that this is damaged:
 * when the disk answers again, it is linked to. */
static void
test_link (Fixture *f, gconstpointer data)
{
  gint64 mtime_ns = 1700000000 * G_GINT64_CONSTANT (1000000000);
  g_autofree char *one = send (f, "AB12", mtime_ns);
  g_autofree char *two = NULL;
  g_autofree char *three = NULL;

  dead = one;
  two = send (f, "CD34", mtime_ns);
  dead = NULL;
  check_links (two, 1);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM contents WHERE damaged"), ==, 0);
  three = send (f, "EF56", mtime_ns);
  check_links (three, 2);
}

/* The names of the version are in the memory of the computer still, those of its folders are not. */
static void
test_folders (Fixture *f, gconstpointer data)
{
  g_autofree char *one = send (f, "AB12", 0);
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (NamidaVerifyReport) later = NULL;
  g_autoptr (GError) error = NULL;

  dead = f->backups;
  no_lookup = one;
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  dead = no_lookup = NULL;
  g_assert_no_error (error);
  g_assert_cmpuint (report->absent, ==, 1);
  g_assert_cmpuint (report->missing, ==, 0);
  g_assert_cmpuint (report->damaged, ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM contents WHERE damaged"), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT verified_at IS NULL FROM versions"), ==, 1);
  later = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (namida_verify_report_is_clean (later));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/unreadable/link", Fixture, NULL, fixture_set_up, test_link, fixture_tear_down);
  g_test_add ("/unreadable/folders", Fixture, NULL, fixture_set_up, test_folders, fixture_tear_down);
  return g_test_run ();
}
