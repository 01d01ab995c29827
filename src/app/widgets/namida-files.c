/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts about files and times for the window, and searches in worker threads: see the header. All folders of the
 * window use it. Main context. */
#include "config.h"

#include "namida-files.h"

#include <gdk/gdk.h>
#include <glib/gi18n.h>

#define BACKUP_PREFIX "Namida Backup - "
#define BACKUP_DEPTH 2
#define BACKUP_MAX_LOOKED 20000

char *
namida_files_words (guint backups, guint folders, guint files)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const char **words;

  if (backups > 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u backup", "%u backups", backups), backups));
  if (folders > 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u folder", "%u folders", folders), folders));
  if (files > 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%'u file", "%'u files", files), files));
  words = (const char **) parts->pdata;
  switch (parts->len)
    {
    case 0:
      return g_strdup (_ ("nothing"));
    case 1:
      return g_strdup (words[0]);
    case 2:
      /* Translators: "1 backup and 2 folders" */
      return g_strdup_printf (_ ("%s and %s"), words[0], words[1]);
    default:
      /* Translators: "1 backup, 2 folders and 3 files" */
      return g_strdup_printf (_ ("%s, %s and %s"), words[0], words[1], words[2]);
    }
}

static gboolean
files_is_zip (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *lower = name != NULL ? g_ascii_strdown (name, -1) : NULL;

  return lower != NULL && g_str_has_suffix (lower, ".zip");
}

static gboolean
files_is_backup_name (const char *name)
{
  return g_str_has_prefix (name, BACKUP_PREFIX) && g_str_has_suffix (name, ".zip");
}

/* Use the scanner's rule: one zip is the backup, further ones are files. */
static void
files_describe_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GListModel *files = data;
  guint backups = 0, folders = 0, others = 0;

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      if (g_cancellable_is_cancelled (cancellable))
        break;
      if (g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, cancellable) == G_FILE_TYPE_DIRECTORY)
        folders++;
      else if (backups == 0 && files_is_zip (file))
        backups++;
      else
        others++;
    }
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, namida_files_words (backups, folders, others), g_free);
}

void
namida_files_describe_async (GListModel *files,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, namida_files_describe_async);
  g_task_set_task_data (task, g_object_ref (files), g_object_unref);
  g_task_run_in_thread (task, files_describe_thread);
}

char *
namida_files_describe_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  GFile *newest; /* owned */
  guint64 newest_time;
  guint looked;
} Search;

static void
search_folder (GFile *folder, guint depth, Search *search, GCancellable *cancellable)
{
  g_autoptr (GFileEnumerator) children = g_file_enumerate_children (
      folder, G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_TIME_MODIFIED,
      G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable, NULL);
  GFileInfo *info;
  GFile *child;

  while (children != NULL && search->looked++ < BACKUP_MAX_LOOKED
         && g_file_enumerator_iterate (children, &info, &child, cancellable, NULL) && info != NULL)
    {
      guint64 time = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED);

      if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY && depth > 0)
        search_folder (child, depth - 1, search, cancellable);
      else if (g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR && time >= search->newest_time
               && files_is_backup_name (g_file_info_get_name (info)))
        {
          g_set_object (&search->newest, child);
          search->newest_time = time;
        }
    }
}

static void
files_find_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GFile) folder = g_file_new_for_path (data);
  Search search = { NULL, 0, 0 };

  search_folder (folder, BACKUP_DEPTH, &search, cancellable);
  g_task_return_pointer (task, search.newest, g_object_unref);
}

void
namida_files_find_backup_async (const char *folder,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, namida_files_find_backup_async);
  g_task_set_task_data (task, g_strdup (folder), g_free);
  g_task_run_in_thread (task, files_find_thread);
}

GFile *
namida_files_find_backup_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

GListModel *
namida_files_from_value (const GValue *value)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);

  if (value == NULL)
    return NULL;
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GSList) list = gdk_file_list_get_files (g_value_get_boxed (value));

      for (GSList *l = list; l != NULL; l = l->next)
        g_list_store_append (files, l->data);
    }
  else if (G_VALUE_HOLDS (value, G_TYPE_FILE) && g_value_get_object (value) != NULL)
    g_list_store_append (files, g_value_get_object (value));
  if (g_list_model_get_n_items (G_LIST_MODEL (files)) == 0)
    return NULL;
  return G_LIST_MODEL (g_steal_pointer (&files));
}

/* Returns: (transfer full) (nullable): @us in local time. @days: how many days before today it is */
static GDateTime *
files_local (gint64 us, int *days)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (us / G_USEC_PER_SEC);
  GDateTime *then = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  int year, month, day;
  GDate then_date, now_date;

  if (then == NULL)
    return NULL;
  g_date_time_get_ymd (then, &year, &month, &day);
  g_date_clear (&then_date, 1);
  g_date_set_dmy (&then_date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  g_date_time_get_ymd (now, &year, &month, &day);
  g_date_clear (&now_date, 1);
  g_date_set_dmy (&now_date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  *days = g_date_days_between (&then_date, &now_date);
  return then;
}

static gboolean
files_this_year (GDateTime *then)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  return g_date_time_get_year (then) == g_date_time_get_year (now);
}

char *
namida_files_day (gint64 us)
{
  int days;
  g_autoptr (GDateTime) then = files_local (us, &days);

  if (then == NULL)
    return g_strdup ("");
  if (days == 0)
    return g_strdup (C_ ("day in a sentence", "today"));
  if (days == 1)
    return g_strdup (C_ ("day in a sentence", "yesterday"));
  /* Translators: a day in a sentence, “on 3 November”, as g_date_time_format() writes it */
  return g_date_time_format (then, files_this_year (then) ? _ ("on %-d %B") : _ ("on %-d %B %Y"));
}

char *
namida_files_time (gint64 us)
{
  int days;
  g_autoptr (GDateTime) then = files_local (us, &days);

  if (then == NULL)
    return g_strdup ("");
  if (days == 0)
    return g_date_time_format (then, _ ("today, %H:%M"));
  if (days == 1)
    return g_date_time_format (then, _ ("yesterday, %H:%M"));
  return namida_files_day (us);
}

char *
namida_files_since (gint64 us)
{
  int days;
  g_autoptr (GDateTime) then = files_local (us, &days);

  return then == NULL || days < 2 ? namida_files_time (us) : namida_files_day_heading (us);
}

char *
namida_files_clock (gint64 us)
{
  int days;
  g_autoptr (GDateTime) then = files_local (us, &days);

  /* Translators: a time of a day, as g_date_time_format() writes it */
  return then != NULL ? g_date_time_format (then, _ ("%H:%M")) : g_strdup ("");
}

char *
namida_files_day_heading (gint64 us)
{
  int days;
  g_autoptr (GDateTime) then = files_local (us, &days);

  if (then == NULL)
    return g_strdup ("");
  if (days == 0)
    return g_strdup (C_ ("heading of a day", "Today"));
  if (days == 1)
    return g_strdup (C_ ("heading of a day", "Yesterday"));
  if (days < 7)
    /* Translators: the heading of a day of this week, as g_date_time_format() writes it */
    return g_date_time_format (then, _ ("%A, %-d %B"));
  /* Translators: the heading of a day, as g_date_time_format() writes it */
  return g_date_time_format (then, files_this_year (then) ? _ ("%-d %B") : _ ("%-d %B %Y"));
}

char *
namida_files_when (gint64 us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) then = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) yesterday = g_date_time_add_days (now, -1);

  if (then == NULL)
    return g_strdup ("");
  if (g_date_time_get_year (then) == g_date_time_get_year (now)
      && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (now))
    /* Translators: a time of this day, as g_date_time_format() writes it */
    return g_date_time_format (then, _ ("today, %H:%M"));
  if (g_date_time_get_year (then) == g_date_time_get_year (yesterday)
      && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (yesterday))
    return g_date_time_format (then, _ ("yesterday, %H:%M"));
  /* Translators: a day, as g_date_time_format() writes it */
  return g_date_time_format (then, _ ("%-d %B %Y"));
}

const char *
namida_files_below_portal (const char *path)
{
  g_autofree char *ours = g_strconcat (g_get_user_runtime_dir (), "/doc/", NULL);
  const char *const places[] = { ours, "/run/flatpak/doc/" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_str_has_prefix (path, places[i]))
      {
        const char *document = path + strlen (places[i]);
        const char *slash = strchr (document, '/');

        return slash != NULL && slash[1] != '\0' ? slash + 1 : document;
      }
  return NULL;
}

char *
namida_files_short_path (const char *path)
{
  const char *home = g_get_home_dir ();
  gsize length = strlen (home);
  const char *granted = namida_files_below_portal (path);
  g_autofree char *shown = g_filename_display_name (granted != NULL ? granted : path);

  if (g_str_has_prefix (shown, home) && (shown[length] == '/' || shown[length] == '\0'))
    return g_strconcat ("~", shown + length, NULL);
  return g_steal_pointer (&shown);
}
