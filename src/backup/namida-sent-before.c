/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares a backup with the table of given contents; see the header. Blocking; worker threads. */
#include "config.h"

#include "namida-sent-before.h"

#include "namida-content.h"
#include "namida-given-content.h"
#include "namida-hash-index.h"

/* Returns: (transfer full): one flag for each entry. @sum: (out): the sum of the flagged entries. */
static gboolean *
sent_before_find (NamidaDatabase *database, const char *fingerprint, NamidaBackup *backup, NamidaSentBefore *sum)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  gboolean *found = g_new0 (gboolean, MAX (entries->len, 1));

  *sum = (NamidaSentBefore){ 0 };
  /* If the files are to be read again, what is remembered about them does not count. */
  if (namida_backup_get_reread (backup) || !namida_given_content_any (database, fingerprint))
    return found;
  namida_hash_index_fill (database, backup);
  namida_given_content_mark (database, fingerprint, entries, found);
  for (guint i = 0; i < entries->len; i++)
    if (found[i])
      {
        sum->files++;
        sum->bytes += ((const NamidaEntry *) entries->pdata[i])->size;
      }
  return found;
}

NamidaSentBefore
namida_sent_before_count (NamidaDatabase *database, const char *fingerprint, NamidaBackup *backup)
{
  NamidaSentBefore sum;

  g_free (sent_before_find (database, fingerprint, backup, &sum));
  return sum;
}

NamidaBackup *
namida_sent_before_leave_out (NamidaDatabase *database,
                              const char *fingerprint,
                              NamidaBackup *backup,
                              NamidaSentBefore *left)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  g_autofree gboolean *found = sent_before_find (database, fingerprint, backup, left);
  NamidaBackup *copy;

  if (left->files == 0)
    return g_object_ref (backup);
  copy = namida_backup_new_like (backup);
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = entries->pdata[i];

      if (found[i])
        continue;
      namida_backup_add (copy, namida_entry_ref (entry));
      if (entry->kind == NAMIDA_ENTRY_BACKUP_ZIP)
        namida_backup_set_name (copy, namida_backup_get_name (backup));
    }
  return copy;
}
