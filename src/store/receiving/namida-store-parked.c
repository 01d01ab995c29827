/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-store-private.h"

/* Writes the user's decisions about interrupted sessions to the journal: dropping, pausing, resuming, asking again.
 * Called in the main context; workers write the changes in the order in which they were made. */

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
  GAsyncQueue *waiting; /* elements: Change */
  GMutex writing;       /* held by the worker that takes the next change */
} Changes;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_free (change->fingerprint);
  g_free (change->id);
  g_free (change);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Change, change_free)

static void
changes_free (gpointer data)
{
  Changes *changes = data;

  g_async_queue_unref (changes->waiting);
  g_mutex_clear (&changes->writing);
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
  changes->waiting = g_async_queue_new_full (change_free);
  g_mutex_init (&changes->writing);
  g_object_set_data_full (G_OBJECT (self), KEY, changes, changes_free);
  return changes;
}

static gboolean
write_change (NamidaStore *self, const Change *change, GError **error)
{
  NamidaDatabase *database = namida_store_get_database (self);

  switch (change->kind)
    {
    case CHANGE_DROP:
      return namida_journal_drop_parked (database, change->fingerprint, change->id, error)
             && namida_store_clean_staging (self, error);
    case CHANGE_DROP_DEVICE:
      return namida_journal_drop_device (database, change->fingerprint, error)
             && namida_store_clean_staging (self, error);
    case CHANGE_ASK:
      return namida_journal_ask_again (database, change->id, error);
    default:
      return namida_journal_set_paused (database, change->id, change->kind == CHANGE_PAUSE, error);
    }
}

/* There is one worker for each change, but it may write an earlier change than the one it was started for. */
static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Changes *changes = data;
  g_autoptr (Change) change = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&changes->writing);
  change = g_async_queue_pop (changes->waiting);
  if (!write_change (source, change, &error))
    g_message ("%s", error->message);
  g_mutex_unlock (&changes->writing);
  g_task_return_boolean (task, TRUE);
}

static void
push (NamidaStore *self, Kind kind, const char *fingerprint, const char *id)
{
  Changes *changes = changes_of (self);
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);
  Change *change = g_new0 (Change, 1);

  change->kind = kind;
  change->fingerprint = g_strdup (fingerprint);
  change->id = g_strdup (id);
  g_async_queue_push (changes->waiting, change);
  g_task_set_source_tag (task, push);
  g_task_set_task_data (task, changes, NULL);
  g_task_run_in_thread (task, write_thread);
}

void
namida_store_drop_parked (NamidaStore *self, const char *fingerprint, const char *id)
{
  push (self, CHANGE_DROP, fingerprint, id);
}

void
namida_store_drop_device (NamidaStore *self, const char *fingerprint)
{
  push (self, CHANGE_DROP_DEVICE, fingerprint, NULL);
}

void
namida_store_ask_again (NamidaStore *self, const char *id)
{
  push (self, CHANGE_ASK, NULL, id);
}

void
namida_store_set_paused (NamidaStore *self, const char *id, gboolean paused)
{
  push (self, paused ? CHANGE_PAUSE : CHANGE_GO_ON, NULL, id);
}
