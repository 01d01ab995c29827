/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts the versions and transfers of each device, so that rows need not walk the lists themselves. The devices page
 * and the pages of devices use it. Main context. */
#include "config.h"

#include "namida-device-dates.h"

struct _NamidaDeviceDates
{
  GObject parent_instance;

  NamidaHub *hub;
  NamidaHubHistory *history; /* (nullable) */
  GHashTable *dates;         /* (nullable): fingerprint → NamidaDeviceDate; %NULL: must be counted again */
  guint idle;
};

G_DEFINE_FINAL_TYPE (NamidaDeviceDates, namida_device_dates, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static NamidaDeviceDate *
device_dates_at (NamidaDeviceDates *self, const char *fingerprint)
{
  NamidaDeviceDate *date = g_hash_table_lookup (self->dates, fingerprint);

  if (date != NULL)
    return date;
  date = g_new0 (NamidaDeviceDate, 1);
  g_hash_table_insert (self->dates, g_strdup (fingerprint), date);
  return date;
}

static void
device_dates_count_transfer (NamidaDeviceDate *date, gboolean sent_backup, gint64 started_at, gint64 ended_at)
{
  date->transfers++;
  date->first_at = date->first_at == 0 ? started_at : MIN (date->first_at, started_at);
  if (sent_backup)
    date->sent_at = MAX (date->sent_at, ended_at);
}

static void
device_dates_count_versions (NamidaDeviceDates *self)
{
  GListModel *versions = G_LIST_MODEL (namida_hub_get_versions (self->hub));

  for (guint i = 0; i < g_list_model_get_n_items (versions); i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (versions, i);
      NamidaDeviceDate *date;

      if (namida_version_get_fingerprint (version) == NULL)
        continue;
      date = device_dates_at (self, namida_version_get_fingerprint (version));
      date->versions++;
      date->bytes += namida_version_get_bytes (version);
      date->kept_at = MAX (date->kept_at, namida_version_get_created_at (version));
    }
}

static void
device_dates_count_transfers (NamidaDeviceDates *self)
{
  GListModel *transfers = namida_hub_get_transfers (self->hub);

  for (guint i = 0; i < g_list_model_get_n_items (transfers); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);
      NamidaBackup *backup = namida_transfer_get_backup (transfer);

      if (namida_transfer_get_peer_fingerprint (transfer) == NULL)
        continue;
      device_dates_count_transfer (device_dates_at (self, namida_transfer_get_peer_fingerprint (transfer)),
                                   namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_DONE && backup != NULL
                                       && namida_backup_get_name (backup) != NULL
                                       && namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND,
                                   namida_transfer_get_started_at (transfer), namida_transfer_get_ended_at (transfer));
    }
}

static void
device_dates_count_history (NamidaDeviceDates *self)
{
  for (guint i = 0; self->history != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->history)); i++)
    {
      g_autoptr (NamidaHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (self->history), i);
      const NamidaJournalSession *row = namida_history_item_get_row (item);

      if (row->fingerprint == NULL || *row->fingerprint == '\0' || !namida_history_item_is_transfer (item))
        continue;
      device_dates_count_transfer (device_dates_at (self, row->fingerprint),
                                   namida_history_item_get_state (item) == NAMIDA_TRANSFER_DONE
                                       && namida_history_item_get_direction (item) == NAMIDA_DIRECTION_SEND
                                       && g_str_has_prefix (row->title, "Namida Backup - "),
                                   row->started_at, row->updated_at);
    }
}

const NamidaDeviceDate *
namida_device_dates_lookup (NamidaDeviceDates *self, const char *fingerprint)
{
  static const NamidaDeviceDate nothing;
  const NamidaDeviceDate *date;

  if (self->dates == NULL)
    {
      self->dates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      device_dates_count_versions (self);
      device_dates_count_transfers (self);
      device_dates_count_history (self);
    }
  date = fingerprint != NULL ? g_hash_table_lookup (self->dates, fingerprint) : NULL;
  return date != NULL ? date : &nothing;
}

char *
namida_device_dates_dup_stale (NamidaDeviceDates *self, const char *fingerprint)
{
  NamidaStaleList *stale = namida_hub_get_stale (self->hub);
  char *words;

  if (fingerprint == NULL)
    return NULL;
  words = namida_stale_list_dup_words (stale, fingerprint, NAMIDA_STALE_SEND);
  return words != NULL ? words : namida_stale_list_dup_words (stale, fingerprint, NAMIDA_STALE_RECEIVE);
}

NamidaSchedule *
namida_device_dates_get_schedule (NamidaDeviceDates *self, const char *fingerprint)
{
  NamidaSchedule *schedule = fingerprint != NULL
                                 ? namida_schedules_find_for_device (namida_hub_get_schedules (self->hub), fingerprint)
                                 : NULL;

  return schedule != NULL && namida_schedule_get_state (schedule) != NAMIDA_SCHEDULE_OFF ? schedule : NULL;
}

static gboolean
device_dates_on_idle (gpointer user_data)
{
  NamidaDeviceDates *self = user_data;

  self->idle = 0;
  g_clear_pointer (&self->dates, g_hash_table_unref);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static void
device_dates_queue (NamidaDeviceDates *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add (device_dates_on_idle, self);
}

static void
device_dates_on_transfers (NamidaDeviceDates *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);

      g_signal_connect_object (transfer, "ended", G_CALLBACK (device_dates_queue), self,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    }
  device_dates_queue (self);
}

static void
device_dates_on_schedules (NamidaDeviceDates *self, guint position, guint removed, guint added, GListModel *schedules)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaSchedule) schedule = g_list_model_get_item (schedules, i);

      g_signal_handlers_disconnect_by_func (schedule, device_dates_queue, self);
      g_signal_connect_object (schedule, "changed", G_CALLBACK (device_dates_queue), self, G_CONNECT_SWAPPED);
    }
  device_dates_queue (self);
}

static void
namida_device_dates_dispose (GObject *object)
{
  NamidaDeviceDates *self = NAMIDA_DEVICE_DATES (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_pointer (&self->dates, g_hash_table_unref);
  g_clear_object (&self->history);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_device_dates_parent_class)->dispose (object);
}

static void
namida_device_dates_class_init (NamidaDeviceDatesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_device_dates_dispose;
  signals[SIGNAL_CHANGED]
      = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_device_dates_init (NamidaDeviceDates *self)
{
}

NamidaDeviceDates *
namida_device_dates_new (NamidaHub *hub, NamidaHubHistory *history)
{
  NamidaDeviceDates *self = g_object_new (NAMIDA_TYPE_DEVICE_DATES, NULL);
  GListModel *transfers = namida_hub_get_transfers (hub);
  GListModel *schedules = G_LIST_MODEL (namida_hub_get_schedules (hub));

  self->hub = g_object_ref (hub);
  g_set_object (&self->history, history);
  g_signal_connect_object (namida_hub_get_versions (hub), "items-changed", G_CALLBACK (device_dates_queue), self,
                           G_CONNECT_SWAPPED);
  if (history != NULL)
    g_signal_connect_object (history, "items-changed", G_CALLBACK (device_dates_queue), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transfers, "items-changed", G_CALLBACK (device_dates_on_transfers), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_hub_get_stale (hub), "changed", G_CALLBACK (device_dates_queue), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (schedules, "items-changed", G_CALLBACK (device_dates_on_schedules), self, G_CONNECT_SWAPPED);
  device_dates_on_schedules (self, 0, 0, g_list_model_get_n_items (schedules), schedules);
  device_dates_on_transfers (self, 0, 0, g_list_model_get_n_items (transfers), transfers);
  return self;
}
