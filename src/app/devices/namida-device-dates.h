/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub-history.h"

G_BEGIN_DECLS

/**
 * NamidaDeviceDates:
 *
 * When a device last sent a backup here and when one was last sent to it, for the second line of its row and its page.
 * Counted once for all devices whenever the versions, the transfers or the history change. Signal "changed": the
 * answers may be others now; at most once per turn of the main loop. Main context.
 */
#define NAMIDA_TYPE_DEVICE_DATES (namida_device_dates_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDeviceDates, namida_device_dates, NAMIDA, DEVICE_DATES, GObject)

NamidaDeviceDates *namida_device_dates_new (NamidaHub *hub, NamidaHubHistory *history);

/** What is known of one device. */
typedef struct
{
  gint64 sent_at;  /* microseconds since 1970: the last backup that it got from here; 0: none */
  gint64 kept_at;  /* microseconds since 1970: the last backup of it that is kept here; 0: none */
  guint versions;  /* of it that are kept here */
  guint64 bytes;   /* of them, as they arrived */
  guint transfers; /* with it that the history knows */
  gint64 first_at; /* microseconds since 1970: the first of those; 0: none */
} NamidaDeviceDate;

/**
 * namida_device_dates_lookup:
 * @fingerprint: (nullable): of a device
 *
 * Returns: (transfer none): what is known; all 0 for an unknown device. Good until the next turn of the main loop.
 */
const NamidaDeviceDate *namida_device_dates_lookup (NamidaDeviceDates *self, const char *fingerprint);

G_END_DECLS
