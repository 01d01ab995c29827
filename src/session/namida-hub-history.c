/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list model of the history, loaded from the journal in a worker thread. The window's Transfers page shows it. Main
 * context. */
#include "config.h"

#include "namida-hub-history.h"

#include "namida-clock.h"
#include "namida-hub-private.h"
#include "namida-outbox-private.h"

/* Older rows are of no use and cost memory. */
#define MOST 2000

struct _NamidaHubHistory
{
  GObject parent_instance;

  NamidaHub *hub;
  GListStore *items;
  GCancellable *cancellable;
  gint64 since; /* real time in µs */
  gboolean loading, again;
};

static void history_load (NamidaHubHistory *self);

static GType
history_get_item_type (GListModel *list)
{
  return NAMIDA_TYPE_HISTORY_ITEM;
}

static guint
history_get_n_items (GListModel *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (NAMIDA_HUB_HISTORY (list)->items));
}

static gpointer
history_get_item (GListModel *list, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (NAMIDA_HUB_HISTORY (list)->items), position);
}

static void
history_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = history_get_item_type;
  iface->get_n_items = history_get_n_items;
  iface->get_item = history_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaHubHistory,
                               namida_hub_history,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, history_list_model_init))

static void
history_report (NamidaHubHistory *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit_by_name (self->hub, "trouble", error->message);
}

static void
history_load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *rows = namida_journal_list (data, MOST, &error);

  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

/* Leaves out sessions of this run that still have a row in the list of transfers. */
static GPtrArray *
history_items_before (NamidaHubHistory *self, GPtrArray *rows)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_set_free_func (rows, NULL);
  for (guint i = 0; i < rows->len; i++)
    {
      NamidaJournalSession *row = g_ptr_array_index (rows, i);

      gboolean listed = row->paused && g_str_equal (row->state, "parked");

      if (!namida_journal_session_is_transfer (row) || (row->updated_at < self->since && !listed)
          || namida_transfer_list_is_left_to_history (self->hub->list, row->id))
        g_ptr_array_add (items, namida_history_item_new (row));
      else
        namida_journal_session_free (row);
    }
  return items;
}

static gboolean
history_same (NamidaHubHistory *self, GPtrArray *items)
{
  if (items->len != g_list_model_get_n_items (G_LIST_MODEL (self->items)))
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      g_autoptr (NamidaHistoryItem) old = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      const NamidaJournalSession *before = namida_history_item_get_row (old);
      const NamidaJournalSession *now = namida_history_item_get_row (g_ptr_array_index (items, i));

      if (g_strcmp0 (before->id, now->id) != 0 || g_strcmp0 (before->state, now->state) != 0
          || before->updated_at != now->updated_at)
        return FALSE;
    }
  return TRUE;
}

static void
history_load_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHubHistory *self = NAMIDA_HUB_HISTORY (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = g_task_propagate_pointer (G_TASK (result), &error);

  self->loading = FALSE;
  if (rows != NULL)
    {
      g_autoptr (GPtrArray) items = history_items_before (self, rows);

      if (!history_same (self, items))
        g_list_store_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)), items->pdata,
                             items->len);
    }
  else
    history_report (self, error);
  if (self->again && !g_cancellable_is_cancelled (self->cancellable))
    history_load (self);
}

static void
history_load (NamidaHubHistory *self)
{
  g_autoptr (GTask) task = NULL;

  self->again = self->loading;
  if (self->loading || self->hub->database == NULL)
    return;
  self->loading = TRUE;
  task = g_task_new (self, self->cancellable, history_load_done, NULL);
  g_task_set_source_tag (task, history_load);
  g_task_set_task_data (task, g_object_ref (self->hub->database), g_object_unref);
  g_task_run_in_thread (task, history_load_thread);
}

static void
history_clear_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (namida_journal_clear (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
history_clear_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHubHistory *self = NAMIDA_HUB_HISTORY (source);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    history_report (self, error);
  history_load (self);
}

void
namida_hub_history_clear (NamidaHubHistory *self)
{
  GListStore *transfers = self->hub->transfers;
  g_autoptr (GTask) task = NULL;

  if (self->hub->database == NULL)
    return;
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (transfers)); i > 0; i--)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (transfers), i - 1);

      if (namida_transfer_is_final (transfer))
        g_list_store_remove (transfers, i - 1);
    }
  task = g_task_new (self, NULL, history_clear_done, NULL);
  g_task_set_source_tag (task, namida_hub_history_clear);
  g_task_set_task_data (task, g_object_ref (self->hub->database), g_object_unref);
  g_task_run_in_thread (task, history_clear_thread);
}

/* ---- one row ---- */

typedef struct
{
  NamidaDatabase *database; /* owned */
  char *id;
  gboolean hidden;
} HistoryHide;

static void
history_hide_free (HistoryHide *hide)
{
  g_object_unref (hide->database);
  g_free (hide->id);
  g_free (hide);
}

static void
history_hide_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HistoryHide *hide = data;
  GError *error = NULL;

  if (namida_journal_set_hidden (hide->database, hide->id, hide->hidden, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Returns: (transfer none) (nullable): the id of the row of @item in the journal. */
static const char *
history_get_id (gpointer item)
{
  NamidaSending *sending = NAMIDA_IS_TRANSFER (item) ? namida_sending_of (item) : NULL;

  if (NAMIDA_IS_HISTORY_ITEM (item))
    return namida_history_item_get_row (item)->id;
  return sending != NULL ? sending->history_id : namida_transfer_get_session_id (item);
}

/* Adds or removes a transfer of this run in the list of transfers, where the newest one is first. */
static void
history_list_transfer (NamidaHubHistory *self, NamidaTransfer *transfer, gboolean listed)
{
  GListStore *transfers = self->hub->transfers;
  guint position;
  gboolean found = g_list_store_find (transfers, transfer, &position);

  if (!listed && found)
    g_list_store_remove (transfers, position);
  if (!listed || found)
    return;
  for (position = 0; position < g_list_model_get_n_items (G_LIST_MODEL (transfers)); position++)
    {
      g_autoptr (NamidaTransfer) other = g_list_model_get_item (G_LIST_MODEL (transfers), position);

      if (namida_transfer_get_started_at (other) <= namida_transfer_get_started_at (transfer))
        break;
    }
  g_list_store_insert (transfers, position, transfer);
}

void
namida_hub_history_set_hidden (NamidaHubHistory *self, gpointer item, gboolean hidden)
{
  g_autoptr (GTask) task = NULL;
  HistoryHide *hide;

  g_return_if_fail (NAMIDA_IS_HUB_HISTORY (self));
  g_return_if_fail (NAMIDA_IS_HISTORY_ITEM (item) || namida_transfer_is_final (item));
  if (NAMIDA_IS_TRANSFER (item))
    history_list_transfer (self, item, !hidden);
  if (self->hub->database == NULL || history_get_id (item) == NULL)
    return;
  hide = g_new0 (HistoryHide, 1);
  hide->database = g_object_ref (self->hub->database);
  hide->id = g_strdup (history_get_id (item));
  hide->hidden = hidden;
  task = g_task_new (self, NULL, history_clear_done, NULL);
  g_task_set_source_tag (task, namida_hub_history_set_hidden);
  g_task_set_task_data (task, hide, (GDestroyNotify) history_hide_free);
  g_task_run_in_thread (task, history_hide_thread);
}

static void
history_on_items_changed (NamidaHubHistory *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
namida_hub_history_dispose (GObject *object)
{
  NamidaHubHistory *self = NAMIDA_HUB_HISTORY (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_hub_history_parent_class)->dispose (object);
}

static void
namida_hub_history_finalize (GObject *object)
{
  NamidaHubHistory *self = NAMIDA_HUB_HISTORY (object);

  g_clear_object (&self->items);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (namida_hub_history_parent_class)->finalize (object);
}

static void
namida_hub_history_class_init (NamidaHubHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_hub_history_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_hub_history_finalize;
}

static void
namida_hub_history_init (NamidaHubHistory *self)
{
  self->items = g_list_store_new (NAMIDA_TYPE_HISTORY_ITEM);
  self->cancellable = g_cancellable_new ();
  self->since = namida_clock_real ();
  g_signal_connect_object (self->items, "items-changed", G_CALLBACK (history_on_items_changed), self,
                           G_CONNECT_SWAPPED);
}

NamidaHubHistory *
namida_hub_history_new (NamidaHub *hub)
{
  NamidaHubHistory *self = g_object_new (NAMIDA_TYPE_HUB_HISTORY, NULL);

  self->hub = g_object_ref (hub);
  g_signal_connect_object (hub, "notify::running", G_CALLBACK (history_load), self, G_CONNECT_SWAPPED);
  /* Entries that are no transfers have a row in the history only. */
  g_signal_connect_object (hub, "noted", G_CALLBACK (history_load), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "versions-removed", G_CALLBACK (history_load), self, G_CONNECT_SWAPPED);
  /* When an interrupted transfer is resumed, its old row no longer belongs to the history. */
  g_signal_connect_object (hub->transfers, "items-changed", G_CALLBACK (history_load), self, G_CONNECT_SWAPPED);
  history_load (self);
  return self;
}
