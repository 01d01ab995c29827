/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which zip in Namida's folder of backups an automatic backup sends. */
#include "config.h"

#include "namida-fixtures.h"
#include "namida-newest-backup.h"

#include <fcntl.h>
#include <sys/stat.h>

static void
make (const char *folder, const char *name, gint64 time)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct timespec times[2] = { { .tv_sec = time }, { .tv_sec = time } };

  g_assert_true (g_file_set_contents (path, "PK", -1, NULL));
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
}

static void
assert_newest (const char *folder, const char *name)
{
  g_autofree char *newest = namida_newest_backup_find (folder);
  g_autofree char *base = newest != NULL ? g_path_get_basename (newest) : NULL;

  g_assert_cmpstr (base, ==, name);
}

static void
test_newest (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-newest-XXXXXX", NULL);

  assert_newest (folder, NULL);
  make (folder, "Namida Backup - 2026-07-19 18.30.00.zip", 2000);
  make (folder, "Namida Backup - 2026-07-18 18.30.00.zip", 1000);
  make (folder, "Photos.zip", 9000);
  assert_newest (folder, "Namida Backup - 2026-07-19 18.30.00.zip");
  /* A copy that was fitted to this computer may hold no more than one playlist. */
  make (folder, "Namida Backup - 2026-07-20 18.30.00 - fitted.zip", 3000);
  assert_newest (folder, "Namida Backup - 2026-07-19 18.30.00.zip");
  make (folder, "Namida Backup - 2026-07-21 18.30.00.zip", 4000);
  assert_newest (folder, "Namida Backup - 2026-07-21 18.30.00.zip");
  fixtures_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/newest-backup/newest", test_newest);
  return g_test_run ();
}
