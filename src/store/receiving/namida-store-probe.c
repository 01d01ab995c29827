/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds out what the file system of a folder supports, when the user chooses the folder and when "receive" starts, so
 * that its limitations are reported before the first backup arrives. Worker threads. */
#include "config.h"

#include "namida-store-probe.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-format.h"
#include "namida-open.h"
#include "namida-staging.h"
#include "namida-store-owner.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PROBE_FOLDER NAMIDA_STAGING_PROBE
#define PROBE_FILE "a probe"
#define PROBE_FILE_UPPER "A PROBE"
#define PROBE_OTHER "another"
/* Characters that FAT, its relatives and some network file systems refuse. */
#define PROBE_CHARACTERS "\\:*?\"<>|"
#define PROBE_FAT 0x4d44 /* MSDOS_SUPER_MAGIC, statfs(2) */
#define PROBE_FAT_LARGEST 0xffffffffu
#define PROBE_SECOND G_GINT64_CONSTANT (1000000000)

void
namida_store_probe_free (NamidaStoreProbe *self)
{
  if (self != NULL)
    g_free (self->refused);
  g_free (self);
}

static gboolean
probe_make (int folder, const char *name)
{
  int fd = namida_open_at (folder, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

static gboolean
probe_name (int folder, const char *name)
{
  return probe_make (folder, name) && unlinkat (folder, name, 0) == 0;
}

/* Whether the file "x." also exists as "x". */
static gboolean
probe_loses_ends (int folder)
{
  struct stat st;
  gboolean lost;

  if (!probe_make (folder, "xx."))
    return TRUE;
  lost = fstatat (folder, "xx", &st, AT_SYMLINK_NOFOLLOW) == 0;
  unlinkat (folder, "xx.", 0);
  return lost;
}

static void
probe_names (NamidaStoreProbe *self, int folder)
{
  g_autoptr (GString) refused = g_string_new (NULL);
  char name[NAMIDA_STORE_PROBE_LONGEST + 1];

  for (const char *c = PROBE_CHARACTERS; *c != '\0'; c++)
    {
      g_snprintf (name, sizeof name, "x%cx", *c);
      if (!probe_name (folder, name))
        g_string_append_c (refused, *c);
    }
  self->refused = g_string_free (g_steal_pointer (&refused), FALSE);
  self->refuses_bytes = !probe_name (folder, "x\xe9x");
  self->refuses_text = !probe_name (folder, "é日𝄞");
  self->refuses_ends = probe_loses_ends (folder);
  for (self->longest_name = sizeof name - 1; self->longest_name > 1; self->longest_name--)
    {
      memset (name, 'x', self->longest_name);
      name[self->longest_name] = '\0';
      if (probe_name (folder, name))
        break;
    }
}

/* The file system truncates times to its resolution: set a precise time and read back what it kept. */
static gint64
probe_granularity (int folder)
{
  struct timespec wanted = { .tv_sec = 1735783445, .tv_nsec = 123456789 };
  struct stat st;
  gint64 ns;

  if (utimensat (folder, PROBE_FILE, (struct timespec[2]){ wanted, wanted }, 0) != 0
      || fstatat (folder, PROBE_FILE, &st, AT_SYMLINK_NOFOLLOW) != 0)
    return 1;
  if (st.st_mtim.tv_sec != wanted.tv_sec)
    return 2 * PROBE_SECOND;
  for (ns = 1; ns < PROBE_SECOND && wanted.tv_nsec / ns * ns != st.st_mtim.tv_nsec;)
    ns *= 10;
  return ns;
}

static gboolean
probe_reflinks (int folder)
{
  int from = namida_open_at (folder, PROBE_FILE, O_RDWR, 0), to = -1;
  gboolean fine = FALSE;

  if (from >= 0 && write (from, "x", 1) == 1)
    to = namida_open_at (folder, PROBE_OTHER, O_WRONLY | O_CREAT, 0600);
  if (to >= 0)
    fine = ioctl (to, FICLONE, from) == 0;
  if (from >= 0)
    close (from);
  if (to >= 0)
    close (to);
  unlinkat (folder, PROBE_OTHER, 0);
  return fine;
}

static void
probe_room (NamidaStoreProbe *self, int folder)
{
  struct statvfs vfs;
  struct statfs fs;

  self->free_inodes = G_MAXUINT64;
  if (fstatvfs (folder, &vfs) == 0)
    {
      self->free_bytes = (guint64) vfs.f_bavail * vfs.f_frsize;
      /* File systems that create inodes on demand report none in total. */
      if (vfs.f_files > 0)
        self->free_inodes = vfs.f_favail;
    }
  if (fstatfs (folder, &fs) == 0 && fs.f_type == PROBE_FAT)
    self->largest_file = PROBE_FAT_LARGEST;
}

static void
probe_all (NamidaStoreProbe *self, int folder)
{
  struct stat st;

  self->granularity_ns = probe_granularity (folder);
  self->ignores_case = fstatat (folder, PROBE_FILE_UPPER, &st, AT_SYMLINK_NOFOLLOW) == 0;
  self->reflinks = probe_reflinks (folder);
  self->links = linkat (folder, PROBE_FILE, folder, PROBE_OTHER, 0) == 0;
  unlinkat (folder, PROBE_OTHER, 0);
  self->renames = renameat2 (folder, PROBE_FILE, folder, PROBE_OTHER, RENAME_NOREPLACE) == 0;
  probe_names (self, folder);
  probe_room (self, folder);
}

NamidaStoreProbe *
namida_store_probe (const char *path, const char *owner, GError **error)
{
  g_autoptr (NamidaStoreProbe) self = g_new0 (NamidaStoreProbe, 1);
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = NULL;
  /* The name is random, because two sessions may probe one drive at the same moment. */
  g_autofree char *random = namida_random_hex (8);
  g_autofree char *name = g_strconcat (PROBE_FOLDER, random, NULL);
  int root = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), owned = -1, folder = -1, saved_errno;
  gboolean fine;

  if (root >= 0)
    owned = namida_store_open_owned (root, NAMIDA_STAGING_HIDDEN, owner, TRUE);
  if (owned >= 0)
    {
      folder = namida_folder_open (owned, name, TRUE);
    }
  fine = folder >= 0 && probe_make (folder, PROBE_FILE);
  saved_errno = errno;
  if (fine)
    probe_all (self, folder);
  if (folder >= 0)
    close (folder);
  if (owned >= 0)
    {
      namida_tree_remove (owned, name);
      close (owned);
    }
  if (root >= 0)
    {
      namida_store_drop_owned (root, NAMIDA_STAGING_HIDDEN, owner);
      close (root);
    }
  if (fine)
    return g_steal_pointer (&self);
  what = g_strdup_printf (_ ("Nothing can be stored in “%s”"), shown);
  namida_error_set_from_write (error, saved_errno, -1, what);
  return NULL;
}

static void
probe_say_names (const NamidaStoreProbe *self, GStrvBuilder *sentences)
{
  if (self->refused[0] != '\0')
    {
      g_autofree char *text
          = g_strdup_printf (_ ("This drive does not take names with any of %s: such files have other names there, and "
                                "get their own back when they are restored."),
                             self->refused);

      g_strv_builder_add (sentences, text);
    }
  if (self->ignores_case)
    g_strv_builder_add (sentences, _ ("This drive does not tell “a” from “A” in names: of two files whose names differ "
                                      "in that alone, one has another name there."));
}

char **
namida_store_probe_dup_sentences (const NamidaStoreProbe *self, gboolean versions)
{
  g_autoptr (GStrvBuilder) sentences = g_strv_builder_new ();

  if (versions && !self->links)
    g_strv_builder_add (sentences, _ ("This drive cannot link files: each version takes its full room."));
  if (self->largest_file > 0)
    {
      g_autofree char *size = namida_format_size (self->largest_file);
      g_autofree char *text = g_strdup_printf (_ ("This drive does not take files of more than %s."), size);

      g_strv_builder_add (sentences, text);
    }
  if (self->granularity_ns >= PROBE_SECOND)
    {
      g_autofree char *text = g_strdup_printf (ngettext ("This drive keeps times to within %u second only.",
                                                         "This drive keeps times to within %u seconds only.",
                                                         (gulong) (self->granularity_ns / PROBE_SECOND)),
                                               (guint) (self->granularity_ns / PROBE_SECOND));

      g_strv_builder_add (sentences, text);
    }
  probe_say_names (self, sentences);
  if (self->free_inodes < 100)
    g_strv_builder_add (sentences, _ ("This drive has no room for more files, however small they are."));
  return g_strv_builder_end (sentences);
}
