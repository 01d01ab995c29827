/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects the files that “send” was given: checks arguments, and reads lists of paths and patterns.
 * Blocking; main thread. */
#include "config.h"

#include "namida-cli-send-files.h"

#include "namida-limits.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The maximum number of files of a backup, each with a path of maximum length. */
#define LIST_MAX_BYTES ((gsize) NAMIDA_LIMIT_FILES * NAMIDA_LIMIT_PATH_BYTES)

static gboolean
send_files_exists (const char *path, struct stat *st)
{
  g_autofree char *shown = g_filename_display_name (path);

  if (stat (path, st) == 0)
    return TRUE;
  namida_cli_usage (_ ("“%s” does not exist, or may not be read."), shown);
  return FALSE;
}

static gboolean
send_files_add (GListStore *files, const char *path, gboolean must_be_folder)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  struct stat st;

  if (!send_files_exists (path, &st))
    return FALSE;
  if (must_be_folder && !S_ISDIR (st.st_mode))
    {
      g_autofree char *shown = g_filename_display_name (path);

      namida_cli_usage (_ ("“%s” is no folder: --music takes a music folder."), shown);
      return FALSE;
    }
  g_list_store_append (files, file);
  return TRUE;
}

/* Returns: (transfer full) (nullable): the contents of @fd, up to the limit. */
static GByteArray *
send_files_read_all (int fd)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 block[16 * 1024];
  gssize n;

  while ((n = read (fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
    {
      if (n > 0)
        g_byte_array_append (bytes, block, (guint) n);
      if (bytes->len > LIST_MAX_BYTES)
        {
          errno = EFBIG;
          return NULL;
        }
    }
  return n == 0 ? g_steal_pointer (&bytes) : NULL;
}

/* @line: not zero-terminated */
static gboolean
send_files_restrict (NamidaScanFilter *filter, const char *line, gsize length)
{
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  struct stat st;

  if (length > 0 && line[length - 1] == '\r')
    length--;
  if (length == 0)
    return TRUE;
  name = g_strndup (line, length);
  path = g_canonicalize_filename (name, NULL);
  if (!send_files_exists (path, &st))
    return FALSE;
  namida_scan_filter_restrict_to (filter, path);
  return TRUE;
}

/* Reads one path per line, or zero-terminated paths as “find -print0” writes them. */
static gboolean
send_files_read_list (NamidaScanFilter *filter, const char *list)
{
  gboolean standard_input = strcmp (list, "-") == 0;
  g_autofree char *shown = g_filename_display_name (list);
  int fd = standard_input ? STDIN_FILENO : open (list, O_RDONLY | O_CLOEXEC);
  g_autoptr (GByteArray) bytes = fd >= 0 ? send_files_read_all (fd) : NULL;
  int saved_errno = errno;
  const char *at, *end;
  char between;

  if (fd >= 0 && !standard_input)
    close (fd);
  if (bytes == NULL)
    {
      namida_cli_usage (_ ("The list of files “%s” could not be read: %s."), shown, g_strerror (saved_errno));
      return FALSE;
    }
  at = (const char *) bytes->data;
  end = at + bytes->len;
  between = bytes->len > 0 && memchr (at, '\0', bytes->len) != NULL ? '\0' : '\n';
  while (at < end)
    {
      const char *stop = memchr (at, between, (gsize) (end - at));

      stop = stop != NULL ? stop : end;
      if (!send_files_restrict (filter, at, (gsize) (stop - at)))
        return FALSE;
      at = stop + 1;
    }
  if (namida_scan_filter_get_restricted (filter)->len > 0)
    return TRUE;
  namida_cli_usage (_ ("The list of files “%s” names no file."), shown);
  return FALSE;
}

static gboolean
send_files_read_filter (NamidaScanFilter *filter, const NamidaCliSendNames *names)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; error == NULL && names->exclude_from != NULL && names->exclude_from[i] != NULL; i++)
    namida_scan_filter_exclude_from (filter,
                                     strcmp (names->exclude_from[i], "-") == 0 ? "/dev/stdin" : names->exclude_from[i],
                                     &error);
  for (guint i = 0; error == NULL && names->exclude != NULL && names->exclude[i] != NULL; i++)
    namida_scan_filter_exclude (filter, names->exclude[i], &error);
  if (error != NULL)
    {
      namida_cli_usage ("%s", error->message);
      return FALSE;
    }
  return names->files_from == NULL || send_files_read_list (filter, names->files_from);
}

GListModel *
namida_cli_send_files (const NamidaCliSendNames *names, int n_arguments, char **arguments, NamidaScanFilter **filter)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (NamidaScanFilter) made = namida_scan_filter_new ();

  for (int i = 0; i < n_arguments; i++)
    if (!send_files_add (files, arguments[i], FALSE))
      return NULL;
  for (guint i = 0; names->music != NULL && names->music[i] != NULL; i++)
    if (!send_files_add (files, names->music[i], TRUE))
      return NULL;
  if (!send_files_read_filter (made, names))
    return NULL;
  if (g_list_model_get_n_items (G_LIST_MODEL (files)) == 0 && names->files_from == NULL)
    {
      namida_cli_usage (_ ("Say what to send: a backup, files, or music folders."));
      return NULL;
    }
  *filter = g_steal_pointer (&made);
  return G_LIST_MODEL (g_steal_pointer (&files));
}
