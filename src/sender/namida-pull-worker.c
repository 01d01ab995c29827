/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-pull-worker.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-messages.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#define TARGET "/api/namidasync/v1/"
#define BLOCK_BYTES (256u * 1024)
#define CONNECTIONS_MOST 4u

NamidaUploadConnection *
namida_pull_connect (
    NamidaIdentity *identity, GPtrArray *addresses, const char *fingerprint, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) first = NULL;

  for (guint i = 0; i < addresses->len; i++)
    {
      g_autoptr (GError) local = NULL;
      NamidaUploadConnection *connection
          = namida_upload_connection_new (identity, g_ptr_array_index (addresses, i), fingerprint, cancellable, &local);

      if (connection != NULL)
        return connection;
      if (first == NULL)
        first = g_steal_pointer (&local);
    }
  if (first == NULL)
    first = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                 _ ("The device has no address: look for it again."));
  g_propagate_error (error, g_steal_pointer (&first));
  return NULL;
}

/* A whole body. NULL with @error. */
static GByteArray *
read_body (NamidaUploadConnection *connection, const NamidaHttpAnswerHead *head, gsize most, GError **error)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  if (head->content_length < 0 || (guint64) head->content_length > most)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                           _ ("The other device answered with more than it may: update both."));
      return NULL;
    }
  while (body->len < (guint64) head->content_length)
    {
      guint8 block[16 * 1024];
      gssize n = namida_upload_connection_read_body (
          connection, block, (gsize) MIN (sizeof block, (guint64) head->content_length - body->len), error);

      if (n < 0)
        return NULL;
      g_byte_array_append (body, block, (guint) n);
    }
  return g_steal_pointer (&body);
}

/* What the other side says instead. */
static void
take_refusal (NamidaUploadConnection *connection, const NamidaHttpAnswerHead *head, GError **error)
{
  g_autoptr (GByteArray) body = read_body (connection, head, NAMIDA_LIMIT_JSON_BYTES, NULL);
  gboolean some = body != NULL && body->len > 0;
  gint64 offset;

  g_propagate_error (error, namida_error_answer_parse (some ? (const char *) body->data : "", some ? body->len : 0,
                                                       head->status, &offset));
}

GByteArray *
namida_pull_ask (NamidaUploadConnection *connection, const char *target, const char *json, gsize most, GError **error)
{
  g_autofree char *path = g_strconcat (TARGET, target, NULL);
  NamidaHttpAnswerHead head;

  if (!namida_upload_connection_ask (connection, path, json, 0, &head, error))
    return NULL;
  if (head.status == 200)
    return read_body (connection, &head, most, error);
  take_refusal (connection, &head, error);
  return NULL;
}

static GByteArray *
ask_one (NamidaIdentity *identity,
         GInetSocketAddress *address,
         const char *fingerprint,
         const char *target,
         const char *json,
         gsize most,
         GCancellable *cancellable,
         GError **error)
{
  NamidaUploadConnection *connection
      = namida_upload_connection_new (identity, address, fingerprint, cancellable, error);
  GByteArray *body;

  if (connection == NULL)
    return NULL;
  body = namida_pull_ask (connection, target, json, most, error);
  namida_upload_connection_free (connection);
  return body;
}

GByteArray *
namida_pull_ask_any (NamidaIdentity *identity,
                     GPtrArray *addresses,
                     const char *fingerprint,
                     const char *target,
                     const char *json,
                     gsize most,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (GError) told = NULL; /* who refuses says more than who is not there */
  gboolean told_away = FALSE;

  for (guint i = 0; i < addresses->len; i++)
    {
      g_autoptr (GError) local = NULL;
      GByteArray *body = ask_one (identity, addresses->pdata[i], fingerprint, target, json, most, cancellable, &local);
      gboolean unknown = g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
      gboolean away = g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE)
                      || g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED);

      if (body != NULL)
        {
          g_ptr_array_insert (addresses, 0, g_ptr_array_steal_index (addresses, i));
          return body;
        }
      if (told == NULL || (told_away && !away))
        {
          told_away = away;
          g_clear_error (&told);
          told = g_steal_pointer (&local);
        }
      if ((!unknown && !away) || g_cancellable_is_cancelled (cancellable))
        break;
    }
  if (told == NULL)
    told = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                _ ("The device has no address: look for it again."));
  g_propagate_error (error, g_steal_pointer (&told));
  return NULL;
}

/* ---- files ---- */

/* What the threads of one fetching share. */
typedef struct
{
  NamidaPull *pull;
  GMutex lock; /* guards: */
  guint next;
  GError *error; /* the first that ends it all */
} Crew;

static gboolean
take_next (Crew *crew, guint *index)
{
  GPtrArray *entries = namida_backup_get_entries (crew->pull->backup);
  gboolean found = FALSE;

  g_mutex_lock (&crew->lock);
  while (crew->error == NULL && crew->next < entries->len && !found)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, crew->next);

      *index = crew->next++;
      found = crew->pull->wants[*index].wanted && entry->kind != NAMIDA_ENTRY_FOLDER;
    }
  g_mutex_unlock (&crew->lock);
  return found;
}

/* @error: (transfer full) */
static void
give_up (Crew *crew, GError *error)
{
  g_mutex_lock (&crew->lock);
  if (crew->error == NULL)
    crew->error = error;
  else
    g_error_free (error);
  g_mutex_unlock (&crew->lock);
}

static gboolean
write_all (int fd, const guint8 *data, gsize length, guint64 offset, GError **error)
{
  while (length > 0)
    {
      ssize_t n = pwrite (fd, data, length, (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          namida_error_set_from_errno (error, errno, _ ("Could not write what was fetched"));
          return FALSE;
        }
      data += n;
      length -= (gsize) n;
      offset += (guint64) n;
    }
  return TRUE;
}

static gboolean
receive (NamidaPull *pull,
         NamidaUploadConnection *connection,
         int fd,
         NamidaDigest *digest,
         guint64 *there,
         guint64 size,
         GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_BYTES);

  while (*there < size)
    {
      gssize n
          = namida_upload_connection_read_body (connection, block, (gsize) MIN (BLOCK_BYTES, size - *there), error);

      if (n < 0 || !write_all (fd, block, (gsize) n, *there, error))
        return FALSE;
      namida_digest_update (digest, block, (gsize) n);
      *there += (guint64) n;
      namida_transfer_add_bytes (pull->transfer, n);
    }
  return TRUE;
}

static void
leave_out (NamidaPull *pull, guint index, const GError *reason)
{
  namida_transfer_set_result (pull->transfer, index, NAMIDA_FILE_MISSING, reason->message);
}

/* One of the threads. */
typedef struct
{
  NamidaPull *pull;
  NamidaUploadConnection *connection; /* (nullable) */
} Fetcher;

static gboolean
fetcher_connect (Fetcher *self, GError **error)
{
  NamidaPull *pull = self->pull;

  if (self->connection != NULL && !namida_upload_connection_get_reusable (self->connection))
    g_clear_pointer (&self->connection, namida_upload_connection_free);
  if (self->connection == NULL)
    self->connection
        = namida_pull_connect (pull->identity, pull->addresses, pull->fingerprint, pull->cancellable, error);
  return self->connection != NULL;
}

/* A session that is over or a trust that is withdrawn: no other file will come either. */
static gboolean
ends_it_all (const GError *reason)
{
  return g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED)
         || g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
}

/* Asks for the rest of a file. @refused: (out): why this file does not come. */
static gboolean
ask_for (Fetcher *self, guint index, guint64 there, GError **refused, GError **error)
{
  NamidaPull *pull = self->pull;
  const NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (pull->backup), index);
  g_autofree char *target = g_strdup_printf (TARGET "download?sessionId=%s&fileId=%s", pull->session_id, entry->id);
  NamidaHttpAnswerHead head;

  if (!fetcher_connect (self, error)
      || !namida_upload_connection_ask (self->connection, target, NULL, there, &head, error))
    return FALSE;
  if (head.status != (there > 0 ? 206u : 200u))
    {
      take_refusal (self->connection, &head, refused);
      return FALSE;
    }
  if (head.content_length >= 0 && (guint64) head.content_length == entry->size - there)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
                       _ ("The other device sent a file of another size than it said. Try again."));
  return FALSE;
}

/* @there: (inout): how much of it is here. Returns: %FALSE with @error when it did not come to its end; %TRUE also when
 * the file was left out. */
static gboolean
fetch (Fetcher *self, guint index, guint64 *there, GError **error)
{
  NamidaPull *pull = self->pull;
  const NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (pull->backup), index);
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autoptr (GError) refused = NULL;
  gboolean fine;
  int fd;

  /* While what is here already is hashed, a connection would wait longer than the other side does. */
  if (*there > 0)
    g_clear_pointer (&self->connection, namida_upload_connection_free);
  fd = namida_sink_open_part (pull->sink, index, *there, digest, error);
  if (fd < 0)
    return FALSE;
  fine = *there == entry->size
         || (ask_for (self, index, *there, &refused, error)
             && receive (pull, self->connection, fd, digest, there, entry->size, error));
  if (!namida_sink_close_part (pull->sink, index, fd, *there, fine, fine ? error : NULL))
    fine = FALSE;
  if (refused != NULL)
    {
      leave_out (pull, index, refused);
      if (!ends_it_all (refused))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&refused));
      return FALSE;
    }
  if (!fine)
    return FALSE;
  pull->hashes[index] = namida_digest_finish (digest);
  namida_transfer_add_files (pull->transfer, 1);
  return TRUE;
}

/* A connection that is lost is made again, and the file goes on where it stopped; only connections that bring nothing
 * use up the tries. Returns: %FALSE with @error when nothing more can come. */
static gboolean
fetch_with_tries (Fetcher *self, guint index, GError **error)
{
  NamidaPull *pull = self->pull;
  const NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (pull->backup), index);
  g_autofree char *path = namida_entry_dup_path (entry);
  guint64 there = pull->wants[index].offset;
  guint breaks = 0;

  namida_transfer_set_current_file (pull->transfer, path);
  while (TRUE)
    {
      g_autoptr (GError) reason = NULL;
      guint64 before = there;

      if (fetch (self, index, &there, &reason))
        return TRUE;
      if (there > before)
        breaks = 0;
      if (!g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE) || breaks >= NAMIDA_MAX_BREAKS
          || g_cancellable_is_cancelled (pull->cancellable))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      g_debug ("Fetching “%s” goes on from byte %" G_GUINT64_FORMAT ": %s", path, there, reason->message);
      namida_upload_connection_back_off (++breaks, pull->cancellable);
    }
}

static gpointer
crew_thread (gpointer data)
{
  Crew *crew = data;
  Fetcher fetcher = { .pull = crew->pull };
  GError *error = NULL;
  guint index = 0;

  while (error == NULL && take_next (crew, &index))
    fetch_with_tries (&fetcher, index, &error);
  if (error != NULL)
    give_up (crew, error);
  g_clear_pointer (&fetcher.connection, namida_upload_connection_free);
  return NULL;
}

static guint
count_wanted (NamidaPull *pull)
{
  guint n = 0;

  for (guint i = 0; i < namida_backup_get_entries (pull->backup)->len; i++)
    n += pull->wants[i].wanted;
  return n;
}

gboolean
namida_pull_run (NamidaPull *pull, GError **error)
{
  Crew crew = { .pull = pull };
  guint n_threads = MIN (CONNECTIONS_MOST, count_wanted (pull));
  GThread *threads[CONNECTIONS_MOST];

  g_mutex_init (&crew.lock);
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("pull", crew_thread, &crew);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&crew.lock);
  if (crew.error == NULL)
    return TRUE;
  g_propagate_error (error, crew.error);
  return FALSE;
}
