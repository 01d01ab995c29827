/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An item of the list of files of a transfer. namida-file-model.c creates it for the rows that are shown. Main
 * context. */
#include "config.h"

#include "namida-file-item.h"

struct _NamidaFileItem
{
  GObject parent_instance;

  NamidaTransfer *transfer;
  guint index;
};

G_DEFINE_FINAL_TYPE (NamidaFileItem, namida_file_item, G_TYPE_OBJECT)

NamidaTransfer *
namida_file_item_get_transfer (NamidaFileItem *self)
{
  return self->transfer;
}

guint
namida_file_item_get_index (NamidaFileItem *self)
{
  return self->index;
}

static void
namida_file_item_finalize (GObject *object)
{
  g_clear_object (&NAMIDA_FILE_ITEM (object)->transfer);
  G_OBJECT_CLASS (namida_file_item_parent_class)->finalize (object);
}

static void
namida_file_item_class_init (NamidaFileItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_file_item_finalize;
}

static void
namida_file_item_init (NamidaFileItem *self)
{
}

NamidaFileItem *
namida_file_item_new (NamidaTransfer *transfer, guint index)
{
  NamidaFileItem *self = g_object_new (NAMIDA_TYPE_FILE_ITEM, NULL);

  self->transfer = g_object_ref (transfer);
  self->index = index;
  return self;
}
