/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes files that the index does not know before a backup is offered, if the receiver may already have them. Disks
 * are faster than wireless networks, so reading is cheaper than sending. Called by the senders in their worker threads,
 * before the offer is written. */
#include "config.h"

#include "namida-read-unknown.h"

#include "namida-digest.h"
#include "namida-file-reader.h"
#include "namida-hash-index.h"

#include <errno.h>
#include <unistd.h>

#define BUFFER_BYTES (1024 * 1024)
/* Results are written to the index in batches of this size, so that a canceled attempt does not read the files
 * again. */
#define ROWS_AT_ONCE 200u
/* The best speed of a wireless network. Reading at ten times that speed takes a tenth of the time of sending. */
#define SENDING_BYTES_PER_SECOND (30u * 1000 * 1000)
#define TENTH 10u
#define FREE_US (200 * 1000) /* too short to be noticed */

typedef struct
{
  NamidaSender *sender;
  GCancellable *cancellable;
  GPtrArray *rows; /* NamidaHashRow */
  guint8 *buffer;
  guint read;
} ReadUnknown;

/* Whether the query returns a row. Takes ownership of the statement. */
static gboolean
read_unknown_has_row (sqlite3_stmt *statement)
{
  gboolean found = statement != NULL && sqlite3_step (statement) == SQLITE_ROW;

  sqlite3_finalize (statement);
  return found;
}

/* Whether this device has sent music folders with these names to the receiver before. */
static gboolean
read_unknown_was_sent (ReadUnknown *self)
{
  NamidaDatabase *database = self->sender->database;
  g_autofree char *scope = namida_backup_dup_scope (namida_transfer_get_backup (self->sender->transfer));
  gboolean sent;

  if (self->sender->fingerprint == NULL)
    return FALSE;
  namida_database_lock (database);
  sent = read_unknown_has_row (
      namida_database_prepare (database, NULL,
                               "SELECT 1 FROM sessions WHERE direction = 'send' AND fingerprint = ? AND scope = ?"
                               " AND state IN ('finished', 'incomplete', 'parked') LIMIT 1",
                               "ss", self->sender->fingerprint, scope));
  namida_database_unlock (database);
  return sent;
}

static gboolean
read_unknown_is_file (const NamidaEntry *entry)
{
  return entry->kind != NAMIDA_ENTRY_FOLDER && entry->source != NULL;
}

/* Whether the file was read once, even if it has changed since. */
static gboolean
read_unknown_was_read (sqlite3_stmt *statement, const NamidaEntry *entry)
{
  gboolean read;

  sqlite3_bind_int64 (statement, 1, (sqlite3_int64) entry->inode);
  sqlite3_bind_int64 (statement, 2, (sqlite3_int64) entry->size);
  read = sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_reset (statement);
  return read;
}

/* Marks the files that have no hash and were read once, with one statement and in one read transaction for all of them:
 * a statement for each file takes longer than everything else before the offer. Returns: (transfer full). */
static guint8 *
read_unknown_mark (ReadUnknown *self, GPtrArray *entries)
{
  guint8 *marks = g_new0 (guint8, MAX (entries->len, 1));
  sqlite3 *handle = namida_database_lock (self->sender->database);
  sqlite3_stmt *statement;

  sqlite3_exec (handle, "BEGIN", NULL, NULL, NULL);
  statement = namida_database_prepare (self->sender->database, NULL,
                                       "SELECT 1 FROM contents WHERE inode = ? AND size = ? LIMIT 1", "");
  for (guint i = 0; statement != NULL && i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      marks[i] = read_unknown_is_file (entry) && entry->sha256 == NULL && read_unknown_was_read (statement, entry);
    }
  sqlite3_finalize (statement);
  sqlite3_exec (handle, "COMMIT", NULL, NULL, NULL);
  namida_database_unlock (self->sender->database);
  return marks;
}

static char *
read_unknown_hash (ReadUnknown *self, int fd)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();

  while (!g_cancellable_is_cancelled (self->cancellable))
    {
      ssize_t n = read (fd, self->buffer, BUFFER_BYTES);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return NULL;
      if (n == 0)
        return namida_digest_finish (digest);
      namida_digest_update (digest, self->buffer, (gsize) n);
    }
  return NULL;
}

static void
read_unknown_store (ReadUnknown *self)
{
  g_autoptr (GError) error = NULL;

  if (self->rows->len > 0 && !namida_hash_index_store (self->sender->database, self->rows, &error))
    g_message ("%s", error->message);
  g_ptr_array_set_size (self->rows, 0);
}

/* A file that cannot be read, or that changes in the meantime, is offered without a hash; sending it will report the
 * problem. */
static void
read_unknown_read (ReadUnknown *self, NamidaEntry *entry)
{
  g_autofree char *hash = NULL;
  struct stat before, after;
  int fd = namida_source_open (entry, &before, NULL);

  if (fd < 0)
    return;
  hash = read_unknown_hash (self, fd);
  if (hash != NULL && namida_source_check (entry, fd, &before, NULL) && fstat (fd, &after) == 0
      && after.st_ctim.tv_sec == before.st_ctim.tv_sec && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec)
    {
      g_ptr_array_add (self->rows, namida_hash_row_new (entry->source, &before, hash));
      g_free (entry->sha256);
      entry->sha256 = g_steal_pointer (&hash);
      if (self->sender->read_before == NULL)
        self->sender->read_before = g_hash_table_new (NULL, NULL);
      g_hash_table_add (self->sender->read_before, entry);
      self->read++;
    }
  close (fd);
  if (self->rows->len >= ROWS_AT_ONCE)
    read_unknown_store (self);
}

guint
namida_sender_read_unknown (NamidaSender *self, GCancellable *cancellable)
{
  NamidaBackup *backup = namida_transfer_get_backup (self->transfer);
  GPtrArray *entries = namida_backup_get_entries (backup);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  g_autofree guint8 *buffer = NULL;
  g_autofree guint8 *marks = NULL;
  ReadUnknown work = { .sender = self, .cancellable = cancellable, .rows = rows };
  gboolean all = namida_backup_get_reread (backup), sent;

  if (self->database == NULL || namida_backup_get_proven (backup))
    return 0;
  work.buffer = buffer = g_malloc (BUFFER_BYTES);
  g_clear_pointer (&self->read_before, g_hash_table_unref);
  self->read_before = g_hash_table_new (NULL, NULL);
  sent = !all && read_unknown_was_sent (&work);
  if (!all && !sent)
    marks = read_unknown_mark (&work, entries);
  for (guint i = 0; i < entries->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (!read_unknown_is_file (entry))
        continue;
      if (all || (entry->sha256 == NULL && (sent || marks[i])))
        read_unknown_read (&work, entry);
    }
  read_unknown_store (&work);
  return work.read;
}

guint
namida_sender_read_quickly (NamidaSender *self, GCancellable *cancellable)
{
  NamidaBackup *backup = namida_transfer_get_backup (self->transfer);
  GPtrArray *entries = namida_backup_get_entries (backup);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  g_autofree guint8 *buffer = NULL;
  ReadUnknown work = { .sender = self, .cancellable = cancellable, .rows = rows };
  gint64 began = g_get_monotonic_time ();
  guint64 bytes = 0;

  if (self->database == NULL || namida_backup_get_proven (backup))
    return 0;
  work.buffer = buffer = g_malloc (BUFFER_BYTES);
  for (guint i = 0; i < entries->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);
      gint64 allowed = FREE_US + (gint64) (bytes * (G_USEC_PER_SEC / TENTH) / SENDING_BYTES_PER_SECOND);

      if (!read_unknown_is_file (entry) || entry->sha256 != NULL)
        continue;
      /* This disk or processor is too slow: offer the remaining files without hashes. */
      if (g_get_monotonic_time () - began > allowed)
        break;
      read_unknown_read (&work, entry);
      bytes += entry->size;
    }
  read_unknown_store (&work);
  return work.read;
}
