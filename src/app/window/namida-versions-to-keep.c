/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The number of versions to keep in the preferences. Lowering it is the only setting that removes anything, so a
 * preview is shown first. Called by the preferences. Main context. */
#include "config.h"

#include "namida-versions-to-keep.h"

#include "namida-format.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define KEY "versions-to-keep"
/* Ask only once if the user lowers the number step by step. */
#define ASK_AFTER_MS 700

typedef struct
{
  GtkWindow *window; /* (nullable): weak */
  NamidaHub *hub;
  GSettings *settings;
  GtkAdjustment *adjustment; /* (nullable): weak */
  guint wanted;
  guint timer;
} KeepRow;

/* A preview of one number. The user may have changed the number since. */
typedef struct
{
  KeepRow *row; /* owned */
  guint wanted;
} KeepPreview;

static void
keep_row_unref (gpointer data)
{
  KeepRow *row = data;

  g_clear_handle_id (&row->timer, g_source_remove);
  g_clear_weak_pointer (&row->window);
  g_clear_object (&row->hub);
  g_clear_object (&row->settings);
  g_clear_weak_pointer (&row->adjustment);
}

static void
keep_row_release (gpointer data)
{
  g_rc_box_release_full (data, keep_row_unref);
}

static void
keep_row_release_closure (gpointer data, GClosure *closure)
{
  keep_row_release (data);
}

static guint
keep_row_get_set (KeepRow *row)
{
  return g_settings_get_uint (row->settings, KEY);
}

static void
keep_row_show_set (KeepRow *row)
{
  if (row->adjustment != NULL)
    gtk_adjustment_set_value (row->adjustment, keep_row_get_set (row));
}

static KeepPreview *
keep_preview_new (KeepRow *row, guint wanted)
{
  KeepPreview *preview = g_new0 (KeepPreview, 1);

  preview->row = g_rc_box_acquire (row);
  preview->wanted = wanted;
  return preview;
}

static void
keep_preview_free (KeepPreview *preview)
{
  keep_row_release (preview->row);
  g_free (preview);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeepPreview, keep_preview_free)

static void
keep_preview_free_closure (gpointer data, GClosure *closure)
{
  keep_preview_free (data);
}

static void
keep_row_on_response (AdwMessageDialog *dialog, const char *response, KeepPreview *preview)
{
  if (g_str_equal (response, "keep"))
    g_settings_set_uint (preview->row->settings, KEY, preview->wanted);
  else
    keep_row_show_set (preview->row);
}

static void
keep_row_ask (KeepRow *row, guint wanted, const NamidaRemoval *removal)
{
  g_autofree char *size = namida_format_size (removal->bytes);
  g_autofree char *body = g_strdup_printf (
      ngettext ("This would remove %'u version (%s). It goes to the trash with the next backup, and stays there for 30 "
                "days unless its room is needed.",
                "This would remove %'u versions (%s). They go to the trash with the next backup, and stay there for 30 "
                "days unless their room is needed.",
                removal->versions),
      removal->versions, size);
  GtkWidget *dialog = adw_message_dialog_new (row->window, _ ("Keep Fewer Versions?"), body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "keep", _ ("_Keep Fewer"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "keep", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (keep_row_on_response), keep_preview_new (row, wanted),
                         keep_preview_free_closure, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
keep_row_on_preview (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeepPreview) preview = user_data;
  KeepRow *row = preview->row;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaRemoval) removal = namida_versions_apply_retention_finish (NAMIDA_VERSIONS (source), result, &error);

  /* Another preview follows, or the number was raised again. */
  if (preview->wanted != row->wanted)
    return;
  if (removal == NULL)
    {
      /* Without a preview, the setting is not changed. */
      g_message ("%s", error->message);
      keep_row_show_set (row);
    }
  else if (removal->versions == 0)
    g_settings_set_uint (row->settings, KEY, preview->wanted);
  else if (row->window != NULL)
    keep_row_ask (row, preview->wanted, removal);
}

static gboolean
keep_row_preview (gpointer user_data)
{
  KeepRow *row = user_data;
  NamidaRetention policy
      = { .last = row->wanted, .monthly = g_settings_get_boolean (row->settings, "versions-monthly") };

  row->timer = 0;
  namida_versions_apply_retention_async (namida_hub_get_versions (row->hub), policy, TRUE, NULL, keep_row_on_preview,
                                         keep_preview_new (row, row->wanted));
  return G_SOURCE_REMOVE;
}

static void
keep_row_on_value (GtkAdjustment *adjustment, KeepRow *row)
{
  guint set = keep_row_get_set (row);

  row->wanted = (guint) (gtk_adjustment_get_value (adjustment) + 0.5);
  g_clear_handle_id (&row->timer, g_source_remove);
  if (row->wanted == set)
    return;
  if (row->wanted == 0 || (set != 0 && row->wanted > set))
    g_settings_set_uint (row->settings, KEY, row->wanted);
  else
    row->timer = g_timeout_add (ASK_AFTER_MS, keep_row_preview, row);
}

static void
keep_row_on_set (GSettings *settings, const char *key, GtkAdjustment *adjustment)
{
  gtk_adjustment_set_value (adjustment, g_settings_get_uint (settings, KEY));
}

void
namida_versions_to_keep_bind (GtkWindow *window, NamidaHub *hub, GSettings *settings, GtkAdjustment *adjustment)
{
  KeepRow *row = g_rc_box_new0 (KeepRow);

  g_set_weak_pointer (&row->window, window);
  row->hub = g_object_ref (hub);
  row->settings = g_object_ref (settings);
  g_set_weak_pointer (&row->adjustment, adjustment);
  keep_row_show_set (row);
  g_signal_connect_data (adjustment, "value-changed", G_CALLBACK (keep_row_on_value), row, keep_row_release_closure, 0);
  g_signal_connect_object (settings, "changed::" KEY, G_CALLBACK (keep_row_on_set), adjustment, 0);
}

/* GtkSpinButton handles the scroll wheel with a controller of its own, which is its only scroll controller. */
void
namida_spin_buttons_ignore_wheel (GtkWidget *root)
{
  g_autoptr (GListModel) controllers = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    namida_spin_buttons_ignore_wheel (child);
  if (!GTK_IS_SPIN_BUTTON (root))
    return;
  controllers = gtk_widget_observe_controllers (root);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_NONE);
    }
}
