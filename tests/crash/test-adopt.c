/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kills the process with SIGKILL at every step of marking a store, of writing the missing records of older versions,
 * and of adopting versions that were found. The next start completes the interrupted step: afterwards, every version is
 * listed once and has a complete record. */
#include "config.h"

#include "store-fixture.h"

#include "namida-crash-point.h"
#include "namida-folder-record.h"
#include "namida-store-mark.h"
#include "namida-verify.h"
#include "namida-versions.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_VERSIONS 3

static const char *self_path;

static void
receive (Fixture *f, guint number)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = g_strdup_printf ("%u", number);

  shipment_add (shipment, "", "Namida Backup - 1.zip", key, FALSE);
  shipment_add (shipment, "Music", "A/1.flac", "song", FALSE);
  sink = namida_store_sink_new_for (f->store, "AB12", "Phone", key, NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* The child: a program that opens its list of versions. */
static int
load (const char *base)
{
  g_autoptr (NamidaVersions) versions = namida_versions_new ();
  Fixture f = { 0 };

  fixture_open (&f, base);
  namida_versions_set_store (versions, f.store);
  while (namida_versions_get_loading (versions))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&versions);
  fixture_close (&f);
  return 0;
}

static int
run_child (const char *base, const char *crash_at)
{
  const char *argv[] = { self_path, "--load", base, NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GError) error = NULL;
  int status = -1;

  environment = crash_at != NULL ? g_environ_setenv (environment, "NAMIDA_CRASH_AT", crash_at, TRUE)
                                 : g_environ_unsetenv (environment, "NAMIDA_CRASH_AT");
  g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                NULL, NULL, &status, &error);
  g_assert_no_error (error);
  return status;
}

/* Calls @what for the folder of each version. Returns: how many there are. */
static guint
each_version (const char *base, void (*what) (const char *folder))
{
  g_autofree char *phone = g_build_filename (base, "backups", "Phone", NULL);
  g_autoptr (GDir) dir = g_dir_open (phone, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (phone, name, NULL);

      what (folder);
      n++;
    }
  return n;
}

static void
remove_record (const char *folder)
{
  g_autofree char *sums = g_build_filename (folder, NAMIDA_SUMS_NAME, NULL);
  g_autofree char *record = g_build_filename (folder, NAMIDA_FOLDER_RECORD_NAME, NULL);

  g_assert_cmpint (g_chmod (folder, 0755), ==, 0);
  g_assert_cmpint (g_unlink (sums), ==, 0);
  g_assert_cmpint (g_unlink (record), ==, 0);
}

/* @older: as release 0.1.0 left a store; else the versions lie there and the database does not know them. */
static void
make_store (const char *base, gboolean older)
{
  Fixture f = { 0 };

  fixture_open (&f, base);
  for (guint i = 0; i < N_VERSIONS; i++)
    receive (&f, i);
  if (older)
    {
      g_autofree char *mark = g_build_filename (f.backups, NAMIDA_STORE_MARK_NAME, NULL);

      g_assert_cmpuint (each_version (base, remove_record), ==, N_VERSIONS);
      g_assert_cmpint (g_unlink (mark), ==, 0);
      g_assert_true (namida_database_exec (f.database, NULL, "DELETE FROM stores", ""));
    }
  else
    {
      g_assert_true (namida_database_exec (f.database, NULL, "DELETE FROM versions", ""));
      g_assert_true (namida_database_exec (f.database, NULL, "DELETE FROM sessions", ""));
    }
  fixture_close (&f);
}

static void
check_store (const char *base)
{
  g_autofree char *mark = g_build_filename (base, "backups", NAMIDA_STORE_MARK_NAME, NULL);
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (GError) error = NULL;
  Fixture f = { 0 };

  g_assert_cmpuint (each_version (base, fixture_check_sums), ==, N_VERSIONS);
  g_assert_true (g_file_test (mark, G_FILE_TEST_IS_REGULAR));
  fixture_open (&f, base);
  g_assert_cmpint (fixture_query_int (&f, "SELECT count (*) FROM versions"), ==, N_VERSIONS);
  g_assert_cmpint (fixture_query_int (&f, "SELECT count (DISTINCT path) FROM versions"), ==, N_VERSIONS);
  g_assert_cmpint (fixture_query_int (&f, "SELECT count (*) FROM stores"), ==, 1);
  report = namida_verify_run (f.database, NULL, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->versions, ==, N_VERSIONS);
  g_assert_true (namida_verify_report_is_clean (report));
  fixture_close (&f);
}

static void
test_point (gconstpointer data)
{
  const char *point = data;
  guint n_killed = 0;

  for (int older = FALSE; older <= TRUE; older++)
    for (guint count = 1; count <= N_VERSIONS + 1; count++)
      {
        g_autofree char *base = g_dir_make_tmp ("namida-adopt-XXXXXX", NULL);
        g_autofree char *crash_at = g_strdup_printf ("%s:%u", point, count);
        gboolean killed;
        int status;

        make_store (base, older);
        status = run_child (base, crash_at);
        killed = WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL;
        g_assert_true (killed || status == 0);
        g_assert_cmpint (run_child (base, NULL), ==, 0);
        check_store (base);
        fixtures_remove (base);
        n_killed += killed;
        if (!killed)
          break;
      }
  /* A step that nothing comes by would be a test of nothing. */
  g_assert_cmpuint (n_killed, >, 0);
}

int
main (int argc, char **argv)
{
  if (!fixtures_leave_root ())
    return 0;
  g_test_init (&argc, &argv, NULL);
  if (argc == 3 && g_str_equal (argv[1], "--load"))
    return load (argv[2]);
  self_path = "/proc/self/exe";
  for (guint i = 0; namida_adoption_crash_points[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/adopt/", namida_adoption_crash_points[i], NULL);

      g_test_add_data_func (path, namida_adoption_crash_points[i], test_point);
    }
  return g_test_run ();
}
