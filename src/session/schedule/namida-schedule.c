/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One automatic backup as rows and widgets see it: see the header. Main context. */
#include "config.h"

#include "namida-schedule-private.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

G_DEFINE_FINAL_TYPE (NamidaSchedule, namida_schedule, G_TYPE_OBJECT)

static guint changed_signal;

static void
namida_schedule_finalize (GObject *object)
{
  NamidaSchedule *self = NAMIDA_SCHEDULE (object);

  g_clear_object (&self->running);
  if (self->lock >= 0)
    close (self->lock);
  namida_schedule_row_free (self->row);
  G_OBJECT_CLASS (namida_schedule_parent_class)->finalize (object);
}

static void
namida_schedule_class_init (NamidaScheduleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_schedule_finalize;
  changed_signal
      = g_signal_new ("changed", NAMIDA_TYPE_SCHEDULE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_schedule_init (NamidaSchedule *self)
{
  self->lock = -1;
}

NamidaSchedule *
namida_schedule_new (NamidaScheduleRow *row)
{
  NamidaSchedule *self = g_object_new (NAMIDA_TYPE_SCHEDULE, NULL);

  self->row = row;
  self->state = row->enabled ? NAMIDA_SCHEDULE_IDLE : NAMIDA_SCHEDULE_OFF;
  return self;
}

/* Whether the two rows look the same to the user. */
static gboolean
schedule_rows_equal (const NamidaScheduleRow *a, const NamidaScheduleRow *b)
{
  return g_str_equal (a->alias, b->alias) && a->rule.every == b->rule.every && a->rule.hours == b->rule.hours
         && a->rule.at == b->rule.at && a->rule.weekday == b->rule.weekday && a->newest_backup == b->newest_backup
         && g_strv_equal ((const char *const *) a->folders, (const char *const *) b->folders) && a->limit == b->limit
         && a->on_battery == b->on_battery && a->on_metered == b->on_metered && a->enabled == b->enabled
         && a->slot_at == b->slot_at && a->ended_at == b->ended_at && a->done_at == b->done_at
         && a->outcome == b->outcome && g_strcmp0 (a->message, b->message) == 0 && a->retry_at == b->retry_at
         && a->asked == b->asked;
}

void
namida_schedule_take_row (NamidaSchedule *self, NamidaScheduleRow *row)
{
  g_autoptr (NamidaScheduleRow) before = self->row;

  /* The results of this program's own run are newer than the row that was read. */
  if (self->running != NULL || self->writing || self->unwritten)
    {
      row->slot_at = before->slot_at;
      row->started_at = before->started_at;
      row->ended_at = before->ended_at;
      row->done_at = before->done_at;
      row->outcome = before->outcome;
      g_free (row->message);
      row->message = g_strdup (before->message);
      row->tries = before->tries;
      row->retry_at = before->retry_at;
      row->asked = before->asked;
    }
  self->row = row;
  if (!schedule_rows_equal (before, row))
    g_signal_emit (self, changed_signal, 0);
}

void
namida_schedule_set_state (NamidaSchedule *self, NamidaScheduleState state, gint64 next_at)
{
  if (self->state == state && self->next_at == next_at)
    return;
  self->state = state;
  self->next_at = next_at;
  g_signal_emit (self, changed_signal, 0);
}

const NamidaScheduleRow *
namida_schedule_get_row (NamidaSchedule *self)
{
  return self->row;
}

gint64
namida_schedule_get_id (NamidaSchedule *self)
{
  return self->row->id;
}

NamidaScheduleState
namida_schedule_get_state (NamidaSchedule *self)
{
  return self->state;
}

gint64
namida_schedule_get_next_at (NamidaSchedule *self)
{
  return self->state == NAMIDA_SCHEDULE_OFF ? 0 : self->next_at;
}

const char *
namida_schedule_state_to_text (NamidaScheduleState state)
{
  static const char *const texts[] = {
    [NAMIDA_SCHEDULE_OFF] = "off",
    [NAMIDA_SCHEDULE_IDLE] = "idle",
    [NAMIDA_SCHEDULE_WAITS_FOR_DEVICE] = "waits-for-device",
    [NAMIDA_SCHEDULE_WAITS_FOR_POWER] = "waits-for-power",
    [NAMIDA_SCHEDULE_WAITS_FOR_NETWORK] = "waits-for-network",
    [NAMIDA_SCHEDULE_WAITS_TO_RETRY] = "waits-to-retry",
    [NAMIDA_SCHEDULE_WAITS_FOR_TURN] = "waits-for-turn",
    [NAMIDA_SCHEDULE_RUNNING] = "running",
  };

  return texts[state];
}

char *
namida_schedule_dup_state_words (NamidaSchedule *self)
{
  switch (self->state)
    {
    case NAMIDA_SCHEDULE_OFF:
      return g_strdup (_ ("Off"));
    case NAMIDA_SCHEDULE_WAITS_FOR_DEVICE:
      /* Translators: %s is the name of a device. */
      return g_strdup_printf (_ ("Waiting for “%s” to be nearby"), self->row->alias);
    case NAMIDA_SCHEDULE_WAITS_FOR_POWER:
      return g_strdup (_ ("Waiting until this device is plugged in"));
    case NAMIDA_SCHEDULE_WAITS_FOR_NETWORK:
      return g_strdup (_ ("Waiting for a network that is not metered"));
    case NAMIDA_SCHEDULE_WAITS_TO_RETRY:
      return g_strdup (_ ("The last backup failed and will be tried again"));
    case NAMIDA_SCHEDULE_WAITS_FOR_TURN:
      return g_strdup (_ ("Waiting for another transfer to end"));
    case NAMIDA_SCHEDULE_RUNNING:
      return g_strdup (_ ("Backing up now"));
    case NAMIDA_SCHEDULE_IDLE:
    default:
      return namida_schedule_rule_dup_words (&self->row->rule);
    }
}

char *
namida_schedule_row_dup_what_words (const NamidaScheduleRow *row)
{
  g_autoptr (GString) words = g_string_new (NULL);

  if (row->newest_backup)
    g_string_append (words, _ ("Newest Namida backup"));
  for (guint i = 0; row->folders != NULL && row->folders[i] != NULL; i++)
    {
      g_autofree char *name = g_path_get_basename (row->folders[i]);
      g_autofree char *shown = g_filename_display_name (name);

      g_string_append_printf (words, "%s%s", words->len > 0 ? ", " : "", shown);
    }
  return g_string_free (g_steal_pointer (&words), FALSE);
}
