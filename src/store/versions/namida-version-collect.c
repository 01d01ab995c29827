/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds a NamidaBackup from the files of versions, to send a version to another device or to let a device fetch it.
 * Called by the hub and the version source; the work is done in workers. */
#include "config.h"

#include "namida-version-collect.h"

#include "namida-error.h"
#include "namida-sent-content.h"
#include "namida-store-private.h"
#include "namida-version-record.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

static gboolean
collect_is_wanted (const NamidaVersionFile *file, const char *const *labels)
{
  if (file->kind == NAMIDA_VERSION_FILE_MANIFEST)
    return FALSE; /* the sender creates a new manifest with the current places of the files */
  return labels == NULL || file->kind == NAMIDA_VERSION_FILE_ZIP || g_strv_contains (labels, file->label);
}

/* @st: the current attributes of the file. */
static NamidaEntry *
collect_make_entry (const NamidaVersionFile *file,
                    const NamidaVersionRecord *record,
                    guint number,
                    const struct stat *st)
{
  NamidaEntry *entry = namida_entry_new ();
  const char *slash = strrchr (file->below, '/');

  entry->kind = (NamidaEntryKind) file->kind;
  entry->id = g_strdup_printf ("f%u", number);
  entry->name = g_strdup (slash != NULL ? slash + 1 : file->below);
  entry->label = g_strdup (file->label);
  entry->relative_path = g_strdup (*file->label != '\0' ? file->below : "");
  entry->source = namida_version_file_dup_path (file, record);
  entry->inode = (guint64) st->st_ino;
  entry->device = (guint64) st->st_dev;
  if (entry->kind == NAMIDA_ENTRY_FOLDER)
    {
      entry->type = g_strdup ("inode/directory");
      return entry;
    }
  entry->type = g_strdup (namida_entry_guess_type (entry->name));
  entry->size = file->size;
  entry->mtime_ns = file->mtime_ns;
  entry->sha256 = g_strdup (file->sha256);
  return entry;
}

static void
collect_add_file (
    NamidaBackup *backup, const NamidaVersionFile *file, const NamidaVersionRecord *record, int fd, guint number)
{
  g_autofree char *name = NULL;
  struct stat st;

  if ((fd >= 0 || record->landing == NAMIDA_LANDING_LIBRARY) && namida_version_file_stat (file, fd, &st)
      && namida_version_file_fits (file, &st))
    {
      namida_backup_add (backup, collect_make_entry (file, record, number, &st));
      if (file->kind == NAMIDA_VERSION_FILE_ZIP)
        namida_backup_set_name (backup, file->below);
      return;
    }
  name = namida_version_file_dup_name (file);
  if (file->kind != NAMIDA_VERSION_FILE_FOLDER)
    namida_backup_add_left_out (backup, name, _ ("it is not there any more as it arrived"), TRUE);
}

/* Adds copies of the labels of @files to the set @known. */
static void
collect_note_labels (GHashTable *known, GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (*file->label != '\0' && !g_hash_table_contains (known, file->label))
        g_hash_table_add (known, g_strdup (file->label));
    }
}

/* Fails if a requested label does not exist, because it must not be skipped silently. */
static gboolean
collect_check_labels (GHashTable *known, const char *const *labels, GError **error)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (known), (GCompareFunc) strcmp);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    {
      if (g_hash_table_contains (known, labels[i]))
        continue;
      for (GList *l = names; l != NULL; l = l->next)
        g_string_append_printf (list, "%s“%s”", l != names ? ", " : "", (const char *) l->data);
      if (names != NULL)
        g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                     _ ("There is no music folder “%s” in the backup. Name one of these: %s."), labels[i], list->str);
      else
        g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                     _ ("There is no music folder “%s” in the backup, which has only a backup zip."), labels[i]);
      return FALSE;
    }
  return TRUE;
}

gboolean
namida_version_file_was_sent (NamidaDatabase *database, const NamidaVersionFile *file, const char *sender)
{
  return sender == NULL || file->kind == NAMIDA_VERSION_FILE_FOLDER
         || namida_sent_content_has (database, sender, file->sha256);
}

NamidaBackup *
namida_version_collect (
    NamidaDatabase *database, const char *id, const char *const *labels, GCancellable *cancellable, GError **error)
{
  return namida_version_collect_for (database, id, labels, NULL, cancellable, error);
}

/* Returns (transfer full) (nullable): the backup of those @files of @record that exist unchanged. */
static NamidaBackup *
collect_make (const NamidaVersionRecord *record, GPtrArray *files, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  int fd = namida_version_record_open (record);

  namida_backup_set_proven (backup, TRUE);
  for (guint i = 0; i < files->len && !g_cancellable_is_cancelled (cancellable); i++)
    collect_add_file (backup, g_ptr_array_index (files, i), record, fd, i + 1);
  if (fd >= 0)
    close (fd);
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
      return NULL;
    }
  if (namida_backup_get_entries (backup)->len == 0)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                   _ ("Nothing of “%s” that could be sent is there. Verify the version to see what is missing."),
                   record->title);
      return NULL;
    }
  namida_backup_sort (backup);
  return g_steal_pointer (&backup);
}

NamidaBackup *
namida_version_collect_for (NamidaDatabase *database,
                            const char *id,
                            const char *const *labels,
                            const char *sender,
                            GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (database, id, error);
  g_autoptr (GPtrArray) files = record != NULL ? namida_version_record_files (database, record, error) : NULL;
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();

  if (files == NULL)
    return NULL;
  collect_note_labels (known, files);
  if (!collect_check_labels (known, labels, error))
    return NULL;
  for (guint i = 0; i < files->len && !g_cancellable_is_cancelled (cancellable); i++)
    if (collect_is_wanted (g_ptr_array_index (files, i), labels)
        && namida_version_file_was_sent (database, g_ptr_array_index (files, i), sender))
      g_ptr_array_add (wanted, g_ptr_array_index (files, i));
  return collect_make (record, wanted, cancellable, error);
}

/* ---- single songs and albums ---- */

gboolean
namida_version_pick_has (const char *pick, const char *path)
{
  gsize length = strlen (pick);

  while (length > 0 && pick[length - 1] == '/')
    length--;
  return length > 0 && strncmp (path, pick, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* Adds the files of @picks to @wanted. Returns: (transfer none) (nullable): the first of @picks that has none. */
static const char *
collect_pick (GPtrArray *files, const char *const *picks, GPtrArray *wanted)
{
  g_autofree gboolean *found = g_new0 (gboolean, g_strv_length ((char **) picks) + 1);

  for (guint i = 0; i < files->len; i++)
    {
      NamidaVersionFile *file = g_ptr_array_index (files, i);
      g_autofree char *joined = g_strconcat (file->label, "/", file->below, NULL);
      g_autofree char *path = g_utf8_make_valid (joined, -1);
      gboolean any = FALSE;

      for (guint j = 0; *file->label != '\0' && picks[j] != NULL; j++)
        {
          gboolean has = namida_version_pick_has (picks[j], path);

          found[j] = found[j] || has;
          any = any || has;
        }
      if (any)
        g_ptr_array_add (wanted, file);
    }
  for (guint j = 0; picks[j] != NULL; j++)
    if (!found[j])
      return picks[j];
  return NULL;
}

NamidaBackup *
namida_version_collect_picked (
    NamidaDatabase *database, const char *id, const char *const *picks, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (database, id, error);
  g_autoptr (GPtrArray) files = record != NULL ? namida_version_record_files (database, record, error) : NULL;
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  const char *missing;

  if (files == NULL)
    return NULL;
  missing = collect_pick (files, picks, wanted);
  if (missing != NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The version has no song or folder “%s”."), missing);
      return NULL;
    }
  return collect_make (record, wanted, cancellable, error);
}

/* Adds what no newer version contained. @taken: for each label the version that it is taken from; @zip_taken: the same
 * for the zip; @known: the labels of this version are added. */
static gboolean
collect_add_missing (NamidaDatabase *database,
                     NamidaBackup *backup,
                     const NamidaVersionRecord *record,
                     GHashTable *taken,
                     GHashTable *known,
                     gint64 *zip_taken,
                     const char *const *labels,
                     guint *number,
                     GError **error)
{
  g_autoptr (GPtrArray) files = namida_version_record_files (database, record, error);
  int fd;

  if (files == NULL)
    return FALSE;
  collect_note_labels (known, files);
  fd = namida_version_record_open (record);
  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      const gint64 *owner = g_hash_table_lookup (taken, file->label);

      if (!collect_is_wanted (file, labels))
        continue;
      if (file->kind == NAMIDA_VERSION_FILE_ZIP)
        {
          if (*zip_taken == 0)
            *zip_taken = record->id;
          if (*zip_taken == record->id)
            collect_add_file (backup, file, record, fd, ++*number);
          continue;
        }
      if (owner == NULL)
        g_hash_table_insert (taken, g_strdup (file->label), g_memdup2 (&record->id, sizeof record->id));
      if (owner == NULL || *owner == record->id)
        collect_add_file (backup, file, record, fd, ++*number);
    }
  if (fd >= 0)
    close (fd);
  return TRUE;
}

NamidaBackup *
namida_version_collect_newest (NamidaDatabase *database, GPtrArray *records, const char *const *labels, GError **error)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  gint64 zip_taken = 0;
  guint number = 0;

  namida_backup_set_proven (backup, TRUE);
  for (guint i = 0; i < records->len; i++)
    if (!collect_add_missing (database, backup, g_ptr_array_index (records, i), taken, known, &zip_taken, labels,
                              &number, error))
      return NULL;
  if (!collect_check_labels (known, labels, error))
    return NULL;
  if (namida_backup_get_entries (backup)->len == 0)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                           _ ("None of the files that could be sent is there. Verify the versions to see what is "
                              "missing."));
      return NULL;
    }
  namida_backup_sort (backup);
  return g_steal_pointer (&backup);
}

typedef struct
{
  char *id;
  char **labels;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->id);
  g_strfreev (question->labels);
  g_free (question);
}

static void
collect_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;
  GError *error = NULL;
  NamidaBackup *backup = namida_version_collect (namida_store_get_database (source), question->id,
                                                 (const char *const *) question->labels, cancellable, &error);

  if (backup != NULL)
    g_task_return_pointer (task, backup, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
namida_version_collect_async (NamidaStore *store,
                              const char *id,
                              const char *const *labels,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->id = g_strdup (id);
  question->labels = g_strdupv ((char **) labels);
  g_task_set_source_tag (task, namida_version_collect_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, collect_thread);
}

NamidaBackup *
namida_version_collect_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
