/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaScheduleGroup: “Automatic Backup” on the page of a device: a switch with the last and the next backup, when,
 * what, and Back Up Now. It works on the hub's schedules by itself and follows them, also when the command line changes
 * them. A device without proven trust cannot have one: the group is hidden then. Main context. */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_SCHEDULE_GROUP (namida_schedule_group_get_type ())
/** NamidaScheduleGroup: signal "trouble" (const char *sentence): what a person chose could not be kept; for a toast. */
G_DECLARE_FINAL_TYPE (NamidaScheduleGroup, namida_schedule_group, NAMIDA, SCHEDULE_GROUP, AdwPreferencesGroup)

NamidaScheduleGroup *namida_schedule_group_new (NamidaHub *hub);
/** namida_schedule_group_set_device: @fingerprint: (nullable): none; the group is hidden. @alias: its name. */
void namida_schedule_group_set_device (NamidaScheduleGroup *self, const char *fingerprint, const char *alias);

G_END_DECLS
