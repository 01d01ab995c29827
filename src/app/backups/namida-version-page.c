/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of one version: its counts as tiles, the plot of listens, and lists, which are side by side in a wide
 * window and stacked in a narrow one. The window pushes it; the data from the zip comes from namida-version-data.c.
 * Main context. */
#include "config.h"

#include "namida-version-page.h"

#include <glib/gi18n.h>

#include "namida-backup-card.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-narrow.h"
#include "namida-parts-bar.h"
#include "namida-row-menu.h"
#include "namida-version-data.h"
#include "namida-version-flow.h"
#include "namida-contents.h"
#include "namida-spoken.h"
#include "namida-version-parts.h"

#define PLAYLISTS_MOST 100u
#define PLAYLISTS_A_STEP 4u
#define FIRST_PLAYLIST_STEP 4u

struct _NamidaVersionPage
{
  AdwBin parent_instance;

  NamidaHub *hub;
  NamidaVersion *version;
  NamidaVersion *newer; /* (nullable): of the same device */
  NamidaVersion *older; /* (nullable): of the same device */
  GCancellable *cancellable;

  AdwWindowTitle *heading;
  GtkButton *newer_button;
  GtkButton *older_button;
  GtkButton *restore_button;
  GtkMenuButton *menu_button;
  GtkLabel *verified;
  GtkImage *verified_icon;
  GtkLabel *made;
  GtkWidget *made_icon;
  GtkLabel *size;
  GtkWidget *spinner;
  GtkLabel *problem;
  GtkFlowBox *tiles;
  GtkBox *columns;
  GtkBox *facts;
  AdwClamp *side;
  GtkWidget *plot_group;
  GtkLabel *range;
  NamidaMonthPlot *plot;
  GtkWidget *top_group;
  GtkBox *top;
  AdwPreferencesGroup *changes_group;
  GtkBox *changes;
  AdwPreferencesGroup *here_group;
  AdwPreferencesGroup *playlist_group;
  AdwPreferencesGroup *music_group;
  GtkWidget *songs_button;
  AdwPreferencesGroup *without_group;
};

G_DEFINE_FINAL_TYPE (NamidaVersionPage, namida_version_page, ADW_TYPE_BIN)

/* ---- the neighboring versions ---- */

static void
version_page_find_neighbors (NamidaVersionPage *self)
{
  GListModel *versions = G_LIST_MODEL (namida_hub_get_versions (self->hub));
  g_autofree char *device = namida_backup_card_dup_device (self->version);
  gboolean past = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (versions) && self->older == NULL; i++)
    {
      g_autoptr (NamidaVersion) other = g_list_model_get_item (versions, i);
      g_autofree char *own = namida_backup_card_dup_device (other);

      if (other == self->version)
        past = TRUE;
      else if (g_str_equal (own, device))
        g_set_object (past ? &self->older : &self->newer, other);
    }
  gtk_widget_set_sensitive (GTK_WIDGET (self->newer_button), self->newer != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->older_button), self->older != NULL);
}

/* @other: (nullable) */
static void
version_page_go_to (NamidaVersionPage *self, NamidaVersion *other)
{
  if (other != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-version", "s", namida_version_get_id (other));
}

static void
version_page_on_newer (GtkWidget *widget, const char *action, GVariant *parameter)
{
  version_page_go_to (NAMIDA_VERSION_PAGE (widget), NAMIDA_VERSION_PAGE (widget)->newer);
}

static void
version_page_on_older (GtkWidget *widget, const char *action, GVariant *parameter)
{
  version_page_go_to (NAMIDA_VERSION_PAGE (widget), NAMIDA_VERSION_PAGE (widget)->older);
}

static void
version_page_on_songs (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaVersionPage *self = NAMIDA_VERSION_PAGE (widget);

  namida_version_flow_restore_songs (widget, self->hub, self->version);
}

/* ---- data that is known without the zip ---- */

static char *
version_page_dup_title (NamidaVersion *version)
{
  g_autofree char *when = namida_files_when (namida_version_get_created_at (version));
  g_autofree char *first = g_utf8_strup (when, g_utf8_next_char (when) - when);

  return g_strconcat (first, g_utf8_next_char (when), NULL);
}

static void
version_page_show_state (NamidaVersionPage *self)
{
  g_autofree char *state = namida_version_dup_state_text (self->version);
  g_autofree char *bytes = namida_format_size (namida_version_get_bytes (self->version));
  guint files = namida_version_get_files (self->version);
  g_autofree char *count = g_strdup_printf (ngettext ("%'u file", "%'u files", files), files);
  g_autofree char *size = g_strdup_printf ("%s · %s", bytes, count);
  gboolean bad = !namida_version_get_present (self->version) || namida_version_get_damaged (self->version) > 0
                 || namida_version_get_doubted (self->version);

  gtk_label_set_label (self->verified, state);
  gtk_label_set_label (self->size, size);
  gtk_image_set_from_icon_name (self->verified_icon, bad ? "dialog-warning-symbolic" : "object-select-symbolic");
  gtk_widget_set_css_classes (GTK_WIDGET (self->verified_icon), (const char *[]){ bad ? "error" : "success", NULL });
  gtk_widget_set_sensitive (GTK_WIDGET (self->restore_button), namida_version_get_present (self->version));
}

static void
version_page_show_music (NamidaVersionPage *self)
{
  GPtrArray *music = namida_version_get_music (self->version);

  for (guint i = 0; i < music->len; i++)
    {
      const NamidaVersionMusic *one = g_ptr_array_index (music, i);
      g_autofree char *bytes = namida_format_size (one->bytes);
      guint n = (guint) one->files;
      g_autofree char *files = g_strdup_printf (ngettext ("%'u file", "%'u files", n), n);
      g_autofree char *figures = g_strdup_printf ("%s · %s", files, bytes);

      adw_preferences_group_add (self->music_group,
                                 namida_version_parts_row (*one->label != '\0' ? one->label : _ ("Single files"),
                                                           figures, NULL));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->music_group), music->len > 0);
  gtk_widget_set_visible (self->songs_button, namida_version_flow_has_songs (self->version));
}

/* ---- data from the zip ---- */

/* Adapts the number of tiles per line, because unknown counts have no tile. */
static void
version_page_fit_tiles (NamidaVersionPage *self, gboolean narrow)
{
  guint n = 0;

  while (gtk_flow_box_get_child_at_index (self->tiles, (int) n) != NULL)
    n++;
  gtk_flow_box_set_max_children_per_line (self->tiles, !narrow ? CLAMP (n, 1, 6) : n == 4 ? 2 : 3);
}

static void
version_page_show_tiles (NamidaVersionPage *self, const NamidaVersionData *data)
{
  const NamidaInspection *in = data->inspection;
  guint64 seconds = in->seconds_tracks + in->seconds_videos + in->seconds_youtube;

  namida_version_parts_add_tile (self->tiles, in->listens, _ ("Listens"));
  if (in->has_seconds && seconds >= 3600)
    namida_version_parts_add_tile (self->tiles, seconds / 3600, _ ("Hours"));
  namida_version_parts_add_tile (self->tiles, in->has_library ? in->library : in->tracks_heard, _ ("Tracks"));
  namida_version_parts_add_tile (self->tiles, data->artists, _ ("Artists"));
  namida_version_parts_add_tile (self->tiles, in->n_playlists, _ ("Playlists"));
  namida_version_parts_add_tile (self->tiles, in->favourites, _ ("Favorites"));
  version_page_fit_tiles (self, namida_narrow_get (GTK_WIDGET (self)));
}

static void
version_page_show_plot (NamidaVersionPage *self, const NamidaVersionData *data)
{
  g_autofree char *range = NULL;

  /* Without listens, hide the plot instead of showing an empty one. */
  gtk_widget_set_visible (self->plot_group, data->months->len > 0);
  if (data->months->len == 0)
    return;
  namida_month_plot_set (self->plot, (const NamidaMonth *) data->months->data, data->months->len);
  range = namida_month_plot_dup_range (self->plot);
  gtk_label_set_label (self->range, range);
}

static void
version_page_show_top (NamidaVersionPage *self, const NamidaInspection *in)
{
  guint64 most = in->top_tracks->len > 0 ? ((NamidaNamedCount *) g_ptr_array_index (in->top_tracks, 0))->count : 0;

  for (guint i = 0; i < in->top_tracks->len && i < 8; i++)
    {
      const NamidaNamedCount *track = g_ptr_array_index (in->top_tracks, i);

      gtk_box_append (self->top, namida_version_parts_track (i + 1, track->name, track->count, most));
    }
  gtk_widget_set_visible (self->top_group, in->top_tracks->len > 0);
}

static void
version_page_show_changes (NamidaVersionPage *self, const NamidaVersionData *data)
{
  g_autofree char *when = self->older != NULL ? namida_files_since (namida_version_get_created_at (self->older)) : NULL;
  /* Translators: %s: “yesterday, 14:20” or “3 November” */
  g_autofree char *title = when != NULL ? g_strdup_printf (_ ("Since %s"), when) : NULL;

  adw_preferences_group_set_title (self->changes_group, title != NULL ? title : _ ("Changes"));
  if (self->older == NULL)
    gtk_box_append (self->changes, namida_version_parts_change (0, _ ("This is the first version")));
  else if (data->changes == NULL)
    {
      gtk_widget_set_visible (GTK_WIDGET (self->changes_group), FALSE);
      return;
    }
  else if (data->changes->len == 0)
    gtk_box_append (self->changes, namida_version_parts_change (0, _ ("Nothing changed")));
  for (guint i = 0; data->changes != NULL && i < data->changes->len && i < 12; i++)
    {
      const NamidaVersionChange *change = g_ptr_array_index (data->changes, i);

      gtk_box_append (self->changes, namida_version_parts_change (change->sign, change->text));
    }
  if (data->loss)
    gtk_box_append (self->changes,
                    namida_version_parts_warning (_ ("Much is gone since the version before. That version is kept.")));
  gtk_widget_set_visible (GTK_WIDGET (self->changes_group), TRUE);
}

static void
version_page_show_here (NamidaVersionPage *self, const NamidaVersionData *data)
{
  if (!data->music_known)
    return;
  adw_preferences_group_add (self->here_group, namida_version_parts_here (data->found, data->tracks));
  if (data->found < data->tracks)
    adw_preferences_group_add (self->here_group,
                               namida_version_parts_missing (data->tracks - data->found, data->missing));
  gtk_widget_set_visible (GTK_WIDGET (self->here_group), TRUE);
}

/* A row with a button that restores this playlist alone. */
static GtkWidget *
version_page_make_playlist (NamidaVersionPage *self, const NamidaNamedCount *list)
{
  guint n = (guint) list->count;
  g_autofree char *tracks = g_strdup_printf (ngettext ("%'u track", "%'u tracks", n), n);
  /* Translators: %s is a playlist */
  g_autofree char *spoken = g_strdup_printf (_ ("Get Back “%s”"), list->name);
  GtkWidget *row = namida_version_parts_row (list->name, tracks, NULL);
  GtkWidget *button = gtk_button_new_with_label (_ ("Get Back…"));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_sensitive (button, namida_version_get_present (self->version));
  namida_spoken_set_name (button, spoken);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(ss)", namida_version_get_id (self->version), list->name);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.get-playlist");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
version_page_show_playlists (NamidaVersionPage *self, const NamidaInspection *in, guint first)
{
  for (guint i = first; i < in->playlists->len && i < first + PLAYLISTS_A_STEP; i++)
    adw_preferences_group_add (self->playlist_group,
                               version_page_make_playlist (self, g_ptr_array_index (in->playlists, i)));
  gtk_widget_set_visible (GTK_WIDGET (self->playlist_group), in->playlists->len > 0);
}

/* Shows the parts that Namida allows to leave out and that were left out. */
static void
version_page_show_without (NamidaVersionPage *self, const NamidaInspection *in)
{
  static const struct
  {
    NamidaParts part;
    const char *name;
  } parts[] = {
    { NAMIDA_PART_HISTORY, N_ ("History") },   { NAMIDA_PART_PLAYLISTS, N_ ("Playlists") },
    { NAMIDA_PART_LIBRARY, N_ ("Library") },   { NAMIDA_PART_LYRICS, N_ ("Lyrics") },
    { NAMIDA_PART_ARTWORKS, N_ ("Artworks") }, { NAMIDA_PART_SETTINGS, N_ ("Settings") },
  };
  GString *names = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; in->parts != 0 && i < G_N_ELEMENTS (parts); i++)
    if ((in->parts & parts[i].part) == 0)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", _ (parts[i].name));
  text = g_string_free (names, FALSE);
  if (*text == '\0')
    return;
  adw_preferences_group_add (self->without_group,
                             namida_version_parts_row (text, _ ("They were not chosen when Namida made it"),
                                                       "dialog-information-symbolic"));
  gtk_widget_set_visible (GTK_WIDGET (self->without_group), TRUE);
}

static void
version_page_show_made (NamidaVersionPage *self, const NamidaInspection *in)
{
  const char *system = g_strcmp0 (in->device, "android") == 0   ? "Android"
                       : g_strcmp0 (in->device, "linux") == 0   ? "Linux"
                       : g_strcmp0 (in->device, "windows") == 0 ? "Windows"
                                                                : NULL;
  g_autofree char *text = NULL;

  if (system != NULL)
    /* Translators: %s is a system: “Android” */
    text = g_strdup_printf (_ ("Made on %s"), system);
  gtk_label_set_label (self->made, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->made), text != NULL);
  gtk_widget_set_visible (self->made_icon, text != NULL);
}

static void
version_page_show_problem (NamidaVersionPage *self, const char *text)
{
  gtk_label_set_label (self->problem, text);
  gtk_widget_set_visible (GTK_WIDGET (self->problem), TRUE);
}

/* ---- one part after the other ---- */

/* Adds one part in each frame, because laying out all of them together would block the window for longer than a frame
 * or two. */
typedef struct
{
  NamidaVersionData *data; /* owned */
  guint step;
} VersionPageSteps;

static void
version_page_steps_free (gpointer user_data)
{
  VersionPageSteps *steps = user_data;

  namida_version_data_free (steps->data);
  g_free (steps);
}

static gboolean
version_page_show_step (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  VersionPageSteps *steps = user_data;
  NamidaVersionPage *self = NAMIDA_VERSION_PAGE (widget);
  const NamidaInspection *in = steps->data->inspection;
  guint step = steps->step++;
  guint first = step < FIRST_PLAYLIST_STEP ? 0 : (step - FIRST_PLAYLIST_STEP) * PLAYLISTS_A_STEP;

  /* The page was closed. */
  if (self->version == NULL)
    return G_SOURCE_REMOVE;
  switch (step)
    {
    case 0:
      version_page_show_made (self, in);
      version_page_show_tiles (self, steps->data);
      return G_SOURCE_CONTINUE;
    case 1:
      version_page_show_plot (self, steps->data);
      version_page_show_changes (self, steps->data);
      return G_SOURCE_CONTINUE;
    case 2:
      version_page_show_top (self, in);
      if (steps->data->problem == NULL)
        version_page_show_without (self, in);
      return G_SOURCE_CONTINUE;
    case 3:
      version_page_show_here (self, steps->data);
      return G_SOURCE_CONTINUE;
    default:
      version_page_show_playlists (self, in, first);
      return first + PLAYLISTS_A_STEP < MIN (in->playlists->len, PLAYLISTS_MOST) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
    }
}

static void
version_page_on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaVersionPage) self = user_data;
  g_autoptr (NamidaVersionData) data = namida_version_data_load_finish (result, NULL);
  VersionPageSteps *steps;

  if (data == NULL || self->version == NULL)
    return;
  gtk_widget_set_visible (self->spinner, FALSE);
  if (data->problem != NULL)
    version_page_show_problem (self, data->problem);
  if (data->inspection == NULL)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->tiles), data->problem == NULL);
  steps = g_new0 (VersionPageSteps, 1);
  steps->data = g_steal_pointer (&data);
  gtk_widget_add_tick_callback (GTK_WIDGET (self), version_page_show_step, steps, version_page_steps_free);
}

static void
version_page_load (NamidaVersionPage *self)
{
  const char *zip = namida_version_get_zip_path (self->version);
  const char *before = self->older != NULL ? namida_version_get_zip_path (self->older) : NULL;

  if (zip == NULL)
    {
      gtk_widget_set_visible (self->spinner, FALSE);
      version_page_show_problem (self, _ ("No Namida backup: music and files only."));
      return;
    }
  namida_version_data_load_async (zip, before, self->cancellable, version_page_on_loaded, g_object_ref (self));
}

/* ---- the object ---- */

static void
version_page_on_narrow (GtkWidget *widget, gboolean narrow)
{
  NamidaVersionPage *self = NAMIDA_VERSION_PAGE (widget);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->columns),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  adw_clamp_set_maximum_size (self->side, narrow ? 920 : 330);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->facts),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_spacing (self->facts, narrow ? 3 : 18);
  version_page_fit_tiles (self, narrow);
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->newer_button)), !narrow);
  if (narrow)
    gtk_button_set_icon_name (self->restore_button, "document-revert-symbolic");
  else
    gtk_button_set_label (self->restore_button, _ ("Restore…"));
  namida_spoken_set_name (self->restore_button, _ ("Restore…"));
}

static void
namida_version_page_dispose (GObject *object)
{
  NamidaVersionPage *self = NAMIDA_VERSION_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->newer);
  g_clear_object (&self->older);
  g_clear_object (&self->version);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_version_page_parent_class)->dispose (object);
}

static void
version_page_bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, newer_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, older_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, restore_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, verified);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, verified_icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, made);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, made_icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, size);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, problem);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, tiles);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, columns);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, side);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, facts);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, plot_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, range);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, plot);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, top_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, top);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, changes_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, changes);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, here_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, playlist_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, music_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, songs_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionPage, without_group);
}

static void
namida_version_page_class_init (NamidaVersionPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_version_page_dispose;
  g_type_ensure (NAMIDA_TYPE_MONTH_PLOT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-version-page.ui");
  version_page_bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "version-page.newer", NULL, version_page_on_newer);
  gtk_widget_class_install_action (widget_class, "version-page.older", NULL, version_page_on_older);
  gtk_widget_class_install_action (widget_class, "version-page.songs", NULL, version_page_on_songs);
}

static void
namida_version_page_init (NamidaVersionPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  namida_narrow_watch (GTK_WIDGET (self), version_page_on_narrow);
}

static void
version_page_show_menu (NamidaVersionPage *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenuItem) folder = g_menu_item_new (_ ("Open _Folder"), NULL);

  namida_row_menu_add (menu, _ ("_Newer Version"), "version-page.newer", NULL);
  namida_row_menu_add (menu, _ ("_Older Version"), "version-page.older", NULL);
  if (namida_version_flow_has_songs (self->version))
    namida_row_menu_add (menu, _ ("Restore Son_gs…"), "version-page.songs", NULL);
  if (namida_version_get_present (self->version))
    namida_row_menu_add (menu, _ ("_Share With a Browser…"), "win.link-version", namida_version_get_id (self->version));
  g_menu_item_set_action_and_target (folder, "win.open-folder", "^ay", namida_version_get_path (self->version));
  g_menu_append_item (menu, folder);
  gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (menu));
}

NamidaVersionPage *
namida_version_page_new (NamidaHub *hub, NamidaVersion *version)
{
  NamidaVersionPage *self = g_object_new (NAMIDA_TYPE_VERSION_PAGE, NULL);
  g_autofree char *title = version_page_dup_title (version);
  /* Translators: %s is the name of a device */
  g_autofree char *subtitle = g_strdup_printf (_ ("Backup of %s"), namida_version_get_alias (version));

  self->hub = g_object_ref (hub);
  self->version = g_object_ref (version);
  adw_window_title_set_title (self->heading, title);
  adw_window_title_set_subtitle (self->heading, subtitle);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->restore_button), "s", namida_version_get_id (version));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->restore_button), "win.restore");
  version_page_find_neighbors (self);
  version_page_show_menu (self);
  version_page_show_state (self);
  version_page_show_music (self);
  g_signal_connect_object (version, "notify", G_CALLBACK (version_page_show_state), self, G_CONNECT_SWAPPED);
  version_page_load (self);
  return self;
}
