/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds what a version should contain, according to its record or else the database. Lost files become part of the
 * plan, although they cannot be restored, and every other file gets the hash that it had on arrival. Called while a
 * plan is loaded, in a worker thread. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-error.h"
#include "namida-folder-record.h"
#include "namida-version-record.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define MUSIC "Music/"

/* Returns (transfer full) (nullable) (element-type NamidaSum): the files according to the database, without the
 * manifest, which is not restored. */
static GPtrArray *
missing_ask_database (NamidaRestorePlan *plan)
{
  g_autoptr (GPtrArray) sums = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_sum_free);
  g_autoptr (NamidaVersionRecord) version = namida_version_record_find_at (plan->database, plan->folder, NULL);
  g_autoptr (GPtrArray) files = version != NULL ? namida_version_record_files (plan->database, version, NULL) : NULL;

  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      NamidaSum *sum;

      if (file->kind != NAMIDA_VERSION_FILE_ZIP && file->kind != NAMIDA_VERSION_FILE_FILE)
        continue;
      sum = g_new0 (NamidaSum, 1);
      sum->path = g_strdup (file->path);
      sum->sha256 = g_strdup (file->sha256);
      g_ptr_array_add (sums, sum);
    }
  return sums->len > 0 ? g_steal_pointer (&sums) : NULL;
}

static gboolean
missing_find_label (NamidaRestorePlan *plan, const char *name, guint *label)
{
  for (*label = 0; *label < plan->labels->len; (*label)++)
    if (g_str_equal (((NamidaRestoreLabel *) plan->labels->pdata[*label])->label, name))
      return TRUE;
  return FALSE;
}

/* Adds a label whose folder, or whose zip, is completely missing. The label of the zip becomes the first one. */
static guint
missing_add_label (NamidaRestorePlan *plan, const char *name, const char *source)
{
  NamidaRestoreLabel *label = g_new0 (NamidaRestoreLabel, 1);

  label->label = g_strdup (name);
  label->source = g_strdup (source);
  label->asked = *name != '\0';
  if (*name != '\0')
    {
      g_ptr_array_add (plan->labels, label);
      return plan->labels->len - 1;
    }
  g_ptr_array_insert (plan->labels, 0, label);
  for (guint i = 0; i < plan->files->len; i++)
    ((NamidaRestoreFile *) plan->files->pdata[i])->label++;
  return 0;
}

static void
missing_add_file (NamidaRestorePlan *plan, guint label, const char *relative, const NamidaSum *sum)
{
  NamidaRestoreFile *file = namida_restore_file_new ();

  file->label = label;
  file->relative = g_strdup (relative);
  file->source = g_build_filename (plan->folder, sum->path, NULL);
  file->sha256 = g_strdup (sum->sha256);
  file->missing = TRUE;
  g_ptr_array_add (plan->files, file);
}

/* Splits @sent, a path as a version records it, into the name of its label, which is returned, and the path @below it.
 * Returns NULL if the file is in no music folder. */
static char *
missing_split (const char *sent, const char **below)
{
  const char *start = g_str_has_prefix (sent, MUSIC) ? sent + strlen (MUSIC) : NULL;
  const char *slash = start != NULL ? strchr (start, '/') : NULL;

  if (slash == NULL)
    return NULL;
  *below = slash + 1;
  return g_strndup (start, (gsize) (slash - start));
}

/* Gives a file the name that was sent, if the drive of the version required another one. */
static void
missing_give_name (NamidaRestorePlan *plan, const NamidaFolderRecord *record, NamidaRestoreFile *file)
{
  const char *path = file->source + strlen (plan->folder) + 1;
  const char *below, *sent = namida_folder_record_get_sent (record, path);
  NamidaRestoreLabel *label = plan->labels->pdata[file->label];
  g_autofree char *name = NULL;

  if (sent == path)
    return;
  name = missing_split (sent, &below);
  g_free (file->relative);
  file->relative = g_strdup (name != NULL ? below : sent);
  if (name == NULL || g_str_equal (label->label, name))
    return;
  g_free (label->label);
  label->label = g_utf8_make_valid (name, -1);
}

/* @there: source → NamidaRestoreFile, for the files that exist. */
static void
missing_take (NamidaRestorePlan *plan, GHashTable *there, const NamidaSum *sum, const char *sent, const char *zip)
{
  g_autofree char *source = g_build_filename (plan->folder, sum->path, NULL);
  NamidaRestoreFile *file = g_hash_table_lookup (there, source);
  g_autofree char *name = NULL;
  const char *below;
  guint label;

  if (file != NULL)
    {
      /* A damaged list of hashes would make an intact file look damaged. */
      g_free (file->sha256);
      file->sha256 = plan->unproven ? NULL : g_strdup (sum->sha256);
      return;
    }
  name = missing_split (sent, &below);
  if (name != NULL)
    {
      g_autofree char *folder = g_build_filename (plan->folder, "Music", name, NULL);

      if (!missing_find_label (plan, name, &label))
        label = missing_add_label (plan, name, folder);
      missing_add_file (plan, label, below, sum);
    }
  else if (g_strcmp0 (zip, sum->path) == 0 && plan->zip == NULL)
    {
      plan->zip = g_strdup (zip);
      label = missing_add_label (plan, "", plan->folder);
      missing_add_file (plan, label, zip, sum);
    }
}

/* Returns: (transfer full) (nullable). */
static NamidaFolderRecord *
missing_read_record (NamidaRestorePlan *plan)
{
  int folder = open (plan->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GError) error = NULL;
  NamidaFolderRecord *record;

  if (folder < 0)
    return NULL;
  record = namida_folder_record_read (folder, &error);
  close (folder);
  if (record == NULL && !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND))
    g_message ("%s", error->message);
  return record;
}

void
namida_restore_expect_record (NamidaRestorePlan *plan)
{
  g_autoptr (NamidaFolderRecord) record = missing_read_record (plan);
  g_autoptr (GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) known = NULL;
  GPtrArray *sums;

  /* If the record is damaged, use the database instead. */
  if (record == NULL || !record->sums_fit || record->bad_lines > 0)
    known = missing_ask_database (plan);
  plan->unproven = record != NULL && known == NULL && (!record->sums_fit || record->bad_lines > 0);
  sums = known != NULL ? known : record != NULL ? record->sums : NULL;
  for (guint i = 0; i < plan->files->len; i++)
    {
      NamidaRestoreFile *file = plan->files->pdata[i];

      if (record != NULL)
        missing_give_name (plan, record, file);
      if (!file->folder)
        g_hash_table_insert (there, file->source, file);
    }
  for (guint i = 0; sums != NULL && i < sums->len; i++)
    {
      const NamidaSum *sum = g_ptr_array_index (sums, i);
      const char *zip = record != NULL && record->zip != NULL ? record->zip
                        : known != NULL && strchr (sum->path, '/') == NULL && g_str_has_suffix (sum->path, ".zip")
                            ? sum->path
                            : NULL;

      missing_take (plan, there, sum, record != NULL ? namida_folder_record_get_sent (record, sum->path) : sum->path,
                    zip);
    }
}
