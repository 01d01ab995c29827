/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The third step of the restore window: which folder on this computer replaces each folder of the backup. It also
 * shows which tracks are missing. Main context. */
#include "config.h"

#include "namida-music-list.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-gradual.h"
#include "namida-spoken.h"

/* Number of missing tracks that are named; the others are only counted. */
#define MISSING_SHOWN 200u
#define FROM_KEY "namida-music-list-from"

struct _NamidaMusicList
{
  GtkBox parent_instance;

  AdwPreferencesGroup *folders;
  AdwPreferencesGroup *missing;
  GtkWidget *total; /* box with an icon and a label */
  GtkImage *total_icon;
  GtkLabel *total_label;
  GtkSpinner *spinner;
  GPtrArray *rows; /* rows of the folders; owned by the group */
  AdwExpanderRow *expander;
  GtkFileChooserNative *chooser; /* (nullable) while it is open */
  char *choosing;
};

G_DEFINE_FINAL_TYPE (NamidaMusicList, namida_music_list, GTK_TYPE_BOX)

static guint folder_chosen_signal;

static void
music_list_on_chosen (GtkNativeDialog *chooser, int response, NamidaMusicList *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_clear_object (&self->chooser);
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    g_signal_emit (self, folder_chosen_signal, 0, self->choosing, path);
}

static void
music_list_on_edit (NamidaMusicList *self, GtkButton *button)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (self->chooser != NULL)
    return;
  g_free (self->choosing);
  self->choosing = g_strdup (g_object_get_data (G_OBJECT (button), FROM_KEY));
  self->chooser = gtk_file_chooser_native_new (_ ("Where Is This Music?"), GTK_WINDOW (root),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (music_list_on_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
namida_music_list_dispose (GObject *object)
{
  NamidaMusicList *self = NAMIDA_MUSIC_LIST (object);

  g_clear_object (&self->chooser);
  G_OBJECT_CLASS (namida_music_list_parent_class)->dispose (object);
}

static void
namida_music_list_finalize (GObject *object)
{
  NamidaMusicList *self = NAMIDA_MUSIC_LIST (object);

  g_ptr_array_unref (self->rows);
  g_free (self->choosing);
  G_OBJECT_CLASS (namida_music_list_parent_class)->finalize (object);
}

static void
namida_music_list_class_init (NamidaMusicListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_music_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_music_list_finalize;
  folder_chosen_signal = g_signal_new ("folder-chosen", NAMIDA_TYPE_MUSIC_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
namida_music_list_init (NamidaMusicList *self)
{
  self->rows = g_ptr_array_new ();
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 18);
  self->folders = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  self->missing = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  self->spinner = GTK_SPINNER (gtk_spinner_new ());
  self->total = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  self->total_icon = GTK_IMAGE (gtk_image_new ());
  self->total_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->total_label, TRUE);
  gtk_widget_set_halign (self->total, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self->total_label), "heading");
  namida_spoken_set_name (self->spinner, _ ("Looking for the music"));
  gtk_box_append (GTK_BOX (self->total), GTK_WIDGET (self->total_icon));
  gtk_box_append (GTK_BOX (self->total), GTK_WIDGET (self->total_label));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->spinner));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->folders));
  gtk_box_append (GTK_BOX (self), self->total);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->missing));
}

static GtkWidget *
music_list_make_label (const char *text, const char *css)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (css != NULL)
    gtk_widget_add_css_class (label, css);
  return label;
}

/* @icon: decorative, because @text says the same */
static GtkWidget *
music_list_make_line (const char *icon, const char *text, const char *css)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *image = g_object_new (GTK_TYPE_IMAGE, "icon-name", icon, "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_PRESENTATION, "pixel-size", 12, NULL);

  if (css != NULL)
    gtk_widget_add_css_class (image, css);
  gtk_box_append (GTK_BOX (line), image);
  gtk_box_append (GTK_BOX (line), music_list_make_label (text, css != NULL ? "caption" : NULL));
  return line;
}

static char *
music_list_dup_state (const NamidaMusicFolder *folder)
{
  if (folder->to == NULL)
    return g_strdup (_ ("No folder matches"));
  if (folder->guessed)
    return g_strdup (_ ("Similar name, but none of its music was found"));
  return g_strdup_printf (ngettext ("%'u of %'u track", "%'u of %'u tracks", (gulong) folder->tracks),
                          (guint) folder->found, (guint) folder->tracks);
}

static GtkWidget *
music_list_make_edit (NamidaMusicList *self, const char *from)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("document-edit-symbolic");
  /* Translators: the accessible name of a button; %s is a folder of another device */
  g_autofree char *name = g_strdup_printf (_ ("Choose where %s is now"), from);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("Choose Another Folder"));
  gtk_widget_add_css_class (button, "flat");
  namida_spoken_set_name (button, name);
  g_object_set_data_full (G_OBJECT (button), FROM_KEY, g_strdup (from), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (music_list_on_edit), self, G_CONNECT_SWAPPED);
  return button;
}

static void
music_list_add_folder (NamidaMusicList *self, const NamidaMusicFolder *folder, gboolean editable)
{
  GtkWidget *row = g_object_new (ADW_TYPE_PREFERENCES_ROW, "activatable", FALSE, NULL);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  g_autofree char *to = folder->to != NULL ? namida_files_short_path (folder->to) : g_strdup (_ ("Not found"));
  g_autofree char *state = music_list_dup_state (folder);
  gboolean whole = folder->to != NULL && !folder->guessed && folder->found == folder->tracks;
  GtkWidget *from = music_list_make_label (folder->from, "caption");

  gtk_widget_add_css_class (from, "dim-label");
  gtk_box_append (GTK_BOX (words), from);
  gtk_box_append (GTK_BOX (words), music_list_make_line ("namida-down-symbolic", to, NULL));
  gtk_box_append (GTK_BOX (words), music_list_make_line (whole ? "emblem-ok-symbolic" : "dialog-warning-symbolic",
                                                         state, whole ? "success" : "warning"));
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (line), words);
  if (editable)
    gtk_box_append (GTK_BOX (line), music_list_make_edit (self, folder->from));
  gtk_widget_set_margin_start (line, 12);
  gtk_widget_set_margin_end (line, 12);
  gtk_widget_set_margin_top (line, 9);
  gtk_widget_set_margin_bottom (line, 9);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  adw_preferences_group_add (self->folders, row);
  g_ptr_array_add (self->rows, row);
}

static void
music_list_show_missing (NamidaMusicList *self, const NamidaMusicMatch *match)
{
  g_autofree char *title = NULL;
  g_autoptr (GPtrArray) titles = NULL;

  if (match->n_missing == 0)
    return;
  title = g_strdup_printf (ngettext ("%'u Is Missing", "%'u Are Missing", (gulong) match->n_missing),
                           (guint) match->n_missing);
  self->expander = ADW_EXPANDER_ROW (adw_expander_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->expander), title);
  adw_preferences_group_add (self->missing, GTK_WIDGET (self->expander));
  namida_spoken_set_name (self->expander, title);
  titles = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < MIN (match->missing->len, MISSING_SHOWN); i++)
    g_ptr_array_add (titles, g_strdup (match->missing->pdata[i]));
  namida_gradual_fill_expander (self->expander, titles);
}

static void
music_list_clear (NamidaMusicList *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->folders, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  if (self->expander != NULL)
    adw_preferences_group_remove (self->missing, GTK_WIDGET (self->expander));
  self->expander = NULL;
}

void
namida_music_list_set_match (NamidaMusicList *self, const NamidaMusicMatch *match, gboolean editable)
{
  gboolean whole = match != NULL && match->n_missing == 0;
  g_autofree char *text = NULL;

  music_list_clear (self);
  gtk_spinner_set_spinning (self->spinner, match == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), match == NULL);
  gtk_widget_set_visible (self->total, match != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->folders), match != NULL && match->folders->len > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->missing), match != NULL && !whole);
  if (match == NULL)
    return;
  for (guint i = 0; i < match->folders->len; i++)
    music_list_add_folder (self, match->folders->pdata[i], editable);
  music_list_show_missing (self, match);
  text = g_strdup_printf (ngettext ("%'u of %'u found", "%'u of %'u found", (gulong) match->tracks),
                          (guint) match->found, (guint) match->tracks);
  gtk_label_set_label (self->total_label, text);
  gtk_image_set_from_icon_name (self->total_icon, whole ? "emblem-ok-symbolic" : "dialog-warning-symbolic");
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *widget = i == 0 ? GTK_WIDGET (self->total_icon) : GTK_WIDGET (self->total_label);

      gtk_widget_remove_css_class (widget, whole ? "warning" : "success");
      gtk_widget_add_css_class (widget, whole ? "success" : "warning");
    }
}
