/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests folders that are not accessible: the drive is not connected, or the desktop has revoked the permission. */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-folder-check.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void
test_states (Fixture *f, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (f->base, "drive", "Backups", NULL);
  g_autofree char *file = g_build_filename (f->base, "file", NULL);
  g_autofree char *below = g_build_filename (file, "Backups", NULL);

  g_assert_true (g_file_set_contents (file, "x", -1, NULL));
  g_assert_cmpint (namida_folder_check (f->base, TRUE), ==, NAMIDA_FOLDER_FINE);
  g_assert_cmpint (namida_folder_check (missing, TRUE), ==, NAMIDA_FOLDER_GONE);
  /* Nobody chose it: it will be made. */
  g_assert_cmpint (namida_folder_check (missing, FALSE), ==, NAMIDA_FOLDER_FINE);
  g_assert_cmpint (namida_folder_check (file, TRUE), ==, NAMIDA_FOLDER_CLOSED);
  g_assert_cmpint (namida_folder_check (below, FALSE), ==, NAMIDA_FOLDER_CLOSED);
  if (geteuid () == 0)
    return; /* whom no mode stops */
  g_assert_cmpint (g_chmod (f->data, 0500), ==, 0);
  g_assert_cmpint (namida_folder_check (f->data, TRUE), ==, NAMIDA_FOLDER_CLOSED);
  g_assert_cmpint (g_chmod (f->data, 0700), ==, 0);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
check (Fixture *f, NamidaFolderState *backups, NamidaFolderState *music)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_store_check_folders_async (f->store, NULL, on_checked, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (namida_store_check_folders_finish (f->store, result, backups, music, &error));
  g_assert_no_error (error);
}

static void
test_store (Fixture *f, gconstpointer data)
{
  NamidaFolderState backups, music;

  g_assert_true (g_mkdir_with_parents (f->music, 0755) == 0);
  check (f, &backups, &music);
  g_assert_cmpint (backups, ==, NAMIDA_FOLDER_FINE);
  g_assert_cmpint (music, ==, NAMIDA_FOLDER_FINE);
  namida_store_set_chosen (f->store, TRUE, TRUE);
  fixtures_remove (f->backups);
  check (f, &backups, &music);
  g_assert_cmpint (backups, ==, NAMIDA_FOLDER_GONE);
  g_assert_cmpint (music, ==, NAMIDA_FOLDER_FINE);
  g_assert_true (g_mkdir_with_parents (f->backups, 0755) == 0);
  check (f, &backups, &music);
  g_assert_cmpint (backups, ==, NAMIDA_FOLDER_FINE);
}

static void
test_store_cancelled (Fixture *f, gconstpointer data)
{
  NamidaFolderState backups = NAMIDA_FOLDER_GONE, music = NAMIDA_FOLDER_GONE;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  namida_store_check_folders_async (f->store, cancellable, on_checked, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (namida_store_check_folders_finish (f->store, result, &backups, &music, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (backups, ==, NAMIDA_FOLDER_GONE);
}

static void
expect (Fixture *f, NamidaLanding landing, const char *label, const char *gone)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", landing, NULL);
  g_autoptr (GError) error = NULL;
  gboolean sent;

  shipment_add (shipment, label, "1.flac", "one", FALSE);
  sent = shipment_send (shipment, sink, NULL, NULL, NULL, &error);
  if (gone == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (sent);
      return;
    }
  g_assert_false (sent);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE);
  g_assert_nonnull (strstr (error->message, gone));
  /* Nothing in its place. */
  g_assert_false (g_file_test (gone, G_FILE_TEST_EXISTS));
}

/* What should land there is refused in words; it is not put elsewhere, and the rest goes on. */
static void
test_refused (Fixture *f, gconstpointer data)
{
  namida_store_set_chosen (f->store, TRUE, TRUE);
  fixtures_remove (f->backups);
  fixtures_remove (f->music);
  expect (f, NAMIDA_LANDING_LIBRARY, "Music", f->music);
  expect (f, NAMIDA_LANDING_BACKUP, "Music", f->backups);
  g_assert_true (g_mkdir_with_parents (f->music, 0755) == 0);
  expect (f, NAMIDA_LANDING_LIBRARY, "Music", NULL);
  expect (f, NAMIDA_LANDING_LIBRARY, "", f->backups);
  /* Back again, as a drive that is plugged in. */
  g_assert_true (g_mkdir_with_parents (f->backups, 0755) == 0);
  expect (f, NAMIDA_LANDING_BACKUP, "Music", NULL);
  expect (f, NAMIDA_LANDING_LIBRARY, "", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/folders/states", Fixture, NULL, fixture_set_up, test_states, fixture_tear_down);
  g_test_add ("/folders/store", Fixture, NULL, fixture_set_up, test_store, fixture_tear_down);
  g_test_add ("/folders/store-cancelled", Fixture, NULL, fixture_set_up, test_store_cancelled, fixture_tear_down);
  g_test_add ("/folders/refused", Fixture, NULL, fixture_set_up, test_refused, fixture_tear_down);
  return g_test_run ();
}
