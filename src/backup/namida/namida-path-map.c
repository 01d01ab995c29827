/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Translates paths of one device into paths of another. The map is made by hand (--map) or by namida-music-match.c,
 * and namida-fit.c applies it to each string of a backup that may be a path, so it has to be fast: the few folders
 * are compared one by one, single files are in a hash table. It never makes a prefix shorter than it was given,
 * because Namida would index the whole folder above. */
#include "config.h"

#include "namida-path-map.h"

#include <string.h>

typedef struct
{
  char *from; /* with '/' as separator and without a trailing one */
  gsize length;
  gboolean windows;
  char *to; /* as the other device writes it, without a trailing separator */
  char separator;
  gboolean alias; /* another name of a folder that was given */
} MapFolder;

/* Android has several names for the storage that apps share, and lists of other programs use any of them. */
static const char *const android_storage[]
    = { "/storage/emulated/0", "/sdcard", "/storage/self/primary", "/mnt/sdcard" };

struct _NamidaPathMap
{
  GPtrArray *folders; /* longest first */
  GHashTable *files;  /* path as written → path as written */
};

gboolean
namida_path_is_windows (const char *text, gsize length)
{
  if (length >= 3 && g_ascii_isalpha (text[0]) && text[1] == ':' && (text[2] == '\\' || text[2] == '/'))
    return TRUE;
  /* \\server\share */
  return length >= 5 && text[0] == '\\' && text[1] == '\\' && text[2] != '\\' && text[2] != '/'
         && memchr (text + 3, '\\', length - 3) != NULL;
}

gboolean
namida_path_is_absolute (const char *text, gsize length)
{
  return (length > 0 && text[0] == '/') || namida_path_is_windows (text, length);
}

static gboolean
path_is_ascii (const char *text)
{
  while (*text > 0)
    text++;
  return *text == '\0';
}

/* Returns @text composed and with folded case. */
static char *
path_dup_folded (const char *text)
{
  g_autofree char *composed = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  g_autofree char *folded = composed != NULL ? g_utf8_casefold (composed, -1) : NULL;

  return folded != NULL ? g_utf8_normalize (folded, -1, G_NORMALIZE_NFC) : g_ascii_strdown (text, -1);
}

guint
namida_path_hash (gconstpointer text)
{
  g_autofree char *folded = NULL;
  const char *at = text;
  guint hash = 5381;

  if (!path_is_ascii (at))
    at = folded = path_dup_folded (at);
  for (; *at != '\0'; at++)
    hash = hash * 33 + (guchar) g_ascii_tolower (*at);
  return hash;
}

gboolean
namida_path_equal (gconstpointer one, gconstpointer other)
{
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;

  if (path_is_ascii (one) && path_is_ascii (other))
    return g_ascii_strcasecmp (one, other) == 0;
  if (g_str_equal (one, other))
    return TRUE;
  a = path_dup_folded (one);
  b = path_dup_folded (other);
  return g_str_equal (a, b);
}

static void
map_folder_free (gpointer data)
{
  MapFolder *folder = data;

  g_free (folder->from);
  g_free (folder->to);
  g_free (folder);
}

NamidaPathMap *
namida_path_map_new (void)
{
  NamidaPathMap *self = g_new0 (NamidaPathMap, 1);

  self->folders = g_ptr_array_new_with_free_func (map_folder_free);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
namida_path_map_free (NamidaPathMap *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->folders);
  g_hash_table_unref (self->files);
  g_free (self);
}

static int
map_compare_folders (gconstpointer a, gconstpointer b)
{
  const MapFolder *one = *(MapFolder *const *) a;
  const MapFolder *other = *(MapFolder *const *) b;

  if (one->length != other->length)
    return one->length > other->length ? -1 : 1;
  if (one->alias != other->alias)
    return one->alias ? 1 : -1;
  return strcmp (one->from, other->from);
}

static void
map_strip (char *path)
{
  gsize length = strlen (path);

  while (length > 1 && (path[length - 1] == '/' || path[length - 1] == '\\'))
    path[--length] = '\0';
}

static void
map_add_one (NamidaPathMap *self, const char *from, const char *to, gboolean alias)
{
  MapFolder *folder = g_new0 (MapFolder, 1);

  folder->alias = alias;
  folder->windows = namida_path_is_windows (from, strlen (from));
  folder->from = g_strdup (from);
  if (folder->windows)
    g_strdelimit (folder->from, "\\", '/');
  map_strip (folder->from);
  folder->length = strlen (folder->from);
  folder->to = g_strdup (to);
  map_strip (folder->to);
  folder->separator = namida_path_is_windows (to, strlen (to)) && strchr (to, '/') == NULL ? '\\' : '/';
  g_ptr_array_add (self->folders, folder);
}

/* @rest: (out): the part of @path below @root: "" or "/Music". */
static gboolean
map_is_in_storage (const char *path, const char *root, const char **rest)
{
  gsize length = strlen (root);

  if (!g_str_has_prefix (path, root) || (path[length] != '\0' && path[length] != '/'))
    return FALSE;
  *rest = path + length;
  return TRUE;
}

gboolean
namida_path_map_add_folder (NamidaPathMap *self, const char *from, const char *to)
{
  const char *rest = NULL;
  guint own = 0;

  if (!namida_path_is_absolute (from, strlen (from)) || !namida_path_is_absolute (to, strlen (to)))
    return FALSE;
  map_add_one (self, from, to, FALSE);
  while (own < G_N_ELEMENTS (android_storage) && !map_is_in_storage (from, android_storage[own], &rest))
    own++;
  for (guint i = 0; rest != NULL && i < G_N_ELEMENTS (android_storage); i++)
    if (i != own)
      {
        g_autofree char *alias = g_strconcat (android_storage[i], rest, NULL);

        map_add_one (self, alias, to, TRUE);
      }
  g_ptr_array_sort (self->folders, map_compare_folders);
  return TRUE;
}

void
namida_path_map_add_file (NamidaPathMap *self, const char *from, const char *to)
{
  g_hash_table_insert (self->files, g_strdup (from), g_strdup (to));
}

guint
namida_path_map_get_size (NamidaPathMap *self)
{
  return self->folders->len + g_hash_table_size (self->files);
}

char **
namida_path_map_dup_folders (NamidaPathMap *self)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();

  for (guint i = 0; i < self->folders->len; i++)
    {
      const MapFolder *folder = self->folders->pdata[i];

      if (!folder->alias)
        g_ptr_array_add (lines, g_strdup_printf ("%s\t%s", folder->from, folder->to));
    }
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_steal (lines, NULL);
}

static inline char
map_fold (char c)
{
  return c == '\\' ? '/' : g_ascii_tolower (c);
}

static gboolean
map_is_below (const MapFolder *folder, const char *text, gsize length)
{
  char next;

  if (length < folder->length)
    return FALSE;
  if (!folder->windows)
    {
      if (memcmp (text, folder->from, folder->length) != 0)
        return FALSE;
    }
  else
    {
      for (gsize i = 0; i < folder->length; i++)
        if (map_fold (text[i]) != map_fold (folder->from[i]))
          return FALSE;
    }
  next = length > folder->length ? text[folder->length] : '/';
  return next == '/' || (folder->windows && next == '\\') || g_str_equal (folder->from, "/");
}

static char *
map_apply_folder (const MapFolder *folder, const char *text, gsize length)
{
  GString *out = g_string_sized_new (length + strlen (folder->to) + 1);
  gsize from = folder->length;

  while (from < length && (text[from] == '/' || (folder->windows && text[from] == '\\')))
    from++;
  g_string_append (out, folder->to);
  /* "D:" alone is not a folder, and "/" already ends with a separator. */
  if ((length > folder->length && !g_str_equal (folder->to, "/")) || (folder->to[1] == ':' && folder->to[2] == '\0'))
    g_string_append_c (out, folder->separator);
  for (gsize i = from; i < length; i++)
    {
      gboolean separates = text[i] == '/' || (folder->windows && text[i] == '\\');

      g_string_append_c (out, separates ? folder->separator : text[i]);
    }
  return g_string_free (out, FALSE);
}

static char *
map_apply_path (NamidaPathMap *self, const char *text, gsize length)
{
  if (g_hash_table_size (self->files) > 0)
    {
      g_autofree char *path = g_strndup (text, length);
      const char *to = g_hash_table_lookup (self->files, path);

      if (to != NULL)
        return g_strdup (to);
    }
  for (guint i = 0; i < self->folders->len; i++)
    if (map_is_below (self->folders->pdata[i], text, length))
      return map_apply_folder (self->folders->pdata[i], text, length);
  return NULL;
}

/* Handles the URIs that playlists of other programs contain. The result is encoded, too. A drive letter follows a
 * slash. */
static char *
map_apply_uri (NamidaPathMap *self, const char *text, gsize length)
{
  g_autofree char *uri = g_strndup (text, length);
  g_autofree char *decoded = g_uri_unescape_string (uri + 7, NULL);
  g_autofree char *path = NULL;
  g_autofree char *slashed = NULL;
  g_autofree char *encoded = NULL;
  const char *plain = decoded;

  if (decoded == NULL || decoded[0] != '/')
    return NULL;
  if (namida_path_is_windows (decoded + 1, strlen (decoded + 1)))
    plain = decoded + 1;
  path = map_apply_path (self, plain, strlen (plain));
  if (path == NULL)
    return NULL;
  slashed = namida_path_is_windows (path, strlen (path)) ? g_strconcat ("/", g_strdelimit (path, "\\", '/'), NULL)
                                                         : g_strdup (path);
  encoded = g_uri_escape_string (slashed, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);
  return g_strconcat ("file://", encoded, NULL);
}

char *
namida_path_map_apply (NamidaPathMap *self, const char *text, gsize length)
{
  const char *dash;
  g_autofree char *path = NULL;
  gsize word;

  if (namida_path_is_absolute (text, length))
    return map_apply_path (self, text, length);
  if (length > 7 && g_ascii_strncasecmp (text, "file://", 7) == 0)
    return map_apply_uri (self, text, length);
  /* "folder_/storage/…", as in the keys of what was played last. */
  dash = memchr (text, '_', MIN (length, 64));
  if (dash == NULL)
    return NULL;
  word = (gsize) (dash - text) + 1;
  if (!namida_path_is_absolute (text + word, length - word))
    return NULL;
  path = map_apply_path (self, text + word, length - word);
  return path != NULL ? g_strdup_printf ("%.*s%s", (int) word, text, path) : NULL;
}

gboolean
namida_path_map_covers (NamidaPathMap *self, const char *path)
{
  if (g_hash_table_contains (self->files, path))
    return TRUE;
  for (guint i = 0; i < self->folders->len; i++)
    if (map_is_below (self->folders->pdata[i], path, strlen (path)))
      return TRUE;
  return FALSE;
}
