/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the group “Automatic Backup” of a device and the dialog that fetches a backup, with a real hub on loopback. A
 * switch changes the database, and a change by another program is shown. Warnings are fatal. */
#include "config.h"

#include <adwaita.h>
#include <locale.h>

#include "namida-get-dialog.h"
#include "namida-hub-schedules.h"
#include "namida-schedule-group.h"
#include "namida-trust-store.h"

#define NAS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

#define WAIT_FOR(condition)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    int turns = 0;                                                                                                     \
                                                                                                                       \
    while (!(condition))                                                                                               \
      turn (&turns);                                                                                                   \
  }                                                                                                                    \
  G_STMT_END

static void
turn (int *turns)
{
  g_assert_cmpint (++*turns, <, 2000);
  if (!g_main_context_iteration (NULL, FALSE))
    g_usleep (10000);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static NamidaHub *
start_hub (const char *dir)
{
  NamidaHubOptions options = { .data_dir = dir, .alias = "Group", .interface = "lo", .backups = dir, .music = dir };
  NamidaHub *hub = namida_hub_new (&options);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_start_async (hub, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  g_assert_true (namida_hub_start_finish (hub, result, &error));
  g_assert_no_error (error);
  return hub;
}

/* The first widget of a type below @widget. */
static GtkWidget *
find (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static NamidaSchedule *
only (NamidaSchedules *list)
{
  g_autoptr (NamidaSchedule) schedule = g_list_model_get_item (G_LIST_MODEL (list), 0);

  return schedule; /* the list holds it */
}

static void
test_switch (void)
{
  g_autofree char *dir = g_dir_make_tmp ("namida-group-XXXXXX", NULL);
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", dir);
  NamidaHub *hub = start_hub (dir);
  NamidaSchedules *list = namida_hub_get_schedules (hub);
  NamidaScheduleGroup *group = namida_schedule_group_new (hub);
  GtkWidget *window = adw_window_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GtkSwitch *enabled;
  AdwComboRow *when, *day;

  adw_window_set_content (ADW_WINDOW (window), GTK_WIDGET (group));
  gtk_window_present (GTK_WINDOW (window));
  /* Not for a device that is not trusted. */
  namida_schedule_group_set_device (group, NAS, "NAS");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (group)));
  namida_trust_store_add (namida_hub_get_trust_store (hub), NAS, NULL, "NAS");
  namida_schedule_group_set_device (group, NAS, "NAS");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (group)));
  enabled = GTK_SWITCH (find (GTK_WIDGET (group), GTK_TYPE_SWITCH));
  when = ADW_COMBO_ROW (find (GTK_WIDGET (group), ADW_TYPE_COMBO_ROW));
  g_assert_false (gtk_switch_get_active (enabled));
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (when)));
  gtk_switch_set_active (enabled, TRUE);
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (list)) == 1);
  g_assert_cmpint (namida_schedule_get_row (only (list))->rule.at, ==, 2 * 60);
  g_assert_true (namida_schedule_get_row (only (list))->newest_backup);
  WAIT_FOR (gtk_widget_get_sensitive (GTK_WIDGET (when)));
  adw_combo_row_set_selected (when, 1);
  WAIT_FOR (namida_schedule_get_row (only (list))->rule.every == NAMIDA_SCHEDULE_WEEK);
  day = ADW_COMBO_ROW (find (gtk_widget_get_next_sibling (GTK_WIDGET (when)), ADW_TYPE_COMBO_ROW));
  WAIT_FOR (gtk_widget_get_visible (GTK_WIDGET (day)));
  adw_combo_row_set_selected (day, 6);
  WAIT_FOR (namida_schedule_get_row (only (list))->rule.weekday == 7);
  adw_combo_row_set_selected (when, 0);
  WAIT_FOR (namida_schedule_get_row (only (list))->rule.every == NAMIDA_SCHEDULE_DAY);
  WAIT_FOR (!gtk_widget_get_visible (GTK_WIDGET (day)));
  adw_combo_row_set_selected (when, 1);
  WAIT_FOR (namida_schedule_get_row (only (list))->rule.every == NAMIDA_SCHEDULE_WEEK);
  g_assert_cmpint (namida_schedule_get_row (only (list))->rule.weekday, ==, 7);
  gtk_switch_set_active (enabled, FALSE);
  WAIT_FOR (!namida_schedule_get_row (only (list))->enabled);
  WAIT_FOR (!gtk_widget_get_sensitive (GTK_WIDGET (when)));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);
  /* What the command line removes goes here, too. */
  namida_schedules_remove_async (list, namida_schedule_get_id (only (list)), NULL, on_result, &result);
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (list)) == 0);
  g_assert_false (gtk_switch_get_active (enabled));
  namida_get_dialog_present (GTK_WINDOW (window), hub, NULL);
  for (int i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_clear_object (&result);
  gtk_window_destroy (GTK_WINDOW (window));
  namida_hub_stop_async (hub, on_result, &result);
  WAIT_FOR (result != NULL);
  g_object_unref (hub);
  g_assert_cmpint (system (command), ==, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/schedule-group/switch", test_switch);
  return g_test_run ();
}
