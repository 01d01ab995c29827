/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The results of the search on the Backups page. A playlist is restored as a backup of its own; a song or an album is
 * copied into the music folder or sent to a device. Only the first results of each kind are shown; a longer search text
 * narrows them down. Main context. */
#include "config.h"

#include "namida-find-list.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-format.h"
#include "namida-gradual.h"
#include "namida-hub-find.h"
#include "namida-restore-dialog.h"
#include "namida-spoken.h"

#define MOST_ROWS 20u
#define FIRST_ROWS 8u /* how many a window shows */
#define MORE_ROWS 4u

/* A row to make: a hit, and the group of its kind. */
typedef struct
{
  AdwPreferencesGroup *group; /* borrowed */
  const NamidaFindHit *hit;
} FindRow;

struct _NamidaFindList
{
  AdwBin parent_instance;

  NamidaHub *hub;
  GCancellable *cancellable; /* (nullable): for the running search */
  GPtrArray *hits;           /* (nullable) (element-type NamidaFindHit): what is shown */
  GArray *rows;              /* (element-type FindRow) */

  GtkStack *stack;
  GtkBox *box;
  AdwStatusPage *nothing;
};

G_DEFINE_FINAL_TYPE (NamidaFindList, namida_find_list, ADW_TYPE_BIN)

static NamidaVersion *
find_list_get_version (NamidaFindList *self, const char *id)
{
  NamidaVersion *version = namida_versions_find (namida_hub_get_versions (self->hub), id);

  if (version == NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", _ ("This version is no longer here"));
  return version;
}

/* The parameters (ss) are the id of the version that has its own copy, and the path of the song or album in it. */
static void
find_list_on_restore (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaFindList *self = NAMIDA_FIND_LIST (widget);
  const char *paths[2] = { NULL };
  NamidaVersion *version;
  NamidaRestoreDialog *dialog;
  const char *id;

  g_variant_get (parameter, "(&s&s)", &id, &paths[0]);
  version = find_list_get_version (self, id);
  if (version == NULL)
    return;
  dialog = namida_restore_dialog_new_picked (self->hub, version, paths);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (gtk_widget_get_root (widget)));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- rows ---- */

/* The actions for a hit: the file itself is in the user's folder, or a copy of it is in a version. */
static GtkWidget *
find_list_make_button (NamidaFindList *self, const NamidaFindHit *hit, const char *id)
{
  g_autofree char *stored = g_strdup_printf ("%" G_GINT64_FORMAT, hit->stored);
  g_autofree char *spoken = NULL;
  GtkWidget *button = gtk_button_new ();

  if (hit->kind == NAMIDA_FIND_PLAYLIST)
    {
      gtk_button_set_label (GTK_BUTTON (button), _ ("Get Back…"));
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(ss)", id, hit->title);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.get-playlist");
      /* Translators: %s is a playlist */
      spoken = g_strdup_printf (_ ("Get Back “%s”"), hit->title);
    }
  else if (hit->place != NULL)
    {
      gtk_button_set_label (GTK_BUTTON (button), _ ("Restore…"));
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(ss)", stored, hit->place);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "find.restore");
      /* Translators: %s is a song or an album */
      spoken = g_strdup_printf (_ ("Restore “%s”"), hit->title);
    }
  else
    {
      gtk_button_set_label (GTK_BUTTON (button), _ ("Open Folder"));
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "^ay", hit->folder);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.open-folder");
      /* Translators: %s is a song or an album */
      spoken = g_strdup_printf (_ ("Open Folder of “%s”"), hit->title);
    }
  namida_spoken_set_name (button, spoken);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_add_css_class (button, "in-row");
  return button;
}

/* Returns: (transfer full): text such as "Björk", and in the next line "In 9 versions, last: 3 May, of Pixel 8a". */
static char *
find_list_dup_words (const NamidaFindHit *hit)
{
  g_autofree char *when = namida_files_when (hit->created_at);
  g_autofree char *alias = namida_format_alias (hit->alias);
  g_autofree char *detail = namida_format_title (hit->detail);
  /* Translators: the number of versions, the date of the newest one, and its device: “In 9 versions, last: today,
   * 09:12, of Pixel 8a” */
  g_autofree char *words
      = g_strdup_printf (ngettext ("In %u version: %s, of %s", "In %u versions, last: %s, of %s", hit->n_versions),
                         hit->n_versions, when, alias);

  return *hit->detail != '\0' ? g_strdup_printf ("%s\n%s", detail, words) : g_steal_pointer (&words);
}

static GtkWidget *
find_list_make_row (NamidaFindList *self, const NamidaFindHit *hit)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, hit->version);
  g_autofree char *title = namida_format_title (hit->title);
  g_autofree char *words = find_list_dup_words (hit);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), words);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 3);
  /* A song that is only named in the library of a zip has no file here. */
  if (hit->kind == NAMIDA_FIND_PLAYLIST || hit->folder != NULL)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), find_list_make_button (self, hit, id));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", id);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.show-version");
  return row;
}

static const char *
find_list_get_heading (NamidaFindKind kind)
{
  if (kind == NAMIDA_FIND_PLAYLIST)
    return _ ("Playlists");
  return kind == NAMIDA_FIND_ALBUM ? _ ("Albums") : _ ("Songs");
}

static void
find_list_clear (NamidaFindList *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->box))) != NULL)
    gtk_box_remove (self->box, child);
}

/* Notes the rows of the first hits of @kind, and makes their group. */
static void
find_list_collect (NamidaFindList *self, NamidaFindKind kind)
{
  GtkWidget *group = NULL;
  guint n = 0;

  for (guint i = 0; i < self->hits->len; i++)
    {
      const NamidaFindHit *hit = g_ptr_array_index (self->hits, i);

      if (hit->kind != kind || n++ >= MOST_ROWS)
        continue;
      if (group == NULL)
        group = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", find_list_get_heading (kind), NULL);
      g_array_append_val (self->rows, ((FindRow){ ADW_PREFERENCES_GROUP (group), hit }));
    }
  if (n > MOST_ROWS)
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group),
                                           _ ("There are more. Enter more of the name to see others."));
  if (group != NULL)
    gtk_box_append (self->box, group);
}

static void
find_list_add_row (guint index, gpointer user_data)
{
  NamidaFindList *self = user_data;
  const FindRow *row = &g_array_index (self->rows, FindRow, index);

  adw_preferences_group_add (row->group, find_list_make_row (self, row->hit));
}

/* @hits: (transfer full) */
static void
find_list_fill (NamidaFindList *self, GPtrArray *hits)
{
  static const NamidaFindKind kinds[] = { NAMIDA_FIND_PLAYLIST, NAMIDA_FIND_ALBUM, NAMIDA_FIND_SONG };

  namida_gradual_stop (GTK_WIDGET (self));
  find_list_clear (self);
  g_array_set_size (self->rows, 0);
  g_clear_pointer (&self->hits, g_ptr_array_unref);
  self->hits = hits;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    find_list_collect (self, kinds[i]);
  namida_gradual_run (GTK_WIDGET (self), self->rows->len, FIRST_ROWS, MORE_ROWS, find_list_add_row, self);
}

/* ---- the search ---- */

static void
find_list_on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaFindList) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = namida_hub_find_finish (NAMIDA_HUB (source), result, &error);

  /* A search that was canceled after it had ended gets here, too. */
  if (self->hub == NULL || g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  if (hits != NULL && hits->len > 0)
    {
      find_list_fill (self, g_steal_pointer (&hits));
      gtk_stack_set_visible_child_name (self->stack, "found");
      return;
    }
  adw_status_page_set_title (self->nothing, error != NULL ? _ ("Could Not Search") : _ ("Not in Any Version"));
  adw_status_page_set_description (self->nothing, error != NULL
                                                      ? error->message
                                                      : _ ("No version has a song, album or playlist of that name."));
  gtk_stack_set_visible_child_name (self->stack, "nothing");
}

void
namida_find_list_stop (NamidaFindList *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

void
namida_find_list_search (NamidaFindList *self, NamidaHub *hub, const char *text)
{
  namida_find_list_stop (self);
  g_set_object (&self->hub, hub);
  self->cancellable = g_cancellable_new ();
  gtk_stack_set_visible_child_name (self->stack, "searching");
  namida_hub_find_async (hub, text, self->cancellable, find_list_on_found, g_object_ref (self));
}

/* ---- the object ---- */

static void
namida_find_list_dispose (GObject *object)
{
  NamidaFindList *self = NAMIDA_FIND_LIST (object);

  namida_find_list_stop (self);
  namida_gradual_stop (GTK_WIDGET (self));
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_find_list_parent_class)->dispose (object);
}

static void
namida_find_list_finalize (GObject *object)
{
  NamidaFindList *self = NAMIDA_FIND_LIST (object);

  g_clear_pointer (&self->hits, g_ptr_array_unref);
  g_array_unref (self->rows);
  G_OBJECT_CLASS (namida_find_list_parent_class)->finalize (object);
}

static void
namida_find_list_class_init (NamidaFindListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = namida_find_list_finalize;
  G_OBJECT_CLASS (klass)->dispose = namida_find_list_dispose;
  gtk_widget_class_install_action (widget_class, "find.restore", "(ss)", find_list_on_restore);
}

static void
namida_find_list_init (NamidaFindList *self)
{
  GtkWidget *searching = adw_status_page_new ();

  self->rows = g_array_new (FALSE, FALSE, sizeof (FindRow));
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_set_vhomogeneous (self->stack, FALSE);
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 18));
  self->nothing = ADW_STATUS_PAGE (g_object_new (ADW_TYPE_STATUS_PAGE, "icon-name", "edit-find-symbolic", NULL));
  adw_status_page_set_title (ADW_STATUS_PAGE (searching), _ ("Searching…"));
  gtk_stack_add_named (self->stack, searching, "searching");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->box), "found");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->nothing), "nothing");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->stack));
}
