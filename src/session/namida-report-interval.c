/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-report-interval.h: the interval between two reports of the same kind, and the report about a row
 * that could not be written to the history. Used by the hub, the inbox and the outbox. Main context. */
#include "config.h"

#include "namida-report-interval.h"
#include "namida-clock.h"

#include <glib/gi18n-lib.h>

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

gboolean
namida_report_history (GObject *emitter, GAsyncResult *result, gint64 *reported_at)
{
  g_autofree char *sentence = NULL;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    return TRUE;
  if (!namida_report_is_due (reported_at))
    return FALSE;
  /* Translators: %s is a sentence: why it could not be written. */
  sentence = g_strdup_printf (_ ("An entry is missing from the history. %s"), error->message);
  g_signal_emit_by_name (emitter, "trouble", sentence);
  return FALSE;
}
