/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “send”: checks whether the music of the backup that is sent is in the folders that are sent with it. Only names and
 * sizes are compared, in a thread. Main thread. */
#include "config.h"

#include "namida-cli-send-music.h"

#include "namida-cli-job.h"
#include "namida-cli-output.h"
#include "namida-sent-music.h"

#include <glib/gi18n-lib.h>

#define SHOWN_MOST 10u

static gpointer
send_music_match (gpointer data, GCancellable *cancellable, GError **error)
{
  return namida_sent_music_match (data, cancellable, error);
}

static void
send_music_say (NamidaCli *cli, const NamidaMusicMatch *match)
{
  g_autofree char *sentence = NULL;
  JsonBuilder *builder;

  if (cli->json)
    {
      builder = namida_cli_event ("missing-music");
      namida_json_build_int (builder, "count", match->n_missing);
      json_builder_set_member_name (builder, "missing");
      json_builder_begin_array (builder);
      for (guint i = 0; i < match->missing->len; i++)
        json_builder_add_string_value (builder, match->missing->pdata[i]);
      json_builder_end_array (builder);
      namida_cli_emit (builder);
      return;
    }
  sentence = namida_sent_music_dup_sentence (match);
  namida_cli_complain ("%s:", sentence);
  for (guint i = 0; i < MIN (match->missing->len, SHOWN_MOST); i++)
    namida_cli_complain ("  %s", (const char *) match->missing->pdata[i]);
  if (match->n_missing > SHOWN_MOST)
    namida_cli_complain (ngettext ("  and %u more", "  and %u more", (gulong) (match->n_missing - SHOWN_MOST)),
                         (guint) (match->n_missing - SHOWN_MOST));
}

void
namida_cli_send_check_music (NamidaCli *cli, GListModel *files)
{
  g_autoptr (NamidaMusicMatch) match = NULL;

  match = namida_cli_run_job (cli, send_music_match, files, (GDestroyNotify) namida_music_match_free, NULL);
  if (match != NULL && match->n_missing > 0)
    send_music_say (cli, match);
}
