/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the next run says of one that was killed while it received. The kernel's figures are files of this test. */
#include "config.h"

#include "namida-journal.h"
#include "namida-last-run.h"

#include <glib/gstdio.h>

typedef struct
{
  char *dir, *proc;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *random = NULL;

  f->dir = g_dir_make_tmp ("namida-last-run-XXXXXX", NULL);
  f->proc = g_build_filename (f->dir, "proc", NULL);
  random = g_build_filename (f->proc, "sys", "kernel", "random", NULL);
  g_assert_cmpint (g_mkdir_with_parents (random, 0700), ==, 0);
  namida_last_run_proc = f->proc;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", f->dir);

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->dir);
  g_free (f->proc);
}

static void
write_figures (Fixture *f, const char *boot, guint killed)
{
  g_autofree char *vmstat = g_build_filename (f->proc, "vmstat", NULL);
  g_autofree char *boot_id = g_build_filename (f->proc, "sys", "kernel", "random", "boot_id", NULL);
  g_autofree char *figures = g_strdup_printf ("pgfault 9\noom_kill %u\nnuma_hit 7\n", killed);
  g_autofree char *line = g_strconcat (boot, "\n", NULL);

  g_assert_true (g_file_set_contents (vmstat, figures, -1, NULL));
  g_assert_true (g_file_set_contents (boot_id, line, -1, NULL));
}

static NamidaDatabase *
open_database (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->dir, "state.db", NULL);
  g_autoptr (GError) error = NULL;
  NamidaDatabase *database = namida_database_open (path, &error);

  g_assert_no_error (error);
  return database;
}

/* Begins as a program does, and is then receiving @n transfers when it is gone. Returns: what it said of the last. */
static char *
run (Fixture *f, guint n)
{
  g_autoptr (NamidaDatabase) database = open_database (f);
  g_autoptr (GError) error = NULL;
  char *said = namida_last_run_dup_trouble (f->dir, database);

  g_assert_true (namida_journal_park_open (database, &error));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      NamidaJournalSession row = { .id = id,
                                   .direction = (char *) "receive",
                                   .alias = (char *) "Phone",
                                   .title = (char *) "Music",
                                   .state = (char *) "open",
                                   .started_at = g_get_real_time (),
                                   .updated_at = g_get_real_time () };

      g_assert_true (namida_journal_write_session (database, &row, &error));
    }
  g_assert_no_error (error);
  return said;
}

static void
expect (Fixture *f, guint n, const char *what, const char *cause)
{
  g_autofree char *said = run (f, n);

  g_test_message ("%s", said != NULL ? said : "-");
  if (what == NULL)
    {
      g_assert_null (said);
      return;
    }
  g_assert_nonnull (strstr (said, what));
  if (cause != NULL)
    g_assert_nonnull (strstr (said, cause));
  else
    {
      g_assert_null (strstr (said, "memory"));
      g_assert_null (strstr (said, "restarted"));
    }
}

static void
test_causes (Fixture *f, gconstpointer data)
{
  write_figures (f, "one", 3);
  expect (f, 0, NULL, NULL);
  expect (f, 1, NULL, NULL);                               /* it ended between transfers */
  expect (f, 3, "receiving 1 transfer. It resumes", NULL); /* killed by somebody */
  write_figures (f, "one", 4);
  expect (f, 1, "receiving 3 transfers. They resume", "for lack of memory since, probably this one");
  expect (f, 1, "receiving 1 transfer.", NULL); /* that was the one before */
  write_figures (f, "two", 9);
  expect (f, 0, "receiving 1 transfer.", "The computer has been restarted since.");
  expect (f, 0, NULL, NULL);
}

/* Without the kernel's figures or what the last run kept, the cause is not known. */
static void
test_unknown (Fixture *f, gconstpointer data)
{
  g_autofree char *kept = g_build_filename (f->dir, "last-run", NULL);

  expect (f, 1, NULL, NULL);
  expect (f, 1, "receiving 1 transfer.", NULL);
  write_figures (f, "one", 5);
  expect (f, 1, "receiving 1 transfer.", NULL);
  g_assert_true (g_file_set_contents (kept, "no lines", -1, NULL));
  expect (f, 1, "receiving 1 transfer.", NULL);
  g_assert_cmpint (g_unlink (kept), ==, 0);
  expect (f, 1, "receiving 1 transfer.", NULL);
}

/* What another program is receiving has not ended. */
static void
test_not_alone (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaDatabase) other = NULL;

  write_figures (f, "one", 1);
  expect (f, 2, NULL, NULL);
  other = open_database (f);
  expect (f, 2, NULL, NULL);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/last-run/causes", test_causes);
  ADD ("/last-run/unknown", test_unknown);
  ADD ("/last-run/not-alone", test_not_alone);
  return g_test_run ();
}
