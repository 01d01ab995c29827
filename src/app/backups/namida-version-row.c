/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One version in the card of its device: its date, contents and state, and a menu of operations. It inspects the
 * backup zip itself. Main context. */
#include "config.h"

#include "namida-version-row.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-format.h"
#include "namida-inspection.h"
#include "namida-mnemonics.h"
#include "namida-narrow.h"
#include "namida-row-menu.h"
#include "namida-send-flow.h"
#include "namida-spoken.h"
#include "namida-state-line.h"
#include "namida-steady-label.h"
#include "namida-version-flow.h"

struct _NamidaVersionRow
{
  GtkListBoxRow parent_instance;

  NamidaHub *hub;
  NamidaVersion *version;
  GCancellable *verifying; /* (nullable): set while this row's version is being verified */
  GCancellable *looking;   /* for inspecting the zip, as long as the row exists */

  GtkImage *icon;
  NamidaSteadyLabel *when;
  GtkWidget *pin;
  NamidaSteadyLabel *contents;
  GtkProgressBar *bar;
  NamidaSteadyLabel *state;
  NamidaSteadyLabel *figures;
  GtkWidget *stop;
  GtkWidget *menu;
};

G_DEFINE_FINAL_TYPE (NamidaVersionRow, namida_version_row, GTK_TYPE_LIST_BOX_ROW)

enum
{
  PROP_PINNED = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

NamidaVersion *
namida_version_row_get_version (NamidaVersionRow *self)
{
  return self->version;
}

/* ---- what it shows ---- */

static void
version_row_show_state (NamidaVersionRow *self)
{
  g_autofree char *text = namida_version_dup_state_text (self->version);
  gboolean bad = !namida_version_get_present (self->version) || namida_version_get_damaged (self->version) > 0
                 || namida_version_get_doubted (self->version);
  gboolean good
      = !bad && namida_version_get_complete (self->version)
        && (namida_version_get_verified_at (self->version) > 0 || namida_version_get_read_at (self->version) > 0);

  namida_steady_label_set_text (self->state, self->verifying != NULL ? _ ("Verifying…") : text);
  gtk_image_set_from_icon_name (self->icon, bad ? "dialog-warning-symbolic" : "object-select-symbolic");
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon),
                              (const char *[]){ bad ? "error" : "success", "state-icon", NULL });
  gtk_widget_set_visible (GTK_WIDGET (self->icon), bad || good);
  /* An intact version only shows a check mark. Its text is available as a tooltip and for screen readers. */
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->icon), text);
  namida_spoken_set_name (self->icon, text);
  gtk_widget_set_visible (GTK_WIDGET (self->state), !good || self->verifying != NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->state), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->state), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->state), bad && self->verifying == NULL ? "error" : "dim-label");
  gtk_widget_set_visible (self->pin, namida_version_get_pinned (self->version));
  gtk_widget_set_visible (GTK_WIDGET (self->bar), self->verifying != NULL);
  gtk_widget_set_visible (self->stop, self->verifying != NULL);
  gtk_widget_set_visible (self->menu, self->verifying == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "version.remove", !namida_version_get_pinned (self->version));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "version.forget",
                                 namida_version_get_elsewhere (self->version)
                                     && !namida_version_get_pinned (self->version));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "version.folder", namida_version_get_present (self->version));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "version.restore-to", namida_version_get_present (self->version));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "version.link", namida_version_get_present (self->version));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "version.restore-here", namida_version_get_present (self->version));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "version.restore-songs",
                                 namida_version_flow_has_songs (self->version));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "version.merge",
                                 namida_version_get_present (self->version)
                                     && namida_version_get_zip_path (self->version) != NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PINNED]);
}

static void
version_row_on_inspected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaVersionRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaInspection) inspection = namida_inspector_inspect_finish (result, &error);
  g_autofree char *summary = NULL;
  g_autofree char *music = NULL;

  if (inspection == NULL || self->version == NULL)
    return;
  summary = namida_inspection_dup_summary (inspection);
  music = namida_version_flow_dup_music (self->version);
  if (music != NULL)
    {
      g_autofree char *both = g_strdup_printf ("%s · %s", summary, music);

      namida_steady_label_set_text (self->contents, both);
    }
  else
    namida_steady_label_set_text (self->contents, summary);
}

static void
version_row_show_contents (NamidaVersionRow *self)
{
  const char *zip = namida_version_get_zip_path (self->version);
  g_autofree char *music = namida_version_flow_dup_music (self->version);
  g_autoptr (GFile) file = zip != NULL ? g_file_new_for_path (zip) : NULL;

  namida_steady_label_set_text (self->contents, music != NULL ? music : namida_version_get_title (self->version));
  if (file != NULL && namida_version_get_present (self->version))
    namida_inspector_inspect_async (file, self->looking, version_row_on_inspected, g_object_ref (self));
}

static void
version_row_show_figures (NamidaVersionRow *self)
{
  g_autofree char *size = namida_format_size (namida_version_get_bytes (self->version));
  guint n = namida_version_get_files (self->version);
  g_autofree char *files = g_strdup_printf (ngettext ("%'u file", "%'u files", n), n);

  namida_steady_label_set_text (self->figures, size);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->figures), files);
}

static void
version_row_on_narrow (GtkWidget *widget, gboolean narrow)
{
  gtk_widget_set_visible (GTK_WIDGET (NAMIDA_VERSION_ROW (widget)->figures), !narrow);
}

static GMenuModel *
version_row_make_menu (GtkWidget *row)
{
  return g_object_ref (gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (NAMIDA_VERSION_ROW (row)->menu)));
}

/* ---- actions ---- */

static void
version_row_on_contents (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (widget);

  namida_version_flow_show (widget, self->version);
}

static void
version_row_on_folder (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_send_flow_open_folder (widget, namida_version_get_path (NAMIDA_VERSION_ROW (widget)->version));
}

static void
version_row_on_read (guint64 done, guint64 total, gpointer user_data)
{
  NamidaVersionRow *self = user_data;

  if (self->verifying != NULL && total > 0)
    gtk_progress_bar_set_fraction (self->bar, (double) done / (double) total);
}

static void
version_row_on_verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaVersionRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVerifyReport) report = namida_versions_verify_finish (NAMIDA_VERSIONS (source), result, &error);
  gboolean stopped = g_cancellable_is_cancelled (self->verifying);

  g_clear_object (&self->verifying);
  if (self->version == NULL)
    return; /* the row was destroyed */
  version_row_show_state (self);
  if (!stopped)
    namida_version_flow_report_verified (GTK_WIDGET (self), self->version, report, error);
}

static void
version_row_on_verify (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (widget);

  if (self->verifying != NULL)
    return;
  self->verifying = g_cancellable_new ();
  gtk_progress_bar_set_fraction (self->bar, 0);
  version_row_show_state (self);
  namida_versions_verify_async (namida_hub_get_versions (self->hub), self->version, TRUE, version_row_on_read, self,
                                self->verifying, version_row_on_verified, g_object_ref (self));
}

static void
version_row_on_stop (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (widget);

  if (self->verifying != NULL)
    g_cancellable_cancel (self->verifying);
}

static void
version_row_on_restore_to (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (widget);

  namida_version_flow_restore_to (widget, self->hub, self->version);
}

static void
version_row_on_link (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.link-version", "s",
                              namida_version_get_id (NAMIDA_VERSION_ROW (widget)->version));
}

static void
version_row_on_restore_songs (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (widget);

  namida_version_flow_restore_songs (widget, self->hub, self->version);
}

static void
version_row_on_merge (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (widget);

  namida_version_flow_merge (widget, self->hub, self->version);
}

static void
version_row_on_restore_here (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (widget);

  namida_version_flow_restore_here (widget, self->hub, self->version);
}

static void
version_row_on_remove (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (widget);

  namida_version_flow_trash (widget, self->hub, self->version);
}

static void
version_row_on_forget (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (widget);

  namida_version_flow_forget (widget, self->hub, self->version);
}

static void
version_row_on_pinned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaVersionRow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!namida_versions_set_pinned_finish (NAMIDA_VERSIONS (source), result, &error) && self->version != NULL)
    namida_version_flow_report_verified (GTK_WIDGET (self), self->version, NULL, error);
}

void
namida_version_row_open (gpointer unused, GtkListBoxRow *row)
{
  if (NAMIDA_IS_VERSION_ROW (row))
    gtk_widget_activate_action (GTK_WIDGET (row), "version.contents", NULL);
}

/* ---- the object ---- */

static void
namida_version_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (object);

  g_value_set_boolean (value, self->version != NULL && namida_version_get_pinned (self->version));
}

static void
namida_version_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (object);

  namida_versions_set_pinned_async (namida_hub_get_versions (self->hub), self->version, g_value_get_boolean (value),
                                    NULL, version_row_on_pinned, g_object_ref (self));
}

static void
namida_version_row_dispose (GObject *object)
{
  NamidaVersionRow *self = NAMIDA_VERSION_ROW (object);

  if (self->verifying != NULL)
    g_cancellable_cancel (self->verifying);
  if (self->looking != NULL)
    g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  g_clear_object (&self->version);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_version_row_parent_class)->dispose (object);
}

static void
version_row_bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionRow, icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionRow, when);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionRow, pin);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionRow, contents);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionRow, bar);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionRow, state);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionRow, figures);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionRow, stop);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionRow, menu);
}

static void
namida_version_row_class_init (NamidaVersionRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (NAMIDA_TYPE_STEADY_LABEL);
  g_type_ensure (NAMIDA_TYPE_STATE_LINE);
  G_OBJECT_CLASS (klass)->dispose = namida_version_row_dispose;
  G_OBJECT_CLASS (klass)->get_property = namida_version_row_get_property;
  G_OBJECT_CLASS (klass)->set_property = namida_version_row_set_property;
  properties[PROP_PINNED]
      = g_param_spec_boolean ("pinned", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-version-row.ui");
  version_row_bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "version.contents", NULL, version_row_on_contents);
  gtk_widget_class_install_action (widget_class, "version.folder", NULL, version_row_on_folder);
  gtk_widget_class_install_action (widget_class, "version.verify", NULL, version_row_on_verify);
  gtk_widget_class_install_action (widget_class, "version.stop", NULL, version_row_on_stop);
  gtk_widget_class_install_action (widget_class, "version.restore-to", NULL, version_row_on_restore_to);
  gtk_widget_class_install_action (widget_class, "version.link", NULL, version_row_on_link);
  gtk_widget_class_install_action (widget_class, "version.merge", NULL, version_row_on_merge);
  gtk_widget_class_install_action (widget_class, "version.restore-here", NULL, version_row_on_restore_here);
  gtk_widget_class_install_action (widget_class, "version.restore-songs", NULL, version_row_on_restore_songs);
  gtk_widget_class_install_action (widget_class, "version.remove", NULL, version_row_on_remove);
  gtk_widget_class_install_action (widget_class, "version.forget", NULL, version_row_on_forget);
  gtk_widget_class_install_property_action (widget_class, "version.pinned", "pinned");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "version.remove", NULL);
}

static void
namida_version_row_init (NamidaVersionRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->looking = g_cancellable_new ();
  namida_narrow_watch (GTK_WIDGET (self), version_row_on_narrow);
  namida_row_menu_attach (GTK_WIDGET (self), version_row_make_menu);
}

NamidaVersionRow *
namida_version_row_new (NamidaHub *hub, NamidaVersion *version)
{
  NamidaVersionRow *self = g_object_new (NAMIDA_TYPE_VERSION_ROW, NULL);
  g_autofree char *when = namida_files_when (namida_version_get_created_at (version));
  /* Here, "today, 09:12" is at the beginning of a line, so capitalize it. */
  g_autofree char *first = g_utf8_strup (when, g_utf8_next_char (when) - when);
  g_autofree char *title = g_strconcat (first, g_utf8_next_char (when), NULL);
  /* Translators: the accessible name of a button; %s is the date of a version */
  g_autofree char *name = g_strdup_printf (_ ("Actions for the version of %s"), when);

  self->hub = g_object_ref (hub);
  self->version = g_object_ref (version);
  namida_steady_label_set_text (self->when, title);
  namida_spoken_set_name (self, title);
  namida_spoken_set_name (self->menu, name);
  version_row_show_contents (self);
  version_row_show_figures (self);
  version_row_show_state (self);
  for (const char *const *property = (const char *const[]){ "pinned", "verified-at", "read-at", "damaged", "files-left",
                                                            "present", "doubted", NULL };
       *property != NULL; property++)
    {
      g_autofree char *signal = g_strconcat ("notify::", *property, NULL);

      g_signal_connect_object (version, signal, G_CALLBACK (version_row_show_state), self, G_CONNECT_SWAPPED);
    }
  return self;
}
