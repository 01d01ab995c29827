/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects what is known about the music of another device, for a backup that is to fit it: the tracks and music
 * folders of its newest good backup, and the files of the music folders that it sent, at the places that its manifests
 * name. Also finds the newest good backup of this computer, for a restore that merges. Called in worker threads by
 * namida-restore-fit.c. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-error.h"
#include "namida-fit-file.h"
#include "namida-newest-backup.h"
#include "namida-version.h"
#include "namida-version-record.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* How many of its newest backups are checked until a good one is found. */
#define BACKUPS_MOST 8u
/* How many of its newest versions are searched for the places of its music. */
#define VERSIONS_MOST 20u

static gboolean
there_is_of (const NamidaVersionRecord *record, const char *fingerprint, const char *alias)
{
  if (fingerprint != NULL)
    return g_strcmp0 (record->fingerprint, fingerprint) == 0;
  return record->fingerprint == NULL && g_strcmp0 (record->alias, alias) == 0;
}

static gboolean
there_is_good (const char *path, GCancellable *cancellable)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (NamidaInspection) inspection = namida_inspector_inspect (file, cancellable, NULL);

  return inspection != NULL && namida_inspection_is_restorable (inspection);
}

static char *
there_dup_zip (const NamidaVersionRecord *record)
{
  if (record->zip == NULL)
    return NULL;
  return record->landing == NAMIDA_LANDING_BACKUP ? g_build_filename (record->path, record->zip, NULL)
                                                  : g_strdup (record->zip);
}

/* ---- its own backup ---- */

static gboolean
there_add_backup (NamidaMusicHere *here, const char *zip, NamidaDevice *device, GCancellable *cancellable)
{
  g_autoptr (NamidaContents) contents = namida_contents_open (zip, FALSE, NULL, cancellable, NULL);
  g_autoptr (NamidaLibrary) library = NULL;
  g_autoptr (GPtrArray) folders = NULL;

  if (contents == NULL)
    return FALSE;
  folders = namida_contents_dup_folders (contents, cancellable);
  library = namida_library_read (contents, cancellable, NULL);
  for (guint i = 0; i < folders->len; i++)
    namida_music_here_add_folder (here, folders->pdata[i]);
  if (folders->len > 0)
    *device = namida_device_of_path (folders->pdata[0]);
  for (guint i = 0; library != NULL && i < library->tracks->len; i++)
    {
      const NamidaLibraryTrack *track = &g_array_index (library->tracks, NamidaLibraryTrack, i);

      if (!namida_track_is_address (track->path))
        namida_music_here_add_file (here, track->path, track->size);
    }
  return folders->len > 0;
}

static char *
there_find_backup (GPtrArray *records,
                   const char *fingerprint,
                   const char *alias,
                   NamidaMusicHere *here,
                   NamidaDevice *device,
                   GCancellable *cancellable)
{
  guint seen = 0;

  for (guint i = 0; i < records->len && seen < BACKUPS_MOST; i++)
    {
      const NamidaVersionRecord *record = records->pdata[i];
      g_autofree char *zip = there_is_of (record, fingerprint, alias) ? there_dup_zip (record) : NULL;

      if (zip == NULL)
        continue;
      seen++;
      if (there_is_good (zip, cancellable) && there_add_backup (here, zip, device, cancellable))
        return g_steal_pointer (&zip);
    }
  return NULL;
}

/* ---- the music that it sent ---- */

static void
there_add_files (NamidaMusicHere *here, GPtrArray *files, const NamidaVersionRecord *record, GHashTable *seen)
{
  g_autoptr (GHashTable) originals = NULL;

  for (guint i = 0; i < files->len && originals == NULL; i++)
    {
      const NamidaVersionFile *file = files->pdata[i];
      g_autofree char *path
          = file->kind == NAMIDA_VERSION_FILE_MANIFEST ? namida_version_file_dup_path (file, record) : NULL;

      if (path != NULL)
        originals = namida_restore_read_originals (path);
    }
  for (guint i = 0; originals != NULL && i < files->len; i++)
    {
      const NamidaVersionFile *file = files->pdata[i];
      const char *original = g_hash_table_lookup (originals, file->label);
      g_autofree char *path = NULL;

      if (file->kind != NAMIDA_VERSION_FILE_FILE || original == NULL || g_hash_table_contains (seen, file->label))
        continue;
      path = g_strconcat (original, "/", file->below, NULL);
      namida_music_here_add_folder (here, original);
      namida_music_here_add_file (here, path, file->size);
    }
  for (guint i = 0; i < record->labels->len; i++)
    g_hash_table_add (seen, g_strdup (((NamidaVersionMusic *) record->labels->pdata[i])->label));
}

static gboolean
there_add_music (NamidaDatabase *database,
                 GPtrArray *records,
                 const char *fingerprint,
                 const char *alias,
                 NamidaMusicHere *here,
                 GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = 0;

  for (guint i = 0; i < records->len && n < VERSIONS_MOST; i++)
    {
      const NamidaVersionRecord *record = records->pdata[i];
      g_autoptr (GPtrArray) files = NULL;

      if (!there_is_of (record, fingerprint, alias) || record->labels->len == 0)
        continue;
      n++;
      files = namida_version_record_files (database, record, error);
      if (files == NULL)
        return FALSE;
      there_add_files (here, files, record, seen);
    }
  return TRUE;
}

NamidaMusicHere *
namida_restore_there_read (NamidaDatabase *database,
                           const char *fingerprint,
                           const char *alias,
                           NamidaDevice *device,
                           char **newest,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (GPtrArray) records = namida_version_record_list (database, NAMIDA_VERSION_STAYS, error);
  g_autoptr (NamidaMusicHere) here = namida_music_here_new ();
  g_autofree char *zip = NULL;

  here->elsewhere = TRUE;
  *device = NAMIDA_DEVICE_UNKNOWN;
  if (records == NULL)
    return NULL;
  /* Skip versions whose folder now contains another version. */
  for (guint i = records->len; i > 0; i--)
    if (namida_version_record_is_replaced (records->pdata[i - 1]))
      g_ptr_array_remove_index (records, i - 1);
  zip = there_find_backup (records, fingerprint, alias, here, device, cancellable);
  if (!there_add_music (database, records, fingerprint, alias, here, error))
    return NULL;
  if (*device == NAMIDA_DEVICE_UNKNOWN && here->folders->len > 0)
    *device = namida_device_of_path (here->folders->pdata[0]);
  if (newest != NULL)
    *newest = g_steal_pointer (&zip);
  if (here->folders->len > 0)
    return g_steal_pointer (&here);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
               _ ("It is not known where “%s” keeps its music, because no backup of it is here. Receive one from it "
                  "first, or send the backup as it is."),
               alias);
  return NULL;
}

/* ---- this computer ---- */

typedef struct
{
  char *path;
  gint64 time;
} ThereZip;

static int
there_compare_zips (gconstpointer a, gconstpointer b)
{
  const ThereZip *one = a, *other = b;

  return (one->time < other->time) - (one->time > other->time);
}

static void
there_clear_zip (gpointer data)
{
  g_free (((ThereZip *) data)->path);
}

char *
namida_restore_dup_newest_here (const char *folder, GCancellable *cancellable)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) zips = g_array_new (FALSE, FALSE, sizeof (ThereZip));
  const char *name;

  g_array_set_clear_func (zips, there_clear_zip);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat st;
      ThereZip zip;

      if (!namida_newest_backup_is_name (name) || stat (path, &st) != 0 || !S_ISREG (st.st_mode))
        continue;
      zip.path = g_steal_pointer (&path);
      zip.time = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
      g_array_append_val (zips, zip);
    }
  g_array_sort (zips, there_compare_zips);
  for (guint i = 0; i < MIN (zips->len, BACKUPS_MOST); i++)
    if (there_is_good (g_array_index (zips, ThereZip, i).path, cancellable))
      return g_strdup (g_array_index (zips, ThereZip, i).path);
  return NULL;
}
