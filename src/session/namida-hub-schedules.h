/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The automatic backups of a hub: the list of schedules that it runs, and a single run for the command line. Main
 * context. */
#pragma once

#include "namida-hub.h"
#include "namida-schedules.h"
#include "namida-stale-list.h"

G_BEGIN_DECLS

/**
 * namida_hub_get_schedules: Returns: (transfer none): the schedules, valid from namida_hub_new() on. A hub that also
 * receives runs them; the list of a hub that was started to send or look only is empty.
 */
NamidaSchedules *namida_hub_get_schedules (NamidaHub *self);

/**
 * namida_hub_get_stale: Returns: (transfer none): the devices without a recent backup, valid from namida_hub_new()
 * on.
 */
NamidaStaleList *namida_hub_get_stale (NamidaHub *self);

/**
 * namida_hub_run_schedule_async:
 * @self: a running hub
 * @row: what to send to which device
 * @cancellable: (nullable): after a cancel, files that have arrived on the other device stay there
 *
 * Sends it now, as an ordinary transfer, and does not record the run in the schedule.
 */
void namida_hub_run_schedule_async (NamidaHub *self,
                                    const NamidaScheduleRow *row,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/**
 * namida_hub_run_schedule_finish: @message: (out) (transfer full) (nullable): the reason, as a sentence; @transfer:
 * (out) (transfer full) (nullable) (optional): the transfer
 */
NamidaScheduleOutcome
namida_hub_run_schedule_finish (NamidaHub *self, GAsyncResult *result, char **message, NamidaTransfer **transfer);
/**
 * namida_hub_may_send_by_itself: Returns: whether automatic backups may be sent to the device with @fingerprint,
 * which must be a trusted one.
 */
gboolean namida_hub_may_send_by_itself (NamidaHub *self, const char *fingerprint);

G_END_DECLS
