/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds names that Android's shared storage refuses before a phone is asked. The files are left out, or are sent
 * under other names while the Namida backup beside them is changed to match. Called by the hub in a worker thread
 * before a transfer to the phone app. */
#include "config.h"

#include "namida-phone-names.h"

#include "namida-content.h"
#include "namida-error.h"
#include "namida-fit.h"
#include "namida-lists.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define SHOWN_MOST 5u
#define NUMBER_MOST 1000u
#define ALL_LISTS (NAMIDA_PART_HISTORY | NAMIDA_PART_PLAYLISTS | NAMIDA_PART_FAVOURITES | NAMIDA_PART_QUEUES)

typedef struct
{
  GHashTable *folders; /* folded path → path as the first file writes it */
  GHashTable *files;   /* folded paths */
  GPtrArray *odd;      /* char *: paths, safe to show */
  GPtrArray *renamed;  /* pairs of NamidaEntry: the old one, then the new one */
} PhoneNames;

static char *
phone_names_fold (const char *path)
{
  return g_utf8_casefold (path, -1);
}

static char *
phone_names_clean (const char *path)
{
  char *clean = g_strdup (path);

  for (char *c = clean; *c != '\0'; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f || strchr (":?*\"<>|\\", *c) != NULL)
      *c = '_';
  return clean;
}

/* Returns the path with its folders written as in the first path that has them. */
static char *
phone_names_unify_folders (PhoneNames *self, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *folded = NULL;
      const char *known;

      if (i > 0)
        g_string_append_c (out, '/');
      g_string_append (out, parts[i]);
      if (parts[i + 1] == NULL)
        break;
      folded = phone_names_fold (out->str);
      known = g_hash_table_lookup (self->folders, folded);
      if (known != NULL)
        g_string_assign (out, known);
      else
        g_hash_table_insert (self->folders, g_steal_pointer (&folded), g_strdup (out->str));
    }
  return g_strdup (out->str);
}

/* Returns: (transfer full): a path that no other file has on the phone. */
static char *
phone_names_take_place (PhoneNames *self, const char *path)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *folder = slash != NULL ? g_strndup (path, (gsize) (slash - path) + 1) : g_strdup ("");

  for (guint n = 1; n <= NUMBER_MOST; n++)
    {
      g_autofree char *name
          = n == 1 ? g_strdup (path + strlen (folder)) : namida_safe_path_numbered (path + strlen (folder), n);
      g_autofree char *place = g_strconcat (folder, name, NULL);

      if (g_hash_table_add (self->files, phone_names_fold (place)))
        return g_steal_pointer (&place);
    }
  return g_strdup (path);
}

/* Returns: (transfer full): the whole path of @entry on the phone, which is its own path if that is acceptable. */
static char *
phone_names_dup_place (PhoneNames *self, const NamidaEntry *entry)
{
  g_autofree char *own = namida_entry_dup_path (entry);
  g_autofree char *clean = phone_names_clean (own);
  g_autofree char *unified = phone_names_unify_folders (self, clean);

  return phone_names_take_place (self, unified);
}

static NamidaEntry *
phone_names_copy_entry (const NamidaEntry *entry, const char *place)
{
  NamidaEntry *copy = namida_entry_new ();
  const char *slash = strrchr (place, '/');

  copy->kind = entry->kind;
  copy->id = g_strdup (entry->id);
  copy->name = g_strdup (slash != NULL ? slash + 1 : place);
  copy->label = *entry->label != '\0' ? g_strndup (place, strcspn (place, "/")) : g_strdup ("");
  copy->relative_path = g_strdup (*entry->label != '\0' ? place + strlen (copy->label) + 1 : "");
  copy->size = entry->size;
  copy->mtime_ns = entry->mtime_ns;
  copy->type = g_strdup (entry->type);
  copy->sha256 = g_strdup (entry->sha256);
  copy->source = g_strdup (entry->source);
  copy->inode = entry->inode;
  copy->device = entry->device;
  copy->ctime_ns = entry->ctime_ns;
  return copy;
}

static void
phone_names_unref_entry (gpointer entry)
{
  if (entry != NULL)
    namida_entry_unref (entry);
}

static void
phone_names_clear (PhoneNames *self)
{
  g_clear_pointer (&self->folders, g_hash_table_unref);
  g_clear_pointer (&self->files, g_hash_table_unref);
  g_clear_pointer (&self->odd, g_ptr_array_unref);
  g_clear_pointer (&self->renamed, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PhoneNames, phone_names_clear)

static gboolean
phone_names_is_fixed (const NamidaEntry *entry)
{
  return entry->kind == NAMIDA_ENTRY_BACKUP_ZIP || entry->kind == NAMIDA_ENTRY_FOLDER;
}

static void
phone_names_look (PhoneNames *self, NamidaBackup *backup)
{
  GPtrArray *entries = namida_backup_get_entries (backup);

  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->odd = g_ptr_array_new_with_free_func (g_free);
  self->renamed = g_ptr_array_new_with_free_func (phone_names_unref_entry);
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = entries->pdata[i];
      g_autofree char *own = NULL;
      g_autofree char *place = NULL;

      if (phone_names_is_fixed (entry))
        continue;
      own = namida_entry_dup_path (entry);
      place = phone_names_dup_place (self, entry);
      if (g_str_equal (own, place))
        continue;
      g_ptr_array_add (self->odd, g_steal_pointer (&own));
      g_ptr_array_add (self->renamed, namida_entry_ref (entry));
      g_ptr_array_add (self->renamed, phone_names_copy_entry (entry, place));
    }
}

/* ---- the backup in it ---- */

/* Returns: where @relative begins at the end of @track, whatever the separators are; 0 if @track does not end in it. */
static gsize
phone_names_find_end (const char *track, const char *relative)
{
  gsize length = strlen (track), n = strlen (relative);

  if (n == 0 || n >= length || (track[length - n - 1] != '/' && track[length - n - 1] != '\\'))
    return 0;
  for (gsize i = 0; i < n; i++)
    if (track[length - n + i] != relative[i] && !(relative[i] == '/' && track[length - n + i] == '\\'))
      return 0;
  return length - n;
}

static void
phone_names_map_track (NamidaPathMap *map, const char *track, const NamidaEntry *old, const NamidaEntry *renamed)
{
  g_autofree char *whole = namida_entry_dup_path (old);
  g_autofree char *place = namida_entry_dup_path (renamed);
  const char *below = *old->label != '\0' ? old->relative_path : old->name;
  gsize at = phone_names_find_end (track, whole);
  g_autofree char *end = g_strdup (at > 0 ? place : *renamed->label != '\0' ? renamed->relative_path : renamed->name);
  g_autofree char *start = NULL;
  g_autofree char *path = NULL;

  if (at == 0)
    at = phone_names_find_end (track, below);
  if (at == 0)
    return;
  start = g_strndup (track, at);
  if (namida_path_is_windows (track, strlen (track)) && strchr (start, '/') == NULL)
    g_strdelimit (end, "/", '\\');
  path = g_strconcat (start, end, NULL);
  namida_path_map_add_file (map, track, path);
}

static NamidaPathMap *
phone_names_make_map (PhoneNames *self, NamidaContents *contents, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaLibrary) library = namida_library_read (contents, cancellable, error);
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (NamidaPathMap) map = namida_path_map_new ();

  if (library == NULL || !namida_library_add_listed (library, contents, ALL_LISTS, cancellable, error))
    return NULL;
  for (guint i = 0; i < self->renamed->len; i += 2)
    g_hash_table_insert (by_name, ((NamidaEntry *) self->renamed->pdata[i])->name, GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < library->tracks->len; i++)
    {
      const char *track = g_array_index (library->tracks, NamidaLibraryTrack, i).path;
      const char *slash = strrchr (track, '/');
      const char *back = strrchr (track, '\\');

      if ((slash == NULL || !g_hash_table_contains (by_name, slash + 1))
          && (back == NULL || !g_hash_table_contains (by_name, back + 1)))
        continue;
      /* Several renamed files may have the same name. */
      for (guint j = 0; j < self->renamed->len; j += 2)
        phone_names_map_track (map, track, self->renamed->pdata[j], self->renamed->pdata[j + 1]);
    }
  return g_steal_pointer (&map);
}

static void
phone_names_remove (gpointer data)
{
  char *folder = data;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

/* @owner: keeps the temporary folder alive. Returns: (transfer full) (nullable): the entry of the copy. */
static NamidaEntry *
phone_names_fit_zip (
    PhoneNames *self, const NamidaEntry *zip, GObject *owner, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaContents) contents = namida_contents_open (zip->source, FALSE, NULL, cancellable, error);
  g_autoptr (NamidaPathMap) map = contents != NULL ? phone_names_make_map (self, contents, cancellable, error) : NULL;
  g_autoptr (NamidaFitReport) report = NULL;
  g_autofree char *parent = g_build_filename (g_get_user_cache_dir (), "namida-sync", NULL);
  char *folder;
  g_autofree char *path = NULL;
  NamidaFitOptions options = { .map = map, .parts = NAMIDA_PART_ALL, .all_settings = TRUE };
  NamidaEntry *copy;
  struct stat st;

  if (map == NULL)
    return NULL;
  if (namida_path_map_get_size (map) == 0)
    return namida_entry_ref ((NamidaEntry *) zip);
  folder = g_build_filename (parent, "fitted-XXXXXX", NULL);
  if (g_mkdir_with_parents (parent, 0700) != 0 || g_mkdtemp (folder) == NULL)
    {
      namida_error_set_from_errno (error, errno, _ ("Could not create a temporary folder"));
      g_free (folder);
      return NULL;
    }
  g_object_set_data_full (owner, "namida-phone-names", folder, phone_names_remove);
  path = g_build_filename (folder, zip->name, NULL);
  report = namida_fit (contents, &options, path, cancellable, error);
  if (report == NULL)
    return NULL;
  if (stat (path, &st) != 0)
    {
      namida_error_set_from_errno (error, errno, _ ("The copy of the backup cannot be read"));
      return NULL;
    }
  copy = phone_names_copy_entry (zip, zip->name);
  g_free (copy->source);
  copy->source = g_steal_pointer (&path);
  g_clear_pointer (&copy->sha256, g_free);
  copy->size = (guint64) st.st_size;
  copy->inode = (guint64) st.st_ino;
  copy->device = (guint64) st.st_dev;
  copy->ctime_ns = namida_content_ctime_ns (&st);
  copy->mtime_ns = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
  return copy;
}

/* ---- the new backup ---- */

static const NamidaEntry *
phone_names_lookup (PhoneNames *self, const NamidaEntry *entry)
{
  for (guint i = 0; i < self->renamed->len; i += 2)
    if (self->renamed->pdata[i] == entry)
      return self->renamed->pdata[i + 1];
  return NULL;
}

static gboolean
phone_names_is_unsound (const GError *error)
{
  return g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM)
         || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST)
         || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE);
}

static gboolean
phone_names_add_entry (PhoneNames *self,
                       NamidaBackup *to,
                       NamidaEntry *entry,
                       NamidaPhoneNames policy,
                       GCancellable *cancellable,
                       GError **error)
{
  const NamidaEntry *renamed = phone_names_lookup (self, entry);
  g_autofree char *shown = NULL;
  NamidaEntry *zip;

  if (entry->kind == NAMIDA_ENTRY_BACKUP_ZIP && policy == NAMIDA_PHONE_NAMES_RENAME)
    {
      g_autoptr (GError) local = NULL;

      zip = phone_names_fit_zip (self, entry, G_OBJECT (to), cancellable, &local);
      /* A file that is not a sound backup contains no paths to change. */
      if (zip == NULL && phone_names_is_unsound (local))
        zip = namida_entry_ref (entry);
      if (zip == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      namida_backup_add (to, zip);
      return TRUE;
    }
  if (renamed == NULL)
    {
      namida_backup_add (to, namida_entry_ref (entry));
      return TRUE;
    }
  if (policy == NAMIDA_PHONE_NAMES_RENAME)
    {
      namida_backup_add (to, namida_entry_ref ((NamidaEntry *) renamed));
      return TRUE;
    }
  shown = namida_entry_dup_path (entry);
  namida_backup_add_left_out (to, shown, _ ("Android refuses its name"), FALSE);
  return TRUE;
}

static void
phone_names_refuse (PhoneNames *self, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < MIN (self->odd->len, SHOWN_MOST); i++)
    g_string_append_printf (names, "%s“%s”", i > 0 ? ", " : "", (const char *) self->odd->pdata[i]);
  if (self->odd->len > SHOWN_MOST)
    g_string_append (names, ", …");
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
               /* Translators: %s are paths */
               ngettext ("Android refuses the name of %u file, or confuses it with another: %s. Nothing was sent. Send "
                         "it under another name (--rename), or leave it out (--leave-out).",
                         "Android refuses the names of %u files, or confuses them with others: %s. Nothing was sent. "
                         "Send them under other names (--rename), or leave them out (--leave-out).",
                         self->odd->len),
               self->odd->len, names->str);
}

NamidaBackup *
namida_phone_names_adapt (NamidaBackup *backup, NamidaPhoneNames policy, GCancellable *cancellable, GError **error)
{
  g_auto (PhoneNames) names = { 0 };
  g_autoptr (NamidaBackup) adapted = NULL;
  GPtrArray *entries = namida_backup_get_entries (backup);

  if (policy == NAMIDA_PHONE_NAMES_KEEP)
    return g_object_ref (backup);
  phone_names_look (&names, backup);
  if (names.odd->len == 0)
    return g_object_ref (backup);
  if (policy == NAMIDA_PHONE_NAMES_ASK)
    {
      phone_names_refuse (&names, error);
      return NULL;
    }
  adapted = namida_backup_new_like (backup);
  for (guint i = 0; i < entries->len; i++)
    if (!phone_names_add_entry (&names, adapted, entries->pdata[i], policy, cancellable, error))
      return NULL;
  namida_backup_set_name (adapted, namida_backup_get_name (backup));
  namida_backup_sort (adapted);
  return g_steal_pointer (&adapted);
}
