/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The “identity” command: prints how other devices see this one: its name, fingerprint and UUID. Creates the key if
 * there is none. No network is used. Main thread. */
#include "config.h"

#include "namida-cli-exit.h"
#include "namida-cli-output.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

int
namida_cli_identity (NamidaCli *cli, int argc, char **argv)
{
  g_autoptr (NamidaIdentity) identity = NULL;
  g_autofree char *data_dir = NULL;
  g_autoptr (GError) error = NULL;

  if (!namida_cli_parse (cli, NULL, _ ("Show this device’s name and fingerprint. Creates its key on first use."), NULL,
                         &argc, &argv))
    return NAMIDA_CLI_EXIT_USAGE;
  if (argc > 1)
    return namida_cli_usage (_ ("Unexpected argument “%s”."), argv[1]);
  data_dir = namida_cli_dup_data_dir (cli);
  if (g_mkdir_with_parents (data_dir, 0700) != 0)
    {
      int saved_errno = errno;
      g_autofree char *what = g_strdup_printf (_ ("Could not make the folder “%s”"), data_dir);

      namida_error_set_from_errno (&error, saved_errno, what);
      return namida_cli_fail (cli, error);
    }
  identity = namida_identity_load (data_dir, &error);
  if (identity == NULL)
    return namida_cli_fail (cli, error);
  namida_identity_set_alias (identity, cli->alias);
  if (cli->json)
    {
      JsonBuilder *builder = namida_cli_object ();

      namida_json_build_string (builder, "alias", namida_identity_get_alias (identity));
      namida_json_build_string (builder, "fingerprint", namida_identity_get_fingerprint (identity));
      namida_json_build_string (builder, "uuid", namida_identity_get_uuid (identity));
      namida_json_build_string (builder, "dataFolder", data_dir);
      namida_json_build_int (builder, "schema", NAMIDA_CLI_JSON_SCHEMA);
      namida_cli_emit (builder);
      return NAMIDA_CLI_EXIT_DONE;
    }
  namida_cli_print (_ ("Name:        %s"), namida_identity_get_alias (identity));
  namida_cli_print (_ ("Fingerprint: %s"), namida_identity_get_fingerprint (identity));
  namida_cli_print (_ ("UUID:        %s"), namida_identity_get_uuid (identity));
  namida_cli_print (_ ("Data folder: %s"), data_dir);
  return NAMIDA_CLI_EXIT_DONE;
}
