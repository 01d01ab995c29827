/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removes received transfers from the list of transfers after a while, together with the entries of all their files,
 * because a program that runs for months would otherwise grow without limit. From then on the history shows them.
 * Called by the other files of the hub. Main context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-limits.h"

#define MOST 50                       /* rows of the list */
#define MOST_FILES NAMIDA_LIMIT_FILES /* files of all finished transfers except the newest: about 100 bytes each */
#define MOST_FORGOTTEN 2000           /* as many rows as the history shows */

/* Received, and nothing continues it. An interrupted transfer that its sender resumes is found in the database. */
static gboolean
is_over (NamidaTransfer *transfer)
{
  return namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_RECEIVE
         && (namida_transfer_is_final (transfer)
             || namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_INTERRUPTED);
}

static void
remember_forgotten (NamidaHub *self, const char *id)
{
  if (self->forgotten == NULL)
    self->forgotten = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (id == NULL || g_hash_table_contains (self->forgotten, id))
    return;
  while (self->forgotten_order.length >= MOST_FORGOTTEN)
    g_hash_table_remove (self->forgotten, g_queue_pop_head (&self->forgotten_order));
  g_queue_push_tail (&self->forgotten_order, g_strdup (id));
  g_hash_table_add (self->forgotten, g_queue_peek_tail (&self->forgotten_order));
}

/* An interrupted transfer is resumed, so its row no longer belongs to the history. */
static void
recall (NamidaHub *self, const char *id)
{
  gpointer key;

  if (self->forgotten == NULL || id == NULL || !g_hash_table_lookup_extended (self->forgotten, id, &key, NULL))
    return;
  g_queue_remove (&self->forgotten_order, key);
  g_hash_table_remove (self->forgotten, id);
}

static void
forget_received (NamidaHub *self)
{
  guint n = 0;
  guint64 files = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers));)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);

      if (is_over (transfer))
        {
          files += n++ > 0 && namida_transfer_is_final (transfer) ? namida_transfer_get_total_files (transfer) : 0;
          if (n > MOST || (n > 1 && namida_transfer_is_final (transfer) && files > MOST_FILES))
            {
              remember_forgotten (self, namida_transfer_get_session_id (transfer));
              g_list_store_remove (self->transfers, i);
              continue;
            }
        }
      i++;
    }
}

void
namida_hub_list_received (NamidaHub *self, NamidaTransfer *transfer)
{
  forget_received (self);
  recall (self, namida_transfer_get_session_id (transfer));
  g_list_store_insert (self->transfers, 0, transfer);
}

void
namida_hub_show_past (NamidaHub *self, const char *id)
{
  remember_forgotten (self, id);
  g_signal_emit_by_name (self, "noted");
}

gboolean
namida_hub_has_forgotten (NamidaHub *self, const char *id)
{
  return self->forgotten != NULL && g_hash_table_contains (self->forgotten, id);
}

void
namida_hub_close_forgotten (NamidaHub *self)
{
  g_queue_clear (&self->forgotten_order); /* the strings belong to the set */
  g_clear_pointer (&self->forgotten, g_hash_table_unref);
}
