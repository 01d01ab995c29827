/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “send --again” and “send --skip-sent”, and the question that is asked without them. Called by “send” when its
 * device is found. Main thread. */
#include "config.h"

#include "namida-cli-sent-before.h"

#include "namida-cli-ask.h"
#include "namida-cli-output.h"
#include "namida-error.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

static void
sent_before_print_question (NamidaPeer *peer, guint n, guint64 bytes)
{
  g_autofree char *size = namida_format_size (bytes);

  /* Translators: a number of files, their size, a device */
  namida_cli_prompt (ngettext ("%'u file (%s) was sent to “%s” before. Send it again? [y/n]",
                               "%'u files (%s) were sent to “%s” before. Send them again? [y/n]", n),
                     n, size, namida_peer_get_alias (peer));
}

gboolean
namida_cli_sent_before_choose (NamidaCli *cli,
                               NamidaHub *hub,
                               NamidaPeer *peer,
                               GListModel *files,
                               NamidaScanFilter *filter,
                               const NamidaCliSentBefore *options,
                               NamidaSentBeforePolicy *policy,
                               GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *line = NULL;
  guint64 bytes;
  guint n;

  *policy = options->skip    ? NAMIDA_SENT_BEFORE_SKIP
            : options->again ? NAMIDA_SENT_BEFORE_AGAIN
                             : NAMIDA_SENT_BEFORE_SEND;
  if (options->skip || options->again || cli->json || !isatty (STDIN_FILENO))
    return TRUE;
  namida_outbox_count_sent_before_async (namida_hub_get_outbox (hub), peer, files, filter, cli->cancellable,
                                         namida_cli_keep_result, &result);
  namida_cli_wait (&result);
  n = namida_outbox_count_sent_before_finish (namida_hub_get_outbox (hub), result, &bytes, &local);
  /* The transfer itself reports problems with the files. */
  if (n == 0 && !g_cancellable_is_cancelled (cli->cancellable))
    return TRUE;
  if (n > 0)
    {
      sent_before_print_question (peer, n, bytes);
      line = namida_cli_ask_line (cli);
    }
  if (line == NULL)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
      return FALSE;
    }
  *policy = namida_cli_ask_is_yes (cli, line) ? NAMIDA_SENT_BEFORE_AGAIN : NAMIDA_SENT_BEFORE_SKIP;
  return TRUE;
}
