/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All files of an offer with a check button for each, and a search, for accepting a part of it. The list view creates
 * widgets only for visible rows, so 20,000 files open at once. Opened by the dialog for offers; the choice is stored
 * in the offer. Main context. */
#include "config.h"

#include "namida-accept-files.h"

#include <glib/gi18n.h>

#include "namida-format.h"
#include "namida-gradual.h"
#include "namida-mnemonics.h"
#include "namida-spoken.h"

#define FIRST_FILES 16u /* how many a window shows */
#define MORE_FILES 12u

/* ---- a file ---- */

#define NAMIDA_TYPE_ACCEPT_FILE (namida_accept_file_get_type ())
G_DECLARE_FINAL_TYPE (NamidaAcceptFile, namida_accept_file, NAMIDA, ACCEPT_FILE, GObject)

struct _NamidaAcceptFile
{
  GObject parent_instance;

  NamidaOffer *offer;
  guint index; /* index in the entries of the offer */
};

G_DEFINE_FINAL_TYPE (NamidaAcceptFile, namida_accept_file, G_TYPE_OBJECT)

enum
{
  PROP_TAKEN = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static void
accept_file_set_taken (NamidaAcceptFile *self, gboolean taken)
{
  if (namida_offer_get_state (self->offer) != NAMIDA_OFFER_OPEN
      || namida_offer_is_taken (self->offer, self->index) == taken)
    return;
  namida_offer_set_index_taken (self->offer, self->index, taken);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TAKEN]);
}

static void
namida_accept_file_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaAcceptFile *self = NAMIDA_ACCEPT_FILE (object);

  if (id == PROP_TAKEN)
    g_value_set_boolean (value, namida_offer_is_taken (self->offer, self->index));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_accept_file_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TAKEN)
    accept_file_set_taken (NAMIDA_ACCEPT_FILE (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_accept_file_finalize (GObject *object)
{
  g_clear_object (&NAMIDA_ACCEPT_FILE (object)->offer);
  G_OBJECT_CLASS (namida_accept_file_parent_class)->finalize (object);
}

static void
namida_accept_file_class_init (NamidaAcceptFileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = namida_accept_file_get_property;
  object_class->set_property = namida_accept_file_set_property;
  object_class->finalize = namida_accept_file_finalize;
  properties[PROP_TAKEN] = g_param_spec_boolean ("taken", NULL, NULL, TRUE,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
namida_accept_file_init (NamidaAcceptFile *self)
{
}

static const NamidaEntry *
accept_file_get_entry (NamidaAcceptFile *self)
{
  return g_ptr_array_index (namida_backup_get_entries (namida_offer_get_backup (self->offer)), self->index);
}

/* ---- the window ---- */

struct _NamidaAcceptFiles
{
  AdwWindow parent_instance;

  NamidaOffer *offer;
  char *search; /* (nullable): case-folded */
  GListStore *files;
  GtkFilterListModel *shown;
  GtkSliceListModel *gradual; /* of @shown, for the list view */
  gboolean showing;           /* “All” is being set from the files */

  AdwWindowTitle *heading;
  GtkCheckButton *all;
  GtkListView *list;
};

G_DEFINE_FINAL_TYPE (NamidaAcceptFiles, namida_accept_files, ADW_TYPE_WINDOW)

enum
{
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
accept_files_show (NamidaAcceptFiles *self)
{
  guint files = namida_backup_get_files (namida_offer_get_backup (self->offer));
  guint64 bytes;
  guint taken = namida_offer_count_taken (self->offer, &bytes);
  g_autofree char *size = namida_format_size (bytes);
  g_autofree char *sum
      = g_strdup_printf (ngettext ("%'u of %'u File · %s", "%'u of %'u Files · %s", files), taken, files, size);

  adw_window_title_set_subtitle (self->heading, sum);
  self->showing = TRUE;
  gtk_check_button_set_active (self->all, taken > 0);
  gtk_check_button_set_inconsistent (self->all, taken > 0 && taken < files);
  self->showing = FALSE;
}

static void
accept_files_on_taken (NamidaAcceptFiles *self)
{
  if (self->showing)
    return;
  accept_files_show (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Applies to all files that the search shows. */
static void
accept_files_on_all (NamidaAcceptFiles *self)
{
  gboolean taken = gtk_check_button_get_active (self->all);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->shown));

  if (self->showing)
    return;
  self->showing = TRUE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaAcceptFile) file = g_list_model_get_item (G_LIST_MODEL (self->shown), i);

      accept_file_set_taken (file, taken);
    }
  self->showing = FALSE;
  accept_files_on_taken (self);
}

static gboolean
accept_files_matches (gpointer item, gpointer user_data)
{
  NamidaAcceptFiles *self = user_data;
  g_autofree char *path = NULL;
  g_autofree char *folded = NULL;

  if (self->search == NULL)
    return TRUE;
  path = namida_entry_dup_path (accept_file_get_entry (item));
  folded = namida_format_fold (path);
  return strstr (folded, self->search) != NULL;
}

static void
accept_files_on_search (NamidaAcceptFiles *self, GtkSearchEntry *entry)
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
accept_files_on_search_stopped (NamidaAcceptFiles *self, GtkSearchEntry *entry)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (entry)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (entry), "");
  else
    gtk_window_close (GTK_WINDOW (self));
}

static void
accept_files_on_activate (NamidaAcceptFiles *self, guint position)
{
  g_autoptr (NamidaAcceptFile) file = g_list_model_get_item (G_LIST_MODEL (self->shown), position);

  if (file != NULL)
    accept_file_set_taken (file, !namida_offer_is_taken (self->offer, file->index));
}

/* ---- rows ---- */

static void
accept_files_on_setup (NamidaAcceptFiles *self, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *column = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 2, "hexpand",
                                    TRUE, "valign", GTK_ALIGN_CENTER, NULL);
  GtkWidget *check = g_object_new (GTK_TYPE_CHECK_BUTTON, "focusable", FALSE, "valign", GTK_ALIGN_CENTER, NULL);
  GtkWidget *title = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  GtkWidget *folder = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  GtkWidget *size = gtk_label_new (NULL);

  gtk_widget_add_css_class (folder, "caption");
  gtk_widget_add_css_class (folder, "dim-label");
  gtk_widget_add_css_class (size, "caption");
  gtk_widget_add_css_class (size, "dim-label");
  gtk_widget_add_css_class (size, "numeric");
  gtk_widget_add_css_class (box, "file");
  gtk_box_append (GTK_BOX (column), title);
  gtk_box_append (GTK_BOX (column), folder);
  gtk_box_append (GTK_BOX (box), check);
  gtk_box_append (GTK_BOX (box), column);
  gtk_box_append (GTK_BOX (box), size);
  gtk_list_item_set_child (item, box);
}

static void
accept_files_on_bind (NamidaAcceptFiles *self, GtkListItem *item)
{
  NamidaAcceptFile *file = gtk_list_item_get_item (item);
  const NamidaEntry *entry = accept_file_get_entry (file);
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkWidget *check = gtk_widget_get_first_child (box);
  GtkWidget *column = gtk_widget_get_next_sibling (check);
  GtkWidget *title = gtk_widget_get_first_child (column);
  GtkWidget *folder = gtk_widget_get_last_child (column);
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *dir = g_path_get_dirname (path);
  g_autofree char *shown = namida_format_title (name);
  g_autofree char *size = namida_format_size (entry->size);
  GtkWidget *parent = gtk_widget_get_parent (box);

  gtk_label_set_label (GTK_LABEL (title), shown);
  gtk_label_set_label (GTK_LABEL (folder), dir);
  gtk_widget_set_visible (folder, !g_str_equal (dir, "."));
  gtk_widget_set_tooltip_text (box, path);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_last_child (box)), size);
  namida_spoken_set_name (check, shown);
  /* The focus is on the list's own widget around the row, which has no accessible name otherwise. */
  if (parent != NULL)
    namida_spoken_set_name (parent, path);
  g_object_set_data_full (G_OBJECT (item), "binding",
                          g_object_ref (g_object_bind_property (file, "taken", check, "active",
                                                                G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL)),
                          g_object_unref);
  g_signal_connect_object (file, "notify::taken", G_CALLBACK (accept_files_on_taken), self, G_CONNECT_SWAPPED);
}

static void
accept_files_on_unbind (NamidaAcceptFiles *self, GtkListItem *item)
{
  GBinding *binding = g_object_steal_data (G_OBJECT (item), "binding");

  g_binding_unbind (binding);
  g_object_unref (binding);
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), accept_files_on_taken, self);
}

/* ---- the object ---- */

static void
accept_files_load (NamidaAcceptFiles *self)
{
  GPtrArray *entries = namida_backup_get_entries (namida_offer_get_backup (self->offer));
  g_autoptr (GPtrArray) files = g_ptr_array_new_full (entries->len, g_object_unref);

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = entries->pdata[i];
      NamidaAcceptFile *file;

      if (entry->kind == NAMIDA_ENTRY_FOLDER)
        continue;
      file = g_object_new (NAMIDA_TYPE_ACCEPT_FILE, NULL);
      file->offer = g_object_ref (self->offer);
      file->index = i;
      g_ptr_array_add (files, file);
    }
  namida_gradual_list_restart (self->gradual);
  g_list_store_splice (self->files, 0, 0, files->pdata, files->len);
}

static void
namida_accept_files_dispose (GObject *object)
{
  NamidaAcceptFiles *self = NAMIDA_ACCEPT_FILES (object);

  g_clear_object (&self->gradual);
  g_clear_object (&self->shown);
  g_clear_object (&self->files);
  g_clear_object (&self->offer);
  G_OBJECT_CLASS (namida_accept_files_parent_class)->dispose (object);
}

static void
namida_accept_files_finalize (GObject *object)
{
  g_free (NAMIDA_ACCEPT_FILES (object)->search);
  G_OBJECT_CLASS (namida_accept_files_parent_class)->finalize (object);
}

static void
namida_accept_files_class_init (NamidaAcceptFilesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = namida_accept_files_dispose;
  object_class->finalize = namida_accept_files_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-accept-files.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptFiles, heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptFiles, all);
  gtk_widget_class_bind_template_child (widget_class, NamidaAcceptFiles, list);
  gtk_widget_class_bind_template_callback (widget_class, accept_files_on_all);
  gtk_widget_class_bind_template_callback (widget_class, accept_files_on_search);
  gtk_widget_class_bind_template_callback (widget_class, accept_files_on_search_stopped);
  gtk_widget_class_bind_template_callback (widget_class, accept_files_on_activate);
  gtk_widget_class_bind_template_callback (widget_class, accept_files_on_setup);
  gtk_widget_class_bind_template_callback (widget_class, accept_files_on_bind);
  gtk_widget_class_bind_template_callback (widget_class, accept_files_on_unbind);
}

static void
namida_accept_files_init (NamidaAcceptFiles *self)
{
  GtkNoSelection *selection;

  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->files = g_list_store_new (NAMIDA_TYPE_ACCEPT_FILE);
  self->shown = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->files)),
                                           GTK_FILTER (gtk_custom_filter_new (accept_files_matches, self, NULL)));
  gtk_filter_list_model_set_incremental (self->shown, TRUE);
  self->gradual = namida_gradual_list_new (g_object_ref (G_LIST_MODEL (self->shown)), FIRST_FILES, MORE_FILES);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->gradual)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
}

NamidaAcceptFiles *
namida_accept_files_new (NamidaOffer *offer)
{
  NamidaAcceptFiles *self = g_object_new (NAMIDA_TYPE_ACCEPT_FILES, NULL);

  self->offer = g_object_ref (offer);
  g_signal_connect_object (offer, "closed", G_CALLBACK (gtk_window_destroy), self, G_CONNECT_SWAPPED);
  accept_files_load (self);
  accept_files_show (self);
  return self;
}
