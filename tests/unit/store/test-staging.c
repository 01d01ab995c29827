/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the folder for unfinished files when several sessions use it at the same time. */
#include "config.h"

#include "namida-staging.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define ROUNDS 300
#define N_SESSIONS 3

typedef struct
{
  const char *root;
  char *session;
} Session;

static gpointer
come_and_go (gpointer user_data)
{
  Session *self = user_data;
  int root = open (self->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_cmpint (root, >=, 0);
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NamidaStaging) staging
          = namida_staging_open_hidden (self->root, root, "0123456789abcdef", self->session, &error);

      g_assert_no_error (error);
      g_assert_nonnull (staging);
      g_assert_true (namida_staging_remove (staging));
    }
  close (root);
  return NULL;
}

/* The last one that ends removes the folder of all of them, in which the next one begins at that moment. */
static void
test_come_and_go (void)
{
  g_autofree char *root = g_dir_make_tmp ("namida-staging-XXXXXX", NULL);
  Session sessions[N_SESSIONS];
  GThread *threads[N_SESSIONS];

  for (guint i = 0; i < N_SESSIONS; i++)
    {
      sessions[i].root = root;
      sessions[i].session = g_strdup_printf ("%032u", i);
      threads[i] = g_thread_new ("session", come_and_go, &sessions[i]);
    }
  for (guint i = 0; i < N_SESSIONS; i++)
    {
      g_thread_join (threads[i]);
      g_free (sessions[i].session);
    }
  /* Nothing is left, not even the folder. */
  g_assert_cmpint (g_rmdir (root), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/staging/come-and-go", test_come_and_go);
  return g_test_run ();
}
