/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaTransferList: limits the number of finished transfers and of their files, and remembers which rows
 * the history shows instead. Used by the hub, the inbox, the outbox and the history. Main context. */
#include "config.h"

#include "namida-transfer-list.h"
#include "namida-sending.h"

#define MOST 50              /* rows of the list */
#define MOST_FILES 10000     /* files of all finished transfers except the newest: about 400 bytes each */
#define MOST_IN_HISTORY 2000 /* as many rows as the history shows */

struct _NamidaTransferList
{
  GObject parent_instance;

  GListStore *items;
  GHashTable *in_history; /* a set of ids of rows, which owns its keys */
  GQueue history_order;   /* the keys of @in_history, the oldest first */
};

G_DEFINE_FINAL_TYPE (NamidaTransferList, namida_transfer_list, G_TYPE_OBJECT)

/* ---- what the history shows ---- */

void
namida_transfer_list_leave_to_history (NamidaTransferList *self, const char *id)
{
  if (id == NULL || g_hash_table_contains (self->in_history, id))
    return;
  while (self->history_order.length >= MOST_IN_HISTORY)
    g_hash_table_remove (self->in_history, g_queue_pop_head (&self->history_order));
  g_queue_push_tail (&self->history_order, g_strdup (id));
  g_hash_table_add (self->in_history, g_queue_peek_tail (&self->history_order));
}

gboolean
namida_transfer_list_is_left_to_history (NamidaTransferList *self, const char *id)
{
  return g_hash_table_contains (self->in_history, id);
}

/* An interrupted transfer is resumed, so its row no longer belongs to the history. */
static void
transfer_list_recall (NamidaTransferList *self, const char *id)
{
  gpointer key;

  if (id == NULL || !g_hash_table_lookup_extended (self->in_history, id, &key, NULL))
    return;
  g_queue_remove (&self->history_order, key);
  g_hash_table_remove (self->in_history, id);
}

/* ---- the list ---- */

/* Nothing continues it. An interrupted transfer that its sender resumes is found in the database. */
static gboolean
transfer_list_is_over (NamidaTransfer *transfer)
{
  if (namida_transfer_get_direction (transfer) != NAMIDA_DIRECTION_RECEIVE)
    return namida_sending_is_settled (transfer);
  return namida_transfer_is_final (transfer) || namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_INTERRUPTED;
}

static const char *
transfer_list_get_row_id (NamidaTransfer *transfer)
{
  const char *id = namida_sending_get_row_id (transfer);

  return id != NULL ? id : namida_transfer_get_session_id (transfer);
}

static void
transfer_list_trim (NamidaTransferList *self)
{
  guint n = 0;
  guint64 files = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items));)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (transfer_list_is_over (transfer))
        {
          files += n++ > 0 && namida_transfer_is_final (transfer) ? namida_transfer_get_total_files (transfer) : 0;
          if (n > MOST || (n > 1 && namida_transfer_is_final (transfer) && files > MOST_FILES))
            {
              namida_transfer_list_leave_to_history (self, transfer_list_get_row_id (transfer));
              g_list_store_remove (self->items, i);
              continue;
            }
        }
      i++;
    }
}

void
namida_transfer_list_add (NamidaTransferList *self, NamidaTransfer *transfer)
{
  transfer_list_trim (self);
  transfer_list_recall (self, namida_transfer_get_session_id (transfer));
  g_list_store_insert (self->items, 0, transfer);
}

GListStore *
namida_transfer_list_get_store (NamidaTransferList *self)
{
  return self->items;
}

static void
namida_transfer_list_finalize (GObject *object)
{
  NamidaTransferList *self = NAMIDA_TRANSFER_LIST (object);

  g_object_unref (self->items);
  g_queue_clear (&self->history_order); /* the strings belong to the set */
  g_hash_table_unref (self->in_history);
  G_OBJECT_CLASS (namida_transfer_list_parent_class)->finalize (object);
}

static void
namida_transfer_list_class_init (NamidaTransferListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_transfer_list_finalize;
}

static void
namida_transfer_list_init (NamidaTransferList *self)
{
  self->items = g_list_store_new (NAMIDA_TYPE_TRANSFER);
  self->in_history = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

NamidaTransferList *
namida_transfer_list_new (void)
{
  return g_object_new (NAMIDA_TYPE_TRANSFER_LIST, NULL);
}
