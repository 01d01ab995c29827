/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-backups-page.h"

#include <glib/gi18n.h>

#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-version-row.h"

/* Years of versions need not be built to show the last weeks of them. */
#define FIRST_ROWS 10
#define MORE_ROWS 20

struct _NamidaBackupsPage
{
  AdwBin parent_instance;

  NamidaHub *hub;
  GHashTable *groups; /* device → Group */

  GtkStack *stack;
  GtkBox *box;
};

G_DEFINE_FINAL_TYPE (NamidaBackupsPage, namida_backups_page, ADW_TYPE_BIN)

/* The versions of one device: its heading and its list. */
typedef struct
{
  char *device;
  GtkWidget *widget; /* in the page's box */
  GtkLabel *heading;
  GtkLabel *figures;
  GtkWidget *more;
  GtkFilterListModel *versions;
  GtkSliceListModel *shown; /* the newest of @versions */
} Group;

static void
group_free (gpointer data)
{
  Group *group = data;

  g_object_unref (group->shown);
  g_object_unref (group->versions);
  g_free (group->device);
  g_free (group);
}

/* A name alone is no device: two that are called alike have a list each. */
static char *
dup_device (NamidaVersion *version)
{
  const char *fingerprint = namida_version_get_fingerprint (version);

  return g_strdup (fingerprint != NULL ? fingerprint : namida_version_get_alias (version));
}

static gboolean
is_of_device (gpointer item, gpointer user_data)
{
  g_autofree char *device = dup_device (item);

  return g_str_equal (device, user_data);
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  return GTK_WIDGET (namida_version_row_new (user_data, item));
}

static void
group_show (Group *group)
{
  g_autoptr (NamidaVersion) newest = g_list_model_get_item (G_LIST_MODEL (group->versions), 0);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (group->versions));
  g_autofree char *text = g_strdup_printf (ngettext ("%'u version", "%'u versions", n), n);

  if (newest != NULL)
    gtk_label_set_label (group->heading, namida_version_get_alias (newest));
  gtk_label_set_label (group->figures, text);
  gtk_widget_set_visible (group->more, n > gtk_slice_list_model_get_size (group->shown));
}

static void
on_more (Group *group)
{
  gtk_slice_list_model_set_size (group->shown, gtk_slice_list_model_get_size (group->shown) + MORE_ROWS);
  group_show (group);
}

static GtkWidget *
make_more (Group *group)
{
  GtkWidget *more = gtk_button_new_with_mnemonic (_ ("Show _More"));

  gtk_widget_set_halign (more, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (more, "flat");
  /* The group goes after its widgets have gone. */
  g_signal_connect_swapped (more, "clicked", G_CALLBACK (on_more), group);
  namida_mnemonics_unspeak (more);
  return more;
}

static GtkWidget *
make_heading (Group *group)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  group->heading = GTK_LABEL (g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "hexpand", TRUE, "ellipsize",
                                            PANGO_ELLIPSIZE_END, "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL));
  group->figures = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (group->heading), "heading");
  gtk_widget_add_css_class (GTK_WIDGET (group->figures), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (group->figures), "caption");
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (group->heading));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (group->figures));
  return line;
}

static Group *
make_group (NamidaBackupsPage *self, const char *device)
{
  Group *group = g_new0 (Group, 1);
  GListModel *versions = G_LIST_MODEL (namida_hub_get_versions (self->hub));
  GtkFilter *filter = GTK_FILTER (gtk_custom_filter_new (is_of_device, g_strdup (device), g_free));
  GtkWidget *list = gtk_list_box_new ();

  group->device = g_strdup (device);
  group->versions = gtk_filter_list_model_new (g_object_ref (versions), filter);
  group->shown = gtk_slice_list_model_new (g_object_ref (G_LIST_MODEL (group->versions)), 0, FIRST_ROWS);
  group->widget = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_append (GTK_BOX (group->widget), make_heading (group));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_bind_model (GTK_LIST_BOX (list), G_LIST_MODEL (group->shown), make_row, self->hub, NULL);
  gtk_box_append (GTK_BOX (group->widget), list);
  group->more = make_more (group);
  gtk_box_append (GTK_BOX (group->widget), group->more);
  g_signal_connect_swapped (list, "row-activated", G_CALLBACK (namida_version_row_open), NULL);
  gtk_box_append (self->box, group->widget);
  return group;
}

/* Versions are few: with each change every device has its group, and none that has no version any more. */
static void
show (NamidaBackupsPage *self)
{
  GListModel *versions = G_LIST_MODEL (namida_hub_get_versions (self->hub));
  guint n = g_list_model_get_n_items (versions);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GtkWidget *last = NULL;
  GHashTableIter iter;
  Group *group;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (versions, i);
      g_autofree char *device = dup_device (version);

      if (g_hash_table_contains (seen, device))
        continue;
      group = g_hash_table_lookup (self->groups, device);
      if (group == NULL)
        {
          group = make_group (self, device);
          g_hash_table_insert (self->groups, g_strdup (device), group);
        }
      group_show (group);
      gtk_box_reorder_child_after (self->box, group->widget, last);
      last = group->widget;
      g_hash_table_add (seen, g_steal_pointer (&device));
    }
  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &group))
    if (!g_hash_table_contains (seen, group->device))
      {
        gtk_box_remove (self->box, group->widget);
        g_hash_table_iter_remove (&iter);
      }
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
}

void
namida_backups_page_set_hub (NamidaBackupsPage *self, NamidaHub *hub)
{
  g_set_object (&self->hub, hub);
  g_signal_connect_object (namida_hub_get_versions (hub), "items-changed", G_CALLBACK (show), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  show (self);
}

static void
namida_backups_page_dispose (GObject *object)
{
  NamidaBackupsPage *self = NAMIDA_BACKUPS_PAGE (object);

  g_clear_pointer (&self->groups, g_hash_table_unref);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_backups_page_parent_class)->dispose (object);
}

static void
namida_backups_page_class_init (NamidaBackupsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_backups_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-backups-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupsPage, box);
}

static void
namida_backups_page_init (NamidaBackupsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, group_free);
}
