/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The versions that are kept here: the hub's list, the retention after each received transfer, and the verification
 * in the background. namida-hub.c starts and stops it. Main context; versions are read in worker threads. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-temporary-folder.h"
#include "namida-version-gather.h"

#include <glib/gi18n-lib.h>

#define QUIET_SECONDS 600 /* how often to check whether a version is due for verification */
#define DAYS_MOST 36500u

/* ---- after a received transfer ---- */

static void apply_retention (NamidaHub *self);

static void
kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaRemoval) removal = namida_versions_apply_retention_finish (NAMIDA_VERSIONS (source), result, &error);

  if (removal == NULL)
    g_signal_emit_by_name (self, "trouble", error->message);
  else if (removal->versions > 0 || removal->question != NULL)
    g_signal_emit_by_name (self, "versions-removed", removal);
  self->retaining = FALSE;
  if (self->retain_again)
    apply_retention (self);
}

static void
reloaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!namida_versions_reload_finish (NAMIDA_VERSIONS (source), result, &error))
    g_message ("%s", error->message);
}

static void
apply_retention (NamidaHub *self)
{
  /* Run one retention at a time: two at once would remove the same versions, and one of them would report an error.
   */
  self->retain_again = self->retaining;
  if (self->retaining || self->retention.last == 0 || self->store == NULL || self->versions == NULL)
    return;
  self->retaining = TRUE;
  namida_versions_apply_retention_async (self->versions, self->retention, FALSE, NULL, kept, g_object_ref (self));
}

static void
on_received (NamidaTransfer *transfer, NamidaHub *self)
{
  NamidaTransferState state = namida_transfer_get_state (transfer);

  if (self->versions == NULL || self->store == NULL)
    return;
  /* All hashes matched those of the sender, so the version is verified and an older one may be removed. */
  if (state == NAMIDA_TRANSFER_DONE && self->retention.last > 0)
    apply_retention (self);
  else
    namida_versions_reload_async (self->versions, self->cancellable, reloaded, NULL);
}

static void stop_verifying (NamidaHub *self);

static void
on_transfers_changed (NamidaHub *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, position + i);

      if (namida_transfer_is_final (transfer))
        continue;
      stop_verifying (self); /* leave the disk to the transfer */
      if (namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_RECEIVE)
        g_signal_connect_object (transfer, "ended", G_CALLBACK (on_received), self, 0);
    }
}

/* ---- verification in the background ---- */

static gboolean
is_idle (NamidaHub *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->transfers)); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);
      NamidaTransferState state = namida_transfer_get_state (transfer);

      if (state == NAMIDA_TRANSFER_PREPARING || state == NAMIDA_TRANSFER_WAITING || state == NAMIDA_TRANSFER_RUNNING
          || state == NAMIDA_TRANSFER_FINISHING)
        return FALSE;
    }
  return TRUE;
}

/* Microseconds since 1970: files that were read later need not be verified. */
static gint64
quiet_get_start (NamidaHub *self)
{
  return MAX (namida_clock_real () - (gint64) self->verify_days * G_TIME_SPAN_DAY, 1);
}

/* Finds the version with the file that was not read for the longest time, if that is long enough. A version that
 * consists of linked files is as old as the oldest read of them. Files that were tried since are not tried again
 * before they are due. */
static NamidaVersion *
find_due (NamidaHub *self)
{
  gint64 before = quiet_get_start (self);
  NamidaVersion *due = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->versions)); i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (self->versions), i);
      gint64 read = MAX (namida_version_get_verified_at (version), namida_version_get_read_at (version));

      /* A time in the future comes from a clock that was wrong. Ignore it. */
      if (read > namida_clock_real () + G_TIME_SPAN_DAY)
        read = 0;
      if (read >= before || !namida_version_get_present (version) || namida_version_get_removing (version))
        continue;
      before = read;
      due = version; /* the list holds a reference */
    }
  return due;
}

static void
verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVerifyReport) report = namida_versions_verify_finish (NAMIDA_VERSIONS (source), result, &error);
  guint lost = report != NULL ? report->damaged - report->repaired : 0;
  g_autofree char *sentence = NULL;

  g_clear_object (&self->verifying);
  if (report == NULL)
    {
      if (!g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED))
        g_message ("%s", error->message);
      return;
    }
  if (report->repaired > 0)
    namida_hub_note_repair (self, NAMIDA_DIRECTION_RECEIVE, NULL, report->repaired, 0);
  if (lost == 0)
    return;
  sentence = g_strdup_printf (ngettext ("%u file of a backup that is kept here is damaged, and there is no other copy "
                                        "to repair it from. Look at the list of backups, and make a new one.",
                                        "%u files of a backup that is kept here are damaged, and there is no other "
                                        "copy to repair them from. Look at the list of backups, and make a new one.",
                                        lost),
                              lost);
  g_signal_emit_by_name (self, "trouble", sentence);
}

void
namida_hub_verify_quietly (NamidaHub *self)
{
  NamidaVersion *due;

  if (self->verify_days == 0 || self->verifying != NULL || !is_idle (self))
    return;
  due = find_due (self);
  if (due == NULL)
    return;
  self->verifying = g_cancellable_new ();
  namida_versions_verify_quietly_async (self->versions, due, quiet_get_start (self), self->verifying, verified,
                                        g_object_ref (self));
}

static gboolean
on_quiet (gpointer user_data)
{
  namida_hub_verify_quietly (user_data);
  return G_SOURCE_CONTINUE;
}

static void
stop_verifying (NamidaHub *self)
{
  if (self->verifying != NULL)
    g_cancellable_cancel (self->verifying);
}

void
namida_hub_set_verify_days (NamidaHub *self, guint days)
{
  g_return_if_fail (NAMIDA_IS_HUB (self));

  self->verify_days = MIN (days, DAYS_MOST);
  g_clear_handle_id (&self->verify_timer, g_source_remove);
  if (days > 0 && self->store != NULL)
    self->verify_timer = g_timeout_add_seconds (QUIET_SECONDS, on_quiet, self);
  else
    stop_verifying (self);
}

/* ---- start and stop ---- */

void
namida_hub_init_backups (NamidaHub *self)
{
  self->versions = namida_versions_new ();
  g_signal_connect_object (self->transfers, "items-changed", G_CALLBACK (on_transfers_changed), self,
                           G_CONNECT_SWAPPED);
  namida_hub_init_doubts (self);
}

/* Deletes copies of backups that a killed program left behind. */
static void
sweep_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  namida_temporary_folder_sweep ();
  g_task_return_boolean (task, TRUE);
}

void
namida_hub_start_backups (NamidaHub *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

  g_task_run_in_thread (task, sweep_thread);
  namida_versions_set_store (self->versions, self->store);
  namida_hub_set_verify_days (self, self->verify_days);
}

void
namida_hub_stop_backups (NamidaHub *self)
{
  g_clear_handle_id (&self->verify_timer, g_source_remove);
  stop_verifying (self);
  namida_hub_stop_fetching (self);
}

NamidaVersions *
namida_hub_get_versions (NamidaHub *self)
{
  g_return_val_if_fail (NAMIDA_IS_HUB (self), NULL);

  return self->versions;
}

void
namida_hub_set_retention (NamidaHub *self, NamidaRetention policy)
{
  g_return_if_fail (NAMIDA_IS_HUB (self));

  self->retention = policy;
}
