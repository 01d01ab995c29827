/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a PIN that need not appear on the command line. The commands with a --pin option call it before they start.
 * Main thread. */
#include "config.h"

#include "namida-cli-pin.h"

#include "namida-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define PIN_VARIABLE "NAMIDA_SYNC_PIN"

gboolean
namida_cli_read_pin (const char *given, const char *file, char **pin, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (GError) local = NULL;

  *pin = NULL;
  if (given != NULL || file == NULL)
    {
      *pin = g_strdup (given != NULL ? given : g_getenv (PIN_VARIABLE));
      return TRUE;
    }
  if (strcmp (file, "-") == 0)
    file = "/dev/stdin";
  shown = g_filename_display_name (file);
  if (!g_file_get_contents (file, &text, NULL, &local))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, _ ("The PIN file “%s” could not be read: %s"), shown,
                   local->message);
      return FALSE;
    }
  text[strcspn (text, "\r\n")] = '\0';
  g_strstrip (text);
  if (*text == '\0' || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, _ ("The first line of “%s” is no PIN."), shown);
      return FALSE;
    }
  *pin = g_steal_pointer (&text);
  return TRUE;
}
