/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations of test-durable.c that restore a version and undo it: restored files, replaced files that were moved
 * aside, and files that are put back. */
#include "config.h"

#include "durable-others.h"

#include "namida-restore.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

static void
keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* (transfer full): where the music is now */
static char *
restore_one (Fixture *f)
{
  g_autofree char *version = durable_receive (f, "Music", 2, "one");
  g_autofree char *zips = g_build_filename (f->base, "zips", NULL);
  g_autofree char *to = g_build_filename (f->base, "restored", NULL);
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) compared = NULL;
  g_autoptr (GAsyncResult) applied = NULL;
  g_autoptr (NamidaRestorePlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult result;

  namida_restore_plan_load_async (f->database, version, f->base, NULL, zips, NULL, keep, &loaded);
  plan = namida_restore_plan_load_finish (wait_for (&loaded), &error);
  g_assert_no_error (error);
  g_assert_true (namida_restore_plan_set_destination (plan, "Music", to, &error));
  namida_restore_plan_set_policy (plan, NAMIDA_RESTORE_REPLACE);
  namida_restore_plan_preview_async (plan, NULL, keep, &compared);
  g_assert_true (namida_restore_plan_preview_finish (plan, wait_for (&compared), &error));
  namida_restore_plan_apply_async (plan, NULL, NULL, NULL, keep, &applied);
  g_assert_true (namida_restore_plan_apply_finish (plan, wait_for (&applied), &result, &error));
  g_assert_no_error (error);
  return g_steal_pointer (&to);
}

void
durable_do_restored (Fixture *f)
{
  g_autofree char *to = restore_one (f);

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("album %u/%u.flac", i, i);

      durable_expect (g_build_filename (to, name, NULL));
    }
}

/* (transfer full) (nullable): where the file waits that was replaced. */
static char *
dup_waiting (Fixture *f)
{
  sqlite3_stmt *statement;
  char *path = NULL;

  namida_database_lock (f->database);
  statement = namida_database_prepare (f->database, NULL, "SELECT kept FROM restored WHERE kept IS NOT NULL", "");
  if (sqlite3_step (statement) == SQLITE_ROW)
    path = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  return path;
}

/* What was replaced is there, too: not only the file that took its place, and before that one took it. */
void
durable_do_replaced (Fixture *f)
{
  g_autofree char *folder = g_build_filename (f->base, "restored", "album 0", NULL);
  g_autofree char *mine = g_build_filename (folder, "0.flac", NULL);
  g_autofree char *to = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (mine, "mine", -1, NULL));
  durable_note_all ();
  durable_expect_waiting (g_build_filename (f->base, "restored", ".namida-sync-replaced", NULL));
  to = restore_one (f);
  durable_expect (g_steal_pointer (&mine));
  durable_expect (dup_waiting (f));
}

/* What was replaced is in its place again. */
void
durable_do_undone (Fixture *f)
{
  g_autofree char *folder = g_build_filename (f->base, "restored", "album 0", NULL);
  g_autofree char *mine = g_build_filename (folder, "0.flac", NULL);
  g_autofree char *to = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GAsyncResult) undone = NULL;
  NamidaRestoreResult result;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (mine, "mine", -1, NULL));
  durable_note_all ();
  to = restore_one (f);
  namida_restore_undo_async (f->database, NULL, NULL, keep, &undone);
  g_assert_true (namida_restore_undo_finish (wait_for (&undone), &result, NULL));
  g_assert_true (g_file_get_contents (mine, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  durable_expect (g_steal_pointer (&mine));
}
