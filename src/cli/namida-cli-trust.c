/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static void
list (NamidaCli *cli, NamidaTrustStore *store)
{
  g_autoptr (GPtrArray) all = namida_trust_store_list (store);

  for (guint i = 0; i < all->len; i++)
    {
      const NamidaTrusted *one = all->pdata[i];

      if (cli->json)
        {
          JsonBuilder *builder = namida_cli_object ();

          namida_cli_add_string (builder, "alias", one->alias);
          namida_cli_add_string (builder, "fingerprint", one->fingerprint);
          namida_cli_add_string (builder, "uuid", one->uuid);
          namida_cli_add_string (builder, "address", one->last_address);
          namida_cli_add_int (builder, "trustedAt", (guint64) (one->trusted_at / 1000));
          namida_cli_add_int (builder, "lastSeen", (guint64) (one->last_seen / 1000));
          namida_cli_add_boolean (builder, "autoAccept", one->auto_accept);
          namida_cli_emit (builder);
        }
      else
        {
          g_autofree char *shown = namida_format_alias (one->alias);
          namida_cli_print ("%-24s %s", shown, one->fingerprint);
        }
    }
  if (all->len == 0)
    namida_cli_say (cli, _ ("No device is trusted yet. To trust one: namida-sync-cli pair NAME"));
}

static gboolean
fits (const NamidaTrusted *one, const char *text)
{
  g_autoptr (GString) digits = g_string_new (text);
  g_autofree char *typed = g_utf8_casefold (text, -1);
  g_autofree char *alias = g_utf8_casefold (one->alias, -1);

  if (g_str_equal (typed, alias))
    return TRUE;
  g_string_replace (digits, " ", "", 0);
  return digits->len >= 8 && g_ascii_strncasecmp (one->fingerprint, digits->str, digits->len) == 0;
}

/* Returns: (transfer full) (nullable): the fingerprint of the one that @text names. */
static char *
find (NamidaTrustStore *store, const char *text, GError **error)
{
  g_autoptr (GPtrArray) all = namida_trust_store_list (store);
  const NamidaTrusted *found = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    text = "?";
  for (guint i = 0; i < all->len; i++)
    {
      if (!fits (all->pdata[i], text))
        continue;
      if (found != NULL)
        {
          g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                       _ ("Several trusted devices are named “%s”. Give the fingerprint: “trust list” shows it."),
                       text);
          return NULL;
        }
      found = all->pdata[i];
    }
  if (found == NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                   _ ("No trusted device is named “%s”. “trust list” shows them."), text);
      return NULL;
    }
  return g_strdup (found->fingerprint);
}

static int
change (NamidaCli *cli, NamidaTrustStore *store, const char *what, const char *text, const char *alias)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = find (store, text, &error);

  if (fingerprint == NULL)
    return namida_cli_fail (cli, error);
  if (g_str_equal (what, "remove"))
    namida_trust_store_remove (store, fingerprint);
  else
    namida_trust_store_rename (store, fingerprint, alias);
  namida_trust_store_flush (store);
  if (g_str_equal (what, "remove"))
    namida_cli_say (cli, _ ("“%s” is not trusted any more."), text);
  else
    namida_cli_say (cli, _ ("“%s” is “%s” from now on."), text, alias);
  return NAMIDA_CLI_EXIT_DONE;
}

int
namida_cli_trust (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaDatabase) database = NULL;
  g_autoptr (NamidaTrustStore) store = NULL;
  g_autoptr (GError) error = NULL;
  const char *what;

  if (!namida_cli_parse (
          cli, _ ("list | remove NAME|FINGERPRINT | rename NAME|FINGERPRINT NEW-NAME"),
          _ ("Lists, removes or renames the devices that this one trusts. A program that is receiving takes a "
             "change when it is started again."),
          NULL, &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  what = argc > 1 ? argv[1] : NULL;
  if (!((g_strcmp0 (what, "list") == 0 && argc == 2) || (g_strcmp0 (what, "remove") == 0 && argc == 3)
        || (g_strcmp0 (what, "rename") == 0 && argc == 4)))
    return namida_cli_usage (_ ("Say what to do: list, remove NAME, or rename NAME NEW-NAME."));
  if (argc == 4 && (*argv[3] == '\0' || !g_utf8_validate (argv[3], -1, NULL)))
    return namida_cli_usage (_ ("The new name is empty or no text."));
  database = namida_cli_open_database (cli, &error);
  if (database != NULL)
    store = namida_trust_store_new (database, &error);
  if (store == NULL)
    return namida_cli_fail (cli, error);
  if (g_str_equal (what, "list"))
    {
      list (cli, store);
      return NAMIDA_CLI_EXIT_DONE;
    }
  return change (cli, store, what, argv[2], argc == 4 ? argv[3] : NULL);
}
