/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of schedules and its database tables: see namida-schedules.h. Another program with this data folder (the
 * “schedule” command) may change the tables at any time, so they are read again about once a minute. Main context;
 * the database is read and written in worker threads. */
#include "config.h"

#include "namida-schedules-private.h"

#include "namida-clock.h"

#define READ_AGAIN (50 * G_USEC_PER_SEC)
#define READ_NOT_BEFORE (3 * G_USEC_PER_SEC) /* a receiver writes to the database all the time */

static GType
schedules_get_item_type (GListModel *list)
{
  return NAMIDA_TYPE_SCHEDULE;
}

static guint
schedules_get_n_items (GListModel *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (NAMIDA_SCHEDULES (list)->items));
}

static gpointer
schedules_get_item (GListModel *list, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (NAMIDA_SCHEDULES (list)->items), position);
}

static void
schedules_list_init (GListModelInterface *iface)
{
  iface->get_item_type = schedules_get_item_type;
  iface->get_n_items = schedules_get_n_items;
  iface->get_item = schedules_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaSchedules,
                               namida_schedules,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, schedules_list_init))

static guint trouble_signal;

static void
schedules_on_items_changed (NamidaSchedules *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
schedules_report (NamidaSchedules *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, trouble_signal, 0, error->message);
}

/* ---- reading ---- */

static void
schedules_load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *rows = namida_schedule_rows_list (data, &error);

  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

/* Both lists are ordered by id. */
static void
schedules_merge (NamidaSchedules *self, GPtrArray *rows)
{
  guint position = 0;

  g_ptr_array_set_free_func (rows, NULL);
  for (guint i = 0; i < rows->len; i++)
    {
      NamidaScheduleRow *row = rows->pdata[i];
      g_autoptr (NamidaSchedule) item = NULL;

      while ((item = g_list_model_get_item (G_LIST_MODEL (self->items), position)) != NULL && item->row->id < row->id)
        {
          if (item->running != NULL)
            g_cancellable_cancel (item->running);
          g_list_store_remove (self->items, position);
          g_clear_object (&item);
        }
      if (item != NULL && item->row->id == row->id)
        namida_schedule_take_row (item, row);
      else
        {
          g_autoptr (NamidaSchedule) added = namida_schedule_new (row);

          g_list_store_insert (self->items, position, added);
        }
      position++;
    }
  while (position < g_list_model_get_n_items (G_LIST_MODEL (self->items)))
    {
      g_autoptr (NamidaSchedule) item = g_list_model_get_item (G_LIST_MODEL (self->items), position);

      if (item->running != NULL)
        g_cancellable_cancel (item->running);
      g_list_store_remove (self->items, position);
    }
}

static void
schedules_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaSchedules *self = NAMIDA_SCHEDULES (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = g_task_propagate_pointer (G_TASK (result), &error);

  self->loading = FALSE;
  self->n_busy--;
  if (self->database == NULL)
    return;
  if (rows != NULL)
    schedules_merge (self, rows);
  else
    schedules_report (self, error);
  if (self->load_again)
    namida_schedules_reload (self);
  else
    namida_schedules_check (self);
}

void
namida_schedules_reload (NamidaSchedules *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (NAMIDA_IS_SCHEDULES (self));

  self->load_again = self->loading;
  if (self->loading || self->database == NULL)
    return;
  self->loading = TRUE;
  self->n_busy++;
  self->read_at = namida_clock_monotonic ();
  task = g_task_new (self, self->cancellable, schedules_loaded, NULL);
  g_task_set_source_tag (task, namida_schedules_reload);
  g_task_set_task_data (task, g_object_ref (self->database), g_object_unref);
  g_task_run_in_thread (task, schedules_load_thread);
}

gboolean
namida_schedules_is_due_to_read (NamidaSchedules *self)
{
  gint64 since = namida_clock_monotonic () - self->read_at;

  return since >= READ_AGAIN || since < 0;
}

void
namida_schedules_database_changed (NamidaSchedules *self)
{
  gint64 since = namida_clock_monotonic () - self->read_at;

  /* If the list is not empty, the timer of namida_schedules_check() reads later what is skipped now. */
  if (since >= READ_NOT_BEFORE || since < 0 || g_list_model_get_n_items (G_LIST_MODEL (self->items)) == 0)
    namida_schedules_reload (self);
}

/* ---- writing ---- */

typedef struct
{
  NamidaDatabase *database;
  NamidaScheduleRow *row;
  gboolean ended;
  gboolean (*write) (NamidaDatabase *database, NamidaScheduleRow *row, GError **error);
} Writing;

static void
writing_free (Writing *writing)
{
  g_object_unref (writing->database);
  namida_schedule_row_free (writing->row);
  g_free (writing);
}

static Writing *
writing_new (NamidaSchedules *self, const NamidaScheduleRow *row)
{
  Writing *writing = g_new0 (Writing, 1);

  writing->database = g_object_ref (self->database);
  writing->row = namida_schedule_row_copy (row);
  return writing;
}

static void
schedules_note_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *writing = data;
  GError *error = NULL;

  if (namida_schedule_row_note (writing->database, writing->row, writing->ended, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
schedules_noted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaSchedules *self = NAMIDA_SCHEDULES (source);
  g_autoptr (NamidaSchedule) schedule = user_data;
  Writing *writing = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  self->n_busy--;
  schedule->writing = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      /* The disk may be full. Keep the results in memory and write them at the next check. */
      schedules_report (self, error);
      schedule->note_end |= writing->ended;
      schedule->unwritten = TRUE;
    }
  else if (schedule->unwritten)
    namida_schedules_note (self, schedule, FALSE);
}

void
namida_schedules_note (NamidaSchedules *self, NamidaSchedule *schedule, gboolean ended)
{
  g_autoptr (GTask) task = NULL;
  Writing *writing;

  schedule->note_end |= ended;
  schedule->unwritten = TRUE;
  if (schedule->writing || self->database == NULL)
    return;
  schedule->writing = TRUE;
  schedule->unwritten = FALSE;
  self->n_busy++;
  writing = writing_new (self, schedule->row);
  writing->ended = schedule->note_end;
  schedule->note_end = FALSE;
  task = g_task_new (self, NULL, schedules_noted, g_object_ref (schedule));
  g_task_set_source_tag (task, namida_schedules_note);
  g_task_set_task_data (task, writing, (GDestroyNotify) writing_free);
  g_task_run_in_thread (task, schedules_note_thread);
}

/* Writes the user's changes in a worker; then the list is read again. */
static void
schedules_write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *writing = data;
  GError *error = NULL;

  if (writing->write (writing->database, writing->row, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
schedules_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaSchedules *self = NAMIDA_SCHEDULES (source);
  g_autoptr (GTask) task = user_data;
  Writing *writing = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  self->n_busy--;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      namida_schedules_reload (self);
      g_task_set_task_data (task, g_memdup2 (&writing->row->id, sizeof writing->row->id), g_free);
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_error (task, error);
}

/* @writing: (transfer full). @task: (transfer full) */
static void
schedules_write (NamidaSchedules *self, Writing *writing, GTask *task)
{
  g_autoptr (GTask) write = g_task_new (self, NULL, schedules_written, task);

  self->n_busy++;
  g_task_set_source_tag (write, schedules_write);
  g_task_set_task_data (write, writing, (GDestroyNotify) writing_free);
  g_task_run_in_thread (write, schedules_write_thread);
}

static gboolean
schedules_write_choice (NamidaDatabase *database, NamidaScheduleRow *row, GError **error)
{
  return row->id == 0 ? namida_schedule_row_add (database, row, error)
                      : namida_schedule_row_change (database, row, error);
}

/* Returns: (transfer none) (nullable) */
static NamidaSchedule *
schedules_find (NamidaSchedules *self, gint64 id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr (NamidaSchedule) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (item->row->id == id)
        return item; /* the list holds it */
    }
  return NULL;
}

void
namida_schedules_save_async (NamidaSchedules *self,
                             const NamidaScheduleRow *row,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  NamidaSchedule *before = schedules_find (self, row->id);
  Writing *writing;

  g_return_if_fail (self->database != NULL);

  g_task_set_source_tag (task, namida_schedules_save_async);
  writing = writing_new (self, row);
  writing->write = schedules_write_choice;
  if (row->id == 0 && row->created_at == 0)
    writing->row->created_at = namida_clock_real ();
  if (before != NULL)
    {
      writing->row->slot_at = before->row->slot_at;
      /* With a new time, a slot of the old time is no longer due. */
      if (row->rule.at != NAMIDA_SCHEDULE_ANY_TIME
          && (row->rule.at != before->row->rule.at || row->rule.every != before->row->rule.every
              || row->rule.weekday != before->row->rule.weekday))
        writing->row->slot_at = namida_schedule_rule_latest (&row->rule, namida_clock_real (), self->zone);
      /* Nothing was missed while it was off. */
      if (row->enabled && !before->row->enabled && row->rule.at != NAMIDA_SCHEDULE_ANY_TIME)
        writing->row->slot_at = namida_schedule_rule_latest (&row->rule, namida_clock_real (), self->zone);
      before->row->slot_at = writing->row->slot_at;
    }
  schedules_write (self, writing, g_steal_pointer (&task));
}

gint64
namida_schedules_save_finish (NamidaSchedules *self, GAsyncResult *result, GError **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return 0;
  return *(const gint64 *) g_task_get_task_data (G_TASK (result));
}

static gboolean
schedules_write_removal (NamidaDatabase *database, NamidaScheduleRow *row, GError **error)
{
  return namida_schedule_row_remove (database, row->id, error);
}

static gboolean
schedules_write_wanted (NamidaDatabase *database, NamidaScheduleRow *row, GError **error)
{
  return namida_schedule_row_ask (database, row->id, error);
}

static void
schedules_write_id (NamidaSchedules *self,
                    gint64 id,
                    gboolean (*write) (NamidaDatabase *, NamidaScheduleRow *, GError **),
                    GTask *task)
{
  const NamidaScheduleRow row = { .id = id };
  Writing *writing = writing_new (self, &row);

  writing->write = write;
  schedules_write (self, writing, task);
}

void
namida_schedules_remove_async (
    NamidaSchedules *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (self->database != NULL);

  g_task_set_source_tag (task, namida_schedules_remove_async);
  schedules_write_id (self, id, schedules_write_removal, g_steal_pointer (&task));
}

gboolean
namida_schedules_remove_finish (NamidaSchedules *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
namida_schedules_run_now_async (
    NamidaSchedules *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (self->database != NULL);

  g_task_set_source_tag (task, namida_schedules_run_now_async);
  schedules_write_id (self, id, schedules_write_wanted, g_steal_pointer (&task));
}

gboolean
namida_schedules_run_now_finish (NamidaSchedules *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

NamidaSchedule *
namida_schedules_find_for_device (NamidaSchedules *self, const char *fingerprint)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr (NamidaSchedule) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (g_strcmp0 (item->row->fingerprint, fingerprint) == 0)
        return item; /* the list holds it */
    }
  return NULL;
}

gboolean
namida_schedules_is_idle (NamidaSchedules *self)
{
  return self->n_busy == 0 && self->check_idle == 0;
}

void
namida_schedules_set_zone (NamidaSchedules *self, GTimeZone *zone)
{
  g_clear_pointer (&self->zone, g_time_zone_unref);
  self->zone = zone != NULL ? g_time_zone_ref (zone) : NULL;
}

void
namida_schedules_start (NamidaSchedules *self,
                        NamidaDatabase *database,
                        const char *lock,
                        const NamidaScheduleHost *host,
                        gpointer host_data)
{
  g_return_if_fail (NAMIDA_IS_SCHEDULES (self));

  g_set_object (&self->database, database);
  g_free (self->lock);
  self->lock = g_strdup (lock);
  self->host = host;
  self->host_data = host_data;
  namida_schedules_reload (self);
}

void
namida_schedules_stop (NamidaSchedules *self)
{
  self->host = NULL;
  self->host_data = NULL;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->check_idle, g_source_remove);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr (NamidaSchedule) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (item->running != NULL)
        g_cancellable_cancel (item->running);
    }
}

static void
namida_schedules_dispose (GObject *object)
{
  NamidaSchedules *self = NAMIDA_SCHEDULES (object);

  namida_schedules_stop (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->database);
  G_OBJECT_CLASS (namida_schedules_parent_class)->dispose (object);
}

static void
namida_schedules_finalize (GObject *object)
{
  NamidaSchedules *self = NAMIDA_SCHEDULES (object);

  g_object_unref (self->items);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  g_free (self->lock);
  G_OBJECT_CLASS (namida_schedules_parent_class)->finalize (object);
}

static void
namida_schedules_class_init (NamidaSchedulesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_schedules_dispose;
  object_class->finalize = namida_schedules_finalize;
  trouble_signal = g_signal_new ("trouble", NAMIDA_TYPE_SCHEDULES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_STRING);
  g_signal_new ("ran", NAMIDA_TYPE_SCHEDULES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                NAMIDA_TYPE_SCHEDULE);
}

static void
namida_schedules_init (NamidaSchedules *self)
{
  self->items = g_list_store_new (NAMIDA_TYPE_SCHEDULE);
  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (self->items, "items-changed", G_CALLBACK (schedules_on_items_changed), self,
                           G_CONNECT_SWAPPED);
}

NamidaSchedules *
namida_schedules_new (void)
{
  return g_object_new (NAMIDA_TYPE_SCHEDULES, NULL);
}
