/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dates of the last backups of all devices. Main context. */
#pragma once

#include "namida-hub-history.h"
#include "namida-hub-schedules.h"

G_BEGIN_DECLS

/**
 * NamidaDeviceDates:
 *
 * When a device last sent a backup here, and when one was last sent to it, for the second line of its row and its
 * page. Counted once for all devices whenever the versions, the transfers or the history change. Signal "changed":
 * the results may have changed; at most once per iteration of the main loop. Main context.
 */
#define NAMIDA_TYPE_DEVICE_DATES (namida_device_dates_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDeviceDates, namida_device_dates, NAMIDA, DEVICE_DATES, GObject)

/** namida_device_dates_new: @history: (nullable). Returns: (transfer full) */
NamidaDeviceDates *namida_device_dates_new (NamidaHub *hub, NamidaHubHistory *history);

/** NamidaDeviceDate: what is known about one device. */
typedef struct
{
  gint64 sent_at;  /* microseconds since 1970: the last backup that this device sent to it; 0: none */
  gint64 kept_at;  /* microseconds since 1970: the last backup of it that is kept here; 0: none */
  guint versions;  /* number of its versions that are kept here */
  guint64 bytes;   /* size of these versions as they were received */
  guint transfers; /* number of transfers with it in the history */
  gint64 first_at; /* microseconds since 1970: the first of these transfers; 0: none */
} NamidaDeviceDate;

/**
 * namida_device_dates_lookup:
 * @fingerprint: (nullable): the key of a device
 *
 * Returns: (transfer none): what is known; all 0 for an unknown device. Valid until the next iteration of the main
 * loop.
 */
const NamidaDeviceDate *namida_device_dates_lookup (NamidaDeviceDates *self, const char *fingerprint);
/** namida_device_dates_dup_stale: Returns: (transfer full) (nullable): "Has not been reached for 9 days" or "No backup
 * for 23 days" if a backup of or for the device with @fingerprint (nullable) is overdue. */
char *namida_device_dates_dup_stale (NamidaDeviceDates *self, const char *fingerprint);
/** namida_device_dates_get_schedule: Returns: (transfer none) (nullable): the automatic backup to the device with
 * @fingerprint (nullable), unless it is switched off. */
NamidaSchedule *namida_device_dates_get_schedule (NamidaDeviceDates *self, const char *fingerprint);

G_END_DECLS
