/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives files other names if a drive refuses their own: FAT, exFAT and NTFS refuse some characters, and folders that
 * ignore case cannot hold two names that differ only in case. The record of a version contains the names that were
 * sent, so that adopting and restoring bring them back. Used while a session is prepared, in a worker thread. */
#include "config.h"

#include "namida-name-map.h"

#include "namida-safe-path.h"

#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#ifndef FS_CASEFOLD_FL
#define FS_CASEFOLD_FL 0x40000000
#endif
#define MAGIC_XFS 0x58465342
#define MAGIC_F2FS 0xF2F52010
#define MAGIC_ZFS 0x2fc12fc1
#define ESCAPED_BYTES 3u /* "%3A" */
#define NUMBER_MOST 10000u

struct _NamidaNameMap
{
  NamidaStoreProbe probe;
  char *refused;
  GHashTable *folders; /* the path of a folder as it was sent → its path here */
  GHashTable *taken;   /* a path as the drive compares it → the path that was sent */
};

static const NamidaStoreProbe *name_map_rules;

void
namida_name_map_set_rules (const NamidaStoreProbe *probe)
{
  name_map_rules = probe;
}

NamidaNameMap *
namida_name_map_new (const NamidaStoreProbe *probe)
{
  NamidaNameMap *self = g_new0 (NamidaNameMap, 1);

  self->probe = *probe;
  self->refused = g_strdup (probe->refused);
  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
namida_name_map_free (NamidaNameMap *self)
{
  if (self == NULL)
    return;
  g_free (self->refused);
  g_hash_table_unref (self->folders);
  g_hash_table_unref (self->taken);
  g_free (self);
}

/* Whether this is a native Linux file system and the folder is case-sensitive. */
static gboolean
name_map_is_native (int root)
{
  struct statfs fs;
  int flags = 0;

  if (fstatfs (root, &fs) != 0)
    return FALSE;
  switch ((guint32) fs.f_type)
    {
    case EXT4_SUPER_MAGIC:
    case MAGIC_F2FS:
    case TMPFS_MAGIC:
      return ioctl (root, FS_IOC_GETFLAGS, &flags) != 0 || (flags & FS_CASEFOLD_FL) == 0;
    case BTRFS_SUPER_MAGIC:
    case MAGIC_XFS:
    case MAGIC_ZFS:
    case OVERLAYFS_SUPER_MAGIC:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
name_map_is_needed (const NamidaStoreProbe *probe)
{
  return probe->refused[0] != '\0' || probe->refuses_bytes || probe->refuses_text || probe->refuses_ends
         || probe->ignores_case || probe->longest_name < NAMIDA_STORE_PROBE_LONGEST;
}

NamidaNameMap *
namida_name_map_new_for (int root, const char *path, const char *owner)
{
  g_autoptr (NamidaStoreProbe) probe = NULL;

  if (name_map_rules != NULL)
    return namida_name_map_new (name_map_rules);
  if (name_map_is_native (root))
    return NULL;
  probe = namida_store_probe (path, owner, NULL);
  return probe != NULL && name_map_is_needed (probe) ? namida_name_map_new (probe) : NULL;
}

/* ---- one name ---- */

static void
name_map_escape (GString *out, char c)
{
  g_string_append_printf (out, "%%%02X", (guint) (guchar) c);
}

/* Returns the number of bytes of the character at @c; 0 if it is not valid UTF-8. */
static gsize
name_map_character (const char *c)
{
  gunichar character = g_utf8_get_char_validated (c, -1);

  return character == (gunichar) -1 || character == (gunichar) -2 ? 0 : (gsize) (g_utf8_next_char (c) - c);
}

/* Whether the character of @length bytes at @c has to be encoded. A @length of 0 stands for a byte that is not valid
 * UTF-8. */
static gboolean
name_map_is_refused (const NamidaNameMap *self, const char *c, gsize length)
{
  if (length == 0)
    return self->probe.refuses_bytes;
  if (length > 1)
    return self->probe.refuses_text;
  if ((guchar) *c < 0x20 || *c == 0x7f)
    return self->refused[0] != '\0';
  return strchr (self->refused, *c) != NULL || (c[1] == '\0' && self->probe.refuses_ends && (*c == '.' || *c == ' '));
}

static gboolean
name_map_is_fine (const NamidaNameMap *self, const char *name)
{
  for (const char *c = name; *c != '\0';)
    {
      gsize length = name_map_character (c);

      if (name_map_is_refused (self, c, length))
        return FALSE;
      c += MAX (length, 1);
    }
  return strlen (name) <= self->probe.longest_name;
}

/* Shortens a name that is too long to its beginning, 16 digits of a hash of the whole name, and its extension. */
static void
name_map_shorten (const NamidaNameMap *self, GString *name)
{
  g_autofree char *hash = NULL;
  g_autofree char *tail = NULL;
  const char *dot;
  gsize room;

  if (name->len <= self->probe.longest_name)
    return;
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name->str, (gssize) name->len);
  dot = strrchr (name->str, '.');
  tail = g_strdup_printf ("~%.16s%s", hash, dot != NULL && strlen (dot) <= 16 ? dot : "");
  room = self->probe.longest_name - MIN (strlen (tail), self->probe.longest_name);
  /* Do not cut within a character or within an escape sequence. */
  while (room > 0 && ((guchar) name->str[room] & 0xC0) == 0x80)
    room--;
  for (gsize i = 1; i < ESCAPED_BYTES && i <= room; i++)
    if (name->str[room - i] == '%')
      room -= i;
  g_string_truncate (name, room);
  g_string_append (name, tail);
}

/* Decoding the result gives @name again, unless it was too long. @first: also encode the first character, which
 * distinguishes the name from another one on a drive that ignores case. Returns: (transfer full). */
static char *
name_map_encode (const NamidaNameMap *self, const char *name, gboolean first)
{
  GString *out = g_string_new (NULL);

  for (const char *c = name; *c != '\0';)
    {
      gsize length = name_map_character (c), step = MAX (length, 1);
      gboolean encoded = *c == '%' || (first && c == name) || name_map_is_refused (self, c, length);

      for (gsize i = 0; i < step; i++)
        if (encoded)
          name_map_escape (out, c[i]);
        else
          g_string_append_c (out, c[i]);
      c += step;
    }
  name_map_shorten (self, out);
  return g_string_free (out, FALSE);
}

char *
namida_name_map_name (const NamidaNameMap *self, const char *name)
{
  return name_map_is_fine (self, name) ? g_strdup (name) : name_map_encode (self, name, FALSE);
}

/* ---- a path ---- */

/* Returns @path in the form in which the drive compares it. */
static char *
name_map_fold (const NamidaNameMap *self, const char *path)
{
  g_autofree char *valid = NULL;
  g_autofree char *normal = NULL;

  if (!self->probe.ignores_case)
    return g_strdup (path);
  valid = g_utf8_make_valid (path, -1);
  normal = g_utf8_normalize (valid, -1, G_NORMALIZE_DEFAULT);
  return g_utf8_casefold (normal, -1);
}

/* Whether @path is, or can become, the place of @sent on the drive. */
static gboolean
name_map_take (NamidaNameMap *self, const char *path, const char *sent)
{
  g_autofree char *key = name_map_fold (self, path);
  const char *owner = g_hash_table_lookup (self->taken, key);

  if (owner != NULL)
    return g_str_equal (owner, sent);
  g_hash_table_insert (self->taken, g_steal_pointer (&key), g_strdup (sent));
  return TRUE;
}

static char *
name_map_join (const char *folder, const char *name)
{
  return *folder != '\0' ? g_strconcat (folder, "/", name, NULL) : g_strdup (name);
}

/* @folder: the path of the folder of @sent here; @name: the last component of @sent. */
static char *
name_map_place (NamidaNameMap *self, const char *folder, const char *name, const char *sent)
{
  g_autofree char *encoded = NULL;

  for (guint n = 0; n < NUMBER_MOST; n++)
    {
      g_autofree char *numbered = NULL;
      g_autofree char *path = NULL;

      if (n <= 1)
        {
          g_free (encoded);
          encoded = n == 0 && name_map_is_fine (self, name) ? g_strdup (name) : name_map_encode (self, name, n == 1);
        }
      numbered = n <= 1 ? g_strdup (encoded) : namida_safe_path_numbered (encoded, n);
      path = name_map_join (folder, numbered);
      if (name_map_take (self, path, sent))
        return g_steal_pointer (&path);
    }
  return g_strdup (sent); /* the drive will report the error */
}

/* (transfer none) */
static const char *
name_map_folder (NamidaNameMap *self, const char *sent)
{
  const char *found = g_hash_table_lookup (self->folders, sent);
  const char *slash = strrchr (sent, '/');
  g_autofree char *above = NULL;
  char *path;

  if (found != NULL)
    return found;
  above = g_strndup (sent, slash != NULL ? (gsize) (slash - sent) : 0);
  path = name_map_place (self, *above != '\0' ? name_map_folder (self, above) : "", slash != NULL ? slash + 1 : sent,
                         sent);
  g_hash_table_insert (self->folders, g_strdup (sent), path);
  return path;
}

char *
namida_name_map_path (NamidaNameMap *self, const char *relative)
{
  const char *slash = strrchr (relative, '/');
  g_autofree char *folder = g_strndup (relative, slash != NULL ? (gsize) (slash - relative) : 0);

  return name_map_place (self, *folder != '\0' ? name_map_folder (self, folder) : "",
                         slash != NULL ? slash + 1 : relative, relative);
}
