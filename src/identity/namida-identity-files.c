/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the folder "identity", creates it so that a crash leaves no half of it, and refuses it if others can read or
 * replace its files. Called by namida-identity.c at the start of the program. Blocking. */
#include "config.h"

#include "namida-identity-files-private.h"
#include "namida-identity-keys-private.h"

#include "namida-error.h"
#include "namida-identity.h"
#include "namida-open.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FOLDER "identity"
#define NEW_FOLDER "identity.new"
#define KEY "key.pem"
#define CERTIFICATE "certificate.pem"
#define UUID "uuid"
#define MAX_BYTES (64 * 1024)

static const char *const names[] = { KEY, CERTIFICATE, UUID };

typedef struct
{
  guint64 device, inode;
  int fd; /* kept open while the file is remembered, so that no other file can get its inode */
} KeyFile;

#define KEY_FILES_MOST 64u

/* All key files that were read, so that none of them is ever sent. Guards @key_files. */
static GMutex key_files_lock;
static GArray *key_files; /* (nullable) KeyFile */

static gboolean
identity_has_key_file (const struct stat *st)
{
  for (guint i = 0; key_files != NULL && i < key_files->len; i++)
    {
      const KeyFile *one = &g_array_index (key_files, KeyFile, i);

      if (one->device == (guint64) st->st_dev && one->inode == (guint64) st->st_ino)
        return TRUE;
    }
  return FALSE;
}

gboolean
namida_identity_is_key_file (const struct stat *st)
{
  gboolean found;

  g_mutex_lock (&key_files_lock);
  found = identity_has_key_file (st);
  g_mutex_unlock (&key_files_lock);
  return found;
}

static void
identity_note_key_file (int fd)
{
  struct stat st;
  KeyFile one;

  if (fstat (fd, &st) != 0)
    return;
  g_mutex_lock (&key_files_lock);
  if (key_files == NULL)
    key_files = g_array_new (FALSE, FALSE, sizeof (KeyFile));
  if (!identity_has_key_file (&st))
    {
      one = (KeyFile){ (guint64) st.st_dev, (guint64) st.st_ino, fcntl (fd, F_DUPFD_CLOEXEC, 0) };
      if (key_files->len >= KEY_FILES_MOST)
        {
          close (g_array_index (key_files, KeyFile, 0).fd);
          g_array_remove_index (key_files, 0);
        }
      if (one.fd >= 0)
        g_array_append_val (key_files, one);
    }
  g_mutex_unlock (&key_files_lock);
}

static gboolean
identity_files_fail_read (GError **error, const char *path)
{
  int saved_errno = errno;
  g_autofree char *what = g_strdup_printf (_ ("The identity of this device could not be read from “%s”"), path);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

static gboolean
identity_files_fail_write (GError **error, const char *path)
{
  int saved_errno = errno;
  g_autofree char *what = g_strdup_printf (_ ("The identity of this device could not be written to “%s”"), path);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

/* Never create a new identity silently: trusted devices would treat this one as a stranger. Only the user may decide
 * this. */
static void
identity_files_refuse (GError **error, const char *path, const char *why)
{
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
               _ ("The identity of this device cannot be used: “%s” %s. Bring its folder back from a copy, or move the "
                  "folder away to begin as a new device that others have to trust again."),
               path, why);
}

/* Reads up to MAX_BYTES of @fd. Returns: (transfer full) (nullable): NUL-terminated text; %NULL with errno set. */
static char *
identity_files_read_all (int fd)
{
  g_autofree char *text = g_malloc0 (MAX_BYTES + 1);
  gsize length = 0;

  while (length < MAX_BYTES)
    {
      ssize_t n = read (fd, text + length, MAX_BYTES - length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return NULL;
      if (n == 0)
        break;
      length += (gsize) n;
    }
  return g_steal_pointer (&text);
}

/* Whether the file system stores no permissions, as those of Windows and of cameras, so that chmod would have no
 * effect. @type: from statfs(2). */
static gboolean
identity_is_without_modes (guint64 type)
{
  return type == 0x5346544e                       /* NTFS */
         || type == 0x7366746e                    /* NTFS3 */
         || type == 0x65735546                    /* fuseblk: ntfs-3g, exFAT */
         || type == 0x4d44 || type == 0x2011BAB0; /* FAT, exFAT */
}

static void
identity_set_without_modes (const char *path, GError **error)
{
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
               _ ("“%s” is on a drive that keeps no permissions (such as NTFS, exFAT or FAT), so other users of this "
                  "computer can read the key. Keep the data of Namida Sync on a Linux drive, such as the one of your "
                  "home folder."),
               path);
}

/* Returns: %TRUE with @error if advice to change the permissions of @path would not help. */
static gboolean
identity_refuse_without_modes (const char *path, GError **error)
{
  struct statfs fs;

  if (statfs (path, &fs) != 0 || !identity_is_without_modes ((guint64) fs.f_type))
    return FALSE;
  identity_set_without_modes (path, error);
  return TRUE;
}

static void
identity_refuse_open_key (const char *path, GError **error)
{
  if (!identity_refuse_without_modes (path, error))
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                 _ ("The key “%s” can be read by other users of this computer. If you trust them not to have taken it, "
                    "run “chmod 600” on it and try again."),
                 path);
}

static char *
identity_files_read_file (const char *folder, const char *name, gboolean secret, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  /* O_NONBLOCK, so that a FIFO in place of the file cannot block the program. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat info;
  char *text = NULL;

  if (fd < 0 && errno == ENOENT)
    identity_files_refuse (error, path, _ ("is missing"));
  else if (fd < 0 || fstat (fd, &info) != 0)
    identity_files_fail_read (error, path);
  else if (!S_ISREG (info.st_mode))
    identity_files_refuse (error, path, _ ("is not a file"));
  else if (secret && (info.st_mode & 077) != 0)
    identity_refuse_open_key (path, error);
  else if ((text = identity_files_read_all (fd)) == NULL)
    identity_files_fail_read (error, path);
  if (secret && text != NULL)
    identity_note_key_file (fd);
  if (fd >= 0)
    close (fd);
  return text;
}

static NamidaIdentityFiles *
identity_files_read_folder (const char *folder, GError **error)
{
  g_autoptr (NamidaIdentityFiles) self = g_new0 (NamidaIdentityFiles, 1);
  g_autofree char *path = NULL;

  self->key_pem = identity_files_read_file (folder, KEY, TRUE, error);
  if (self->key_pem == NULL)
    return NULL;
  self->certificate_pem = identity_files_read_file (folder, CERTIFICATE, FALSE, error);
  if (self->certificate_pem == NULL)
    return NULL;
  self->uuid = identity_files_read_file (folder, UUID, FALSE, error);
  if (self->uuid == NULL)
    return NULL;

  g_strstrip (self->uuid);
  if (!g_uuid_string_is_valid (self->uuid))
    {
      path = g_build_filename (folder, UUID, NULL);
      identity_files_refuse (error, path, _ ("is damaged"));
      return NULL;
    }
  if (!namida_identity_keys_match (self->key_pem, self->certificate_pem))
    {
      path = g_build_filename (folder, CERTIFICATE, NULL);
      identity_files_refuse (error, path, _ ("is damaged, or does not belong to the key beside it"));
      return NULL;
    }
  return g_steal_pointer (&self);
}

static gboolean
identity_files_write_durably (int folder_fd, const char *name, const char *text)
{
  int fd = openat (folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  gsize length = strlen (text), done = 0;
  gboolean good = fd >= 0;

  while (good && done < length)
    {
      ssize_t n = write (fd, text + done, length - done);

      if (n >= 0)
        done += (gsize) n;
      else
        good = errno == EINTR;
    }
  good = good && fsync (fd) == 0;
  if (fd >= 0)
    {
      int saved_errno = errno;

      close (fd);
      errno = saved_errno;
    }
  return good;
}

/* Removes what a crash left behind. It was never used, because only the rename makes it an identity. */
static void
identity_files_remove_leftover (int data_fd)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (NEW_FOLDER, names[i], NULL);

      unlinkat (data_fd, path, 0);
    }
  unlinkat (data_fd, NEW_FOLDER, AT_REMOVEDIR);
}

/* Whether the key that was just made can only be read by its owner. On a drive without permissions, its mode is what
 * the mount says. Otherwise sets errno to ENOTSUP. */
static gboolean
identity_files_is_secret (int folder_fd)
{
  struct stat info;

  if (fstatat (folder_fd, KEY, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  errno = ENOTSUP;
  return (info.st_mode & 077) == 0;
}

/* Writes a complete folder under another name, makes it durable and renames it, so that a crash leaves either no
 * identity or a complete one. Returns: %FALSE with errno; ENOTSUP if others could read the key. */
static gboolean
identity_files_write_folder (int data_fd, const NamidaIdentityFiles *files)
{
  int folder_fd, key_fd;
  gboolean good;
  int saved_errno;

  identity_files_remove_leftover (data_fd);
  if (mkdirat (data_fd, NEW_FOLDER, 0700) != 0)
    return FALSE;
  folder_fd = openat (data_fd, NEW_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (folder_fd < 0)
    return FALSE;
  good = identity_files_write_durably (folder_fd, KEY, files->key_pem) && identity_files_is_secret (folder_fd)
         && identity_files_write_durably (folder_fd, CERTIFICATE, files->certificate_pem)
         && identity_files_write_durably (folder_fd, UUID, files->uuid) && namida_sync_folder (folder_fd) == 0
         && renameat (data_fd, NEW_FOLDER, data_fd, FOLDER) == 0 && namida_sync_folder (data_fd) == 0;
  saved_errno = errno;
  key_fd = good ? openat (folder_fd, KEY, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (key_fd >= 0)
    {
      identity_note_key_file (key_fd);
      close (key_fd);
    }
  close (folder_fd);
  if (!good)
    identity_files_remove_leftover (data_fd);
  errno = saved_errno;
  return good;
}

static NamidaIdentityFiles *
identity_files_make_folder (int data_fd, const char *folder, GError **error)
{
  g_autoptr (NamidaIdentityFiles) files = g_new0 (NamidaIdentityFiles, 1);

  if (!namida_identity_keys_make (&files->key_pem, &files->certificate_pem, error))
    return NULL;
  files->uuid = g_uuid_string_random ();
  if (identity_files_write_folder (data_fd, files))
    return g_steal_pointer (&files);
  if (errno == ENOTSUP)
    identity_set_without_modes (folder, error);
  else
    identity_files_fail_write (error, folder);
  return NULL;
}

/* If any of the three files exists, there is an identity, complete or not. A file that cannot be examined counts as
 * existing. */
static gboolean
identity_files_is_present (int data_fd)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (FOLDER, names[i], NULL);
      struct stat info;

      if (fstatat (data_fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
        return TRUE;
    }
  return FALSE;
}

/* Anyone who can write to the folder could replace the key. */
static gboolean
identity_files_check_folder (const char *folder, GError **error)
{
  struct stat info;

  if (stat (folder, &info) != 0)
    return identity_files_fail_read (error, folder);
  if (!S_ISDIR (info.st_mode))
    identity_files_refuse (error, folder, _ ("is not a folder"));
  else if (info.st_uid != geteuid () && info.st_uid != 0 && geteuid () != 0)
    identity_files_refuse (error, folder, _ ("belongs to another user of this computer"));
  else if ((info.st_mode & 022) != 0 && identity_refuse_without_modes (folder, error))
    return FALSE;
  else if ((info.st_mode & 022) != 0)
    g_set_error (
        error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
        _ ("The folder “%s” can be changed by other users of this computer, so the key in it may not be yours. "
           "If you trust them not to have touched it, run “chmod 700” on it and try again."),
        folder);
  else
    return TRUE;
  return FALSE;
}

NamidaIdentityFiles *
namida_identity_files_load (const char *data_dir, GError **error)
{
  g_autofree char *folder = NULL;
  NamidaIdentityFiles *files = NULL;
  int data_fd;

  g_return_val_if_fail (data_dir != NULL, NULL);

  folder = g_build_filename (data_dir, FOLDER, NULL);
  if (g_mkdir_with_parents (data_dir, 0700) != 0)
    {
      identity_files_fail_write (error, data_dir);
      return NULL;
    }
  data_fd = open (data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* Held until the descriptor is closed. A second program waits for the millisecond that the creation takes. */
  if (data_fd < 0 || flock (data_fd, LOCK_EX) != 0)
    identity_files_fail_read (error, data_dir);
  else if (!identity_files_check_folder (data_dir, error) || !namida_identity_check_parents (data_dir, error))
    files = NULL; /* a user who can write there could replace the identity or the list of trusted devices */
  else if (identity_files_is_present (data_fd))
    files = identity_files_check_folder (folder, error) ? identity_files_read_folder (folder, error) : NULL;
  else
    files = identity_files_make_folder (data_fd, folder, error);
  if (data_fd >= 0)
    close (data_fd);
  return files;
}

void
namida_identity_files_free (NamidaIdentityFiles *self)
{
  if (self == NULL)
    return;
  if (self->key_pem != NULL)
    gnutls_memset (self->key_pem, 0, strlen (self->key_pem));
  g_free (self->key_pem);
  g_free (self->certificate_pem);
  g_free (self->uuid);
  g_free (self);
}
