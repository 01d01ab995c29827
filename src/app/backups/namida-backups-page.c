/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The third page of the window: a card for each device whose backups are kept here, the device with the newest backup
 * first, or instructions while there is none. NamidaWindow embeds it. Main context. */
#include "config.h"

#include "namida-backups-page.h"

#include <glib/gi18n.h>

#include "namida-backup-card.h"
#include "namida-find-list.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-spoken.h"

struct _NamidaBackupsPage
{
  AdwBin parent_instance;

  NamidaHub *hub;
  GHashTable *cards; /* device → NamidaBackupCard, which the box owns */
  GCancellable *cancellable;
  guint show_id; /* idle source that updates the cards */

  GtkStack *stack;
  GtkSearchEntry *search;
  GtkWidget *elsewhere;
  NamidaFindList *found;
  GtkWidget *head;
  GtkBox *box;
  GtkMenuButton *room;
};

G_DEFINE_FINAL_TYPE (NamidaBackupsPage, namida_backups_page, ADW_TYPE_BIN)

/* ---- free space ---- */

typedef struct
{
  NamidaStore *store; /* owned */
  guint64 free_bytes;
} FreeRoom;

static void
free_room_free (FreeRoom *room)
{
  g_object_unref (room->store);
  g_free (room);
}

static void
backups_page_room_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  FreeRoom *room = data;

  room->free_bytes = namida_store_free_bytes (room->store, NAMIDA_LANDING_BACKUP);
  g_task_return_boolean (task, TRUE);
}

static void
backups_page_on_room (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaBackupsPage *self = NAMIDA_BACKUPS_PAGE (source);
  FreeRoom *room = g_task_get_task_data (G_TASK (result));
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;
  g_autofree char *spoken = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    return;
  size = namida_format_size (room->free_bytes);
  /* Translators: %s is a size */
  text = g_strdup_printf (_ ("%s free"), size);
  /* Translators: the accessible name of a button; %s is “57.5 GB free” */
  spoken = g_strdup_printf (_ ("%s. Free Up Space"), text);
  gtk_menu_button_set_label (self->room, text);
  namida_spoken_set_name (self->room, spoken);
  gtk_widget_set_visible (GTK_WIDGET (self->room), TRUE);
}

static void
backups_page_show_room (NamidaBackupsPage *self)
{
  NamidaStore *store = namida_hub_get_store (self->hub);
  g_autoptr (GTask) task = NULL;
  FreeRoom *room;

  if (store == NULL)
    return;
  room = g_new0 (FreeRoom, 1);
  room->store = g_object_ref (store);
  task = g_task_new (self, self->cancellable, backups_page_on_room, NULL);
  g_task_set_source_tag (task, backups_page_show_room);
  g_task_set_task_data (task, room, (GDestroyNotify) free_room_free);
  g_task_run_in_thread (task, backups_page_room_thread);
}

/* ---- cards ---- */

static NamidaBackupCard *
backups_page_make_card (NamidaBackupsPage *self, const char *device)
{
  NamidaBackupCard *card = namida_backup_card_new (self->hub, device);

  /* The first card is open, because most users have one device. */
  namida_backup_card_set_open (card, g_hash_table_size (self->cards) == 0);
  gtk_box_append (self->box, GTK_WIDGET (card));
  g_hash_table_insert (self->cards, g_strdup (device), card);
  return card;
}

/* There are few versions, so each change checks all of them: every device gets a card, and cards without versions are
 * removed. */
static void
backups_page_show (NamidaBackupsPage *self)
{
  GListModel *versions = G_LIST_MODEL (namida_hub_get_versions (self->hub));
  guint n = g_list_model_get_n_items (versions);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GtkWidget *last = NULL;
  GHashTableIter iter;
  NamidaBackupCard *card;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (versions, i);
      g_autofree char *device = namida_backup_card_dup_device (version);

      if (g_hash_table_contains (seen, device))
        continue;
      card = g_hash_table_lookup (self->cards, device);
      if (card == NULL)
        card = backups_page_make_card (self, device);
      else
        namida_backup_card_show (card);
      gtk_box_reorder_child_after (self->box, GTK_WIDGET (card), last);
      last = GTK_WIDGET (card);
      g_hash_table_add (seen, g_steal_pointer (&device));
    }
  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &card))
    if (!g_hash_table_contains (seen, namida_backup_card_get_device (card)))
      {
        g_hash_table_iter_remove (&iter);
        gtk_box_remove (self->box, GTK_WIDGET (card));
      }
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
  backups_page_show_room (self);
}

static gboolean
backups_page_show_now (gpointer user_data)
{
  NamidaBackupsPage *self = user_data;

  self->show_id = 0;
  backups_page_show (self);
  return G_SOURCE_REMOVE;
}

/* The list of versions emits a signal for each change, hundreds of them when it is read. */
static void
backups_page_show_soon (NamidaBackupsPage *self)
{
  if (self->show_id == 0)
    self->show_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, backups_page_show_now, self, NULL);
}

/* ---- search ---- */

static void
backups_page_on_searched (NamidaBackupsPage *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search))));
  gboolean searching = *text != '\0' && self->hub != NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->found), searching);
  gtk_widget_set_visible (self->head, !searching);
  gtk_widget_set_visible (GTK_WIDGET (self->box), !searching);
  gtk_widget_set_visible (self->elsewhere, !searching);
  if (searching)
    namida_find_list_search (self->found, self->hub, text);
  else
    namida_find_list_stop (self->found);
}

static void
backups_page_on_search_stopped (NamidaBackupsPage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  gtk_widget_child_focus (GTK_WIDGET (self->box), GTK_DIR_TAB_FORWARD);
}

static void
backups_page_on_search_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (NAMIDA_BACKUPS_PAGE (widget)->search));
}

static void
backups_page_on_folder_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaStore *store = namida_hub_get_store (NAMIDA_BACKUPS_PAGE (widget)->hub);

  if (store != NULL)
    gtk_widget_activate_action (widget, "win.open-folder", "^ay", namida_store_get_backups (store));
}

void
namida_backups_page_set_hub (NamidaBackupsPage *self, NamidaHub *hub)
{
  g_set_object (&self->hub, hub);
  g_signal_connect_object (namida_hub_get_versions (hub), "items-changed", G_CALLBACK (backups_page_show_soon), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (namida_hub_get_versions (hub), "notify::looking", G_CALLBACK (backups_page_show_soon), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  backups_page_show (self);
}

/* Texts such as "2 hours ago" are outdated when the user returns to the page. */
static void
namida_backups_page_map (GtkWidget *widget)
{
  NamidaBackupsPage *self = NAMIDA_BACKUPS_PAGE (widget);

  GTK_WIDGET_CLASS (namida_backups_page_parent_class)->map (widget);
  if (self->hub != NULL)
    backups_page_show (self);
}

static void
namida_backups_page_dispose (GObject *object)
{
  NamidaBackupsPage *self = NAMIDA_BACKUPS_PAGE (object);

  g_clear_handle_id (&self->show_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->cards, g_hash_table_unref);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_backups_page_parent_class)->dispose (object);
}

static void
namida_backups_page_class_init (NamidaBackupsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_backups_page_dispose;
  widget_class->map = namida_backups_page_map;
  g_type_ensure (NAMIDA_TYPE_FIND_LIST);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-backups-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupsPage, box);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupsPage, room);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupsPage, search);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupsPage, elsewhere);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupsPage, found);
  gtk_widget_class_bind_template_child (widget_class, NamidaBackupsPage, head);
  gtk_widget_class_bind_template_callback (widget_class, backups_page_on_searched);
  gtk_widget_class_bind_template_callback (widget_class, backups_page_on_search_stopped);
  gtk_widget_class_install_action (widget_class, "backups.search", NULL, backups_page_on_search_action);
  gtk_widget_class_install_action (widget_class, "backups.open-folder", NULL, backups_page_on_folder_action);
}

static void
namida_backups_page_init (NamidaBackupsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}
