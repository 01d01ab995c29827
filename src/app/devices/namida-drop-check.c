/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks whether dropped or opened files can be sent at all, before the user chooses a device. The drop flow calls
 * it; the work is done in a worker thread. */
#include "config.h"

#include "namida-drop-check.h"

#include <glib/gi18n.h>

#include "namida-entry.h"
#include "namida-error.h"
#include "namida-format.h"

/* Limits of the search, so that the user does not wait: a music library is recognized by its first song. */
#define MAX_DEPTH 8
#define MAX_LOOKED 5000

#define ATTRIBUTES                                                                                                     \
  G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_ACCESS_CAN_READ

typedef struct
{
  guint looked;
  gboolean anything;
  gboolean found; /* music or a backup was found */
} Search;

static gboolean
drop_check_is_sought (const char *name)
{
  const char *type = namida_entry_guess_type (name);

  return g_str_has_prefix (type, "audio/") || g_str_has_prefix (type, "video/")
         || g_str_equal (type, "application/zip");
}

static void
drop_check_search (GFile *folder, guint depth, Search *found, GCancellable *cancellable)
{
  g_autoptr (GFileEnumerator) children
      = g_file_enumerate_children (folder, G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                   G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable, NULL);
  GFileInfo *info;
  GFile *child;

  while (children != NULL && !found->found && g_file_enumerator_iterate (children, &info, &child, cancellable, NULL)
         && info != NULL)
    {
      GFileType type = g_file_info_get_file_type (info);

      found->anything = TRUE;
      if (type == G_FILE_TYPE_DIRECTORY && depth > 0)
        drop_check_search (child, depth - 1, found, cancellable);
      else if (type == G_FILE_TYPE_REGULAR && drop_check_is_sought (g_file_info_get_name (info)))
        found->found = TRUE;
      /* A folder with subfolders was hardly dropped by mistake. */
      if (type == G_FILE_TYPE_DIRECTORY && depth == 0)
        found->found = TRUE;
      if (++found->looked >= MAX_LOOKED)
        found->found = TRUE;
    }
}

/* Returns: (transfer full) (nullable): why @folder, called @name, cannot be sent. */
static char *
drop_check_refuse_folder (GFile *folder, const char *name, GCancellable *cancellable)
{
  Search found = { 0 };

  drop_check_search (folder, MAX_DEPTH, &found, cancellable);
  if (!found.anything)
    return g_strdup_printf (_ ("“%s” is empty. Drop a folder that contains music."), name);
  if (!found.found)
    return g_strdup_printf (_ ("“%s” contains no music or backups. To send it anyway, choose Send… and add it there."),
                            name);
  return NULL;
}

/* Returns: (transfer full) (nullable): why @file, called @name, cannot be sent. */
static char *
drop_check_refuse (GFile *file, const char *name, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = NULL;

  /* A file that gvfs has mounted has a path, but a web page has none. */
  if (g_file_peek_path (file) == NULL)
    return g_strdup_printf (_ ("“%s” is not on this computer. Download it first, then drop the downloaded file."),
                            name);
  info = g_file_query_info (file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, cancellable, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return g_strdup_printf (_ ("“%s” no longer exists. It may have been moved or deleted."), name);
  if (info == NULL || !g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_ACCESS_CAN_READ))
    return g_strdup_printf (_ ("You do not have permission to read “%s”."), name);
  switch (g_file_info_get_file_type (info))
    {
    case G_FILE_TYPE_DIRECTORY:
      return drop_check_refuse_folder (file, name, cancellable);
    case G_FILE_TYPE_REGULAR:
      return NULL;
    default:
      return g_strdup_printf (_ ("“%s” cannot be sent, because it is not a file or a folder."), name);
    }
}

/* The result of a check. */
typedef struct
{
  GListModel *good;
  char *left_out; /* (nullable): why the first of the other files cannot be sent */
} DropChecked;

static void
drop_checked_free (DropChecked *checked)
{
  g_object_unref (checked->good);
  g_free (checked->left_out);
  g_free (checked);
}

static void
drop_check_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GListModel *files = data;
  DropChecked *checked = g_new0 (DropChecked, 1);
  GListStore *good = g_list_store_new (G_TYPE_FILE);

  checked->good = G_LIST_MODEL (good);
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autofree char *base = g_file_get_basename (file);
      g_autofree char *shown = base != NULL ? g_filename_display_name (base) : g_file_get_uri (file);
      g_autofree char *name = namida_format_name (shown);
      g_autofree char *sentence = drop_check_refuse (file, name, cancellable);

      if (sentence == NULL)
        g_list_store_append (good, file);
      else if (checked->left_out == NULL)
        checked->left_out = g_steal_pointer (&sentence);
    }
  g_task_return_pointer (task, checked, (GDestroyNotify) drop_checked_free);
}

void
namida_drop_check_async (GListModel *files, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, namida_drop_check_async);
  g_task_set_task_data (task, g_object_ref (files), g_object_unref);
  g_task_run_in_thread (task, drop_check_thread);
}

GListModel *
namida_drop_check_finish (GAsyncResult *result, char **left_out, GError **error)
{
  DropChecked *checked = g_task_propagate_pointer (G_TASK (result), error);
  GListModel *good = NULL;

  *left_out = NULL;
  if (checked == NULL)
    return NULL;
  if (g_list_model_get_n_items (checked->good) > 0 || checked->left_out == NULL)
    {
      good = g_object_ref (checked->good);
      *left_out = g_steal_pointer (&checked->left_out);
    }
  else
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, checked->left_out);
  drop_checked_free (checked);
  return good;
}
