/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-report-interval.h"
#include "namida-clock.h"

/* At most one report in this time, because anyone may try as often as they like. */
#define REPORT_AGAIN_US (60 * G_USEC_PER_SEC)

gboolean
namida_report_is_due (gint64 *reported_at)
{
  gint64 now = namida_clock_monotonic ();

  if (*reported_at != 0 && now - *reported_at < REPORT_AGAIN_US)
    return FALSE;
  *reported_at = now;
  return TRUE;
}
