/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaReceiveFiles: tokens and offsets of files, and their results at the end of a session. Called by
 * NamidaReceiveSession under its lock. */
#include "config.h"

#include "namida-receive-files.h"

#include "namida-error.h"
#include "namida-free-later.h"
#include "namida-pin-guard.h"

#include <glib/gi18n-lib.h>

#define TOKEN_BYTES 16

typedef struct
{
  guint index;
  guint64 there; /* the length of the part in bytes */
  char *token;   /* (nullable): NULL if it is here completely and will not be sent */
  char *sha256;  /* (nullable): of the whole file, once it is complete */
  gboolean busy, counted;
} File;

struct _NamidaReceiveFiles
{
  NamidaBackup *backup;
  NamidaTransfer *transfer;
  GHashTable *files;   /* id of the entry → File: the files to store */
  guint n_wanted;      /* the number of files to receive */
  GPtrArray *declined; /* the ids of declined entries */
  GHashTable *codes;   /* index → NamidaError: why the disk did not accept a file */
};

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->token);
  g_free (file->sha256);
  g_free (file);
}

void
namida_receive_files_free (NamidaReceiveFiles *self)
{
  namida_free_later (self->files, (GDestroyNotify) g_hash_table_unref);
  g_hash_table_unref (self->codes);
  g_ptr_array_unref (self->declined);
  g_object_unref (self->backup);
  g_object_unref (self->transfer);
  g_free (self);
}

static void
receive_files_add_entry (NamidaReceiveFiles *self, guint index, const NamidaEntry *entry, const NamidaWant *want)
{
  File *file;

  if (want->declined)
    {
      namida_transfer_set_result (self->transfer, index, NAMIDA_FILE_DECLINED, _ ("You did not accept this file."));
      g_ptr_array_add (self->declined, entry->id);
      return;
    }
  if (!want->wanted)
    {
      namida_transfer_set_result (self->transfer, index, NAMIDA_FILE_KEPT_EXISTING, NULL);
      namida_transfer_add_bytes (self->transfer, (gint64) entry->size);
      namida_transfer_add_files (self->transfer, entry->kind != NAMIDA_ENTRY_FOLDER);
      return;
    }
  file = g_new0 (File, 1);
  file->index = index;
  file->there = MIN (want->offset, entry->size);
  if (want->sha256 != NULL)
    {
      file->sha256 = g_strdup (want->sha256);
      namida_transfer_add_files (self->transfer, 1);
    }
  else
    {
      file->token = namida_random_hex (TOKEN_BYTES);
      self->n_wanted++;
    }
  namida_transfer_add_bytes (self->transfer, (gint64) file->there);
  g_hash_table_insert (self->files, entry->id, file);
}

NamidaReceiveFiles *
namida_receive_files_new (NamidaBackup *backup, NamidaTransfer *transfer, const NamidaWant *wants)
{
  NamidaReceiveFiles *self = g_new0 (NamidaReceiveFiles, 1);
  GPtrArray *entries = namida_backup_get_entries (backup);

  self->backup = g_object_ref (backup);
  self->transfer = g_object_ref (transfer);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, file_free);
  self->codes = g_hash_table_new (NULL, NULL);
  self->declined = g_ptr_array_new ();
  for (guint i = 0; i < entries->len; i++)
    receive_files_add_entry (self, i, g_ptr_array_index (entries, i), &wants[i]);
  return self;
}

guint
namida_receive_files_count (NamidaReceiveFiles *self)
{
  return self->n_wanted;
}

guint
namida_receive_files_count_declined (NamidaReceiveFiles *self)
{
  return self->declined->len;
}

void
namida_receive_files_grant (NamidaReceiveFiles *self, NamidaOfferAnswer *answer)
{
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &id, &value))
    if (((File *) value)->token != NULL)
      namida_offer_answer_grant (answer, id, ((File *) value)->token, ((File *) value)->there);
  for (guint i = 0; i < self->declined->len; i++)
    namida_offer_answer_decline (answer, g_ptr_array_index (self->declined, i));
}

GHashTable *
namida_receive_files_dup_offsets (NamidaReceiveFiles *self)
{
  GHashTable *offsets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &id, &value))
    g_hash_table_insert (offsets, g_strdup (id), g_memdup2 (&((File *) value)->there, sizeof (guint64)));
  return offsets;
}

/* ---- uploads ---- */

static NamidaEntry *
receive_files_entry_at (NamidaReceiveFiles *self, guint index)
{
  return g_ptr_array_index (namida_backup_get_entries (self->backup), index);
}

gboolean
namida_receive_files_check_token (NamidaReceiveFiles *self, const NamidaUploadQuery *query)
{
  File *file = g_hash_table_lookup (self->files, query->file_id);

  return file != NULL && file->token != NULL && namida_equal_secret (file->token, query->token);
}

static gboolean
receive_files_check_upload (
    File *file, const NamidaUploadQuery *query, gint64 length, guint64 size, gint64 *right_offset, GError **error)
{
  if (file->busy)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("This file is being received already."));
  else if (query->offset > file->there)
    {
      *right_offset = (gint64) file->there;
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_OFFSET,
                           _ ("Less of this file is here than the other device believes."));
    }
  else if (query->piece ? length < 0 || query->offset > size || (guint64) length > size - query->offset
                        : length >= 0 && (guint64) length != size - query->offset)
    g_set_error_literal (
        error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
        _ ("A file does not have the size that was announced. It may have changed since; send it again."));
  else
    return TRUE;
  return FALSE;
}

/* The file starts over from @offset, so the bytes after it no longer count. */
static void
receive_files_take_back (NamidaReceiveFiles *self, File *file, guint64 offset)
{
  namida_transfer_add_bytes (self->transfer, (gint64) offset - (gint64) file->there);
  file->there = offset;
  g_clear_pointer (&file->sha256, g_free);
  if (file->counted)
    namida_transfer_add_files (self->transfer, -1);
  file->counted = FALSE;
}

gboolean
namida_receive_files_begin (NamidaReceiveFiles *self,
                            const NamidaUploadQuery *query,
                            gint64 length,
                            NamidaUpload *upload,
                            gint64 *right_offset,
                            GError **error)
{
  File *file = g_hash_table_lookup (self->files, query->file_id);
  guint64 size = receive_files_entry_at (self, file->index)->size;

  if (!receive_files_check_upload (file, query, length, size, right_offset, error))
    return FALSE;
  receive_files_take_back (self, file, query->offset);
  namida_transfer_set_result (self->transfer, file->index, NAMIDA_FILE_PENDING, NULL);
  file->busy = TRUE;
  *upload = (NamidaUpload){ .index = file->index, .offset = query->offset, .size = size };
  return TRUE;
}

void
namida_receive_files_end (NamidaReceiveFiles *self, const NamidaUpload *upload, guint64 there, const char *sha256)
{
  NamidaEntry *entry = receive_files_entry_at (self, upload->index);
  File *file = g_hash_table_lookup (self->files, entry->id);

  file->there = there;
  file->sha256 = g_strdup (sha256);
  file->counted = sha256 != NULL && entry->kind != NAMIDA_ENTRY_FOLDER;
  file->busy = FALSE;
  if (!file->counted)
    return;
  namida_transfer_add_files (self->transfer, 1);
  namida_transfer_add_moved (self->transfer, 1, 1);
}

/* ---- finish ---- */

static NamidaCommit *
receive_files_make_commits (NamidaReceiveFiles *self, GHashTable *hashes, guint *n)
{
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  NamidaCommit *commits = g_new0 (NamidaCommit, MAX (entries->len, 1));

  *n = 0;
  for (guint i = 0; i < entries->len; i++)
    {
      const char *id = receive_files_entry_at (self, i)->id;
      File *file = g_hash_table_lookup (self->files, id);
      const char *sent = hashes != NULL ? g_hash_table_lookup (hashes, id) : NULL;

      /* A part that was complete before has been compared already. */
      if (sent == NULL && file != NULL && file->token == NULL)
        sent = file->sha256;
      commits[(*n)++] = (NamidaCommit){ .index = i,
                                        .sent_sha256 = sent,
                                        .received_sha256 = file != NULL ? file->sha256 : NULL,
                                        .result = file != NULL ? NAMIDA_FILE_MISSING : NAMIDA_FILE_KEPT_EXISTING };
    }
  return commits;
}

/* For a file that was not wanted: whether the local content is what the sender has read in the meantime. */
static gboolean
receive_files_is_what_is_here (NamidaReceiveFiles *self, const NamidaEntry *entry, const char *asked)
{
  return g_hash_table_contains (self->files, entry->id) || entry->kind == NAMIDA_ENTRY_FOLDER
         || (entry->sha256 != NULL && g_ascii_strcasecmp (entry->sha256, asked) == 0);
}

/* Writes the results of the files that the sender asked about, and of all others that failed or were received. */
static char *
receive_files_format_results (NamidaReceiveFiles *self, GHashTable *hashes, gsize *length)
{
  g_autoptr (GHashTable) results = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  NamidaFinishHealed healed;

  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = receive_files_entry_at (self, i);
      const char *asked = g_hash_table_lookup (hashes, entry->id);
      NamidaFileResult result = namida_transfer_get_result (self->transfer, i);

      if (asked == NULL && !g_hash_table_contains (self->files, entry->id) && namida_file_result_is_success (result))
        continue;
      if (asked != NULL && namida_file_result_is_success (result)
          && !receive_files_is_what_is_here (self, entry, asked))
        result = NAMIDA_FILE_MISMATCH;
      g_hash_table_insert (results, entry->id,
                           namida_finish_value_new (result, (NamidaError) GPOINTER_TO_UINT (g_hash_table_lookup (
                                                                self->codes, GUINT_TO_POINTER (i)))));
    }
  healed.files = namida_transfer_get_healed (self->transfer, &healed.versions);
  return namida_finish_answer_format (results, &healed, length);
}

/* The reason why a file is incomplete may be known since its upload. */
static void
receive_files_set_result (NamidaReceiveFiles *self, const NamidaCommit *commit)
{
  g_autofree char *before
      = commit->result == NAMIDA_FILE_MISSING ? namida_transfer_dup_detail (self->transfer, commit->index) : NULL;
  const char *detail = commit->reason != NULL                   ? commit->reason
                       : commit->result == NAMIDA_FILE_DECLINED ? _ ("You did not accept this file.")
                       : before != NULL                         ? before
                                                                : namida_file_result_get_detail (commit->result);

  namida_transfer_set_result (self->transfer, commit->index, commit->result, detail);
  if (commit->result == NAMIDA_FILE_MISSING && commit->code != NAMIDA_ERROR_INTERNAL)
    g_hash_table_insert (self->codes, GUINT_TO_POINTER (commit->index), GUINT_TO_POINTER ((guint) commit->code));
}

/* @hashes: (nullable): NULL if nothing was wanted. */
static gboolean
receive_files_commit (NamidaReceiveFiles *self, NamidaSink *sink, GHashTable *hashes, GError **error)
{
  guint n;
  g_autofree NamidaCommit *commits = receive_files_make_commits (self, hashes, &n);
  gboolean ok = namida_sink_commit (sink, commits, n, error);
  guint healed, versions;

  if (ok && (healed = namida_sink_get_healed (sink, &versions)) > 0)
    namida_transfer_set_healed (self->transfer, healed, versions);
  for (guint i = 0; i < n; i++)
    {
      if (ok)
        receive_files_set_result (self, &commits[i]);
      g_free (commits[i].reason);
    }
  return ok;
}

gboolean
namida_receive_files_commit_known (NamidaReceiveFiles *self, NamidaSink *sink, GError **error)
{
  return receive_files_commit (self, sink, NULL, error);
}

gboolean
namida_receive_files_commit (
    NamidaReceiveFiles *self, NamidaSink *sink, GHashTable *hashes, char **answer, gsize *length, GError **error)
{
  if (!receive_files_commit (self, sink, hashes, error))
    return FALSE;
  *answer = receive_files_format_results (self, hashes, length);
  return TRUE;
}
