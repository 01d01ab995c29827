/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The number of versions to keep is only lowered after the preview of that number. Warnings are fatal. */
#include "config.h"

#include <adwaita.h>
#include <locale.h>

#include "namida-settings.h"
#include "namida-versions-to-keep.h"

#define KEY "versions-to-keep"
/* Milliseconds: that of the row, in which no preview begins, and less. */
#define PREVIEW_MS 700
#define EARLIER_MS 500

#define WAIT_FOR(condition)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    while (!(condition))                                                                                               \
      g_main_context_iteration (NULL, TRUE);                                                                           \
  }                                                                                                                    \
  G_STMT_END

typedef struct
{
  GSettings *settings;
  GtkAdjustment *adjustment;
  guint earlier; /* 0: not known yet */
} Lowering;

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
on_earlier (gpointer user_data)
{
  Lowering *lowering = user_data;

  lowering->earlier = g_settings_get_uint (lowering->settings, KEY);
  return G_SOURCE_REMOVE;
}

/* The preview of 9 has begun, and its answer comes in a later turn of the main loop. */
static gboolean
on_previewing (gpointer user_data)
{
  Lowering *lowering = user_data;

  gtk_adjustment_set_value (lowering->adjustment, 3);
  g_timeout_add_full (G_PRIORITY_HIGH, EARLIER_MS, on_earlier, lowering, NULL);
  return G_SOURCE_REMOVE;
}

static void
test_step_by_step (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-keep-XXXXXX", NULL);
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", dir);
  NamidaHubOptions options = { .data_dir = dir, .alias = "Keep", .interface = "lo", .backups = dir, .music = dir };
  g_autoptr (NamidaHub) hub = namida_hub_new (&options);
  g_autoptr (GSettings) settings = namida_settings_new (dir, NULL);
  g_autoptr (GtkAdjustment) adjustment = g_object_ref_sink (gtk_adjustment_new (0, 0, 100, 1, 1, 0));
  Lowering lowering = { settings, adjustment, 0 };
  GtkWidget *window = adw_window_new ();
  g_autoptr (GAsyncResult) result = NULL;

  namida_hub_start_async (hub, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_true (namida_hub_start_finish (hub, result, NULL));
  g_clear_object (&result);
  g_settings_set_uint (settings, KEY, 10);
  namida_versions_to_keep_bind (GTK_WINDOW (window), hub, settings, adjustment);
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, 10);
  gtk_adjustment_set_value (adjustment, 9);
  g_timeout_add (PREVIEW_MS, on_previewing, &lowering);
  WAIT_FOR (lowering.earlier != 0);
  g_assert_cmpuint (lowering.earlier, ==, 10);
  WAIT_FOR (g_settings_get_uint (settings, KEY) == 3);
  gtk_window_destroy (GTK_WINDOW (window));
  namida_hub_stop_async (hub, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_cmpint (system (command), ==, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/versions-to-keep/step-by-step", test_step_by_step);
  return g_test_run ();
}
