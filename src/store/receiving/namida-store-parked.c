/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes decisions about interrupted sessions to the journal: dropping, pausing, resuming, asking again. Most are made
 * by the user, but any device can ask to drop a session, even one that does not exist. Called in the main context; one
 * worker at a time writes the changes in the order in which they were made. */
#include "config.h"

#include "namida-store-private.h"

#include "namida-limits.h"

#define KEY "namida-store-changes"

typedef enum
{
  CHANGE_DROP,
  CHANGE_DROP_DEVICE,
  CHANGE_ASK,
  CHANGE_PAUSE,
  CHANGE_GO_ON,
} Kind;

typedef struct
{
  Kind kind;
  char *fingerprint; /* (nullable) */
  char *id;
} Change;

typedef struct
{
  GMutex lock;      /* guards the members below */
  GQueue waiting;   /* elements: Change */
  gboolean writing; /* there is a worker */
} Changes;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_free (change->fingerprint);
  g_free (change->id);
  g_free (change);
}

static void
changes_free (gpointer data)
{
  Changes *changes = data;

  g_queue_clear_full (&changes->waiting, change_free);
  g_mutex_clear (&changes->lock);
  g_free (changes);
}

/* Main context only. */
static Changes *
changes_of (NamidaStore *self)
{
  Changes *changes = g_object_get_data (G_OBJECT (self), KEY);

  if (changes != NULL)
    return changes;
  changes = g_new0 (Changes, 1);
  g_queue_init (&changes->waiting);
  g_mutex_init (&changes->lock);
  g_object_set_data_full (G_OBJECT (self), KEY, changes, changes_free);
  return changes;
}

/* Reads the folders of unfinished files only if a session was ended. */
static gboolean
parked_write_drop (NamidaStore *self, const Change *change, GError **error)
{
  NamidaDatabase *database = namida_store_get_database (self);
  sqlite3 *handle = namida_database_lock (database);
  gboolean ok = change->kind == CHANGE_DROP
                    ? namida_journal_drop_parked (database, change->fingerprint, change->id, error)
                    : namida_journal_drop_device (database, change->fingerprint, error);
  gboolean any = ok && sqlite3_changes (handle) > 0;

  namida_database_unlock (database);
  return ok && (!any || namida_store_clean_staging (self, error));
}

static gboolean
parked_write_change (NamidaStore *self, const Change *change, GError **error)
{
  NamidaDatabase *database = namida_store_get_database (self);

  switch (change->kind)
    {
    case CHANGE_DROP:
    case CHANGE_DROP_DEVICE:
      return parked_write_drop (self, change, error);
    case CHANGE_ASK:
      return namida_journal_ask_again (database, change->id, error);
    default:
      return namida_journal_set_paused (database, change->id, change->kind == CHANGE_PAUSE, error);
    }
}

/* Returns: (transfer full) (nullable): the next change; the worker ends if there is none. */
static Change *
changes_next (Changes *changes)
{
  Change *change;

  g_mutex_lock (&changes->lock);
  change = g_queue_pop_head (&changes->waiting);
  changes->writing = change != NULL;
  g_mutex_unlock (&changes->lock);
  return change;
}

static void
parked_write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Change *change;

  while ((change = changes_next (data)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (!parked_write_change (source, change, &error))
        g_message ("%s", error->message);
      change_free (change);
    }
  g_task_return_boolean (task, TRUE);
}

/* Whether a request of a device to drop its session may be queued: not if the same one is queued already, or if too
 * many are. Must be called with the lock held. */
static gboolean
changes_admit (Changes *changes, const char *fingerprint, const char *id)
{
  guint n = 0;

  for (GList *l = changes->waiting.head; l != NULL; l = l->next)
    {
      const Change *other = l->data;

      if (other->kind != CHANGE_DROP || other->fingerprint == NULL)
        continue;
      if (g_str_equal (other->fingerprint, fingerprint) && g_str_equal (other->id, id))
        return FALSE;
      n++;
    }
  return n < NAMIDA_LIMIT_WAITING_DROPS;
}

static void
parked_push (NamidaStore *self, Kind kind, const char *fingerprint, const char *id)
{
  Changes *changes = changes_of (self);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&changes->lock);
  g_autoptr (GTask) task = NULL;
  Change *change;

  if (kind == CHANGE_DROP && fingerprint != NULL && !changes_admit (changes, fingerprint, id))
    return;
  change = g_new0 (Change, 1);
  change->kind = kind;
  change->fingerprint = g_strdup (fingerprint);
  change->id = g_strdup (id);
  g_queue_push_tail (&changes->waiting, change);
  if (changes->writing)
    return;
  changes->writing = TRUE;
  task = g_task_new (self, NULL, NULL, NULL);
  g_task_set_source_tag (task, parked_push);
  g_task_set_task_data (task, changes, NULL);
  g_task_run_in_thread (task, parked_write_thread);
}

void
namida_store_drop_parked (NamidaStore *self, const char *fingerprint, const char *id)
{
  parked_push (self, CHANGE_DROP, fingerprint, id);
}

void
namida_store_drop_device (NamidaStore *self, const char *fingerprint)
{
  parked_push (self, CHANGE_DROP_DEVICE, fingerprint, NULL);
}

void
namida_store_ask_again (NamidaStore *self, const char *id)
{
  parked_push (self, CHANGE_ASK, NULL, id);
}

void
namida_store_set_paused (NamidaStore *self, const char *id, gboolean paused)
{
  parked_push (self, paused ? CHANGE_PAUSE : CHANGE_GO_ON, NULL, id);
}
