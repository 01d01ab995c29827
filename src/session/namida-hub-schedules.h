/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Automatic backups of a hub: the list that it runs, and one run by hand for the command line. Main context. */
#pragma once

#include "namida-hub.h"
#include "namida-schedules.h"
#include "namida-stale-list.h"

G_BEGIN_DECLS

/** namida_hub_get_schedules: Returns: (transfer none): valid from namida_hub_new() on; run by a hub that also receives,
 * and empty of one that was started to send or look only. */
NamidaSchedules *namida_hub_get_schedules (NamidaHub *self);

/** namida_hub_get_stale: Returns: (transfer none): the devices without a recent backup; valid from namida_hub_new() on.
 */
NamidaStaleList *namida_hub_get_stale (NamidaHub *self);

/**
 * namida_hub_run_schedule_async:
 * @self: a running hub
 * @row: what to send to which device
 * @cancellable: (nullable): what has arrived on the other device stays there
 *
 * Sends it now, as a transfer like any other, and notes nothing of it.
 */
void namida_hub_run_schedule_async (NamidaHub *self,
                                    const NamidaScheduleRow *row,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/** @message: (out) (transfer full) (nullable): why, a sentence; @transfer: (out) (transfer full) (nullable) (optional):
 * what was sent. */
NamidaScheduleOutcome
namida_hub_run_schedule_finish (NamidaHub *self, GAsyncResult *result, char **message, NamidaTransfer **transfer);
/** namida_hub_may_send_by_itself: whether @fingerprint is that of a device to which automatic backups may go: a trusted
 * one. */
gboolean namida_hub_may_send_by_itself (NamidaHub *self, const char *fingerprint);

G_END_DECLS
