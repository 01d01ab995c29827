/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restores random trees and undoes the restores, and kills the process at several points of a restore. Each file is
 * then complete: either the one from before or the restored one. After the next start, the restore can be completed,
 * and undoing it brings all files back. */
#include "config.h"

#include "namida-error.h"
#include "namida-fixtures.h"
#include "restore-world.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* ---- random trees ---- */

static void
write_random (GRand *rand, const char *root, const char *mark)
{
  static const char *const names[] = { "a", "b", "c.mp3", "d (2).mp3", "e", "f.flac" };
  g_autofree char *folder = g_strdup (root);
  g_autofree char *content = NULL;
  g_autofree char *path = NULL;
  int depth = g_rand_int_range (rand, 0, 3);

  for (int i = 0; i < depth; i++)
    {
      char *next = g_build_filename (folder, names[g_rand_int_range (rand, 0, 6)], NULL);

      g_free (folder);
      folder = next;
    }
  path = g_build_filename (folder, names[g_rand_int_range (rand, 0, 6)], NULL);
  if (g_mkdir_with_parents (folder, 0755) != 0 || g_file_test (path, G_FILE_TEST_EXISTS))
    return; /* a file is in the way: another tree then */
  content = g_strnfill (g_rand_int_range (rand, 0, 4), g_rand_boolean (rand) ? 'x' : *mark);
  write_file (content, -1, g_rand_int_range (rand, 1, 2000000000), path, NULL);
}

static void
random_round (guint32 seed)
{
  World world = { 0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *home = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *later = NULL;
  g_autofree char *undone = NULL;
  NamidaRestoreResult result;

  world_open (&world);
  one = g_build_filename (world.version, "Music", "Music", NULL);
  two = g_build_filename (world.version, "Music", "Rips", NULL);
  for (int i = g_rand_int_range (rand, 1, 30); i > 0; i--)
    write_random (rand, g_rand_boolean (rand) ? one : two, "v");
  for (int i = g_rand_int_range (rand, 0, 30); i > 0; i--)
    write_random (rand, g_rand_boolean (rand) ? world.music : world.other, "h");
  home = g_build_filename (world.base, "home", NULL);
  before = snapshot (home);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (NamidaRestorePlan) plan = load (&world);

      if (is_there (two, NULL))
        choose (plan, "Rips", seed % 3 == 0 ? world.music : world.other);
      namida_restore_plan_set_policy (plan, (NamidaRestorePolicy) (seed / 3 % 3));
      /* Files in the way of folders are told as INCOMPLETE; the rest is restored. Two folders into one, each of which
       * replaces the other's file, cannot come to an end: then the first run is all. */
      result = apply_with (plan, NULL);
      if (i == 0 || (seed % 3 == 0 && seed / 3 % 3 == NAMIDA_RESTORE_REPLACE))
        {
          g_free (after);
          after = snapshot (home);
        }
      else
        g_assert_cmpuint (result.added + result.replaced + result.folders, ==, 0);
    }
  later = snapshot (home);
  g_assert_cmpstr (later, ==, after);
  for (;;)
    {
      g_autoptr (GError) error = NULL;

      result = undo_with (&world, NULL, &error);
      if (error != NULL)
        break;
      g_assert_cmpuint (result.left, ==, 0);
    }
  undone = snapshot (home);
  g_assert_cmpstr (undone, ==, before);
  world_close (&world);
}

#define N_RANDOM 90
#define N_AT_ONCE 15 /* rounds of one case */

static void
test_random (gconstpointer first)
{
  for (guint32 seed = GPOINTER_TO_UINT (first); seed < GPOINTER_TO_UINT (first) + N_AT_ONCE; seed++)
    {
      g_test_message ("seed %u", seed);
      random_round (seed);
    }
}

/* ---- a crash in the middle ---- */

#define N_FILES 300

static int
apply_as_child (const char *base, const char *policy)
{
  World world = { 0 };
  g_autoptr (NamidaRestorePlan) plan = NULL;

  world_open_at (&world, base);
  plan = load (&world);
  namida_restore_plan_set_policy (plan, (NamidaRestorePolicy) atoi (policy));
  apply (plan);
  return 0;
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Kills the child when so many files have come, wherever it then is. Returns: whether it was killed. */
static gboolean
run_and_kill (World *world, guint files, const char *policy)
{
  const char *argv[] = { "/proc/self/exe", "--apply", world->base, policy, NULL };
  g_autofree char *album = g_build_filename (world->music, "album", NULL);
  GPid pid;
  int status;

  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                                NULL, NULL, &pid, NULL));
  for (;;)
    {
      pid_t done = waitpid (pid, &status, WNOHANG);

      g_assert_cmpint (done, >=, 0);
      if (done == pid)
        return FALSE;
      if (count_files (album) >= files)
        break;
      g_usleep (200);
    }
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return WIFSIGNALED (status);
}

static char *
dup_content (guint i, const char *mark)
{
  g_autofree char *line = g_strdup_printf ("%s %u\n", mark, i);
  g_autoptr (GString) text = g_string_new (NULL);

  while (text->len < 20000)
    g_string_append (text, line);
  return g_strdup (text->str);
}

static void
check_whole (World *world)
{
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03u.mp3", i);
      g_autofree char *text = read_file (world->music, "album", name, NULL);
      g_autofree char *good = dup_content (i, "version");
      g_autofree char *old = dup_content (i, "mine");

      if (text != NULL)
        g_assert_true (strcmp (text, good) == 0 || (i % 50 == 0 && strcmp (text, old) == 0));
      else
        g_assert_cmpuint (i % 50, !=, 0); /* what was there never vanishes */
    }
}

static void
crash_round (guint files, NamidaRestorePolicy policy)
{
  World world = { 0 };
  g_autofree char *text = g_strdup_printf ("%d", policy);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *home = NULL;
  gboolean resumed = files % 2 == 0;

  world_open (&world);
  home = g_build_filename (world.base, "home", NULL);
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03u.mp3", i);
      g_autofree char *content = dup_content (i, "version");
      g_autofree char *mine = dup_content (i, "mine");

      write_file (content, -1, 1000 + i, world.version, "Music", "Music", "album", name, NULL);
      if (i % 50 == 0)
        write_file (mine, -1, 5000 + i, world.music, "album", name, NULL);
    }
  before = snapshot (home);
  g_clear_object (&world.database);
  run_and_kill (&world, files, text);
  check_whole (&world);
  open_database (&world);
  if (resumed)
    {
      g_autoptr (NamidaRestorePlan) plan = load (&world);

      namida_restore_plan_set_policy (plan, policy);
      apply (plan);
      check_whole (&world);
      for (guint i = 0; i < N_FILES; i++)
        {
          g_autofree char *name = g_strdup_printf ("%03u.mp3", i);

          g_assert_true (is_there (world.music, "album", name, NULL));
        }
      g_assert_false (is_there (world.music, ".namida-sync-restore", NULL));
    }
  for (;;)
    {
      g_autoptr (GError) error = NULL;

      undo_with (&world, NULL, &error);
      if (error != NULL)
        {
          g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
          break;
        }
    }
  after = snapshot (home);
  g_assert_cmpstr (after, ==, before);
  world_close (&world);
}

/* After so many files. */
static const guint when[] = { 6, 7, 8, 70, 71, 135, 200, 201, 280 };

static void
test_crash (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  crash_round (when[i], i % 2 == 0 ? NAMIDA_RESTORE_REPLACE : NAMIDA_RESTORE_SKIP_DIFFERENT);
}

int
main (int argc, char **argv)
{
  /* A process that is killed loses nothing that it has written, on a disk or in memory. */
  fixtures_use_memory (256);
  g_test_init (&argc, &argv, NULL);
  if (argc == 4 && g_str_equal (argv[1], "--apply"))
    return apply_as_child (argv[2], argv[3]);
  for (guint seed = 0; seed < N_RANDOM; seed += N_AT_ONCE)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u", "/restore/random", seed);

      g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_random);
    }
  for (guint i = 0; i < G_N_ELEMENTS (when); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u", "/restore/crash", when[i]);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_crash);
    }
  return g_test_run ();
}
