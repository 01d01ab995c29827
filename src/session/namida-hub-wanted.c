/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged files of backups and the devices that have intact copies: this device tells each device how many of its
 * files are wanted here, and sends the files that others want when it learns about them. Main context; the database
 * and the files are read in worker threads. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-given-content.h"
#include "namida-heal-sender.h"
#include "namida-version-source.h"
#include "namida-transfer.h"
#include "namida-versions.h"
#include "namida-wanted.h"

/* After a failed attempt, wait before the next one. It may succeed later, when a drive is back. */
#define AGAIN_US G_TIME_SPAN_HOUR
#define SOONEST_US G_TIME_SPAN_MINUTE
#define MOST_BROUGHT 256u

/* A device that files were sent to for repairs, or are being sent to. */
typedef struct
{
  gboolean running;
  gint64 at;    /* monotonic µs of the last attempt; 0: the last one repaired something */
  guint wanted; /* how many files were wanted at that time; 0: the device was unreachable or busy */
} Brought;

/* ---- files that are wanted here ---- */

static void
wanted_on_healed (NamidaHub *self, const char *fingerprint, guint files, guint versions)
{
  namida_hub_note_repair (self, NAMIDA_DIRECTION_RECEIVE, fingerprint, files, versions);
  if (self->keeper != NULL && self->store != NULL)
    namida_keeper_reload (self->keeper);
  namida_hub_refresh_wanted (self);
}

/* Tells nearby devices by a register request that the number of wanted files has grown. */
static void
wanted_announce (NamidaHub *self, GHashTable *before)
{
  GHashTableIter iter;
  gpointer fingerprint, count;

  g_hash_table_iter_init (&iter, self->wanted);
  while (g_hash_table_iter_next (&iter, &fingerprint, &count))
    {
      NamidaPeer *peer = namida_peer_list_find_by_fingerprint (self->peers, fingerprint);
      g_autoptr (GInetSocketAddress) address = NULL;
      guint known = before != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (before, fingerprint)) : 0;

      if (peer == NULL || GPOINTER_TO_UINT (count) <= known
          || (namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) == 0)
        continue;
      address = g_list_model_get_item (namida_peer_get_addresses (peer), 0);
      if (address != NULL)
        namida_hub_ask_host (self, address, fingerprint);
    }
}

static void
wanted_count_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GHashTable *counts = namida_wanted_count (data, &error);

  if (counts != NULL)
    g_task_return_pointer (task, counts, (GDestroyNotify) g_hash_table_unref);
  else
    g_task_return_error (task, error);
}

static void
wanted_on_counted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) before = g_steal_pointer (&self->wanted);

  self->counting = FALSE;
  self->wanted = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->wanted == NULL)
    {
      g_debug ("what is wanted from other devices could not be counted: %s", error->message);
      self->wanted = g_steal_pointer (&before);
    }
  else if (self->server != NULL && self->peers != NULL)
    {
      namida_server_set_wanted (self->server, self->wanted);
      if (self->running)
        wanted_announce (self, before);
    }
  if (self->count_again)
    namida_hub_refresh_wanted (self);
}

void
namida_hub_refresh_wanted (NamidaHub *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->send_only || self->database == NULL || self->server == NULL)
    return;
  self->count_again = self->counting;
  if (self->counting)
    return;
  self->counting = TRUE;
  task = g_task_new (self, NULL, wanted_on_counted, NULL);
  g_task_set_source_tag (task, namida_hub_refresh_wanted);
  g_task_set_task_data (task, g_object_ref (self->database), g_object_unref);
  g_task_run_in_thread (task, wanted_count_thread);
}

void
namida_hub_start_wanted (NamidaHub *self)
{
  g_signal_connect_object (self->server, "healed", G_CALLBACK (wanted_on_healed), self, G_CONNECT_SWAPPED);
  namida_hub_refresh_wanted (self);
}

/* ---- files that others want ---- */

typedef struct
{
  NamidaIdentity *identity;
  NamidaDatabase *database;
  GInetSocketAddress *address;
  char *fingerprint;
  NamidaFinishHealed healed;
} Bringing;

static void
bringing_free (gpointer data)
{
  Bringing *bringing = data;

  g_object_unref (bringing->identity);
  g_object_unref (bringing->database);
  g_object_unref (bringing->address);
  g_free (bringing->fingerprint);
  g_free (bringing);
}

static void
wanted_bring_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Bringing *bringing = data;
  NamidaHttpPeer peer
      = { .identity = bringing->identity, .address = bringing->address, .fingerprint = bringing->fingerprint };
  GError *error = NULL;

  if (!namida_given_content_any (bringing->database, bringing->fingerprint)
      || namida_heal_send (&peer, bringing->database, &bringing->healed, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
wanted_on_brought (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  const Bringing *bringing = g_task_get_task_data (G_TASK (result));
  Brought *brought = self->brought != NULL ? g_hash_table_lookup (self->brought, bringing->fingerprint) : NULL;
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_debug ("damaged files could not be brought: %s", error->message);
  if (brought != NULL)
    {
      brought->running = FALSE;
      if (bringing->healed.files > 0)
        brought->at = 0;
      if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE)
          || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY))
        brought->wanted = 0;
    }
  if (bringing->healed.files > 0)
    namida_hub_note_repair (self, NAMIDA_DIRECTION_SEND, bringing->fingerprint, bringing->healed.files,
                            bringing->healed.versions);
}

/* Returns: (transfer none) (nullable): %NULL if files are being sent already, or if it is too early for another
 * attempt. */
static Brought *
brought_begin (NamidaHub *self, const char *fingerprint, guint wanted)
{
  gint64 now = namida_clock_monotonic ();
  Brought *brought;

  if (self->brought == NULL || g_hash_table_size (self->brought) > MOST_BROUGHT)
    {
      g_clear_pointer (&self->brought, g_hash_table_unref);
      self->brought = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    }
  brought = g_hash_table_lookup (self->brought, fingerprint);
  if (brought == NULL)
    g_hash_table_insert (self->brought, g_strdup (fingerprint), brought = g_new0 (Brought, 1));
  else if (brought->running
           || (brought->at != 0 && now - brought->at < (brought->wanted == wanted ? AGAIN_US : SOONEST_US)))
    return NULL;
  brought->running = TRUE;
  brought->at = now;
  brought->wanted = wanted;
  return brought;
}

void
namida_hub_bring_wanted (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *address)
{
  g_autoptr (GTask) task = NULL;
  Bringing *bringing;

  if (self->send_only || !self->running || self->database == NULL || info->wanted == 0
      || !namida_device_info_has_feature (info, NAMIDA_FEATURE_HEAL)
      || brought_begin (self, fingerprint, info->wanted) == NULL)
    return;
  bringing = g_new0 (Bringing, 1);
  bringing->identity = g_object_ref (self->identity);
  bringing->database = g_object_ref (self->database);
  bringing->address = g_object_ref (address);
  bringing->fingerprint = g_strdup (fingerprint);
  task = g_task_new (self, self->cancellable, wanted_on_brought, NULL);
  g_task_set_source_tag (task, namida_hub_bring_wanted);
  g_task_set_task_data (task, bringing, bringing_free);
  g_task_run_in_thread (task, wanted_bring_thread);
}
