/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One row of the history: a session of the journal, with its state as text. namida-hub-history.c makes it; the window
 * shows it. Main context. */
#include "config.h"

#include "namida-history-item.h"

#include "namida-clock.h"
#include "namida-limits.h"
#include "namida-transfer-end.h"

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
  gboolean there = g_strcmp0 (self->row->direction, "send") == 0
                   || g_strcmp0 (self->row->direction, NAMIDA_JOURNAL_REPAIRED_THERE) == 0;

  return there ? NAMIDA_DIRECTION_SEND : NAMIDA_DIRECTION_RECEIVE;
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

  /* The user canceled it and kept the received data, so show it as canceled, like its row did then. */
  if (self->row->ask && g_strcmp0 (self->row->state, "parked") == 0)
    return NAMIDA_TRANSFER_CANCELLED;
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_strcmp0 (self->row->state, all[i].word) == 0)
      return all[i].state;
  return NAMIDA_TRANSFER_FAILED;
}

gboolean
namida_history_item_is_transfer (NamidaHistoryItem *self)
{
  return namida_journal_session_is_transfer (self->row);
}

/* The other device deletes the data of a canceled transfer after some days. */
static gboolean
history_item_can_resume (NamidaHistoryItem *self)
{
  gint64 age = namida_clock_real () - self->row->updated_at;
  gboolean kept_here = self->row->ask && g_strcmp0 (self->row->state, "parked") == 0;

  return (self->row->can_resume || kept_here) && age < NAMIDA_LIMIT_PARKED_DAYS * G_TIME_SPAN_DAY;
}

char *
namida_history_item_dup_state_text (NamidaHistoryItem *self)
{
  const NamidaJournalSession *row = self->row;
  NamidaTransferEnd end = { .direction = namida_history_item_get_direction (self),
                            .state = namida_history_item_get_state (self),
                            .unproven = row->unproven,
                            .can_resume = history_item_can_resume (self),
                            .stored = row->stored_files,
                            .kept = row->kept_files,
                            .failed = row->failed_files,
                            .skipped = row->skipped,
                            .healed_files = row->healed_files,
                            .healed_versions = row->healed_versions,
                            .alias = row->alias,
                            .message = row->error,
                            .advice = row->advice };

  if (g_strcmp0 (row->direction, NAMIDA_JOURNAL_TRASHED) == 0)
    return g_strdup (_ ("Moved to the trash, for 30 days"));
  if (!namida_history_item_is_transfer (self))
    return namida_healed_dup_words (end.direction, row->alias, row->healed_files, row->healed_versions);
  if (end.state != NAMIDA_TRANSFER_INTERRUPTED)
    return namida_transfer_end_dup_words (&end);
  return g_strdup (end.direction == NAMIDA_DIRECTION_SEND ? _ ("Interrupted. Send again to resume")
                                                          : _ ("Interrupted. Resumes when the device sends again"));
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
