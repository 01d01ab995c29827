/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-temporary-folder.h"
#include "namida-version-gather.h"

#include <glib/gi18n-lib.h>

/* What is kept here: the list, how much of it, reading it again now and then, sending it back. */

#define QUIET_SECONDS 600 /* how often somebody looks whether there is something to verify */
#define DAYS_MOST 36500u

/* ---- after a receiving ---- */

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
  /* One after the other: two at once would remove the same versions, and one of them complain. */
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
  /* Every hash was what the sender's was: the version is proven, and an older one may go. */
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
      stop_verifying (self); /* the disk is wanted for something else */
      if (namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_RECEIVE)
        g_signal_connect_object (transfer, "ended", G_CALLBACK (on_received), self, 0);
    }
}

/* ---- reading again, quietly ---- */

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

/* Microseconds since 1970: what was read later need not be read again. */
static gint64
quiet_get_start (NamidaHub *self)
{
  return MAX (namida_clock_real () - (gint64) self->verify_days * G_TIME_SPAN_DAY, 1);
}

/* The version with the file that was not read for the longest time, if that is long enough. One that is made of linked
 * files is as old as the oldest of their reads; what was tried since is not tried again before its time. */
static NamidaVersion *
find_due (NamidaHub *self)
{
  gint64 before = quiet_get_start (self);
  NamidaVersion *due = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->versions)); i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (self->versions), i);
      gint64 read = MAX (namida_version_get_verified_at (version), namida_version_get_read_at (version));

      /* The date of a clock that was wrong says nothing. */
      if (read > namida_clock_real () + G_TIME_SPAN_DAY)
        read = 0;
      if (read >= before || !namida_version_get_present (version) || namida_version_get_removing (version))
        continue;
      before = read;
      due = version; /* the list holds it */
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

/* ---- life ---- */

void
namida_hub_init_backups (NamidaHub *self)
{
  self->versions = namida_versions_new ();
  g_signal_connect_object (self->transfers, "items-changed", G_CALLBACK (on_transfers_changed), self,
                           G_CONNECT_SWAPPED);
  namida_hub_init_doubts (self);
}

/* Copies of backups that a killed program has left. */
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
