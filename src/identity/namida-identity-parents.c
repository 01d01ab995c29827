/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks the folders above the data folder: a user who can rename one of them could put another identity in its
 * place. Called while the identity is loaded. Blocking. */
#include "config.h"

#include "namida-identity-files-private.h"

#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACL_NAME "system.posix_acl_access"
#define ACL_MAX_BYTES 4096
/* From acl(5), in the format of the kernel: linux/posix_acl.h and linux/posix_acl_xattr.h. */
#define ACL_HEAD_BYTES 4
#define ACL_TAG_USER 0x02
#define ACL_TAG_GROUP 0x08
#define ACL_WRITE 2

typedef struct
{
  guint16 tag, permissions;
  guint32 id;
} AclEntry;

/* Whether an access control list names another user or group that may write. The mask of the list is the group part
 * of the mode. */
static gboolean
parents_acl_gives_write (const char *folder)
{
  g_autofree guint8 *list = g_malloc (ACL_MAX_BYTES);
  ssize_t size = getxattr (folder, ACL_NAME, list, ACL_MAX_BYTES);

  for (gsize at = ACL_HEAD_BYTES; size > 0 && at + sizeof (AclEntry) <= (gsize) size; at += sizeof (AclEntry))
    {
      AclEntry entry;
      guint16 tag;
      guint32 id;

      memcpy (&entry, list + at, sizeof entry);
      tag = GUINT16_FROM_LE (entry.tag);
      id = GUINT32_FROM_LE (entry.id);
      if ((GUINT16_FROM_LE (entry.permissions) & ACL_WRITE) == 0)
        continue;
      if ((tag == ACL_TAG_USER && id != 0 && id != geteuid ()) || tag == ACL_TAG_GROUP)
        return TRUE;
    }
  return FALSE;
}

/* The user's private group, which many systems create for each user, has no other members. In a sticky folder,
 * nobody can move what belongs to another user. */
static gboolean
parents_others_may_change (const char *folder, const struct stat *st)
{
  if ((st->st_mode & S_ISVTX) != 0)
    return FALSE;
  if ((st->st_mode & S_IWOTH) != 0)
    return TRUE;
  return (st->st_mode & S_IWGRP) != 0
         && ((st->st_gid != 0 && st->st_gid != getegid ()) || parents_acl_gives_write (folder));
}

/* @path: absolute */
static gboolean
parents_check_above (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  while (TRUE)
    {
      struct stat st;
      char *above;

      if (stat (folder, &st) == 0 && parents_others_may_change (folder, &st))
        {
          g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                       _ ("Other users of this computer can change the folder “%s”, and could put another data folder "
                          "in the place of “%s”. Take that permission from them, or keep the data of Namida Sync in "
                          "your home folder."),
                       folder, path);
          return FALSE;
        }
      if (g_str_equal (folder, "/"))
        return TRUE;
      above = g_path_get_dirname (folder);
      g_free (folder);
      folder = above;
    }
}

gboolean
namida_identity_check_parents (const char *data_dir, GError **error)
{
  g_autofree char *named = g_canonicalize_filename (data_dir, NULL);
  g_autofree char *real = realpath (data_dir, NULL);

  /* The data folder may be reached through a symbolic link; then the link itself can be replaced, too. */
  return parents_check_above (named, error)
         && (real == NULL || g_str_equal (real, named) || parents_check_above (real, error));
}
