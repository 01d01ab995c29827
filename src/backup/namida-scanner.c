/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks folders and collects their files into a backup; see the header. Runs in a worker thread. */
#include "config.h"

#include "namida-scanner-private.h"

#include "namida-cloud-folder.h"
#include "namida-error.h"
#include "namida-identity.h"
#include "namida-limits.h"
#include "namida-linked-music.h"
#include "namida-safe-path.h"
#include "namida-scan-filter.h"
#include "namida-scan-own-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Namida itself finds its backups by this prefix. */
#define BACKUP_PREFIX "Namida Backup - "
guint namida_scanner_most_files = NAMIDA_LIMIT_FILES;

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)

typedef struct
{
  NamidaBackup *backup;
  GCancellable *cancellable;
  GHashTable *labels;       /* labels in use */
  GHashTable *singles;      /* names of single files in use */
  GHashTable *seen;         /* arguments, by path */
  const char *zip;          /* (nullable): the argument that is the backup zip */
  NamidaScanFilter *filter; /* (nullable) */
  GHashTable *named;        /* the paths that the filter restricts to */
  GHashTable *placed;       /* those of @named that are in a folder that is sent */
  GHashTable *found;        /* (nullable): sources of all entries and paths left out, so that none is sent twice */
  gboolean full;            /* the backup has no room; the rest is only counted */
  gboolean over;            /* not even counted any more */
} Scan;

/* One music folder. It is walked with a stack of folders relative to its root instead of recursion, because the
 * depth is determined by the disk. */
typedef struct
{
  Scan *scan;
  const char *root;
  int root_fd;
  char *label;
  GPtrArray *pending;
  char *rules_above; /* (nullable): the last folder whose rules, and those above it, were read for a named file */
  GHashTable *rules; /* (nullable): folder relative to the root → NamidaScanRules of its ignore file */
} Walk;

/* Whether the walk through an outer folder has already handled @path. */
static gboolean
scan_has (Scan *scan, const char *path)
{
  return scan->found != NULL && g_hash_table_contains (scan->found, path);
}

/* Records a file that should have been in the backup. */
static void
scanner_leave_out (Scan *scan, const char *path, const char *reason)
{
  g_autofree char *shown = g_filename_display_name (path);

  if (scan_has (scan, shown))
    return;
  namida_backup_add_left_out (scan->backup, shown, reason, TRUE);
}

/* Records something that is never in a backup. */
static void
scanner_pass_over (Scan *scan, const char *path, const char *reason)
{
  g_autofree char *shown = g_filename_display_name (path);

  if (!scan_has (scan, shown))
    namida_backup_add_left_out (scan->backup, shown, reason, FALSE);
}

static void
scanner_leave_out_errno (Scan *scan, const char *path, int saved_errno)
{
  if (saved_errno == ENOENT)
    scanner_leave_out (scan, path, _ ("It is gone since the folder was listed."));
  else if (saved_errno == ELOOP)
    scanner_pass_over (scan, path, _ ("It is a link, and links are not followed."));
  else
    {
      g_autofree char *reason = g_strdup_printf (_ ("It cannot be read: %s."), g_strerror (saved_errno));

      scanner_leave_out (scan, path, reason);
    }
}

static gboolean
scanner_has_room (Scan *scan, const char *path)
{
  if (namida_backup_get_entries (scan->backup)->len < namida_scanner_most_files)
    return TRUE;
  if (!scan->full)
    {
      g_autofree char *reason
          = g_strdup_printf (_ ("A backup holds at most %'u files. This file and all that come after it are not sent. "
                                "Send fewer folders at a time."),
                             namida_scanner_most_files);

      scanner_leave_out (scan, path, reason);
      namida_backup_set_too_many (scan->backup);
      scan->full = TRUE;
      return FALSE;
    }
  /* The walk must end somewhere, and a message cannot state more than this. */
  namida_backup_add_unnamed (scan->backup);
  scan->over = namida_backup_count_unnamed (scan->backup) >= namida_scanner_most_files;
  return FALSE;
}

static NamidaEntry *
scanner_entry_from_stat (NamidaEntryKind kind, const char *source, const struct stat *st)
{
  NamidaEntry *entry = namida_entry_new ();

  entry->kind = kind;
  entry->source = g_strdup (source);
  entry->size = kind == NAMIDA_ENTRY_FOLDER ? 0 : (guint64) st->st_size;
  entry->mtime_ns = (gint64) st->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + st->st_mtim.tv_nsec;
  entry->inode = (guint64) st->st_ino;
  entry->device = (guint64) st->st_dev;
  entry->ctime_ns = (gint64) st->st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + st->st_ctim.tv_nsec;
  return entry;
}

static void
scanner_add_below (Walk *walk, NamidaEntryKind kind, const char *relative, const struct stat *st)
{
  g_autofree char *source = g_build_filename (walk->root, relative, NULL);
  NamidaEntry *entry;

  if (scan_has (walk->scan, source) || !scanner_has_room (walk->scan, source))
    return;
  entry = scanner_entry_from_stat (kind, source, st);
  entry->label = g_strdup (walk->label);
  entry->relative_path = g_strdup (relative);
  entry->name = g_path_get_basename (relative);
  entry->type = g_strdup (kind == NAMIDA_ENTRY_FOLDER ? "inode/directory" : namida_entry_guess_type (entry->name));
  namida_backup_add (walk->scan->backup, entry);
}

static guint
scan_count_names (const char *relative)
{
  guint n = 1;

  for (; *relative != '\0'; relative++)
    n += *relative == '/' ? 1 : 0;
  return n;
}

/* Reports names that no receiver would accept here, where the user can rename them. */
static gboolean
scanner_name_is_fine (Walk *walk, const char *relative, const char *source)
{
  if (strlen (walk->label) + 1 + strlen (relative) > NAMIDA_LIMIT_PATH_BYTES)
    scanner_leave_out (walk->scan, source, _ ("Its path is too long."));
  else if (scan_count_names (relative) + 1 > NAMIDA_LIMIT_DEPTH)
    {
      g_autofree char *reason
          = g_strdup_printf (_ ("It lies more than %u folders deep, which no device accepts."), NAMIDA_LIMIT_DEPTH - 1);

      scanner_leave_out (walk->scan, source, reason);
    }
  else if (!namida_safe_path_check (relative, NULL))
    scanner_leave_out (walk->scan, source,
                       _ ("Its name cannot be stored safely (two dots beside a backslash, or too long)."));
  else
    return TRUE;
  return FALSE;
}

/* For a file of the current user the mode is enough, with or without an ACL (acl(5): the owner's entry equals the
 * owner's bits). For other files, ask the system. */
static gboolean
scanner_is_readable (int folder_fd, const char *name, const struct stat *st)
{
  return (st->st_uid == geteuid () && (st->st_mode & S_IRUSR) != 0)
         || faccessat (folder_fd, name, R_OK, AT_EACCESS) == 0;
}

/* The patterns of the command line decide first, then the rules of the deepest folder that has a matching one. */
static gboolean
scanner_is_excluded (Walk *walk, const char *relative, gboolean is_folder)
{
  g_autofree char *folder = NULL;
  char *slash;

  if (walk->scan->filter != NULL && namida_scan_filter_is_excluded (walk->scan->filter, relative, is_folder))
    return TRUE;
  if (walk->rules == NULL)
    return FALSE;
  folder = g_strdup (relative);
  while (folder[0] != '\0')
    {
      const NamidaScanRules *rules;
      gsize skip;

      slash = strrchr (folder, '/');
      *(slash != NULL ? slash : folder) = '\0';
      rules = g_hash_table_lookup (walk->rules, folder);
      skip = folder[0] == '\0' ? 0 : strlen (folder) + 1;
      if (rules != NULL)
        switch (namida_scan_rules_decide (rules, relative + skip, is_folder))
          {
          case NAMIDA_SCAN_EXCLUDE:
            return TRUE;
          case NAMIDA_SCAN_TAKE:
            return FALSE;
          case NAMIDA_SCAN_NO_RULE:
          default:
            break;
          }
    }
  return FALSE;
}

static void
scanner_visit (Walk *walk, int folder_fd, const char *name, const char *relative)
{
  g_autofree char *source = g_build_filename (walk->root, relative, NULL);
  struct stat st;
  int saved_errno = fstatat (folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;

  if (scanner_is_excluded (walk, relative, saved_errno == 0 && S_ISDIR (st.st_mode)))
    {
      namida_backup_add_excluded (walk->scan->backup);
      return;
    }
  if (!scanner_name_is_fine (walk, relative, source))
    return;
  if (saved_errno != 0)
    scanner_leave_out_errno (walk->scan, source, saved_errno);
  else if (S_ISDIR (st.st_mode))
    g_ptr_array_add (walk->pending, g_strdup (relative));
  else if (S_ISLNK (st.st_mode) && namida_linked_music_find (walk->root, source))
    scanner_leave_out (walk->scan, source,
                       _ ("It is a link to music elsewhere, and links are not followed. Add that folder."));
  else if (S_ISLNK (st.st_mode))
    scanner_leave_out_errno (walk->scan, source, ELOOP);
  else if (!S_ISREG (st.st_mode))
    scanner_pass_over (walk->scan, source, _ ("It is neither a file nor a folder."));
  else if (namida_identity_is_key_file (&st))
    scanner_pass_over (walk->scan, source, _ ("It is the private key of this device."));
  else if (!scanner_is_readable (folder_fd, name, &st))
    scanner_leave_out_errno (walk->scan, source, errno);
  else
    scanner_add_below (walk, NAMIDA_ENTRY_FILE, relative, &st);
}

static gboolean
scanner_is_dot (const char *name)
{
  return strcmp (name, ".") == 0 || strcmp (name, "..") == 0;
}

static gboolean
scanner_go_on (Scan *scan)
{
  return !scan->over && !g_cancellable_is_cancelled (scan->cancellable);
}

static void
scanner_list_folder (Walk *walk, DIR *stream, const char *folder)
{
  g_autofree char *shown = g_build_filename (walk->root, folder, NULL);
  gboolean empty = TRUE;
  struct dirent *item;
  struct stat st;

  while (scanner_go_on (walk->scan) && (errno = 0, item = readdir (stream)) != NULL)
    {
      g_autofree char *relative = NULL;

      if (scanner_is_dot (item->d_name) || namida_scan_is_internal (item->d_name))
        continue;
      empty = FALSE;
      relative = folder[0] == '\0' ? g_strdup (item->d_name) : g_strconcat (folder, "/", item->d_name, NULL);
      scanner_visit (walk, dirfd (stream), item->d_name, relative);
    }
  if (!scanner_go_on (walk->scan))
    return;
  if (errno != 0)
    scanner_leave_out_errno (walk->scan, shown, errno);
  else if (empty && folder[0] == '\0')
    scanner_leave_out (walk->scan, shown, _ ("It is empty."));
  else if (empty && fstat (dirfd (stream), &st) == 0)
    scanner_add_below (walk, NAMIDA_ENTRY_FOLDER, folder, &st);
}

/* Returns: whether the folder may be sent. If its rules cannot be read, files that should stay here would be sent. */
static gboolean
walk_read_rules (Walk *walk, int fd, const char *folder, const char *shown)
{
  g_autoptr (GError) error = NULL;
  NamidaScanRules *rules = namida_scan_rules_read (fd, &error);

  if (error != NULL)
    {
      g_autofree char *reason
          = g_strdup_printf (_ ("Its file “%s” cannot be read: %s"), NAMIDA_SCAN_FILTER_FILE, error->message);

      scanner_leave_out (walk->scan, shown, reason);
      return FALSE;
    }
  if (rules == NULL)
    return TRUE;
  if (walk->rules == NULL)
    walk->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) namida_scan_rules_free);
  g_hash_table_insert (walk->rules, g_strdup (folder), rules);
  return TRUE;
}

static void
walk_folder (Walk *walk, const char *folder)
{
  int fd = openat (walk->root_fd, folder[0] == '\0' ? "." : folder, FOLDER_FLAGS);
  g_autofree char *shown = g_build_filename (walk->root, folder, NULL);
  DIR *stream = NULL;

  if (fd >= 0 && namida_scan_is_own_folder (fd, folder[0] == '\0'))
    {
      scanner_pass_over (walk->scan, shown, _ ("Namida Sync keeps its own files there."));
      close (fd);
      return;
    }
  if (fd >= 0 && !walk_read_rules (walk, fd, folder, shown))
    {
      close (fd);
      return;
    }
  if (fd >= 0)
    stream = fdopendir (fd);
  if (stream == NULL)
    {
      scanner_leave_out_errno (walk->scan, shown, errno);
      if (fd >= 0)
        close (fd);
      return;
    }
  scanner_list_folder (walk, stream, folder);
  closedir (stream);
}

/* Returns "Music", then "Music (2)" for another folder of that name. */
static char *
scanner_take_name (GHashTable *taken, const char *wanted)
{
  char *name = g_strdup (wanted);

  for (guint n = 2; !g_hash_table_add (taken, g_strdup (name)); n++)
    {
      g_free (name);
      name = namida_safe_path_numbered (wanted, n);
    }
  return name;
}

static char *
scanner_take_label (Scan *scan, const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  if (!namida_safe_path_check_portable_component (base, NULL))
    {
      g_autofree char *shown = g_filename_display_name (base);

      g_free (base);
      base = namida_safe_path_component_from_alias (shown);
    }
  return scanner_take_name (scan->labels, base);
}

/* Reads the rules of the folders above @folder, which the walk does not visit. */
static void
walk_read_rules_above (Walk *walk, const char *folder)
{
  if (g_strcmp0 (walk->rules_above, folder) == 0)
    return;
  g_free (walk->rules_above);
  walk->rules_above = g_strdup (folder);
  for (const char *end = folder; end != NULL; end = end[0] != '\0' ? strchrnul (end + 1, '/') : NULL)
    {
      g_autofree char *above = g_strndup (folder, (gsize) (end - folder));
      g_autofree char *shown = g_build_filename (walk->root, above, NULL);
      int fd = openat (walk->root_fd, above[0] == '\0' ? "." : above, FOLDER_FLAGS);

      if (fd >= 0)
        {
          walk_read_rules (walk, fd, above, shown);
          close (fd);
        }
    }
}

/* Whether a folder on the way to @relative is excluded, or is named itself, so that its walk includes @relative. */
static gboolean
walk_is_covered (Walk *walk, const char *path, const char *relative)
{
  const char *slash = relative;

  if (g_hash_table_contains (walk->scan->named, path))
    return TRUE;
  while ((slash = strchr (slash + 1, '/')) != NULL)
    {
      g_autofree char *above = g_strndup (relative, (gsize) (slash - relative));
      g_autofree char *full = g_build_filename (path, above, NULL);

      if (g_hash_table_contains (walk->scan->named, full))
        return TRUE;
      if (scanner_is_excluded (walk, above, TRUE))
        {
          namida_backup_add_excluded (walk->scan->backup);
          return TRUE;
        }
    }
  return FALSE;
}

/* Visits one file or folder that the transfer is restricted to. */
static void
walk_visit_named (Walk *walk, const char *path, const char *relative)
{
  const char *slash = strrchr (relative, '/');
  g_autofree char *folder = g_strndup (relative, slash != NULL ? (gsize) (slash - relative) : 0);
  g_autofree char *base = g_path_get_basename (relative);
  g_autofree char *full = g_build_filename (walk->root, relative, NULL);
  int fd = openat (walk->root_fd, folder[0] == '\0' ? "." : folder, FOLDER_FLAGS);
  struct stat st = { 0 };

  if (fd < 0)
    {
      scanner_leave_out_errno (walk->scan, full, errno);
      return;
    }
  (void) fstatat (fd, base, &st, AT_SYMLINK_NOFOLLOW); /* scanner_visit() reports a file that is gone */
  if (namida_scan_is_own_place (full, S_ISDIR (st.st_mode)))
    {
      scanner_pass_over (walk->scan, full, _ ("Namida Sync keeps its own files there."));
      close (fd);
      return;
    }
  walk_read_rules_above (walk, folder);
  if (!walk_is_covered (walk, path, relative))
    scanner_visit (walk, fd, base, relative);
  close (fd);
}

/* Visits what the transfer is restricted to in the folder @path; all of it if the folder itself is named. */
static void
walk_visit_restricted (Walk *walk, const char *path, GPtrArray *restricted)
{
  gboolean whole = g_hash_table_contains (walk->scan->named, path);
  gsize length = strlen (path);

  for (guint i = 0; i < restricted->len && scanner_go_on (walk->scan); i++)
    {
      const char *named = g_ptr_array_index (restricted, i);

      if (strncmp (named, path, length) == 0 && named[length] == '/' && named[length + 1] != '\0'
          && g_hash_table_add (walk->scan->placed, (gpointer) named) && !whole)
        walk_visit_named (walk, path, named + length + 1);
    }
}

static void
scan_folder (Scan *scan, const char *path)
{
  GPtrArray *restricted = scan->filter != NULL ? namida_scan_filter_get_restricted (scan->filter) : NULL;
  Walk walk = { .scan = scan, .root = path, .root_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };

  if (walk.root_fd < 0)
    {
      scanner_leave_out_errno (scan, path, errno);
      return;
    }
  walk.label = scanner_take_label (scan, path);
  walk.pending = g_ptr_array_new_with_free_func (g_free);
  if (restricted == NULL || restricted->len == 0 || g_hash_table_contains (scan->named, path))
    g_ptr_array_add (walk.pending, g_strdup (""));
  if (restricted != NULL)
    walk_visit_restricted (&walk, path, restricted);
  while (walk.pending->len > 0 && scanner_go_on (scan))
    {
      g_autofree char *folder = g_ptr_array_steal_index (walk.pending, walk.pending->len - 1);

      walk_folder (&walk, folder);
    }
  g_ptr_array_unref (walk.pending);
  g_clear_pointer (&walk.rules, g_hash_table_unref);
  g_free (walk.rules_above);
  g_free (walk.label);
  close (walk.root_fd);
}

/* The sender opens files without following links, so replace a named link by its target now. */
static char *
scanner_resolve (const char *path)
{
  g_autofree char *real = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? realpath (path, NULL) : NULL;

  return g_strdup (real != NULL ? real : path);
}

static void
scan_file (Scan *scan, const char *path, const struct stat *st)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *resolved = NULL;
  gboolean zip = g_strcmp0 (scan->zip, path) == 0;
  NamidaEntry *entry;

  if (scan->filter != NULL && namida_scan_filter_is_excluded (scan->filter, base, FALSE))
    {
      namida_backup_add_excluded (scan->backup);
      return;
    }
  if (!namida_safe_path_check_component (base, NULL))
    {
      scanner_leave_out (scan, path, _ ("Its name cannot be stored safely (two dots beside a backslash)."));
      return;
    }
  if (access (path, R_OK) != 0)
    {
      scanner_leave_out_errno (scan, path, errno);
      return;
    }
  if ((!zip && scan_has (scan, path)) || !scanner_has_room (scan, path))
    return;
  resolved = scanner_resolve (path);
  entry = scanner_entry_from_stat (zip ? NAMIDA_ENTRY_BACKUP_ZIP : NAMIDA_ENTRY_FILE, resolved, st);
  entry->name = scanner_take_name (scan->singles, base);
  entry->label = g_strdup ("");
  entry->relative_path = g_strdup ("");
  entry->type = g_strdup (namida_entry_guess_type (base));
  namida_backup_add (scan->backup, entry);
}

/* Scans one argument. A link that the user named is followed, because it was chosen. */
static gboolean
scan_argument (Scan *scan, const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  struct stat st;

  if (!g_hash_table_add (scan->seen, (gpointer) path))
    return TRUE;
  if (g_str_equal (path, "/"))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("“/” is everything on this computer. Name the folders with music."));
      return FALSE;
    }
  if (stat (path, &st) != 0)
    {
      if (errno == ENOENT || errno == ENOTDIR)
        g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                     _ ("“%s” does not exist. Check its name and try again."), shown);
      else
        {
          g_autofree char *what = g_strdup_printf (_ ("Could not read “%s”"), shown);

          namida_error_set_from_errno (error, errno, what);
        }
      return FALSE;
    }
  if (namida_scan_is_own_place (path, S_ISDIR (st.st_mode)))
    scanner_pass_over (scan, path, _ ("Namida Sync keeps its own files there."));
  else if (S_ISDIR (st.st_mode))
    scan_folder (scan, path);
  else if (namida_identity_is_key_file (&st))
    scanner_pass_over (scan, path, _ ("It is the private key of this device."));
  else if (S_ISREG (st.st_mode))
    scan_file (scan, path, &st);
  else
    scanner_pass_over (scan, path, _ ("It is neither a file nor a folder."));
  return TRUE;
}

static gboolean
scanner_is_zip (const char *path)
{
  gsize length = strlen (path);

  return length > 4 && g_ascii_strcasecmp (path + length - 4, ".zip") == 0
         && g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

static const char *
scanner_choose_zip (GPtrArray *paths)
{
  const char *only = NULL;
  guint n_zips = 0;

  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autofree char *base = g_path_get_basename (path);

      if (!scanner_is_zip (path))
        continue;
      if (g_str_has_prefix (base, BACKUP_PREFIX))
        return path;
      if (g_strcmp0 (only, path) != 0)
        n_zips++;
      only = path;
    }
  return n_zips == 1 ? only : NULL;
}

static gboolean
scanner_nothing_to_send (NamidaBackup *backup, GError **error)
{
  GPtrArray *left_out = namida_backup_get_left_out (backup);

  if (left_out->len > 0)
    {
      NamidaLeftOut *first = g_ptr_array_index (left_out, 0);

      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                   _ ("There is nothing to send. “%s” is left out: %s"), first->path, first->reason);
    }
  else if (namida_backup_get_excluded (backup) > 0)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                         _ ("There is nothing to send: the patterns exclude everything."));
  else
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                         _ ("There is nothing to send. Choose a backup, files or music folders."));
  return FALSE;
}

static void
scanner_number_entries (NamidaBackup *backup)
{
  GPtrArray *entries = namida_backup_get_entries (backup);

  namida_backup_sort (backup);
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);

      entry->id = g_strdup_printf ("f%u", i + 1);
    }
}

/* Treats restricted paths that are in no folder that is sent as if they were arguments: folders first, because they
 * may contain others. */
static gboolean
scan_restricted (Scan *scan, gboolean folders, GError **error)
{
  GPtrArray *restricted = scan->filter != NULL ? namida_scan_filter_get_restricted (scan->filter) : NULL;

  for (guint i = 0; restricted != NULL && i < restricted->len && scanner_go_on (scan); i++)
    {
      const char *path = g_ptr_array_index (restricted, i);

      if (!g_hash_table_contains (scan->placed, path) && g_file_test (path, G_FILE_TEST_IS_DIR) == folders
          && !scan_argument (scan, path, error))
        return FALSE;
    }
  return TRUE;
}

/* Whether @path is in another folder of @paths. */
static gboolean
scan_is_nested (GPtrArray *paths, const char *path)
{
  for (guint i = 0; i < paths->len; i++)
    {
      const char *outer = g_ptr_array_index (paths, i);
      gsize length = strlen (outer);

      if (strncmp (path, outer, length) == 0 && path[length] == '/')
        return TRUE;
    }
  return FALSE;
}

/* Remembers what the outer folders contain. */
static void
scan_remember_found (Scan *scan)
{
  GPtrArray *entries = namida_backup_get_entries (scan->backup);
  GPtrArray *left_out = namida_backup_get_left_out (scan->backup);

  scan->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < entries->len; i++)
    g_hash_table_add (scan->found, g_strdup (((NamidaEntry *) entries->pdata[i])->source));
  for (guint i = 0; i < left_out->len; i++)
    g_hash_table_add (scan->found, g_strdup (((NamidaLeftOut *) left_out->pdata[i])->path));
}

/* For the arguments “a a/b”, b adds what the walk through a did not take: an ignore file or a store may have
 * excluded it. */
static gboolean
scan_arguments (Scan *scan, GPtrArray *paths, gboolean nested, GError **error)
{
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);

      if (scan_is_nested (paths, path) != nested)
        continue;
      if (nested && scan->found == NULL)
        scan_remember_found (scan);
      if (!scan_argument (scan, path, error) || g_cancellable_set_error_if_cancelled (scan->cancellable, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
scan_all (Scan *scan, GPtrArray *paths, GError **error)
{
  GPtrArray *restricted = scan->filter != NULL ? namida_scan_filter_get_restricted (scan->filter) : NULL;

  scan->zip = scanner_choose_zip (paths);
  for (guint i = 0; restricted != NULL && i < restricted->len; i++)
    g_hash_table_add (scan->named, g_ptr_array_index (restricted, i));
  if (!scan_arguments (scan, paths, FALSE, error) || !scan_arguments (scan, paths, TRUE, error))
    return FALSE;
  if (!scan_restricted (scan, TRUE, error) || !scan_restricted (scan, FALSE, error))
    return FALSE;
  if (namida_backup_get_entries (scan->backup)->len == 0)
    return scanner_nothing_to_send (scan->backup, error);
  scanner_number_entries (scan->backup);
  return TRUE;
}

/* A folder with a cloud manifest is not a music folder but a complete backup. */
static GPtrArray *
scanner_expand_backups (NamidaBackup *backup, GPtrArray *paths)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) absent = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < paths->len; i++)
    {
      GPtrArray *parts = namida_cloud_folder_list (g_ptr_array_index (paths, i), absent);

      if (parts != NULL)
        g_ptr_array_extend_and_steal (all, parts);
      else
        g_ptr_array_add (all, g_strdup (g_ptr_array_index (paths, i)));
    }
  for (guint i = 0; i < absent->len; i++)
    {
      g_autofree char *shown = g_filename_display_name (absent->pdata[i]);

      namida_backup_add_left_out (backup, shown, _ ("The manifest of the backup names it, but it is not there."), TRUE);
    }
  return all;
}

typedef struct
{
  GPtrArray *paths;
  NamidaScanFilter *filter; /* (nullable) */
} ScanWhat;

static void
scan_what_free (gpointer data)
{
  ScanWhat *what = data;

  g_ptr_array_unref (what->paths);
  g_clear_pointer (&what->filter, namida_scan_filter_unref);
  g_free (what);
}

static void
scan_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) singles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) named = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) placed = g_hash_table_new (g_str_hash, g_str_equal);
  ScanWhat *what = data;
  g_autoptr (GPtrArray) paths = scanner_expand_backups (backup, what->paths);
  Scan scan = { .backup = backup,
                .cancellable = cancellable,
                .labels = labels,
                .singles = singles,
                .seen = seen,
                .filter = what->filter,
                .named = named,
                .placed = placed };
  GError *error = NULL;

  if (scan_all (&scan, paths, &error))
    g_task_return_pointer (task, g_steal_pointer (&backup), g_object_unref);
  else
    g_task_return_error (task, error);
  g_clear_pointer (&scan.found, g_hash_table_unref);
}

/* Returns: (transfer full) (nullable): absolute paths; %NULL with an error. The model belongs to the calling thread. */
static GPtrArray *
scanner_dup_paths (GListModel *files, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      char *path = g_file_get_path (file);

      if (path == NULL)
        {
          g_autofree char *shown = g_file_get_parse_name (file);

          g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                       _ ("“%s” is not on this device's disks. Copy it here first."), shown);
          return NULL;
        }
      g_ptr_array_add (paths, path);
    }
  return g_steal_pointer (&paths);
}

void
namida_scanner_scan_async (GListModel *files,
                           NamidaScanFilter *filter,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GError *error = NULL;
  GPtrArray *paths = scanner_dup_paths (files, &error);
  ScanWhat *what;

  g_task_set_source_tag (task, namida_scanner_scan_async);
  if (paths == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  what = g_new0 (ScanWhat, 1);
  what->paths = paths;
  what->filter = filter != NULL ? namida_scan_filter_ref (filter) : NULL;
  g_task_set_task_data (task, what, scan_what_free);
  g_task_run_in_thread (task, scan_thread);
}

NamidaBackup *
namida_scanner_scan_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
