/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merges backup files into one that is their union. If requested, it first copies each of them with the paths of one
 * device into a temporary folder beside the new backup. Called in worker threads by the command line, the restore
 * and the window. */
#include "config.h"

#include "namida-merge-file.h"

#include "namida-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

static void
merge_file_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* Returns: (transfer full) (nullable): the result of fitting the first backup. */
static NamidaFitResult *
merge_file_fit_all (const char *const *zips,
                    const char *folder,
                    const NamidaFitRequest *fit,
                    GPtrArray *paths,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (NamidaFitResult) first = NULL;

  for (guint i = 0; zips[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.zip", folder, i);
      g_autoptr (NamidaFitResult) result = namida_fit_file (zips[i], path, fit, cancellable, error);

      if (result == NULL)
        return NULL;
      if (first == NULL)
        first = g_steal_pointer (&result);
      g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  return g_steal_pointer (&first);
}

static NamidaMergeReport *
merge_file_write (GPtrArray *paths, const char *out, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) backups = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_contents_free);
  g_autofree char *folder = g_path_get_dirname (out);

  for (guint i = 0; i < paths->len; i++)
    {
      NamidaContents *contents = namida_contents_open (paths->pdata[i], TRUE, folder, cancellable, error);

      if (contents == NULL)
        return NULL;
      g_ptr_array_add (backups, contents);
    }
  return namida_merge (backups, out, cancellable, error);
}

NamidaMergeReport *
namida_merge_files (const char *const *zips,
                    const char *out,
                    const NamidaFitRequest *fit,
                    NamidaFitResult **fitted,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (NamidaFitResult) first = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *temporary = NULL;
  NamidaMergeReport *report = NULL;

  if (fit == NULL)
    {
      for (guint i = 0; zips[i] != NULL; i++)
        g_ptr_array_add (paths, g_strdup (zips[i]));
      return merge_file_write (paths, out, cancellable, error);
    }
  folder = g_path_get_dirname (out);
  temporary = g_build_filename (folder, ".namida-sync-merge-XXXXXX", NULL);
  if (g_mkdtemp (temporary) == NULL)
    {
      namida_error_set_from_errno (error, errno, _ ("Could not create a temporary folder"));
      return NULL;
    }
  first = merge_file_fit_all (zips, temporary, fit, paths, cancellable, error);
  if (first != NULL)
    report = merge_file_write (paths, out, cancellable, error);
  merge_file_remove_folder (temporary);
  if (report != NULL && fitted != NULL)
    *fitted = g_steal_pointer (&first);
  return report;
}
