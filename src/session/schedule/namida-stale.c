/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Determines which devices have had no backup for too long: see the header. The functions block; call them in worker
 * threads. */
#include "config.h"

#include "namida-stale.h"

#include "namida-error.h"
#include "namida-schedule-row.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#define DAY (24 * G_TIME_SPAN_HOUR)
#define APART (4 * G_TIME_SPAN_HOUR) /* backups that are closer together count as one that took several attempts */
#define GAPS_LEAST 2u
#define GAPS_MOST 10u
#define LOST_LEAST 10u /* songs */
#define LOST_SHARE 10u /* one in this many */

void
namida_stale_device_free (NamidaStaleDevice *self)
{
  if (self == NULL)
    return;
  g_free (self->fingerprint);
  g_free (self->alias);
  g_free (self);
}

static int
stale_compare (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a, second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

gint64
namida_stale_interval (const gint64 *times, guint n)
{
  g_autoptr (GArray) gaps = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 before = n > 0 ? times[0] : 0;

  for (guint i = 1; i < n; i++)
    {
      gint64 gap = times[i] - before;

      if (gap < APART)
        continue;
      g_array_append_val (gaps, gap);
      before = times[i];
    }
  if (gaps->len < GAPS_LEAST)
    return 0;
  /* Use recent intervals, not those of years ago. */
  if (gaps->len > GAPS_MOST)
    g_array_remove_range (gaps, 0, gaps->len - GAPS_MOST);
  g_array_sort (gaps, stale_compare);
  return MAX (g_array_index (gaps, gint64, gaps->len / 2), DAY);
}

guint
namida_stale_days (gint64 last_at, gint64 interval, gint64 now)
{
  if (interval == 0 || last_at == 0 || now - last_at <= 2 * interval)
    return 0;
  return (guint) MAX ((now - last_at) / DAY, 1);
}

/* ---- reading the database ---- */

/* Collects devices while reading. The key is direction and fingerprint. */
typedef struct
{
  NamidaStaleDevice *device; /* owned */
  GArray *times;
  gint64 logged_at, noted_at; /* from the table stale_notices */
} StaleEntry;

static void
stale_entry_free (StaleEntry *entry)
{
  namida_stale_device_free (entry->device);
  g_array_unref (entry->times);
  g_free (entry);
}

static char *
stale_key (NamidaStaleDirection direction, const char *fingerprint)
{
  return g_strconcat (direction == NAMIDA_STALE_SEND ? "send " : "receive ", fingerprint, NULL);
}

static StaleEntry *
stale_entry (GHashTable *entries, NamidaStaleDirection direction, const char *fingerprint, const char *alias)
{
  g_autofree char *key = stale_key (direction, fingerprint);
  StaleEntry *entry = g_hash_table_lookup (entries, key);

  if (entry == NULL)
    {
      entry = g_new0 (StaleEntry, 1);
      entry->times = g_array_new (FALSE, FALSE, sizeof (gint64));
      entry->device = g_new0 (NamidaStaleDevice, 1);
      entry->device->direction = direction;
      entry->device->fingerprint = g_strdup (fingerprint);
      g_hash_table_insert (entries, g_steal_pointer (&key), entry);
    }
  g_free (entry->device->alias);
  entry->device->alias = g_strdup (alias);
  return entry;
}

/* Sets in @counts the number of songs by the label of their folder. @labels: (nullable): JSON, as in the database. */
static void
stale_count_songs (const char *labels, GHashTable *counts)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;
  JsonArray *array;

  if (labels == NULL || !json_parser_load_from_data (parser, labels, -1, NULL))
    return;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_ARRAY (root))
    return;
  array = json_node_get_array (root);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *label = object != NULL ? json_object_get_string_member_with_default (object, "label", "") : "";

      if (*label != '\0')
        g_hash_table_insert (counts, g_strdup (label),
                             GUINT_TO_POINTER (json_object_get_int_member_with_default (object, "files", 0)));
    }
}

/* Returns by how many songs a backup is smaller than the previous one; 0 if by only a few. Counts only songs of folders
 * that both backups have: a device that sends fewer folders was configured to do so. */
static guint
stale_count_lost (const char *before, const char *now)
{
  g_autoptr (GHashTable) old = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) new = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer label, files, left;
  guint had = 0, has = 0;

  stale_count_songs (before, old);
  stale_count_songs (now, new);
  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, &label, &files))
    if (g_hash_table_lookup_extended (new, label, NULL, &left))
      {
        had += GPOINTER_TO_UINT (files);
        has += GPOINTER_TO_UINT (left);
      }
  return had > has && had - has >= LOST_LEAST && had - has >= had / LOST_SHARE ? had - has : 0;
}

static const char *
stale_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? text : "";
}

static gboolean
stale_read_versions (NamidaDatabase *database, GHashTable *entries, GError **error)
{
  g_autoptr (GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sqlite3_stmt *statement;
  gboolean fine;
  int step;

  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error,
      "SELECT fingerprint, alias, created_at, labels FROM versions WHERE fingerprint IS NOT NULL AND removing = 0"
      " AND complete = 1 ORDER BY arrival",
      "");
  while (namida_database_next (statement, &step))
    {
      const char *fingerprint = stale_text (statement, 0);
      StaleEntry *entry = stale_entry (entries, NAMIDA_STALE_RECEIVE, fingerprint, stale_text (statement, 1));
      gint64 at = sqlite3_column_int64 (statement, 2);

      g_array_append_val (entry->times, at);
      entry->device->n_lost = stale_count_lost (g_hash_table_lookup (labels, fingerprint), stale_text (statement, 3));
      g_hash_table_insert (labels, g_strdup (fingerprint), g_strdup (stale_text (statement, 3)));
    }
  fine = namida_database_end (database, statement, step, error);
  namida_database_unlock (database);
  return fine;
}

/* Reads the transfers that were sent. Fetched versions are not included. Versions that were sent to restore them on
 * another device are, although they are not backups; this does not happen regularly. */
static gboolean
stale_read_sent (NamidaDatabase *database, GHashTable *entries, GError **error)
{
  sqlite3_stmt *statement;
  gboolean fine;
  int step;

  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error,
      "SELECT fingerprint, alias, updated_at FROM sessions WHERE direction = 'send' AND state = 'finished'"
      " AND fingerprint IN (SELECT fingerprint FROM trusted) ORDER BY started_at",
      "");
  while (namida_database_next (statement, &step))
    {
      StaleEntry *entry
          = stale_entry (entries, NAMIDA_STALE_SEND, stale_text (statement, 0), stale_text (statement, 1));
      gint64 at = sqlite3_column_int64 (statement, 2);

      g_array_append_val (entry->times, at);
    }
  fine = namida_database_end (database, statement, step, error);
  namida_database_unlock (database);
  return fine;
}

static gboolean
stale_read_schedules (NamidaDatabase *database, GHashTable *entries, GError **error)
{
  g_autoptr (GPtrArray) rows = namida_schedule_rows_list (database, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const NamidaScheduleRow *row = rows->pdata[i];
      gint64 period = namida_schedule_rule_get_period (&row->rule);
      StaleEntry *entry;

      if (!row->enabled)
        continue;
      entry = stale_entry (entries, NAMIDA_STALE_SEND, row->fingerprint, row->alias);
      period = MAX (period, DAY);
      if (entry->device->interval == 0 || period < entry->device->interval)
        entry->device->interval = period;
      if (row->done_at != 0)
        g_array_append_val (entry->times, row->done_at);
      else if (entry->times->len == 0)
        {
          entry->device->last_at = row->created_at;
          entry->device->never = TRUE;
        }
    }
  return rows != NULL;
}

static gboolean
stale_read_notices (NamidaDatabase *database, GHashTable *entries, GError **error)
{
  sqlite3_stmt *statement;
  gboolean fine;
  int step;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "SELECT direction, fingerprint, last_at, logged_at FROM stale_notices", "");
  while (namida_database_next (statement, &step))
    {
      g_autofree char *key = g_strconcat (stale_text (statement, 0), " ", stale_text (statement, 1), NULL);
      StaleEntry *entry = g_hash_table_lookup (entries, key);

      if (entry == NULL)
        continue;
      entry->noted_at = sqlite3_column_int64 (statement, 2);
      entry->logged_at = sqlite3_column_int64 (statement, 3);
    }
  fine = namida_database_end (database, statement, step, error);
  namida_database_unlock (database);
  return fine;
}

/* ---- deciding ---- */

/* Removes times in the future, unless all are. Backups that were made while the clock was ahead would otherwise be
 * the newest ones until that date and hide that no more backups come. */
static void
stale_forget_future (GArray *times, gint64 now)
{
  guint n = times->len;

  while (n > 0 && g_array_index (times, gint64, n - 1) > now + DAY)
    n--;
  if (n > 0)
    g_array_set_size (times, n);
}

static void
stale_decide (StaleEntry *entry, gint64 now)
{
  NamidaStaleDevice *device = entry->device;

  g_array_sort (entry->times, stale_compare);
  stale_forget_future (entry->times, now);
  if (entry->times->len > 0)
    {
      device->last_at = g_array_index (entry->times, gint64, entry->times->len - 1);
      device->never = FALSE;
    }
  /* If all times are in the future, use the current time. */
  device->last_at = MIN (device->last_at, now);
  if (device->interval == 0)
    device->interval = namida_stale_interval ((const gint64 *) entry->times->data, entry->times->len);
  device->is_stale = namida_stale_days (device->last_at, device->interval, now) > 0;
  device->is_first = device->is_stale && entry->noted_at != device->last_at;
  device->is_daily = device->is_stale && (device->is_first || now - entry->logged_at >= DAY || entry->logged_at > now);
}

static gboolean
stale_note (NamidaDatabase *database, const NamidaStaleDevice *device, gint64 now, GError **error)
{
  return namida_database_exec (database, error,
                               "INSERT OR REPLACE INTO stale_notices (fingerprint, direction, last_at, logged_at)"
                               " VALUES (?, ?, ?, ?)",
                               "ssii", device->fingerprint, device->direction == NAMIDA_STALE_SEND ? "send" : "receive",
                               device->last_at, now);
}

static int
stale_compare_devices (gconstpointer a, gconstpointer b)
{
  const NamidaStaleDevice *first = *(const NamidaStaleDevice *const *) a;
  const NamidaStaleDevice *second = *(const NamidaStaleDevice *const *) b;

  if (first->direction != second->direction)
    return first->direction < second->direction ? -1 : 1;
  return strcmp (first->fingerprint, second->fingerprint);
}

GPtrArray *
namida_stale_list (NamidaDatabase *database, gint64 now, gboolean note, GError **error)
{
  g_autoptr (GHashTable) entries
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) stale_entry_free);
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_stale_device_free);
  GHashTableIter iter;
  gpointer value;

  if (!stale_read_versions (database, entries, error) || !stale_read_sent (database, entries, error)
      || !stale_read_schedules (database, entries, error) || !stale_read_notices (database, entries, error))
    return NULL;
  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      StaleEntry *entry = value;

      stale_decide (entry, now);
      if (note && entry->device->is_daily && !stale_note (database, entry->device, now, error))
        return NULL;
      g_ptr_array_add (devices, g_steal_pointer (&entry->device));
    }
  g_ptr_array_sort (devices, stale_compare_devices);
  return g_steal_pointer (&devices);
}

/* ---- words ---- */

char *
namida_stale_device_dup_words (const NamidaStaleDevice *self, gint64 now)
{
  guint days = namida_stale_days (self->last_at, self->interval, now);

  if (days == 0)
    return NULL;
  if (self->direction == NAMIDA_STALE_SEND)
    return g_strdup_printf (ngettext ("Has not been reached for %u day", "Has not been reached for %u days", days),
                            days);
  return g_strdup_printf (ngettext ("No backup for %u day", "No backup for %u days", days), days);
}

char *
namida_stale_device_dup_sentence (const NamidaStaleDevice *self, gint64 now)
{
  guint days = namida_stale_days (self->last_at, self->interval, now);

  if (days == 0)
    return NULL;
  if (self->direction == NAMIDA_STALE_SEND)
    /* Translators: the name of a device, then a number of days. */
    return g_strdup_printf (ngettext ("“%s” has not been reached for %u day. This device was not backed up there.",
                                      "“%s” has not been reached for %u days. This device was not backed up there.",
                                      days),
                            self->alias, days);
  /* Translators: the name of a device, then a number of days. */
  return g_strdup_printf (ngettext ("“%s” has not sent a backup for %u day.", "“%s” has not sent a backup for %u days.",
                                    days),
                          self->alias, days);
}

char *
namida_stale_device_dup_lost_words (const NamidaStaleDevice *self)
{
  if (self->n_lost == 0)
    return NULL;
  return g_strdup_printf (ngettext ("The newest backup has %'u song fewer than the one before",
                                    "The newest backup has %'u songs fewer than the one before", self->n_lost),
                          self->n_lost);
}
