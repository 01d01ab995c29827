/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list model of the files of a transfer: see the header. The details window uses it. Main context. */
#include "config.h"

#include "namida-file-model.h"

#include <gio/gio.h>

#include "namida-file-item.h"

/* GtkListView creates rows for 200 items, however few are visible (GTK_LIST_VIEW_MAX_LIST_ITEMS, gtk/gtklistview.c of
 * GTK 4.8), all in the iteration in which the items are added, which takes a fifth of a second. So first add as many
 * items as a window shows, then some more whenever the main loop is idle, then all. */
#define FIRST_FILES 16
#define MORE_FILES 12
#define ROWS_OF_A_LIST 216

struct _NamidaFileModel
{
  GObject parent_instance;

  NamidaTransfer *transfer;
  GArray *failed; /* (nullable) (element-type guint): the indexes that are shown; %NULL: all */
  guint n_items;  /* as reported last */
  guint idle;     /* source that adds more items; 0: all were added */
};

guint
namida_file_model_count_files (NamidaTransfer *transfer)
{
  NamidaBackup *backup = namida_transfer_get_backup (transfer);

  return backup != NULL ? namida_backup_get_entries (backup)->len + namida_backup_get_left_out (backup)->len : 0;
}

const NamidaLeftOut *
namida_file_model_get_left_out (NamidaTransfer *transfer, guint index)
{
  NamidaBackup *backup = namida_transfer_get_backup (transfer);
  GPtrArray *left_out = namida_backup_get_left_out (backup);
  guint n_entries = namida_backup_get_entries (backup)->len;

  return index >= n_entries && index - n_entries < left_out->len ? left_out->pdata[index - n_entries] : NULL;
}

static GType
file_model_get_item_type (GListModel *list)
{
  return NAMIDA_TYPE_FILE_ITEM;
}

static guint
file_model_get_n_items (GListModel *list)
{
  return NAMIDA_FILE_MODEL (list)->n_items;
}

static gpointer
file_model_get_item (GListModel *list, guint position)
{
  NamidaFileModel *self = NAMIDA_FILE_MODEL (list);

  if (position >= self->n_items)
    return NULL;
  return namida_file_item_new (self->transfer,
                               self->failed != NULL ? g_array_index (self->failed, guint, position) : position);
}

static void
file_model_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = file_model_get_item_type;
  iface->get_n_items = file_model_get_n_items;
  iface->get_item = file_model_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaFileModel,
                               namida_file_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, file_model_list_model_init))

gboolean
namida_file_model_is_failed (NamidaTransfer *transfer, guint index)
{
  NamidaFileResult result;

  if (namida_file_model_get_left_out (transfer, index) != NULL)
    return TRUE;
  result = namida_transfer_get_result (transfer, index);
  if (result == NAMIDA_FILE_PENDING)
    return namida_transfer_is_final (transfer);
  return !namida_file_result_is_success (result);
}

guint
namida_file_model_count_failed (NamidaTransfer *transfer)
{
  guint count = 0;

  for (guint i = 0; i < namida_file_model_count_files (transfer); i++)
    count += namida_file_model_is_failed (transfer, i);
  return count;
}

static GArray *
file_model_find_failed (NamidaTransfer *transfer)
{
  GArray *failed = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < namida_file_model_count_files (transfer); i++)
    if (namida_file_model_is_failed (transfer, i))
      g_array_append_val (failed, i);
  return failed;
}

static guint
file_model_count_all (NamidaFileModel *self)
{
  return self->failed != NULL ? self->failed->len : namida_file_model_count_files (self->transfer);
}

static gboolean
file_model_on_idle (gpointer user_data)
{
  NamidaFileModel *self = user_data;
  guint before = self->n_items;
  guint all = file_model_count_all (self);
  /* A transfer that waited may have scanned its files again, and there may be fewer before this object is
   * notified. */
  guint now = before + MORE_FILES < ROWS_OF_A_LIST ? before + MORE_FILES : all;

  self->n_items = MAX (before, MIN (now, all));
  if (self->n_items >= all)
    self->idle = 0;
  if (self->n_items > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->n_items - before);
  return self->idle != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Use a lower priority than drawing. */
static void
file_model_begin (NamidaFileModel *self)
{
  guint all = file_model_count_all (self);

  g_clear_handle_id (&self->idle, g_source_remove);
  self->n_items = MIN (all, FIRST_FILES);
  if (self->n_items < all)
    self->idle = g_idle_add_full (G_PRIORITY_LOW, file_model_on_idle, self, NULL);
}

static void
file_model_refill (NamidaFileModel *self, gboolean only_failed)
{
  guint before = self->n_items;

  g_clear_pointer (&self->failed, g_array_unref);
  if (only_failed)
    self->failed = file_model_find_failed (self->transfer);
  file_model_begin (self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, before, self->n_items);
}

static void
file_model_on_ended (NamidaFileModel *self)
{
  /* With all files, the rows update themselves. */
  if (self->failed != NULL || (self->idle == 0 && self->n_items != namida_file_model_count_files (self->transfer)))
    file_model_refill (self, self->failed != NULL);
}

void
namida_file_model_set_only_failed (NamidaFileModel *self, gboolean only_failed)
{
  if (only_failed != (self->failed != NULL))
    file_model_refill (self, only_failed);
}

static void
namida_file_model_finalize (GObject *object)
{
  NamidaFileModel *self = NAMIDA_FILE_MODEL (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_pointer (&self->failed, g_array_unref);
  g_clear_object (&self->transfer);
  G_OBJECT_CLASS (namida_file_model_parent_class)->finalize (object);
}

static void
namida_file_model_class_init (NamidaFileModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_file_model_finalize;
}

static void
namida_file_model_init (NamidaFileModel *self)
{
}

NamidaFileModel *
namida_file_model_new (NamidaTransfer *transfer)
{
  NamidaFileModel *self = g_object_new (NAMIDA_TYPE_FILE_MODEL, NULL);

  self->transfer = g_object_ref (transfer);
  file_model_begin (self);
  g_signal_connect_object (transfer, "ended", G_CALLBACK (file_model_on_ended), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  return self;
}
