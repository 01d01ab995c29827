/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-versions.h"

#include "namida-error.h"
#include "namida-store-private.h"
#include "namida-version-private.h"

#include <glib/gi18n-lib.h>

#define PROGRESS_MS 250

static void list_model_iface_init (GListModelInterface *iface);

struct _NamidaVersions
{
  GObject parent_instance;

  NamidaStore *store; /* (nullable) */
  GPtrArray *items;   /* NamidaVersion */
  guint n_loading, n_verifying;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaVersions,
                               namida_versions,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

enum
{
  PROP_LOADING = 1,
  PROP_VERIFYING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* ---- the list ---- */

static GType
get_item_type (GListModel *model)
{
  return NAMIDA_TYPE_VERSION;
}

static guint
get_n_items (GListModel *model)
{
  return NAMIDA_VERSIONS (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  NamidaVersions *self = NAMIDA_VERSIONS (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
namida_versions_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaVersions *self = NAMIDA_VERSIONS (object);

  switch (id)
    {
    case PROP_LOADING:
      g_value_set_boolean (value, self->n_loading > 0);
      break;
    case PROP_VERIFYING:
      g_value_set_boolean (value, self->n_verifying > 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
namida_versions_finalize (GObject *object)
{
  NamidaVersions *self = NAMIDA_VERSIONS (object);

  g_clear_object (&self->store);
  g_ptr_array_unref (self->items);
  G_OBJECT_CLASS (namida_versions_parent_class)->finalize (object);
}

static void
namida_versions_class_init (NamidaVersionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = namida_versions_get_property;
  object_class->finalize = namida_versions_finalize;
  props[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  props[PROP_VERIFYING] = g_param_spec_boolean ("verifying", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
namida_versions_init (NamidaVersions *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

NamidaVersions *
namida_versions_new (void)
{
  return g_object_new (NAMIDA_TYPE_VERSIONS, NULL);
}

static void
count (NamidaVersions *self, guint *counter, int by, guint property)
{
  *counter += (guint) by;
  g_object_notify_by_pspec (G_OBJECT (self), props[property]);
}

static void
remove_at (NamidaVersions *self, guint position)
{
  g_ptr_array_remove_index (self->items, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/* (transfer full) (nullable): the facts of that version, out of @list. */
static NamidaVersionFacts *
steal_facts (GPtrArray *list, NamidaVersion *version)
{
  for (guint i = 0; i < list->len; i++)
    {
      NamidaVersionFacts *facts = g_ptr_array_index (list, i);
      g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, facts->record->id);

      /* A backup that came again is at another place, with other files: a new row. */
      if (g_str_equal (id, namida_version_get_id (version))
          && facts->record->created_at == namida_version_get_created_at (version))
        return g_ptr_array_steal_index (list, i);
    }
  return NULL;
}

static gboolean
is_newer (const NamidaVersionFacts *facts, NamidaVersion *version)
{
  gint64 other = namida_version_get_created_at (version);

  return facts->record->created_at > other
         || (facts->record->created_at == other
             && facts->record->id > g_ascii_strtoll (namida_version_get_id (version), NULL, 10));
}

/* Those that stay keep their object and their row. @list: what is there, newest first. */
static void
take_facts (NamidaVersions *self, GPtrArray *list)
{
  guint position = 0;

  for (guint i = self->items->len; i > 0; i--)
    {
      NamidaVersion *version = g_ptr_array_index (self->items, i - 1);
      NamidaVersionFacts *facts = steal_facts (list, version);

      if (facts != NULL)
        namida_version_update (version, facts);
      else
        remove_at (self, i - 1);
    }
  while (list->len > 0)
    {
      NamidaVersionFacts *facts = g_ptr_array_steal_index (list, 0);

      while (position < self->items->len && !is_newer (facts, g_ptr_array_index (self->items, position)))
        position++;
      g_ptr_array_insert (self->items, (int) position, namida_version_new (facts));
      g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
    }
}

NamidaVersion *
namida_versions_find (NamidaVersions *self, const char *id)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      NamidaVersion *version = g_ptr_array_index (self->items, i);

      if (g_str_equal (namida_version_get_id (version), id))
        return version;
    }
  return NULL;
}

gboolean
namida_versions_get_loading (NamidaVersions *self)
{
  return self->n_loading > 0;
}

/* ---- work ---- */

/* One call on its way through a worker; what it changed is looked at before its caller is told. */
typedef struct
{
  NamidaStore *store;
  char *id; /* (nullable): all */
  gboolean repair, dry_run, pinned;
  NamidaRetention policy;

  gpointer outcome; /* (nullable) */
  GDestroyNotify outcome_free;
  GPtrArray *facts; /* (nullable): the list afterwards */

  GMutex lock; /* guards: */
  guint64 done, total;
  guint timer;
  NamidaVerifyProgress progress;
  gpointer progress_data;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_handle_id (&work->timer, g_source_remove);
  g_clear_object (&work->store);
  if (work->outcome != NULL)
    work->outcome_free (work->outcome);
  g_clear_pointer (&work->facts, g_ptr_array_unref);
  g_mutex_clear (&work->lock);
  g_free (work->id);
  g_free (work);
}

/* Returns: (transfer full): a task with @work in it. */
static GTask *
begin (NamidaVersions *self,
       gpointer tag,
       Work *work,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE); /* a worker says itself when it gave up */
  g_task_set_task_data (task, work, work_free);
  return task;
}

static Work *
work_new (NamidaVersions *self, NamidaVersion *version)
{
  Work *work = g_new0 (Work, 1);

  g_mutex_init (&work->lock);
  work->store = self->store != NULL ? g_object_ref (self->store) : NULL;
  work->id = version != NULL ? g_strdup (namida_version_get_id (version)) : NULL;
  return work;
}

/* A worker. What was done counts, also when the list cannot be read afterwards. */
static void
load_facts (Work *work)
{
  g_autoptr (GError) error = NULL;

  work->facts = namida_version_facts_load (namida_store_get_database (work->store), NULL, &error);
  if (error != NULL)
    g_message ("%s", error->message);
}

static gboolean
return_if_no_store (GTask *task, Work *work)
{
  if (work->store != NULL)
    return FALSE;
  g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                           _ ("The list of backups is not open yet. Try again in a moment."));
  return TRUE;
}

/* Main context: the list is true before the caller goes on. */
static void
take_work (NamidaVersions *self, GTask *task)
{
  Work *work = g_task_get_task_data (task);

  g_clear_handle_id (&work->timer, g_source_remove);
  if (work->facts == NULL || self->store != work->store)
    return;
  take_facts (self, work->facts);
  g_clear_pointer (&work->facts, g_ptr_array_unref);
}

/* ---- load ---- */

static void
reload_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;

  work->facts = namida_version_facts_load (namida_store_get_database (work->store), cancellable, &error);
  if (work->facts == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
reloaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaVersions *self = NAMIDA_VERSIONS (source);
  g_autoptr (GTask) outer = user_data;
  GError *error = NULL;

  take_work (self, G_TASK (result));
  count (self, &self->n_loading, -1, PROP_LOADING);
  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_boolean (outer, TRUE);
  else
    g_task_return_error (outer, error);
}

void
namida_versions_reload_async (NamidaVersions *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) outer = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) task = NULL;
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  g_task_set_source_tag (outer, namida_versions_reload_async);
  work = work_new (self, NULL);
  if (return_if_no_store (outer, work))
    {
      work_free (work);
      return;
    }
  count (self, &self->n_loading, 1, PROP_LOADING);
  task = begin (self, namida_versions_reload_async, work, cancellable, reloaded, g_steal_pointer (&outer));
  g_task_run_in_thread (task, reload_thread);
}

gboolean
namida_versions_reload_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
loaded_first (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!namida_versions_reload_finish (NAMIDA_VERSIONS (source), result, &error))
    g_message ("%s", error->message);
}

void
namida_versions_set_store (NamidaVersions *self, NamidaStore *store)
{
  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  if (!g_set_object (&self->store, store))
    return;
  while (self->items->len > 0)
    remove_at (self, self->items->len - 1);
  if (store != NULL)
    namida_versions_reload_async (self, NULL, loaded_first, NULL);
}

/* ---- what changes something: a worker does it and reads the list again ---- */

static void
return_outcome (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaVersions *self = NAMIDA_VERSIONS (source);
  g_autoptr (GTask) outer = user_data;
  Work *work = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  take_work (self, G_TASK (result));
  if (g_task_get_source_tag (G_TASK (result)) == namida_versions_verify_async)
    count (self, &self->n_verifying, -1, PROP_VERIFYING);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (outer, error);
  else if (work->outcome != NULL)
    g_task_return_pointer (outer, g_steal_pointer (&work->outcome), work->outcome_free);
  else
    g_task_return_boolean (outer, TRUE);
}

/* @work: (transfer full) */
static void
run (NamidaVersions *self,
     gpointer tag,
     Work *work,
     GTaskThreadFunc thread,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  g_autoptr (GTask) outer = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) task = NULL;

  g_task_set_source_tag (outer, tag);
  g_task_set_check_cancellable (outer, FALSE);
  if (return_if_no_store (outer, work))
    {
      work_free (work);
      return;
    }
  if (tag == (gpointer) namida_versions_verify_async)
    count (self, &self->n_verifying, 1, PROP_VERIFYING);
  task = begin (self, tag, work, cancellable, return_outcome, g_steal_pointer (&outer));
  g_task_run_in_thread (task, thread);
}

static void
return_done (GTask *task, gboolean fine, GError *error)
{
  load_facts (g_task_get_task_data (task));
  if (fine)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* A worker's. */
static void
keep_progress (guint64 done, guint64 total, gpointer user_data)
{
  Work *work = user_data;

  g_mutex_lock (&work->lock);
  work->done = done;
  work->total = total;
  g_mutex_unlock (&work->lock);
}

static gboolean
show_progress (gpointer user_data)
{
  Work *work = user_data;
  guint64 done, total;

  g_mutex_lock (&work->lock);
  done = work->done;
  total = work->total;
  g_mutex_unlock (&work->lock);
  work->progress (done, total, work->progress_data);
  return G_SOURCE_CONTINUE;
}

static void
verify_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  const char *ids[] = { work->id, NULL };
  GError *error = NULL;

  work->outcome_free = (GDestroyNotify) namida_verify_report_free;
  work->outcome = namida_verify_run (namida_store_get_database (work->store), work->id != NULL ? ids : NULL,
                                     work->repair, keep_progress, work, cancellable, &error);
  return_done (task, work->outcome != NULL, error);
}

void
namida_versions_verify_async (NamidaVersions *self,
                              NamidaVersion *version,
                              gboolean repair,
                              NamidaVerifyProgress progress,
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  work = work_new (self, version);
  work->repair = repair;
  work->progress = progress;
  work->progress_data = progress_data;
  if (progress != NULL && work->store != NULL)
    work->timer = g_timeout_add (PROGRESS_MS, show_progress, work);
  run (self, namida_versions_verify_async, work, verify_thread, cancellable, callback, user_data);
}

NamidaVerifyReport *
namida_versions_verify_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
remove_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  const char *ids[] = { work->id, NULL };
  GError *error = NULL;

  work->outcome_free = (GDestroyNotify) namida_removal_free;
  work->outcome = namida_removal_run (namida_store_get_database (work->store), ids, work->dry_run, &error);
  return_done (task, work->outcome != NULL, error);
}

void
namida_versions_remove_async (NamidaVersions *self,
                              NamidaVersion *version,
                              gboolean dry_run,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));
  g_return_if_fail (NAMIDA_IS_VERSION (version));

  work = work_new (self, version);
  work->dry_run = dry_run;
  run (self, namida_versions_remove_async, work, remove_thread, cancellable, callback, user_data);
}

NamidaRemoval *
namida_versions_remove_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
pin_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;
  gboolean fine
      = namida_version_record_set_pinned (namida_store_get_database (work->store), work->id, work->pinned, &error);

  return_done (task, fine, error);
}

void
namida_versions_set_pinned_async (NamidaVersions *self,
                                  NamidaVersion *version,
                                  gboolean pinned,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));
  g_return_if_fail (NAMIDA_IS_VERSION (version));

  work = work_new (self, version);
  work->pinned = pinned;
  run (self, namida_versions_set_pinned_async, work, pin_thread, cancellable, callback, user_data);
}

gboolean
namida_versions_set_pinned_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
retention_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;

  work->outcome_free = (GDestroyNotify) namida_removal_free;
  work->outcome
      = namida_removal_apply_retention (namida_store_get_database (work->store), work->policy, work->dry_run, &error);
  return_done (task, work->outcome != NULL, error);
}

void
namida_versions_apply_retention_async (NamidaVersions *self,
                                       NamidaRetention policy,
                                       gboolean dry_run,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  work = work_new (self, NULL);
  work->policy = policy;
  work->dry_run = dry_run;
  run (self, namida_versions_apply_retention_async, work, retention_thread, cancellable, callback, user_data);
}

NamidaRemoval *
namida_versions_apply_retention_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
