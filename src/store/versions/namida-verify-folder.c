/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifies a version, or all versions of a store, by the record in their folders alone: for "backups verify FOLDER" on
 * a computer whose database does not know them. Only reads. Blocking: a worker thread. */
#include "config.h"

#include "namida-verify.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-folder-record.h"
#include "namida-open.h"
#include "namida-version-folders.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (1024 * 1024)

typedef struct
{
  NamidaVerifyReport *report;
  NamidaVerifyProgress progress;
  gpointer user_data;
  GCancellable *cancellable;
  guint64 done, total;
  char *buffer;
} Check;

/* Opens the file @path below @folder without following links. Returns -1 with errno set. */
static int
check_open (int folder, const char *path)
{
  int fd = dup (folder);

  while (fd >= 0)
    {
      const char *slash = strchr (path, '/');
      g_autofree char *name = slash != NULL ? g_strndup (path, (gsize) (slash - path)) : g_strdup (path);
      int saved_errno, next = slash != NULL ? openat (fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                                            : namida_open_at (fd, name, O_RDONLY | O_NONBLOCK, 0);

      saved_errno = errno;
      close (fd);
      errno = saved_errno;
      fd = next;
      if (slash == NULL)
        break;
      path = slash + 1;
    }
  return fd;
}

/* Returns (transfer full) (nullable): NULL if it cannot be read or the run was canceled. */
static char *
check_hash (Check *check, int fd)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();

  posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED); /* read from the disk, not from the page cache */
  while (!g_cancellable_is_cancelled (check->cancellable))
    {
      ssize_t n = read (fd, check->buffer, BUFFER_SIZE);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return NULL;
      if (n == 0)
        return namida_digest_finish (digest);
      namida_digest_update (digest, check->buffer, (gsize) n);
      check->report->bytes += (guint64) n;
      check->done += (guint64) n;
      if (check->progress != NULL)
        check->progress (check->done, MAX (check->total, check->done), check->user_data);
    }
  return NULL;
}

static void
check_add (Check *check, const char *version, const char *path, NamidaDamageKind kind)
{
  NamidaDamage *damage = namida_verify_report_add (check->report, kind);
  g_autofree char *base = g_path_get_basename (version);

  damage->version_id = g_utf8_make_valid (base, -1);
  damage->version_path = g_strdup (version);
  damage->name = g_utf8_make_valid (path, -1);
  damage->path = g_build_filename (version, path, NULL);
  damage->detail = g_strdup (namida_damage_kind_text (kind));
  check->report->damaged
      += kind == NAMIDA_DAMAGE_CONTENT || kind == NAMIDA_DAMAGE_MISSING || kind == NAMIDA_DAMAGE_UNREADABLE;
}

static void
check_file (Check *check, const char *version, int folder, const NamidaSum *sum)
{
  int fd = check_open (folder, sum->path);
  g_autofree char *hash = NULL;
  struct stat st;

  if (fd < 0)
    {
      check_add (check, version, sum->path,
                 errno == ENOENT || errno == ENOTDIR ? NAMIDA_DAMAGE_MISSING : NAMIDA_DAMAGE_UNREADABLE);
      return;
    }
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    hash = check_hash (check, fd);
  close (fd);
  if (g_cancellable_is_cancelled (check->cancellable))
    return;
  check->report->files++;
  if (hash == NULL)
    check_add (check, version, sum->path, NAMIDA_DAMAGE_UNREADABLE);
  else if (!g_str_equal (hash, sum->sha256))
    check_add (check, version, sum->path, NAMIDA_DAMAGE_CONTENT);
}

static gboolean
check_version (Check *check, const char *version, GError **error)
{
  int folder = open (version, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (NamidaFolderRecord) record = NULL;

  if (folder < 0)
    {
      g_autofree char *shown = g_filename_display_name (version);
      g_autofree char *what = g_strdup_printf (_ ("The folder “%s” could not be opened"), shown);

      namida_error_set_from_errno (error, errno, what);
      return FALSE;
    }
  record = namida_folder_record_read (folder, error);
  if (record != NULL && (!record->sums_fit || record->bad_lines > 0))
    check_add (check, version, NAMIDA_SUMS_NAME, NAMIDA_DAMAGE_RECORD);
  for (guint i = 0; record != NULL && i < record->sums->len && !g_cancellable_is_cancelled (check->cancellable); i++)
    check_file (check, version, folder, g_ptr_array_index (record->sums, i));
  close (folder);
  if (record == NULL)
    return FALSE;
  check->report->versions++;
  return TRUE;
}

static gboolean
check_all (Check *check, GPtrArray *folders, GError **error)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const char *folder = g_ptr_array_index (folders, i);
      g_autoptr (GError) reason = NULL;
      NamidaDamage *damage;

      if (g_cancellable_is_cancelled (check->cancellable))
        break;
      if (check_version (check, folder, &reason))
        continue;
      if (folders->len == 1)
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      damage = namida_verify_report_add (check->report, NAMIDA_DAMAGE_RECORD);
      damage->version_id = g_path_get_basename (folder);
      damage->version_path = g_strdup (folder);
      damage->name = g_filename_display_name (folder);
      damage->path = g_strdup (folder);
      damage->detail = g_strdup (reason->message);
    }
  if (!g_cancellable_is_cancelled (check->cancellable))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
  return FALSE;
}

NamidaVerifyReport *
namida_verify_folder (
    const char *folder, NamidaVerifyProgress progress, gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaVerifyReport) report = namida_verify_report_new ();
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);
  g_autoptr (GPtrArray) folders = namida_version_folders_list (folder, TRUE);
  Check check = {
    .report = report, .progress = progress, .user_data = user_data, .cancellable = cancellable, .buffer = buffer
  };

  if (folders->len == 0)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                   _ ("There is no version with a record in “%s”. Name the folder of a version, or the folder of all "
                      "backups."),
                   shown);
      return NULL;
    }
  return check_all (&check, folders, error) ? g_steal_pointer (&report) : NULL;
}
