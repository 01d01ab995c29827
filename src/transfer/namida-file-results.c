/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaFileResults: the result of each file of a backup, protected by a lock. Owned by NamidaTransfer; any
 * thread. */
#include "config.h"

#include "namida-file-results.h"

#include <string.h>

struct _NamidaFileResults
{
  GMutex lock;          /* guards the following members */
  NamidaBackup *backup; /* (nullable) */
  guint8 *results;      /* NamidaFileResult, one for each entry */
  guint n_results;
  GHashTable *details; /* index → sentence */
};

NamidaFileResults *
namida_file_results_new (void)
{
  NamidaFileResults *self = g_new0 (NamidaFileResults, 1);

  g_mutex_init (&self->lock);
  self->details = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

void
namida_file_results_free (NamidaFileResults *self)
{
  g_clear_object (&self->backup);
  g_free (self->results);
  g_hash_table_unref (self->details);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
namida_file_results_set_backup (NamidaFileResults *self, NamidaBackup *backup)
{
  guint n = namida_backup_get_entries (backup)->len;

  g_mutex_lock (&self->lock);
  g_set_object (&self->backup, backup);
  g_free (self->results);
  self->results = g_new0 (guint8, MAX (n, 1));
  self->n_results = n;
  g_hash_table_remove_all (self->details);
  g_mutex_unlock (&self->lock);
}

void
namida_file_results_forget (NamidaFileResults *self)
{
  g_mutex_lock (&self->lock);
  if (self->results != NULL)
    memset (self->results, 0, self->n_results);
  g_hash_table_remove_all (self->details);
  g_mutex_unlock (&self->lock);
}

void
namida_file_results_set (NamidaFileResults *self, guint index, NamidaFileResult result, const char *detail)
{
  g_mutex_lock (&self->lock);
  if (index < self->n_results)
    {
      self->results[index] = (guint8) result;
      if (detail != NULL)
        g_hash_table_insert (self->details, GUINT_TO_POINTER (index), g_strdup (detail));
      else
        g_hash_table_remove (self->details, GUINT_TO_POINTER (index));
    }
  g_mutex_unlock (&self->lock);
}

NamidaFileResult
namida_file_results_get (NamidaFileResults *self, guint index)
{
  NamidaFileResult result;

  g_mutex_lock (&self->lock);
  result = index < self->n_results ? self->results[index] : NAMIDA_FILE_PENDING;
  g_mutex_unlock (&self->lock);
  return result;
}

char *
namida_file_results_dup_detail (NamidaFileResults *self, guint index)
{
  char *detail;

  g_mutex_lock (&self->lock);
  detail = g_strdup (g_hash_table_lookup (self->details, GUINT_TO_POINTER (index)));
  g_mutex_unlock (&self->lock);
  return detail;
}

/* Empty folders that the other side cannot receive are left out intentionally, like links. */
static gboolean
results_is_failure (gboolean folder, NamidaFileResult result)
{
  return !namida_file_result_is_success (result) && !(folder && result == NAMIDA_FILE_LEFT_OUT);
}

static void
file_results_add (NamidaFileCounts *counts, const NamidaEntry *entry, NamidaFileResult result)
{
  if (entry->kind == NAMIDA_ENTRY_FOLDER)
    {
      counts->failed_folders += results_is_failure (TRUE, result);
      return;
    }
  counts->files++;
  counts->by_result[result]++;
  if (result == NAMIDA_FILE_STORED)
    {
      counts->stored++;
      counts->bytes += entry->size;
    }
  else if (namida_file_result_is_success (result))
    counts->kept++;
  else
    counts->failed++;
}

NamidaFileCounts
namida_file_results_count (NamidaFileResults *self)
{
  NamidaFileCounts counts = { 0 };
  GPtrArray *entries;

  g_mutex_lock (&self->lock);
  entries = self->backup != NULL ? namida_backup_get_entries (self->backup) : NULL;
  for (guint i = 0; i < self->n_results; i++)
    file_results_add (&counts, g_ptr_array_index (entries, i), self->results[i]);
  g_mutex_unlock (&self->lock);
  return counts;
}

char *
namida_file_results_dup_failed (NamidaFileResults *self, gboolean folders, guint most, char **detail)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *first = NULL;
  GPtrArray *entries;
  guint n = 0;

  g_mutex_lock (&self->lock);
  entries = self->backup != NULL ? namida_backup_get_entries (self->backup) : NULL;
  for (guint i = 0; i < self->n_results && n <= most; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *path = NULL;

      if ((entry->kind == NAMIDA_ENTRY_FOLDER) != folders || !results_is_failure (folders, self->results[i]))
        continue;
      if (n++ == most)
        {
          g_string_append (names, ", …");
          break;
        }
      path = namida_entry_dup_path (entry);
      g_string_append_printf (names, n == 1 ? "“%s”" : ", “%s”", path);
      if (first == NULL)
        first = g_strdup (g_hash_table_lookup (self->details, GUINT_TO_POINTER (i)));
    }
  g_mutex_unlock (&self->lock);
  if (detail != NULL)
    *detail = g_steal_pointer (&first);
  return g_string_free (g_steal_pointer (&names), FALSE);
}
