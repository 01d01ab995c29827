/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks and creates the folders that a command stores into: see the header. The commands “receive” and “link” use
 * it. Blocking; main thread. */
#include "config.h"

#include "namida-cli-folder.h"

#include "namida-cli-output.h"
#include "namida-cli-service.h"
#include "namida-folder-check.h"
#include "namida-mount.h"
#include "namida-store-mark.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

gboolean
namida_cli_check_folder (const char *folder, gboolean chosen, GError **error)
{
  g_autofree char *shown = g_filename_display_name (folder);

  if (namida_folder_check (folder, chosen) == NAMIDA_FOLDER_FINE)
    return TRUE;
  /* A user may not know that the service manager has made most folders inaccessible. */
  if (namida_cli_service_is ())
    g_set_error (
        error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
        _ ("Nothing can be stored in “%s”. As a service, this program may write into your home folder only: name "
           "any other folder with ReadWritePaths= as well (systemctl --user edit), and allow writing there."),
        shown);
  else
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                 _ ("Nothing can be stored in “%s”: it is no folder, or not writable. Choose another one, or allow "
                    "writing there."),
                 shown);
  return FALSE;
}

gboolean
namida_cli_folder_is_elsewhere (NamidaCli *cli, const char *folder)
{
  g_autoptr (NamidaDatabase) database = namida_cli_open_database (cli, NULL);

  return database != NULL
         && (namida_store_mark_look (database, folder) == NAMIDA_STORE_NOT_HERE
             || namida_mount_is_away (database, folder));
}

/* Records where the folder is mounted, so that a later run notices when its drive is not connected. */
static void
folder_note_mount (NamidaCli *cli, const char *folder)
{
  g_autoptr (NamidaDatabase) database = namida_cli_open_database (cli, NULL);

  if (database != NULL)
    namida_mount_note (database, folder);
}

void
namida_cli_report_elsewhere (const char *folder)
{
  g_autofree char *shown = g_filename_display_name (folder);

  namida_cli_complain (_ ("The files in “%s” are not here, so their drive is probably not connected. Nothing is "
                          "stored until it is."),
                       shown);
}

gboolean
namida_cli_make_folder (NamidaCli *cli, const char *folder, gboolean used, GError **error)
{
  g_autofree char *shown = folder != NULL ? g_filename_display_name (folder) : NULL;

  if (folder == NULL || !used)
    return TRUE;
  /* Files that are written now would be hidden when the drive is mounted. The drive may be connected later. */
  if (namida_cli_folder_is_elsewhere (cli, folder))
    {
      namida_cli_report_elsewhere (folder);
      return TRUE;
    }
  if (!g_file_test (folder, G_FILE_TEST_EXISTS))
    {
      if (g_mkdir (folder, 0777) != 0)
        {
          int saved_errno = errno;
          g_autofree char *what = g_strdup_printf (_ ("The folder “%s” is not there, and could not be made"), shown);

          if (saved_errno == EROFS && namida_cli_service_is ())
            return namida_cli_check_folder (folder, FALSE, error);
          namida_error_set_from_errno (error, saved_errno, what);
          return FALSE;
        }
      namida_cli_say (cli, _ ("The folder “%s” was not there, and has been made."), shown);
    }
  if (!namida_cli_check_folder (folder, TRUE, error))
    return FALSE;
  folder_note_mount (cli, folder);
  return TRUE;
}
