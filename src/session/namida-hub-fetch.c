/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restore by fetching: other devices fetch the versions that are kept for them here, and this device fetches its
 * versions from others. Called by the window, the command line and namida-hub-backups.c. Main context; a fetch runs
 * in worker threads. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-puller.h"
#include "namida-store-sink.h"
#include "namida-succession.h"
#include "namida-store-source.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- serving ---- */

void
namida_hub_serve_versions (NamidaHub *self)
{
  g_autoptr (NamidaVersionSource) version_source = NULL;

  if (self->send_only)
    return;
  version_source = namida_store_source_new (self->store, self->trust);
  namida_store_source_set_open (version_source, namida_inbox_get_accept (self->inbox) == NAMIDA_ACCEPT_ALL);
  namida_server_set_version_source (self->server, version_source);
  namida_hub_start_wanted (self);
}

/* ---- replacing an old device by a new one ---- */

typedef struct
{
  NamidaDatabase *database;
  char *predecessor;
  char *successor;
} Succession;

static void
succession_free (gpointer data)
{
  Succession *succession = data;

  g_object_unref (succession->database);
  g_free (succession->predecessor);
  g_free (succession->successor);
  g_free (succession);
}

static void
succession_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Succession *succession = data;
  GError *error = NULL;

  if (namida_succession_add (succession->database, succession->successor, succession->predecessor, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
namida_hub_succeed_async (NamidaHub *self,
                          const char *predecessor,
                          const char *successor,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Succession *succession;

  g_return_if_fail (NAMIDA_IS_HUB (self));
  g_return_if_fail (self->database != NULL);

  succession = g_new0 (Succession, 1);
  succession->database = g_object_ref (self->database);
  succession->predecessor = g_strdup (predecessor);
  succession->successor = g_strdup (successor);
  g_task_set_source_tag (task, namida_hub_succeed_async);
  g_task_set_task_data (task, succession, succession_free);
  g_task_run_in_thread (task, succession_thread);
}

gboolean
namida_hub_succeed_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- fetching ---- */

static void
fetch_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GPtrArray *list = namida_puller_list_finish (result, &error);

  if (list != NULL)
    g_task_return_pointer (task, list, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
namida_hub_list_kept_async (
    NamidaHub *self, NamidaPeer *peer, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (NAMIDA_IS_HUB (self));
  g_return_if_fail (self->running);

  g_task_set_source_tag (task, namida_hub_list_kept_async);
  namida_puller_list_async (self->identity, namida_peer_get_addresses (peer), namida_peer_get_fingerprint (peer),
                            cancellable, fetch_listed, g_steal_pointer (&task));
}

GPtrArray *
namida_hub_list_kept_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The destination of a fetched backup, which is stored as if the device had sent it. */
typedef struct
{
  NamidaStore *store;
  NamidaDatabase *database;
  NamidaLanding landing;
  char *fingerprint;
  char *alias;
  char *data_dir;
  char *lock_path; /* (nullable) */
  int lock_fd;     /* -1: none */
} Landing;

static void
landing_free (gpointer data)
{
  Landing *landing = data;

  if (landing->lock_fd >= 0)
    {
      unlink (landing->lock_path);
      close (landing->lock_fd);
    }
  g_free (landing->lock_path);
  g_free (landing->data_dir);
  g_object_unref (landing->store);
  g_object_unref (landing->database);
  g_free (landing->fingerprint);
  g_free (landing->alias);
  g_free (landing);
}

/* Only one program at a time fetches a backup. While it holds the lock, sessions that an earlier program left "open"
 * have no owner. */
static gboolean
fetch_take_lock (Landing *landing, const char *key, GError **error)
{
  g_autofree char *name = g_strdup_printf ("fetch-%.32s.lock", key);
  struct stat st;

  landing->lock_path = g_build_filename (landing->data_dir, name, NULL);
  while (landing->lock_fd < 0)
    {
      int fd = open (landing->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

      if (fd < 0)
        {
          namida_error_set_from_errno (error, errno, _ ("What is being fetched could not be noted"));
          return FALSE;
        }
      if (flock (fd, LOCK_EX | LOCK_NB) != 0)
        {
          close (fd);
          g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("This backup is being fetched already."));
          return FALSE;
        }
      /* The previous owner may have removed the file in between. */
      if (fstat (fd, &st) == 0 && st.st_nlink > 0)
        landing->lock_fd = fd;
      else
        close (fd);
    }
  return TRUE;
}

/* Runs in a worker thread. */
static NamidaSink *
fetch_land (NamidaBackup *backup, const char *key, gpointer user_data, GError **error)
{
  Landing *landing = user_data;
  const char *as = landing->landing == NAMIDA_LANDING_BACKUP ? "backup" : "library";
  g_autofree char *own_key = g_strconcat ("fetch:", key, NULL); /* never the key of an offer */
  g_autoptr (GError) local = NULL;
  g_autoptr (NamidaJournalSession) parked = NULL;

  if (!fetch_take_lock (landing, key, error)
      || !namida_database_exec (landing->database, error,
                                "UPDATE sessions SET state = 'parked' WHERE state = 'open' AND direction = 'receive'"
                                " AND fingerprint = ? AND offer_key = ?",
                                "ss", landing->fingerprint, own_key))
    return NULL;
  parked = namida_journal_find_resumable (landing->database, landing->fingerprint, own_key, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (parked != NULL && g_strcmp0 (parked->landing, as) != 0)
    g_clear_pointer (&parked, namida_journal_session_free);
  return namida_store_sink_new_for (landing->store, landing->fingerprint, landing->alias, own_key, landing->landing,
                                    parked);
}

static void
fetch_fetched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!namida_puller_fetch_finish (NAMIDA_PULLER (source), result, &error))
    g_debug ("fetching ended: %s", error->message);
  namida_hub_pending_over (self);
}

NamidaTransfer *
namida_hub_fetch (
    NamidaHub *self, NamidaPeer *peer, const char *backup_id, const char *const *labels, NamidaLanding landing)
{
  g_autoptr (NamidaTransfer) transfer = NULL;
  g_autoptr (NamidaPuller) puller = NULL;
  Landing *where;

  g_return_val_if_fail (NAMIDA_IS_HUB (self), NULL);
  g_return_val_if_fail (self->running, NULL);

  transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, namida_peer_get_alias (peer),
                                  namida_peer_get_fingerprint (peer), TRUE);
  where = g_new0 (Landing, 1);
  where->store = g_object_ref (self->store);
  where->database = g_object_ref (self->database);
  where->landing = landing;
  where->data_dir = g_strdup (self->data_dir);
  where->lock_fd = -1;
  where->fingerprint = g_strdup (namida_peer_get_fingerprint (peer));
  where->alias = g_strdup (namida_peer_get_alias (peer));
  puller = namida_puller_new (self->identity, namida_peer_get_addresses (peer), namida_peer_get_fingerprint (peer),
                              transfer, fetch_land, where, landing_free);
  /* Marks the transfer as a fetch; no other receiving transfer has such data. */
  namida_transfer_set_work (transfer, self, NULL);
  g_list_store_insert (self->transfers, 0, transfer);
  self->n_pending++; /* stopping waits until the parts are written, too */
  namida_puller_fetch_async (puller, backup_id, labels, fetch_fetched, g_object_ref (self));
  return transfer; /* the list holds a reference */
}

void
namida_hub_stop_fetching (NamidaHub *self)
{
  for (guint i = 0; self->transfers != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);

      if (namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_RECEIVE
          && namida_transfer_get_work (transfer) != NULL && !namida_transfer_is_final (transfer))
        namida_transfer_cancel_keeping (transfer);
    }
}
