/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that files and folders are opened without following links, that only regular files are opened, and that
 * existing ones are neither created nor truncated. */
#include "namida-open.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *path;
  int folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->path = g_dir_make_tmp ("namida-open-XXXXXX", NULL);
  fixture->folder = open (fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_cmpint (fixture->folder, >=, 0);
  g_assert_cmpint (symlinkat ("file", fixture->folder, "link"), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  unlinkat (fixture->folder, "file", 0);
  unlinkat (fixture->folder, "other", 0);
  unlinkat (fixture->folder, "link", 0);
  unlinkat (fixture->folder, "pipe", 0);
  close (fixture->folder);
  g_assert_cmpint (g_rmdir (fixture->path), ==, 0);
  g_free (fixture->path);
}

static void
make (Fixture *fixture, const char *name, const char *text)
{
  int fd = namida_open_at (fixture->folder, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  close (fd);
}

static void
assert_says (int fd, const char *text)
{
  char got[16] = { 0 };

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  g_assert_cmpint (read (fd, got, sizeof got - 1), ==, (gssize) strlen (text));
  g_assert_cmpstr (got, ==, text);
  close (fd);
}

static void
test_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->path, "file", NULL);

  make (fixture, "file", "here");
  assert_says (namida_open_at (fixture->folder, "file", O_RDONLY, 0), "here");
  assert_says (namida_open_at (AT_FDCWD, path, O_RDONLY, 0), "here");
  assert_says (namida_open_at (fixture->folder, "file", O_RDWR | O_CREAT, 0600), "here");
  assert_says (namida_open_pinned (fixture->folder, "file", O_RDONLY), "here");
  /* What was there already is neither made nor emptied. */
  assert_says (namida_open_pinned (fixture->folder, "file", O_RDWR | O_CREAT), "here");
  g_assert_cmpint (namida_open_at (fixture->folder, "file", O_WRONLY | O_CREAT | O_EXCL, 0600), ==, -1);
  g_assert_cmpint (errno, ==, EEXIST);
  g_assert_cmpint (namida_open_at (fixture->folder, "other", O_RDONLY, 0), ==, -1);
  g_assert_cmpint (errno, ==, ENOENT);
  g_assert_cmpint (namida_open_pinned (fixture->folder, "other", O_RDWR | O_CREAT), ==, -1);
  g_assert_cmpint (errno, ==, ENOENT);
}

static void
test_links (Fixture *fixture, gconstpointer data)
{
  static const int flags[] = { O_RDONLY, O_RDWR, O_RDWR | O_CREAT, O_RDONLY | O_NONBLOCK };

  /* One that leads somewhere, and one that leads nowhere. */
  for (guint there = 0; there < 2; there++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
        {
          g_assert_cmpint (namida_open_at (fixture->folder, "link", flags[i], 0600), ==, -1);
          g_assert_cmpint (errno, ==, ELOOP);
          g_assert_cmpint (namida_open_pinned (fixture->folder, "link", flags[i]), ==, -1);
          g_assert_cmpint (errno, ==, ELOOP);
        }
      g_assert_cmpint (faccessat (fixture->folder, "file", F_OK, 0), ==, there == 0 ? -1 : 0);
      if (there == 0)
        make (fixture, "file", "here");
    }
}

/* A pipe does not hold who looks at it, and the permissions of a file are asked for anew. */
static void
test_others (Fixture *fixture, gconstpointer data)
{
  int fd;

  g_assert_cmpint (mkfifoat (fixture->folder, "pipe", 0600), ==, 0);
  fd = namida_open_pinned (fixture->folder, "pipe", O_RDONLY | O_NONBLOCK);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  if (geteuid () == 0)
    return;
  make (fixture, "file", "here");
  g_assert_cmpint (fchmodat (fixture->folder, "file", 0400, 0), ==, 0);
  g_assert_cmpint (namida_open_pinned (fixture->folder, "file", O_RDWR), ==, -1);
  g_assert_cmpint (errno, ==, EACCES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/open/files", Fixture, NULL, set_up, test_files, tear_down);
  g_test_add ("/open/links", Fixture, NULL, set_up, test_links, tear_down);
  g_test_add ("/open/others", Fixture, NULL, set_up, test_others, tear_down);
  return g_test_run ();
}
