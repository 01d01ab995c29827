/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks received paths and opens their folders; see the header. Blocking where files are opened. Any thread. */
#include "config.h"

#include "namida-safe-path.h"
#include "namida-safe-path-private.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-limits.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)

static gboolean
safe_path_refuse (GError **error, const char *name, const char *why)
{
  g_autofree char *shown = NULL;

  if (name == NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH, _ ("A file was sent without a name."));
      return FALSE;
    }
  /* Show the name without characters that could disturb a terminal or a label, and not in full length. */
  shown = namida_format_alias (name);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH, _ ("The name “%s” is refused: %s."), shown, why);
  return FALSE;
}

/* Returns whether @name has no "." or ".." component. Backslashes count as separators, too: another system that uses
 * the drive may treat them as such. */
static gboolean
safe_path_check_steps (const char *name, gsize length)
{
  gsize start = 0;

  for (gsize i = 0; i <= length; i++)
    {
      gsize step = i - start;

      if (i < length && name[i] != '\\')
        continue;
      if ((step == 1 || step == 2) && name[start] == '.' && name[i - 1] == '.')
        return FALSE;
      start = i + 1;
    }
  return TRUE;
}

static gboolean
safe_path_check_component (const char *name, gsize length, const char *whole, GError **error)
{
  if (length == 0)
    return safe_path_refuse (error, whole, _ ("it has an empty part"));
  if (length > NAMIDA_LIMIT_COMPONENT_BYTES)
    return safe_path_refuse (error, whole, _ ("it is too long"));
  return safe_path_check_steps (name, length) || safe_path_refuse (error, whole, _ ("it leads to another folder"));
}

/* "C:" and "C:x" name a drive on the other device's system. "C: A song" in a subfolder is an ordinary name. */
static gboolean
safe_path_has_drive_letter (const char *path)
{
  return g_ascii_isalpha (path[0]) && path[1] == ':';
}

gboolean
namida_safe_path_check (const char *relative, GError **error)
{
  gsize length = relative != NULL ? strnlen (relative, NAMIDA_LIMIT_PATH_BYTES + 1) : 0;
  const char *start = relative;

  if (length == 0)
    return safe_path_refuse (error, NULL, NULL);
  if (length > NAMIDA_LIMIT_PATH_BYTES)
    return safe_path_refuse (error, relative, _ ("it is too long"));
  if (relative[0] == '/')
    return safe_path_refuse (error, relative, _ ("it leads to another folder"));
  while (TRUE)
    {
      const char *end = strchrnul (start, '/');

      if (!safe_path_check_component (start, (gsize) (end - start), relative, error))
        return FALSE;
      if (*end == '\0')
        return TRUE;
      start = end + 1;
    }
}

static gboolean
safe_path_has_slash (const char *name)
{
  return name != NULL && strnlen (name, NAMIDA_LIMIT_PATH_BYTES) < NAMIDA_LIMIT_PATH_BYTES
         && strchr (name, '/') != NULL;
}

gboolean
namida_safe_path_check_component (const char *name, GError **error)
{
  if (safe_path_has_slash (name))
    return safe_path_refuse (error, name, _ ("it has a slash"));
  return namida_safe_path_check (name, error);
}

gboolean
namida_safe_path_check_portable (const char *relative, GError **error)
{
  if (!namida_safe_path_check (relative, error))
    return FALSE;
  if (!g_utf8_validate (relative, -1, NULL))
    return safe_path_refuse (error, relative, _ ("it is not text"));
  if (safe_path_has_drive_letter (relative))
    return safe_path_refuse (error, relative, _ ("it names a drive"));
  return strchr (relative, '\\') == NULL || safe_path_refuse (error, relative, _ ("it has a backslash"));
}

gboolean
namida_safe_path_check_portable_component (const char *name, GError **error)
{
  if (safe_path_has_slash (name))
    return safe_path_refuse (error, name, _ ("it has a slash"));
  return namida_safe_path_check_portable (name, error);
}

static int
safe_path_fail_open (GError **error, int saved_errno, const char *relative)
{
  g_autofree char *shown = namida_format_alias (relative);
  g_autofree char *what = NULL;

  /* ELOOP: a link (openat2). ENOTDIR: a link (O_NOFOLLOW with O_DIRECTORY), or a file in place of a folder. EXDEV:
   * outside the root. No received file belongs in any of these places. */
  if (saved_errno == ELOOP || saved_errno == ENOTDIR || saved_errno == EXDEV)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
                   _ ("“%s” was not saved, because a link or a file is in place of its folder. Move it and try again."),
                   shown);
      return -1;
    }
  what = g_strdup_printf (_ ("Could not open the folder of “%s”"), shown);
  namida_error_set_from_errno (error, saved_errno, what);
  return -1;
}

/* Returns a descriptor, or -1 with errno. */
static int
safe_path_open_beneath (int root_fd, const char *folder)
{
  struct open_how how = { .flags = FOLDER_FLAGS, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
  int fd;

  /* EAGAIN: a rename raced with the lookup (openat2(2)). It says nothing about this path, so try again. */
  for (int tries = 0; tries < 32; tries++)
    {
      fd = (int) syscall (SYS_openat2, root_fd, folder, &how, sizeof how);
      if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
        return fd;
    }
  return fd;
}

/* Opens one component below @parent_fd, and creates it if @create is set. Returns a descriptor, or -1 with errno
 * set. */
static int
safe_path_open_step (int parent_fd, const char *name, gboolean create)
{
  int fd = openat (parent_fd, name, FOLDER_FLAGS);

  if (fd >= 0 || errno != ENOENT || !create)
    return fd;
  if (mkdirat (parent_fd, name, 0777) != 0 && errno != EEXIST)
    return -1;
  return openat (parent_fd, name, FOLDER_FLAGS);
}

/* Opens @folder component by component, each relative to the one before and without following a link. */
static int
safe_path_walk (int root_fd, const char *folder, gboolean create)
{
  g_auto (GStrv) names = g_strsplit (folder, "/", -1);
  int fd = openat (root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  for (guint i = 0; fd >= 0 && names[i] != NULL; i++)
    {
      int next = safe_path_open_step (fd, names[i], create);
      int saved_errno = errno;

      close (fd);
      errno = saved_errno;
      fd = next;
    }
  return fd;
}

/* Returns the folder part of @relative, "" for the root itself, and sets @basename; %NULL with @error if the path is
 * unsafe. */
static char *
safe_path_split (const char *relative, char **basename, GError **error)
{
  const char *slash;

  if (!namida_safe_path_check (relative, error))
    return NULL;
  slash = strrchr (relative, '/');
  *basename = g_strdup (slash != NULL ? slash + 1 : relative);
  return slash != NULL ? g_strndup (relative, (gsize) (slash - relative)) : g_strdup ("");
}

static int
safe_path_open_parent (
    int root_fd, const char *relative, gboolean create, gboolean by_walk, char **basename, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *folder = safe_path_split (relative, &name, error);
  int fd;

  if (folder == NULL)
    return -1;
  if (by_walk)
    fd = safe_path_walk (root_fd, folder, create);
  else
    {
      fd = safe_path_open_beneath (root_fd, *folder != '\0' ? folder : ".");
      /* ENOSYS: Linux before 5.6. EPERM: the seccomp filter of a sandbox that does not know the call. The walk also
       * creates missing folders. */
      if (fd < 0 && (errno == ENOSYS || errno == EPERM || (errno == ENOENT && create)))
        fd = safe_path_walk (root_fd, folder, create);
    }
  if (fd < 0)
    return safe_path_fail_open (error, errno, relative);
  if (basename != NULL)
    *basename = g_steal_pointer (&name);
  return fd;
}

int
namida_safe_path_open_parent (int root_fd, const char *relative, gboolean create, char **basename, GError **error)
{
  return safe_path_open_parent (root_fd, relative, create, FALSE, basename, error);
}

int
namida_safe_path_open_parent_by_walk (
    int root_fd, const char *relative, gboolean create, char **basename, GError **error)
{
  return safe_path_open_parent (root_fd, relative, create, TRUE, basename, error);
}

/* Returns the length of @text when cut to at most @max bytes at a character boundary. */
static gsize
safe_path_cut_length (const char *text, gsize length, gsize max)
{
  if (length <= max)
    return length;
  while (max > 0 && ((guchar) text[max] & 0xC0) == 0x80)
    max--;
  return max;
}

char *
namida_safe_path_component_from_alias (const char *alias)
{
  /* Also removes control and bidi characters and limits the length to 64 characters. */
  g_autofree char *name = namida_format_alias (alias);
  char *start;

  g_strdelimit (name, "/\\:", '-');
  /* A leading dot would hide the folder. A drive letter is harmless without its colon. */
  for (start = name; *start == '.' || *start == ' '; start++)
    ;
  g_strchomp (start);
  start[safe_path_cut_length (start, strlen (start), NAMIDA_LIMIT_COMPONENT_BYTES)] = '\0';
  if (*start == '\0' || strcmp (start, "?") == 0 || !namida_safe_path_check_component (start, NULL))
    return g_strdup (_ ("Unnamed device"));
  return g_strdup (start);
}

char *
namida_safe_path_numbered (const char *basename, guint n)
{
  g_autofree char *number = g_strdup_printf (" (%u)", n);
  const char *dot;
  gsize stem, tail, room;

  g_return_val_if_fail (basename != NULL, NULL);

  dot = strrchr (basename, '.');
  /* A name whose only dot is the first character has no extension, and more than 32 bytes are not an extension. */
  if (dot == NULL || dot == basename || strlen (dot) > 32)
    dot = basename + strlen (basename);
  stem = (gsize) (dot - basename);
  tail = strlen (number) + strlen (dot);
  room = NAMIDA_LIMIT_COMPONENT_BYTES - tail;
  return g_strdup_printf ("%.*s%s%s", (int) safe_path_cut_length (basename, stem, room), basename, number, dot);
}
