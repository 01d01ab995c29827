/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “send --text”: sends a text message and reports the result. Called by “send” when its device is found. Main
 * thread. */
#include "config.h"

#include "namida-cli-send-text.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

/* The same event as at the end of a transfer, for programs. */
static void
send_text_emit_end (NamidaPeer *peer, const GError *error)
{
  JsonBuilder *builder = namida_cli_event ("end");
  const char *result = error == NULL                                                   ? "done"
                       : g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED)  ? "declined"
                       : g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED) ? "cancelled"
                                                                                       : "failed";

  namida_json_build_string (builder, "result", result);
  namida_json_build_string (builder, "alias", namida_peer_get_alias (peer));
  namida_json_build_string (builder, "fingerprint", namida_peer_get_fingerprint (peer));
  if (error != NULL)
    namida_cli_add_error (builder, error);
  namida_cli_emit (builder);
}

int
namida_cli_send_text (
    NamidaCli *cli, NamidaHub *hub, NamidaPeer *peer, const char *text, const char *pin, gboolean unencrypted)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_send_text_async (hub, peer, text, pin, unencrypted, cli->cancellable, namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  namida_hub_send_text_finish (hub, result, &error);
  if (cli->json)
    send_text_emit_end (peer, error);
  if (error != NULL)
    {
      namida_cli_complain ("%s", error->message);
      return (int) namida_cli_exit_from_error (error);
    }
  namida_cli_say (cli, _ ("Sent the message to “%s”."), namida_peer_get_alias (peer));
  return NAMIDA_CLI_EXIT_DONE;
}
