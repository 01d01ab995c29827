/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “backups succeed OLD NEW”: on the computer that keeps the backups, records that a new device replaced an old one,
 * so that it may fetch what the old one sent. Main thread. */
#include "config.h"

#include "namida-cli-backups.h"

#include "namida-cli-ask.h"
#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-cli-trust.h"
#include "namida-succession.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

static gboolean
succeed_ask (NamidaCli *cli, const char *old, const char *new_one, guint versions)
{
  g_autofree char *line = NULL;

  namida_cli_print (ngettext ("“%s” may then fetch %'u version that “%s” sent.",
                              "“%s” may then fetch %'u versions that “%s” sent.", versions),
                    new_one, versions, old);
  namida_cli_prompt ("%s", _ ("Allow it? [y/n]"));
  line = namida_cli_ask_line (cli);
  return line != NULL && namida_cli_ask_is_yes (cli, line);
}

static int
succeed (NamidaCliBackups *self, NamidaDatabase *database, const char *old, const char *new_one)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaTrustStore) trust = namida_trust_store_new (database, &error);
  g_autofree char *predecessor = NULL;
  g_autofree char *successor = NULL;
  guint versions = 0;

  if (trust != NULL)
    predecessor = namida_succession_find_sender (database, old, &versions, &error);
  if (predecessor != NULL)
    successor = namida_cli_trust_find (trust, new_one, &error);
  if (successor == NULL)
    return namida_cli_fail (self->cli, error);
  if (!self->yes && (self->cli->json || !isatty (STDIN_FILENO)))
    return namida_cli_usage (_ ("Nothing was changed. Add --yes to say that the new device replaced the old one."));
  if (!self->yes && !succeed_ask (self->cli, old, new_one, versions))
    {
      namida_cli_say (self->cli, _ ("Nothing was changed."));
      return NAMIDA_CLI_EXIT_DECLINED;
    }
  if (!namida_succession_add (database, successor, predecessor, &error))
    return namida_cli_fail (self->cli, error);
  namida_cli_say (self->cli, _ ("“%s” may fetch the backups of “%s” now."), new_one, old);
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_backups_succeed (NamidaCliBackups *self, const char *old, const char *new_one)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDatabase) database = namida_cli_open_database (self->cli, &error);

  return database != NULL ? succeed (self, database, old, new_one) : namida_cli_fail (self->cli, error);
}
