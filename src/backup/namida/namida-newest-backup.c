/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the newest backup of Namida on this computer; see the header. The modification time decides, as in Namida
 * itself, then the name. Worker threads. */
#include "config.h"

#include "namida-newest-backup.h"

#include "namida-music-here.h"

#include <string.h>
#include <sys/stat.h>

#define PREFIX "Namida Backup - "
#define FILES_MOST 20000u

gboolean
namida_newest_backup_is_name (const char *name)
{
  return g_str_has_prefix (name, PREFIX) && g_str_has_suffix (name, ".zip") && strstr (name, " - fitted") == NULL;
}

char *
namida_newest_backup_find (const char *folder)
{
  g_autofree char *own = folder == NULL ? namida_here_dup_backup_folder () : NULL;
  g_autoptr (GDir) dir = g_dir_open (folder != NULL ? folder : own, 0, NULL);
  g_autofree char *newest = NULL;
  struct timespec newest_time = { 0 };
  const char *name;

  for (guint looked = 0; dir != NULL && looked < FILES_MOST && (name = g_dir_read_name (dir)) != NULL; looked++)
    {
      g_autofree char *path = NULL;
      struct stat st;

      if (!namida_newest_backup_is_name (name))
        continue;
      path = g_build_filename (folder != NULL ? folder : own, name, NULL);
      if (lstat (path, &st) != 0 || !S_ISREG (st.st_mode) || st.st_size == 0)
        continue;
      if (newest == NULL || st.st_mtim.tv_sec > newest_time.tv_sec
          || (st.st_mtim.tv_sec == newest_time.tv_sec
              && (st.st_mtim.tv_nsec > newest_time.tv_nsec
                  || (st.st_mtim.tv_nsec == newest_time.tv_nsec && strcmp (path, newest) > 0))))
        {
          g_free (newest);
          newest = g_steal_pointer (&path);
          newest_time = st.st_mtim;
        }
    }
  return g_steal_pointer (&newest);
}
