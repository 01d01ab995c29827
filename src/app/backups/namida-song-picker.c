/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing single songs of a version to restore. The page of the version and the menu of its row open it. The list
 * view creates widgets only for visible rows, so 20,000 songs open at once. Main context. */
#include "config.h"

#include "namida-song-picker.h"

#include <glib/gi18n.h>
#include <string.h>

#include "namida-format.h"
#include "namida-gradual.h"
#include "namida-hub-restore.h"
#include "namida-mnemonics.h"
#include "namida-restore-dialog.h"
#include "namida-spoken.h"

#define FIRST_SONGS 16u /* how many a window shows */
#define MORE_SONGS 12u

/* ---- a song ---- */

#define NAMIDA_TYPE_PICKED_SONG (namida_picked_song_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPickedSong, namida_picked_song, NAMIDA, PICKED_SONG, GObject)

struct _NamidaPickedSong
{
  GObject parent_instance;

  char *path;    /* as returned by namida_restore_plan_dup_songs() */
  int *n_picked; /* g_rc_box: of all songs of the picker */
  gboolean picked;
};

G_DEFINE_FINAL_TYPE (NamidaPickedSong, namida_picked_song, G_TYPE_OBJECT)

enum
{
  PROP_PICKED = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static void
picked_song_set_picked (NamidaPickedSong *self, gboolean picked)
{
  if (self->picked == picked)
    return;
  self->picked = picked;
  *self->n_picked += picked ? 1 : -1;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PICKED]);
}

static void
namida_picked_song_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PICKED)
    g_value_set_boolean (value, NAMIDA_PICKED_SONG (object)->picked);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_picked_song_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PICKED)
    picked_song_set_picked (NAMIDA_PICKED_SONG (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_picked_song_finalize (GObject *object)
{
  g_rc_box_release (NAMIDA_PICKED_SONG (object)->n_picked);
  g_free (NAMIDA_PICKED_SONG (object)->path);
  G_OBJECT_CLASS (namida_picked_song_parent_class)->finalize (object);
}

static void
namida_picked_song_class_init (NamidaPickedSongClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = namida_picked_song_get_property;
  object_class->set_property = namida_picked_song_set_property;
  object_class->finalize = namida_picked_song_finalize;
  properties[PROP_PICKED] = g_param_spec_boolean ("picked", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
namida_picked_song_init (NamidaPickedSong *self)
{
}

/* ---- the window ---- */

struct _NamidaSongPicker
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  NamidaVersion *version;
  GCancellable *cancellable;
  char *search; /* (nullable): case-folded */
  GListStore *songs;
  GtkFilterListModel *shown;
  GtkSliceListModel *gradual; /* of @shown, for the list view */
  gboolean showing;           /* “All” is being set from the songs */
  int *n_picked;              /* g_rc_box, shared with the songs: counting thousands at each tick would take too long */

  AdwWindowTitle *heading;
  GtkStack *stack;
  AdwStatusPage *problem;
  GtkCheckButton *all;
  GtkListView *list;
  GtkWidget *restore_button;
};

G_DEFINE_FINAL_TYPE (NamidaSongPicker, namida_song_picker, ADW_TYPE_WINDOW)

/* Returns: (transfer container) (element-type utf8): the selected songs. */
static GPtrArray *
song_picker_get_picked (NamidaSongPicker *self)
{
  GPtrArray *picked = g_ptr_array_new ();
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->songs));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaPickedSong) song = g_list_model_get_item (G_LIST_MODEL (self->songs), i);

      if (song->picked)
        g_ptr_array_add (picked, song->path); /* the list holds it */
    }
  return picked;
}

static void
song_picker_show (NamidaSongPicker *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->songs));
  guint picked = (guint) *self->n_picked;
  g_autofree char *sum = g_strdup_printf (ngettext ("%'u of %'u song", "%'u of %'u songs", n), picked, n);

  adw_window_title_set_subtitle (self->heading, sum);
  gtk_widget_set_sensitive (self->restore_button, picked > 0);
  self->showing = TRUE;
  gtk_check_button_set_active (self->all, picked > 0);
  gtk_check_button_set_inconsistent (self->all, picked > 0 && picked < n);
  self->showing = FALSE;
}

static void
song_picker_on_picked (NamidaSongPicker *self)
{
  if (!self->showing)
    song_picker_show (self);
}

/* Applies to all songs that the search shows. */
static void
song_picker_on_all (NamidaSongPicker *self)
{
  gboolean picked = gtk_check_button_get_active (self->all);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->shown));

  if (self->showing)
    return;
  self->showing = TRUE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaPickedSong) song = g_list_model_get_item (G_LIST_MODEL (self->shown), i);

      picked_song_set_picked (song, picked);
    }
  self->showing = FALSE;
  song_picker_show (self);
}

static gboolean
song_picker_matches (gpointer item, gpointer user_data)
{
  NamidaSongPicker *self = user_data;
  g_autofree char *folded = NULL;

  if (self->search == NULL)
    return TRUE;
  folded = namida_format_fold (NAMIDA_PICKED_SONG (item)->path);
  return strstr (folded, self->search) != NULL;
}

static void
song_picker_on_search (NamidaSongPicker *self, GtkSearchEntry *entry)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));

  g_clear_pointer (&self->search, g_free);
  if (*text != '\0')
    self->search = namida_format_fold (text);
  namida_gradual_list_restart (self->gradual);
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->shown), GTK_FILTER_CHANGE_DIFFERENT);
}

/* The entry takes Escape for itself: first it empties the search, then it closes the window as everywhere else. */
static void
song_picker_on_search_stopped (NamidaSongPicker *self, GtkSearchEntry *entry)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (entry)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (entry), "");
  else
    gtk_window_close (GTK_WINDOW (self));
}

static void
song_picker_on_activate (NamidaSongPicker *self, guint position)
{
  g_autoptr (NamidaPickedSong) song = g_list_model_get_item (G_LIST_MODEL (self->shown), position);

  if (song != NULL)
    picked_song_set_picked (song, !song->picked);
}

/* The restore window replaces this one. */
static void
song_picker_on_restore (NamidaSongPicker *self)
{
  g_autoptr (GPtrArray) picked = song_picker_get_picked (self);
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));
  NamidaRestoreDialog *dialog;

  g_ptr_array_add (picked, NULL);
  dialog = namida_restore_dialog_new_picked (self->hub, self->version, (const char *const *) picked->pdata);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), parent);
  gtk_window_close (GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- rows ---- */

static void
song_picker_on_setup (NamidaSongPicker *self, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *column = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 2, "hexpand",
                                    TRUE, "valign", GTK_ALIGN_CENTER, NULL);
  GtkWidget *check = g_object_new (GTK_TYPE_CHECK_BUTTON, "focusable", FALSE, "valign", GTK_ALIGN_CENTER, NULL);
  GtkWidget *title = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  GtkWidget *folder = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);

  gtk_widget_add_css_class (folder, "caption");
  gtk_widget_add_css_class (folder, "dim-label");
  gtk_widget_add_css_class (box, "file");
  gtk_box_append (GTK_BOX (column), title);
  gtk_box_append (GTK_BOX (column), folder);
  gtk_box_append (GTK_BOX (box), check);
  gtk_box_append (GTK_BOX (box), column);
  gtk_list_item_set_child (item, box);
}

static void
song_picker_on_bind (NamidaSongPicker *self, GtkListItem *item)
{
  NamidaPickedSong *song = gtk_list_item_get_item (item);
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkWidget *check = gtk_widget_get_first_child (box);
  GtkWidget *column = gtk_widget_get_next_sibling (check);
  GtkWidget *parent = gtk_widget_get_parent (box);
  g_autofree char *name = g_path_get_basename (song->path);
  g_autofree char *folder = g_path_get_dirname (song->path);
  g_autofree char *shown = namida_format_title (name);

  gtk_label_set_label (GTK_LABEL (gtk_widget_get_first_child (column)), shown);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_last_child (column)), folder);
  gtk_widget_set_tooltip_text (box, song->path);
  namida_spoken_set_name (check, shown);
  /* The focus is on the list's own widget around the row, which has no accessible name otherwise. */
  if (parent != NULL)
    namida_spoken_set_name (parent, song->path);
  g_object_set_data_full (G_OBJECT (item), "binding",
                          g_object_ref (g_object_bind_property (song, "picked", check, "active",
                                                                G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL)),
                          g_object_unref);
  g_signal_connect_object (song, "notify::picked", G_CALLBACK (song_picker_on_picked), self, G_CONNECT_SWAPPED);
}

static void
song_picker_on_unbind (NamidaSongPicker *self, GtkListItem *item)
{
  GBinding *binding = g_object_steal_data (G_OBJECT (item), "binding");

  g_binding_unbind (binding);
  g_object_unref (binding);
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), song_picker_on_picked, self);
}

/* ---- the object ---- */

static void
song_picker_on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaSongPicker) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaRestorePlan) plan = namida_hub_plan_restore_finish (NAMIDA_HUB (source), result, &error);
  g_autoptr (GPtrArray) paths = plan != NULL ? namida_restore_plan_dup_songs (plan) : NULL;
  g_autoptr (GPtrArray) songs = g_ptr_array_new_with_free_func (g_object_unref);

  if (self->hub == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (paths == NULL)
    {
      g_autofree char *text = g_markup_escape_text (error->message, -1);

      adw_status_page_set_description (self->problem, text);
      gtk_stack_set_visible_child_name (self->stack, "problem");
      return;
    }
  for (guint i = 0; i < paths->len; i++)
    {
      NamidaPickedSong *song = g_object_new (NAMIDA_TYPE_PICKED_SONG, NULL);

      song->path = g_strdup (paths->pdata[i]);
      song->n_picked = g_rc_box_acquire (self->n_picked);
      g_ptr_array_add (songs, song);
    }
  namida_gradual_list_restart (self->gradual);
  g_list_store_splice (self->songs, 0, 0, songs->pdata, songs->len);
  gtk_stack_set_visible_child_name (self->stack, "songs");
  song_picker_show (self);
}

static void
namida_song_picker_dispose (GObject *object)
{
  NamidaSongPicker *self = NAMIDA_SONG_PICKER (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->gradual);
  g_clear_object (&self->shown);
  g_clear_object (&self->songs);
  g_clear_object (&self->version);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_song_picker_parent_class)->dispose (object);
}

static void
namida_song_picker_finalize (GObject *object)
{
  g_free (NAMIDA_SONG_PICKER (object)->search);
  g_rc_box_release (NAMIDA_SONG_PICKER (object)->n_picked);
  G_OBJECT_CLASS (namida_song_picker_parent_class)->finalize (object);
}

static void
namida_song_picker_class_init (NamidaSongPickerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_song_picker_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_song_picker_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-song-picker.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaSongPicker, heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaSongPicker, stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaSongPicker, problem);
  gtk_widget_class_bind_template_child (widget_class, NamidaSongPicker, all);
  gtk_widget_class_bind_template_child (widget_class, NamidaSongPicker, list);
  gtk_widget_class_bind_template_child (widget_class, NamidaSongPicker, restore_button);
  gtk_widget_class_bind_template_callback (widget_class, song_picker_on_all);
  gtk_widget_class_bind_template_callback (widget_class, song_picker_on_search);
  gtk_widget_class_bind_template_callback (widget_class, song_picker_on_search_stopped);
  gtk_widget_class_bind_template_callback (widget_class, song_picker_on_activate);
  gtk_widget_class_bind_template_callback (widget_class, song_picker_on_setup);
  gtk_widget_class_bind_template_callback (widget_class, song_picker_on_bind);
  gtk_widget_class_bind_template_callback (widget_class, song_picker_on_unbind);
  gtk_widget_class_bind_template_callback (widget_class, song_picker_on_restore);
}

static void
namida_song_picker_init (NamidaSongPicker *self)
{
  GtkNoSelection *selection;

  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->n_picked = g_rc_box_new0 (int);
  self->songs = g_list_store_new (NAMIDA_TYPE_PICKED_SONG);
  self->shown = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->songs)),
                                           GTK_FILTER (gtk_custom_filter_new (song_picker_matches, self, NULL)));
  gtk_filter_list_model_set_incremental (self->shown, TRUE);
  self->gradual = namida_gradual_list_new (g_object_ref (G_LIST_MODEL (self->shown)), FIRST_SONGS, MORE_SONGS);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->gradual)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
}

NamidaSongPicker *
namida_song_picker_new (NamidaHub *hub, NamidaVersion *version)
{
  NamidaSongPicker *self = g_object_new (NAMIDA_TYPE_SONG_PICKER, NULL);

  self->hub = g_object_ref (hub);
  self->version = g_object_ref (version);
  namida_hub_plan_restore_async (hub, version, self->cancellable, song_picker_on_loaded, g_object_ref (self));
  return self;
}
