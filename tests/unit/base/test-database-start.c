/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that several programs can open one new database at the same time, and that none of them gets the error that
 * another one is using it. */
#include "namida-database.h"

#include <glib/gstdio.h>

#define THREADS 8
#define ROUNDS 100

typedef struct
{
  GMutex lock;
  GCond cond;
  guint ready;
  const char *path;
} Start;

static gpointer
open_with_others (gpointer data)
{
  Start *start = data;
  GError *error = NULL;
  NamidaDatabase *database;

  g_mutex_lock (&start->lock);
  start->ready++;
  g_cond_broadcast (&start->cond);
  while (start->ready < THREADS)
    g_cond_wait (&start->cond, &start->lock);
  g_mutex_unlock (&start->lock);
  database = namida_database_open (start->path, &error);
  g_clear_object (&database);
  return error;
}

static void
remove_database (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
}

static void
test_at_once (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-start-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "state.db", NULL);

  for (guint round = 0; round < ROUNDS; round++)
    {
      Start start = { .path = path };
      GThread *threads[THREADS];

      for (guint i = 0; i < THREADS; i++)
        threads[i] = g_thread_new ("open", open_with_others, &start);
      for (guint i = 0; i < THREADS; i++)
        {
          g_autoptr (GError) error = g_thread_join (threads[i]);

          g_assert_no_error (error);
        }
      remove_database (folder);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/database/start/at-once", test_at_once);
  return g_test_run ();
}
