/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Determines which version of a device can be restored. The newest one may be incomplete, damaged, or contain a backup
 * zip that Namida never finished; then the user must be told the date of the newest good one. Used by lists of versions
 * in the window and the command line. Reads a few kilobytes of the newest zips; main context. */
#include "config.h"

#include "namida-version-good.h"

#include "namida-format.h"
#include "namida-open.h"
#include "namida-zip.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
good_has_whole_zip (const char *path)
{
  int fd = namida_open_at (AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  NamidaZipBudget budget;
  struct stat st;
  gboolean fine = FALSE;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    {
      g_autoptr (NamidaZip) zip = NULL;

      namida_zip_budget_init (&budget, (guint64) st.st_size);
      zip = namida_zip_open (fd, 0, (guint64) st.st_size, &budget, NULL);
      fine = zip != NULL && zip->entries->len > 0;
    }
  close (fd);
  return fine;
}

/* Whether the version can be restored completely, as far as that is known without reading its files: it is present and
 * complete, nothing is missing or damaged, and its zip is complete and not known to be unrestorable. Reads the
 * directory of the zip. */
static gboolean
version_is_good (NamidaVersion *self)
{
  const char *zip = namida_version_get_zip_path (self);

  return namida_version_get_present (self) && !namida_version_get_removing (self) && namida_version_get_complete (self)
         && namida_version_get_damaged (self) <= 0
         && namida_version_get_files_left (self) == namida_version_get_files (self)
         && !namida_version_get_doubted (self) && (zip == NULL || good_has_whole_zip (zip));
}

gboolean
namida_version_is_same_device (NamidaVersion *self, NamidaVersion *other)
{
  const char *fingerprint = namida_version_get_fingerprint (self);

  if (fingerprint != NULL || namida_version_get_fingerprint (other) != NULL)
    return g_strcmp0 (fingerprint, namida_version_get_fingerprint (other)) == 0;
  return g_strcmp0 (namida_version_get_alias (self), namida_version_get_alias (other)) == 0;
}

char *
namida_versions_dup_good_words (NamidaVersions *self, NamidaVersion *version)
{
  g_autofree char *alias = namida_format_name (namida_version_get_alias (version));

  if (version_is_good (version))
    return NULL;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self)); i++)
    {
      g_autoptr (NamidaVersion) other = g_list_model_get_item (G_LIST_MODEL (self), i);
      g_autoptr (GDateTime) time = NULL;
      g_autofree char *date = NULL;

      if (other == version || !namida_version_is_same_device (version, other) || !version_is_good (other))
        continue;
      time = g_date_time_new_from_unix_local (namida_version_get_created_at (other) / G_USEC_PER_SEC);
      /* Translators: a day in words, as strftime(3) writes it: 19 July 2026 */
      date = time != NULL ? g_date_time_format (time, _ ("%-e %B %Y")) : g_strdup ("?");
      /* Translators: the device's name, then a date */
      return g_strdup_printf (_ ("The newest good backup of %s is of %s."), alias, date);
    }
  return g_strdup_printf (_ ("There is no good backup of %s here."), alias);
}
