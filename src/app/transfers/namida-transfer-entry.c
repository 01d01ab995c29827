/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives the list of days the same view of transfers of this run and of earlier runs, and merges what one device sent
 * within an hour. namida-transfer-days.c uses it. Main context. */
#include "config.h"

#include "namida-transfer-entry.h"

/* Microseconds within which the files of one device are combined in one row. */
#define MERGE_WITHIN (60 * 60 * (gint64) G_USEC_PER_SEC)

struct _NamidaMergedEntry
{
  GObject parent_instance;

  GPtrArray *items;
};

G_DEFINE_FINAL_TYPE (NamidaMergedEntry, namida_merged_entry, G_TYPE_OBJECT)

static const NamidaJournalSession *
transfer_entry_row (gpointer item)
{
  return namida_history_item_get_row (item);
}

gint64
namida_transfer_entry_get_time (gpointer item)
{
  return NAMIDA_IS_HISTORY_ITEM (item) ? transfer_entry_row (item)->updated_at : namida_transfer_get_ended_at (item);
}

const char *
namida_transfer_entry_get_alias (gpointer item)
{
  return NAMIDA_IS_HISTORY_ITEM (item) ? transfer_entry_row (item)->alias : namida_transfer_get_peer_alias (item);
}

guint64
namida_transfer_entry_get_bytes (gpointer item)
{
  return NAMIDA_IS_HISTORY_ITEM (item) ? transfer_entry_row (item)->total_bytes
                                       : namida_transfer_get_total_bytes (item);
}

guint
namida_transfer_entry_get_files (gpointer item)
{
  return NAMIDA_IS_HISTORY_ITEM (item) ? transfer_entry_row (item)->total_files
                                       : namida_transfer_get_total_files (item);
}

gboolean
namida_transfer_entry_has_backup (gpointer item)
{
  NamidaBackup *backup;

  if (NAMIDA_IS_HISTORY_ITEM (item))
    return g_str_has_prefix (transfer_entry_row (item)->title, "Namida Backup - ");
  backup = namida_transfer_get_backup (item);
  return backup != NULL ? namida_backup_get_name (backup) != NULL
                        : g_str_has_prefix (namida_transfer_get_title (item), "Namida Backup - ");
}

gboolean
namida_transfer_entry_get_unproven (gpointer item)
{
  return NAMIDA_IS_HISTORY_ITEM (item) ? transfer_entry_row (item)->unproven != NAMIDA_UNPROVEN_NOT
                                       : namida_transfer_get_unproven (item);
}

const char *
namida_transfer_entry_get_folder (gpointer item)
{
  const NamidaJournalSession *row;

  if (!NAMIDA_IS_HISTORY_ITEM (item))
    return namida_transfer_get_folder (item);
  row = transfer_entry_row (item);
  return row->destination != NULL && *row->destination != '\0' ? row->destination : NULL;
}

static const char *
transfer_entry_fingerprint (gpointer item)
{
  return NAMIDA_IS_HISTORY_ITEM (item) ? transfer_entry_row (item)->fingerprint
                                       : namida_transfer_get_peer_fingerprint (item);
}

/* Backups and failed transfers have rows of their own. */
static gboolean
transfer_entry_is_plain (gpointer item)
{
  NamidaDirection direction
      = NAMIDA_IS_HISTORY_ITEM (item) ? namida_history_item_get_direction (item) : namida_transfer_get_direction (item);
  NamidaTransferState state
      = NAMIDA_IS_HISTORY_ITEM (item) ? namida_history_item_get_state (item) : namida_transfer_get_state (item);

  if (NAMIDA_IS_HISTORY_ITEM (item) && !namida_history_item_is_transfer (item))
    return FALSE;
  return direction == NAMIDA_DIRECTION_RECEIVE && state == NAMIDA_TRANSFER_DONE
         && !namida_transfer_entry_has_backup (item);
}

gboolean
namida_merged_entry_can_merge (gpointer newest, gpointer older)
{
  return transfer_entry_is_plain (newest) && transfer_entry_is_plain (older)
         && g_strcmp0 (transfer_entry_fingerprint (newest), transfer_entry_fingerprint (older)) == 0
         && g_strcmp0 (namida_transfer_entry_get_alias (newest), namida_transfer_entry_get_alias (older)) == 0
         && namida_transfer_entry_get_unproven (newest) == namida_transfer_entry_get_unproven (older)
         && namida_transfer_entry_get_time (newest) - namida_transfer_entry_get_time (older) <= MERGE_WITHIN;
}

GPtrArray *
namida_merged_entry_get_items (NamidaMergedEntry *self)
{
  return self->items;
}

static void
namida_merged_entry_finalize (GObject *object)
{
  g_ptr_array_unref (NAMIDA_MERGED_ENTRY (object)->items);
  G_OBJECT_CLASS (namida_merged_entry_parent_class)->finalize (object);
}

static void
namida_merged_entry_class_init (NamidaMergedEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_merged_entry_finalize;
}

static void
namida_merged_entry_init (NamidaMergedEntry *self)
{
}

NamidaMergedEntry *
namida_merged_entry_new (GPtrArray *items)
{
  NamidaMergedEntry *self = g_object_new (NAMIDA_TYPE_MERGED_ENTRY, NULL);

  self->items = items;
  return self;
}
