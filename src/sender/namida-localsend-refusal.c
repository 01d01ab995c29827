/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Translates the status codes with which LocalSend refuses an offer into errors for the user. Shared by files and text
 * messages; called by their senders in worker threads. */
#include "config.h"

#include "namida-localsend-refusal.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-messages.h"

#include <glib/gi18n-lib.h>

/* LocalSend's own words distinguish a wrong PIN from a missing one, which the status code does not. */
GError *
namida_localsend_refusal_new (const char *alias, gboolean has_pin, const NamidaHttpAnswer *answer)
{
  switch (answer->head.status)
    {
    case 401:
      return !has_pin
                 ? g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_PIN_REQUIRED, _ ("“%s” requires a PIN."), alias)
                 : g_error_new (
                     NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG,
                     _ ("“%s” did not accept the PIN. Check the PIN that is set on that device and try again."), alias);
    case 429:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY,
                          _ ("“%s” had too many tries. Wait a few minutes, then send again."), alias);
    case 403:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” declined the transfer."), alias);
    case 409:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("“%s” is busy with another transfer. Try again later."),
                          alias);
    case 404:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                          _ ("LocalSend did not answer on “%s”. Open it there and try again."), alias);
    default:
      return namida_error_answer_parse ((const char *) answer->body->data,
                                        MIN (answer->body->len, NAMIDA_LIMIT_JSON_BYTES), answer->head.status, NULL);
    }
}
