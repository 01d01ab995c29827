/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names the files that a backup left out; see the header. */
#include "config.h"

#include "namida-cli-left-out.h"

#include "namida-cli-output.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>

static void
left_out_emit (const char *path, const char *reason, gboolean missed, guint count)
{
  JsonBuilder *builder = namida_cli_event ("left-out");

  namida_json_build_string (builder, "file", path);
  namida_json_build_string (builder, "message", reason);
  namida_json_build_boolean (builder, "missed", missed);
  namida_json_build_int (builder, "count", count);
  namida_cli_emit (builder);
}

/* Reports the files that come after the last for which the backup has room. Their names are not known, and the scanner
 * does not count any further than NAMIDA_LIMIT_FILES. */
static void
left_out_report_unnamed (NamidaCli *cli, guint count)
{
  if (cli->json)
    left_out_emit (NULL, _ ("A backup cannot hold so many files."), TRUE, count);
  if (count >= NAMIDA_LIMIT_FILES)
    namida_cli_complain (_ ("Skipped: at least %'u more files, because a backup cannot hold so many."), count);
  else
    namida_cli_complain (ngettext ("Skipped: %'u more file, because a backup cannot hold so many.",
                                   "Skipped: %'u more files, because a backup cannot hold so many.", count),
                         count);
}

void
namida_cli_report_left_out (NamidaCli *cli, NamidaBackup *backup)
{
  GPtrArray *left_out = namida_backup_get_left_out (backup);
  guint unnamed = namida_backup_count_unnamed (backup);

  for (guint i = 0; i < left_out->len; i++)
    {
      const NamidaLeftOut *item = left_out->pdata[i];

      if (cli->json)
        left_out_emit (item->path, item->reason, item->missed, 1);
      if (i < NAMIDA_CLI_NAMED_LINES || cli->verbose)
        namida_cli_complain (_ ("Skipped: %s: %s"), item->path, item->reason);
    }
  if (left_out->len > NAMIDA_CLI_NAMED_LINES && !cli->verbose)
    namida_cli_complain (ngettext ("Skipped: %'u more file or folder; --verbose names it.",
                                   "Skipped: %'u more files and folders; --verbose names them.",
                                   left_out->len - NAMIDA_CLI_NAMED_LINES),
                         left_out->len - NAMIDA_CLI_NAMED_LINES);
  if (unnamed > 0)
    left_out_report_unnamed (cli, unnamed);
}
