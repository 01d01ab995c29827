/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The versions that are kept here: retention after each received transfer, verification in the background, and reports
 * of a received backup that Namida could not restore while the sender is nearby and can make a new one. The hub owns
 * it. Main context; versions are read in worker threads. */
#include "config.h"

#include "namida-keeper.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-format.h"
#include "namida-temporary-folder.h"
#include "namida-transfer.h"
#include "namida-version-collect.h"
#include "namida-version-good.h"

#include <glib/gi18n-lib.h>

#define QUIET_SECONDS 600 /* how often to check whether a version is due for verification */
#define DAYS_MOST 36500u

struct _NamidaKeeper
{
  GObject parent_instance;

  GListModel *transfers;
  NamidaVersions *versions;
  NamidaStore *store;        /* (nullable): before namida_keeper_start() */
  GCancellable *cancellable; /* for everything that must end with the keeper */
  NamidaRetention retention;
  gboolean retaining, retain_again;
  guint verify_days, verify_timer;
  GCancellable *verifying; /* (nullable): cancels the verification that is running */
  gint64 doubts_since;     /* microseconds since 1970: only versions that came later are reported */
};

G_DEFINE_FINAL_TYPE (NamidaKeeper, namida_keeper, G_TYPE_OBJECT)

enum
{
  TROUBLE,
  VERSIONS_REMOVED,
  REPAIRED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

/* ---- after a received transfer ---- */

static void keeper_apply_retention (NamidaKeeper *self);

static void
keeper_retained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaKeeper) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaRemoval) removal = namida_versions_apply_retention_finish (NAMIDA_VERSIONS (source), result, &error);

  if (removal == NULL)
    g_signal_emit (self, signals[TROUBLE], 0, error->message);
  else if (removal->versions > 0 || removal->question != NULL)
    g_signal_emit (self, signals[VERSIONS_REMOVED], 0, removal);
  self->retaining = FALSE;
  if (self->retain_again)
    keeper_apply_retention (self);
}

static void
keeper_reloaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!namida_versions_reload_finish (NAMIDA_VERSIONS (source), result, &error))
    g_message ("%s", error->message);
}

void
namida_keeper_reload (NamidaKeeper *self)
{
  namida_versions_reload_async (self->versions, self->cancellable, keeper_reloaded, NULL);
}

static void
keeper_apply_retention (NamidaKeeper *self)
{
  /* Run one retention at a time: two at once would remove the same versions, and one of them would report an error.
   */
  self->retain_again = self->retaining;
  if (self->retaining || self->retention.last == 0 || self->store == NULL)
    return;
  self->retaining = TRUE;
  namida_versions_apply_retention_async (self->versions, self->retention, FALSE, NULL, keeper_retained,
                                         g_object_ref (self));
}

static void
keeper_on_received (NamidaTransfer *transfer, NamidaKeeper *self)
{
  NamidaTransferState state = namida_transfer_get_state (transfer);

  /* A thread may be the last owner of the transfer. */
  g_signal_handlers_disconnect_by_func (transfer, keeper_on_received, self);
  if (self->store == NULL)
    return;
  /* All hashes matched those of the sender, so the version is verified and an older one may be removed. */
  if (state == NAMIDA_TRANSFER_DONE && self->retention.last > 0)
    keeper_apply_retention (self);
  else
    namida_keeper_reload (self);
}

static void keeper_stop_verifying (NamidaKeeper *self);

static void
keeper_on_transfers_changed (NamidaKeeper *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, position + i);

      if (namida_transfer_is_final (transfer))
        continue;
      keeper_stop_verifying (self); /* leave the disk to the transfer */
      if (namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_RECEIVE)
        g_signal_connect_object (transfer, "ended", G_CALLBACK (keeper_on_received), self, 0);
    }
}

/* ---- verification in the background ---- */

static gboolean
keeper_is_idle (NamidaKeeper *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (self->transfers); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (self->transfers, i);
      NamidaTransferState state = namida_transfer_get_state (transfer);

      if (state == NAMIDA_TRANSFER_PREPARING || state == NAMIDA_TRANSFER_WAITING || state == NAMIDA_TRANSFER_RUNNING
          || state == NAMIDA_TRANSFER_FINISHING)
        return FALSE;
    }
  return TRUE;
}

/* Microseconds since 1970: files that were read later need not be verified. */
static gint64
keeper_get_verify_start (NamidaKeeper *self)
{
  return MAX (namida_clock_real () - (gint64) self->verify_days * G_TIME_SPAN_DAY, 1);
}

/* Finds the version with the file that was not read for the longest time, if that is long enough. A version that
 * consists of linked files is as old as the oldest read of them. Files that were tried since are not tried again
 * before they are due. */
static NamidaVersion *
keeper_find_due (NamidaKeeper *self)
{
  gint64 before = keeper_get_verify_start (self);
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
keeper_verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaKeeper) self = user_data;
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
    g_signal_emit (self, signals[REPAIRED], 0, report->repaired);
  if (lost == 0)
    return;
  sentence = g_strdup_printf (
      ngettext ("%u file in a stored backup is damaged and could not be repaired. Send it again from its device.",
                "%u files in a stored backup are damaged and could not be repaired. Send them again from their device.",
                lost),
      lost);
  g_signal_emit (self, signals[TROUBLE], 0, sentence);
}

void
namida_keeper_verify_quietly (NamidaKeeper *self)
{
  NamidaVersion *due;

  if (self->verify_days == 0 || self->verifying != NULL || !keeper_is_idle (self))
    return;
  due = keeper_find_due (self);
  if (due == NULL)
    return;
  self->verifying = g_cancellable_new ();
  namida_versions_verify_quietly_async (self->versions, due, keeper_get_verify_start (self), self->verifying,
                                        keeper_verified, g_object_ref (self));
}

static gboolean
keeper_on_timer (gpointer user_data)
{
  namida_keeper_verify_quietly (user_data);
  return G_SOURCE_CONTINUE;
}

static void
keeper_stop_verifying (NamidaKeeper *self)
{
  if (self->verifying != NULL)
    g_cancellable_cancel (self->verifying);
}

void
namida_keeper_set_verify_days (NamidaKeeper *self, guint days)
{
  g_return_if_fail (NAMIDA_IS_KEEPER (self));

  self->verify_days = MIN (days, DAYS_MOST);
  g_clear_handle_id (&self->verify_timer, g_source_remove);
  if (days > 0 && self->store != NULL)
    self->verify_timer = g_timeout_add_seconds (QUIET_SECONDS, keeper_on_timer, self);
  else
    keeper_stop_verifying (self);
}

/* ---- backups that Namida could not restore ---- */

static void
keeper_report_doubt (NamidaKeeper *self, NamidaVersion *version)
{
  g_autofree char *base = g_path_get_basename (namida_version_get_zip_path (version));
  g_autofree char *zip = namida_format_name (base);
  g_autofree char *alias = namida_format_name (namida_version_get_alias (version));
  g_autofree char *why = namida_zip_doubt_dup_text (namida_version_get_doubt (version));
  g_autofree char *good = namida_versions_dup_good_words (self->versions, version);
  g_autofree char *sentence = NULL;

  /* Translators: a zip, a device, a reason such as “The backup is cut off”, and a sentence about an older backup. */
  sentence = g_strdup_printf (_ ("Namida cannot restore %s from %s. %s. %s"), zip, alias, why, good);
  g_signal_emit (self, signals[TROUBLE], 0, sentence);
}

static void
keeper_on_doubted (NamidaVersion *version, GParamSpec *pspec, NamidaKeeper *self)
{
  if (namida_version_get_doubted (version) && !namida_version_get_found (version))
    keeper_report_doubt (self, version);
}

static void
keeper_on_versions_changed (NamidaKeeper *self, guint position, guint removed, guint added, GListModel *versions)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (versions, position + i);

      if (namida_version_get_created_at (version) < self->doubts_since)
        continue;
      g_signal_connect_object (version, "notify::doubted", G_CALLBACK (keeper_on_doubted), self, 0);
      keeper_on_doubted (version, NULL, self);
    }
}

/* ---- start and stop ---- */

/* Deletes copies of backups that a killed program left behind. */
static void
keeper_sweep_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  namida_temporary_folder_sweep ();
  g_task_return_boolean (task, TRUE);
}

void
namida_keeper_start (NamidaKeeper *self, NamidaStore *store)
{
  /* Without a source, of which the thread could be the last owner: the signals of an object are for its own thread. */
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_run_in_thread (task, keeper_sweep_thread);
  g_set_object (&self->store, store);
  namida_versions_set_store (self->versions, store);
  namida_keeper_set_verify_days (self, self->verify_days);
}

void
namida_keeper_stop (NamidaKeeper *self)
{
  g_clear_handle_id (&self->verify_timer, g_source_remove);
  keeper_stop_verifying (self);
}

NamidaVersions *
namida_keeper_get_versions (NamidaKeeper *self)
{
  return self->versions;
}

void
namida_keeper_set_retention (NamidaKeeper *self, NamidaRetention policy)
{
  self->retention = policy;
}

GCancellable *
namida_keeper_get_verification (NamidaKeeper *self)
{
  return self->verifying;
}

/* @items: (nullable) */
static void
keeper_disconnect_items (NamidaKeeper *self, GListModel *items)
{
  if (items == NULL)
    return;
  g_signal_handlers_disconnect_by_data (items, self);
  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (items, i);

      g_signal_handlers_disconnect_by_data (item, self);
    }
}

static void
namida_keeper_dispose (GObject *object)
{
  NamidaKeeper *self = NAMIDA_KEEPER (object);

  namida_keeper_stop (self);
  g_cancellable_cancel (self->cancellable);
  /* A thread that reads the versions may own them for longer, and one that receives a transfer. */
  keeper_disconnect_items (self, (GListModel *) self->versions);
  keeper_disconnect_items (self, self->transfers);
  g_clear_object (&self->versions);
  g_clear_object (&self->store);
  g_clear_object (&self->transfers);
  G_OBJECT_CLASS (namida_keeper_parent_class)->dispose (object);
}

static void
namida_keeper_finalize (GObject *object)
{
  g_object_unref (NAMIDA_KEEPER (object)->cancellable);
  G_OBJECT_CLASS (namida_keeper_parent_class)->finalize (object);
}

static void
namida_keeper_class_init (NamidaKeeperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_keeper_dispose;
  object_class->finalize = namida_keeper_finalize;
  signals[TROUBLE] = g_signal_new ("trouble", NAMIDA_TYPE_KEEPER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   1, G_TYPE_STRING);
  signals[VERSIONS_REMOVED] = g_signal_new ("versions-removed", NAMIDA_TYPE_KEEPER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                            NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[REPAIRED] = g_signal_new ("repaired", NAMIDA_TYPE_KEEPER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                    1, G_TYPE_UINT);
}

static void
namida_keeper_init (NamidaKeeper *self)
{
  self->cancellable = g_cancellable_new ();
  self->versions = namida_versions_new ();
  self->doubts_since = namida_clock_real ();
  namida_versions_set_looks (self->versions, TRUE);
  g_signal_connect_object (self->versions, "items-changed", G_CALLBACK (keeper_on_versions_changed), self,
                           G_CONNECT_SWAPPED);
}

NamidaKeeper *
namida_keeper_new (GListModel *transfers)
{
  NamidaKeeper *self = g_object_new (NAMIDA_TYPE_KEEPER, NULL);

  self->transfers = g_object_ref (transfers);
  g_signal_connect_object (transfers, "items-changed", G_CALLBACK (keeper_on_transfers_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}
