/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-history-item.h"

#include <glib/gi18n-lib.h>

struct _NamidaHistoryItem
{
  GObject parent_instance;

  NamidaJournalSession *row;
};

G_DEFINE_FINAL_TYPE (NamidaHistoryItem, namida_history_item, G_TYPE_OBJECT)

const NamidaJournalSession *
namida_history_item_get_row (NamidaHistoryItem *self)
{
  return self->row;
}

NamidaDirection
namida_history_item_get_direction (NamidaHistoryItem *self)
{
  return g_strcmp0 (self->row->direction, "send") == 0 ? NAMIDA_DIRECTION_SEND : NAMIDA_DIRECTION_RECEIVE;
}

NamidaTransferState
namida_history_item_get_state (NamidaHistoryItem *self)
{
  static const struct
  {
    const char *word;
    NamidaTransferState state;
  } all[] = {
    { "finished", NAMIDA_TRANSFER_DONE },     { "incomplete", NAMIDA_TRANSFER_INCOMPLETE },
    { "declined", NAMIDA_TRANSFER_DECLINED }, { "cancelled", NAMIDA_TRANSFER_CANCELLED },
    { "open", NAMIDA_TRANSFER_INTERRUPTED },  { "parked", NAMIDA_TRANSFER_INTERRUPTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_strcmp0 (self->row->state, all[i].word) == 0)
      return all[i].state;
  return NAMIDA_TRANSFER_FAILED;
}

static char *
dup_done_text (NamidaHistoryItem *self)
{
  gboolean send = namida_history_item_get_direction (self) == NAMIDA_DIRECTION_SEND;
  guint kept = self->row->kept_files;

  if (kept > 0)
    return g_strdup_printf (
        ngettext ("Verified · %'u file was already there", "Verified · %'u files were already there", kept), kept);
  return g_strdup (send ? _ ("Sent and verified") : _ ("Received and verified"));
}

char *
namida_history_item_dup_state_text (NamidaHistoryItem *self)
{
  gboolean send = namida_history_item_get_direction (self) == NAMIDA_DIRECTION_SEND;
  guint failed = self->row->failed_files;

  switch (namida_history_item_get_state (self))
    {
    case NAMIDA_TRANSFER_DONE:
      return dup_done_text (self);
    case NAMIDA_TRANSFER_DECLINED:
      return g_strdup (_ ("Declined"));
    case NAMIDA_TRANSFER_CANCELLED:
      return g_strdup (_ ("Cancelled"));
    case NAMIDA_TRANSFER_INTERRUPTED:
      return g_strdup (send ? _ ("Interrupted: send it again and it goes on")
                            : _ ("Interrupted: it goes on when the device sends again"));
    case NAMIDA_TRANSFER_INCOMPLETE:
      if (failed > 0)
        return g_strdup_printf (ngettext ("%'u file is not there", "%'u files are not there", failed), failed);
      G_GNUC_FALLTHROUGH;
    default:
      return g_strdup (self->row->error != NULL && *self->row->error != '\0' ? self->row->error
                                                                             : _ ("It did not arrive"));
    }
}

static void
namida_history_item_finalize (GObject *object)
{
  namida_journal_session_free (NAMIDA_HISTORY_ITEM (object)->row);
  G_OBJECT_CLASS (namida_history_item_parent_class)->finalize (object);
}

static void
namida_history_item_class_init (NamidaHistoryItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_history_item_finalize;
}

static void
namida_history_item_init (NamidaHistoryItem *self)
{
}

NamidaHistoryItem *
namida_history_item_new (NamidaJournalSession *row)
{
  NamidaHistoryItem *self = g_object_new (NAMIDA_TYPE_HISTORY_ITEM, NULL);

  self->row = row;
  return self;
}
