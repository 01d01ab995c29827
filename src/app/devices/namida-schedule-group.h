/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaScheduleGroup: “Automatic Backup” on the page of a device: a switch with the last and the next backup, when
 * to back up, what to back up, and “Back Up Now”. It uses the hub's schedules and follows their changes, also those
 * of the command line. The group is hidden for devices that are not trusted. Main context. */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"
#include "namida-schedule.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_SCHEDULE_GROUP (namida_schedule_group_get_type ())
/** NamidaScheduleGroup: signal "trouble" (const char *sentence): a choice could not be saved; for a toast. */
G_DECLARE_FINAL_TYPE (NamidaScheduleGroup, namida_schedule_group, NAMIDA, SCHEDULE_GROUP, AdwPreferencesGroup)

/** namida_schedule_group_new: Returns: (transfer none): a group without a device. */
NamidaScheduleGroup *namida_schedule_group_new (NamidaHub *hub);
/**
 * namida_schedule_group_set_device: @fingerprint: (nullable): %NULL hides the group. @alias: the name of the device
 */
void namida_schedule_group_set_device (NamidaScheduleGroup *self, const char *fingerprint, const char *alias);

/**
 * namida_schedule_group_dup_words: Returns: (transfer full): how the last run of @schedule ended and when the next one
 * is due, or what it waits for: "Last backup today, 09:12 · next tomorrow, 02:00".
 * @sent_at: when a backup was last sent by hand; 0: never
 */
char *namida_schedule_group_dup_words (NamidaSchedule *schedule, gint64 sent_at);

G_END_DECLS
