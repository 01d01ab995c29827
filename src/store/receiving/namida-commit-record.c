/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds the record of a new version from the results of the commit. Called by the commit before the version gets its
 * final name, or again for a version that already had it when an earlier commit was interrupted. Runs in a worker
 * thread. */
#include "config.h"

#include "namida-commit-private.h"

#include "namida-clock.h"
#include "namida-folder-record.h"
#include "namida-json-cursor.h"

#include <string.h>

/* Returns the time at which the sender made the backup, according to its manifest; 0 if unknown. */
static gint64
commit_get_made (NamidaStoreSink *self)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  const char *key, *text;
  gsize length;
  gint64 made = 0;

  if (self->manifest == NULL)
    return 0;
  text = g_bytes_get_data (self->manifest, &length);
  namida_json_cursor_init (&cursor, text, length);
  if (!namida_json_cursor_enter (&cursor, '{'))
    return 0;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      gboolean found = g_str_equal (key, "timestamp");
      const char *value = found ? namida_json_cursor_string (&cursor, key, NULL) : NULL;
      g_autoptr (GDateTime) time = value != NULL ? g_date_time_new_from_iso8601 (value, zone) : NULL;

      if (time != NULL)
        made = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
      if (value == NULL)
        namida_json_cursor_skip (&cursor, NULL, NULL);
    }
  return made;
}

static void
commit_add_names (NamidaWork *work, NamidaFolderRecord *record)
{
  for (guint i = 0; i < work->rows->len; i++)
    {
      const NamidaStoredRow *row = &g_array_index (work->rows, NamidaStoredRow, i);

      if (row->kind == NAMIDA_VERSION_FILE_ZIP && record->zip == NULL)
        record->zip = g_strdup (row->relative);
      else if (row->kind == NAMIDA_VERSION_FILE_MANIFEST && record->manifest == NULL)
        record->manifest = g_strdup (row->relative);
    }
}

/* A row has both the name that was sent and the place where the file was saved. */
static void
commit_add_sent (const NamidaStoredRow *row, NamidaFolderRecord *record)
{
  g_autofree char *sent = namida_layout_dup_version_path (row->label, row->below);

  namida_folder_record_add_name (record, row->relative, sent);
}

gboolean
namida_work_write_record (NamidaWork *work, GError **error)
{
  NamidaStoreSink *self = work->self;
  g_autoptr (NamidaFolderRecord) record = namida_folder_record_new ();
  guint total = namida_backup_get_files (self->backup), done = work->stored + work->kept;

  record->alias = g_strdup (self->session->alias);
  record->fingerprint = g_strdup (self->session->fingerprint);
  record->uuid = g_strdup (self->uuid);
  record->title = g_strdup (self->session->title);
  record->offer_key = g_strdup (self->session->offer_key);
  record->agreed_by = g_strdup (self->agreed_by);
  record->made = commit_get_made (self);
  record->arrived = namida_clock_real ();
  record->order = namida_journal_get_next_arrival (self->database);
  record->missing = total - MIN (total, done);
  record->left_out = MAX (self->left_out, namida_backup_count_missed (self->backup));
  record->complete = record->missing == 0 && record->left_out == 0;
  commit_add_names (work, record);
  for (guint i = 0; i < work->rows->len; i++)
    {
      const NamidaStoredRow *row = &g_array_index (work->rows, NamidaStoredRow, i);

      if (row->kind != NAMIDA_VERSION_FILE_MANIFEST)
        commit_add_sent (row, record);
      if (row->kind != NAMIDA_VERSION_FILE_FOLDER && row->sha256 != NULL)
        namida_folder_record_add (record, row->relative, row->sha256, row->label, row->size);
    }
  return namida_folder_record_write (record, namida_store_sink_root (self, 0)->fd, error);
}
