/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-pull-worker.h: asks for lists and fetches files over several connections, each with a thread, with
 * ranges and retries. Called by namida-puller.c in workers. */
#include "config.h"

#include "namida-pull-worker.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-messages.h"
#include "namida-path-mtu.h"
#include "namida-sparse.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define TARGET "/api/namidasync/v1/"
#define BLOCK_BYTES (256u * 1024)
#define CONNECTIONS_MOST 4u
#define REFUSAL_BYTES (64u * 1024)

static NamidaHttpConnection *
pull_connect (
    NamidaIdentity *identity, GPtrArray *addresses, const char *fingerprint, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) first = NULL;

  for (guint i = 0; i < addresses->len; i++)
    {
      g_autoptr (GError) local = NULL;
      NamidaHttpPeer peer
          = { .identity = identity, .address = g_ptr_array_index (addresses, i), .fingerprint = fingerprint };
      NamidaHttpConnection *connection = namida_http_connection_new (&peer, cancellable, &local);

      if (connection != NULL)
        return connection;
      if (first == NULL || g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED))
        {
          g_clear_error (&first);
          first = g_steal_pointer (&local);
        }
    }
  if (first == NULL)
    first = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                 _ ("The address of the device is not known. Refresh the device list and try again."));
  g_propagate_error (error, g_steal_pointer (&first));
  return NULL;
}

static GByteArray *
pull_ask_one (
    NamidaHttpPeer peer, const char *target, const char *json, gsize most, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&peer, cancellable, error);
  g_autofree char *path = g_strconcat (TARGET, target, NULL);
  NamidaHttpRequest request = { .method = json != NULL ? "POST" : "GET",
                                .target = path,
                                .type = json != NULL ? "application/json" : NULL,
                                .much_comes = TRUE };
  g_auto (NamidaHttpAnswer) answer = { 0 };

  if (connection == NULL
      || !namida_http_connection_request (connection, request, json, json != NULL ? strlen (json) : 0, most, &answer,
                                          error))
    return NULL;
  if (answer.head.status == 200)
    return g_steal_pointer (&answer.body);
  g_propagate_error (error, namida_error_answer_parse ((const char *) answer.body->data, answer.body->len,
                                                       answer.head.status, NULL));
  return NULL;
}

/* Asks again if large packets were lost: the second connection uses smaller ones. */
static GByteArray *
pull_ask_again (
    NamidaHttpPeer peer, const char *target, const char *json, gsize most, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean was_small = namida_path_mtu_is_small (peer.address);
  GByteArray *body = pull_ask_one (peer, target, json, most, cancellable, &local);

  if (body == NULL && !was_small && namida_path_mtu_is_small (peer.address))
    return pull_ask_one (peer, target, json, most, cancellable, error);
  if (body == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
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
  g_autoptr (GError) told = NULL; /* a refusal tells more than an unreachable address */
  gboolean reported_away = FALSE;

  for (guint i = 0; i < addresses->len; i++)
    {
      g_autoptr (GError) local = NULL;
      NamidaHttpPeer peer = { .identity = identity, .address = addresses->pdata[i], .fingerprint = fingerprint };
      GByteArray *body = pull_ask_again (peer, target, json, most, cancellable, &local);
      gboolean unknown = g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
      gboolean away = g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE)
                      || g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE)
                      || g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED);

      if (body != NULL)
        {
          g_ptr_array_insert (addresses, 0, g_ptr_array_steal_index (addresses, i));
          return body;
        }
      if (told == NULL || (reported_away && !away)
          || g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED))
        {
          reported_away = away;
          g_clear_error (&told);
          told = g_steal_pointer (&local);
        }
      if ((!unknown && !away) || g_cancellable_is_cancelled (cancellable))
        break;
    }
  if (told == NULL)
    told = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                _ ("The address of the device is not known. Refresh the device list and try again."));
  g_propagate_error (error, g_steal_pointer (&told));
  return NULL;
}

/* ---- files ---- */

static gboolean
pull_worker_write_all (int fd, const guint8 *data, gsize length, guint64 offset, GError **error)
{
  while (length > 0)
    {
      ssize_t n = namida_sparse_pwrite (fd, data, length, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          /* Nothing was written, and no reason is given: trying again would never end. */
          namida_error_set_from_write (error, n < 0 ? errno : ENOSPC, fd, _ ("Could not write what was fetched"));
          return FALSE;
        }
      data += n;
      length -= (gsize) n;
      offset += (guint64) n;
    }
  return TRUE;
}

static gboolean
pull_worker_receive (NamidaPull *pull,
                     NamidaHttpConnection *connection,
                     int fd,
                     NamidaDigest *digest,
                     guint64 *there,
                     guint64 size,
                     GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_BYTES);

  while (*there < size)
    {
      gsize length = 0, room = (gsize) MIN (BLOCK_BYTES, size - *there);
      gssize n = 1;

      /* Fill whole blocks, so that blocks of zeros are recognized. What was read before an error counts. */
      while (length < room
             && (n = namida_http_connection_read_body (connection, block + length, room - length, error)) > 0)
        {
          length += (gsize) n;
          namida_transfer_add_bytes (pull->transfer, n);
        }
      if (!pull_worker_write_all (fd, block, length, *there, n > 0 ? error : NULL))
        return FALSE;
      namida_digest_update (digest, block, length);
      *there += length;
      if (n <= 0)
        return FALSE;
    }
  return TRUE;
}

static void
pull_worker_leave_out (NamidaPull *pull, guint index, const GError *reason)
{
  namida_transfer_set_result (pull->transfer, index, NAMIDA_FILE_MISSING, reason->message);
}

/* Fetcher: one of the threads and its connection. */
typedef struct
{
  NamidaPull *pull;
  NamidaHttpConnection *connection; /* (nullable) */
} Fetcher;

static gboolean
fetcher_connect (Fetcher *self, GError **error)
{
  NamidaPull *pull = self->pull;

  if (self->connection != NULL && !namida_http_connection_is_reusable (self->connection))
    g_clear_pointer (&self->connection, namida_http_connection_free);
  if (self->connection == NULL)
    self->connection
        = pull_connect (pull->identity, pull->addresses, pull->fingerprint, pull->workers.cancellable, error);
  return self->connection != NULL;
}

/* FetchAnswer: the result of asking for a file. */
typedef enum
{
  FETCH_COMES,
  FETCH_NO_RANGES, /* ranges are not supported: fetch it from its start */
  FETCH_FAILED,    /* failed with an error, or with a reason that concerns only this file */
} FetchAnswer;

/* If the session has ended or trust was withdrawn, no other file can be fetched either. */
static gboolean
pull_worker_ends_it_all (const GError *reason)
{
  return g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED)
         || g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
}

/* Reads what the other side sends instead of the file. */
static GError *
fetcher_read_refusal (Fetcher *self, const NamidaHttpAnswerHead *head)
{
  g_autofree char *text = g_malloc (REFUSAL_BYTES);
  gsize length = 0;
  gssize n;

  while (length < REFUSAL_BYTES
         && (n = namida_http_connection_read_body (self->connection, (guint8 *) text + length, REFUSAL_BYTES - length,
                                                   NULL))
                > 0)
    length += (gsize) n;
  return namida_error_answer_parse (text, length, head->status, NULL);
}

/* Asks for the rest of a file. @refused: (out): why this file cannot be fetched. */
static FetchAnswer
fetcher_ask (Fetcher *self, guint index, guint64 there, GError **refused, GError **error)
{
  NamidaPull *pull = self->pull;
  const NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (pull->backup), index);
  g_autofree char *session = g_uri_escape_string (pull->session_id, NULL, FALSE);
  g_autofree char *id = g_uri_escape_string (entry->id, NULL, FALSE);
  g_autofree char *target = g_strdup_printf (TARGET "download?sessionId=%s&fileId=%s", session, id);
  NamidaHttpAnswerHead head;

  if (!fetcher_connect (self, error))
    return FETCH_FAILED;
  namida_http_connection_begin (
      self->connection, &(NamidaHttpRequest){ .method = "GET", .target = target, .range = there, .much_comes = TRUE });
  if (!namida_http_connection_read_head (self->connection, &head, error))
    return FETCH_FAILED;
  /* The whole file, or another part of it, must not be mistaken for the rest. */
  if (there > 0
      && (head.status == 200 || (head.status == 206 && head.range_start >= 0 && head.range_start != (gint64) there)))
    return FETCH_NO_RANGES;
  if (head.status != (there > 0 ? 206u : 200u))
    {
      *refused = fetcher_read_refusal (self, &head);
      return FETCH_FAILED;
    }
  if (head.content_length >= 0 && (guint64) head.content_length == entry->size - there)
    return FETCH_COMES;
  g_set_error_literal (refused, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
                       _ ("The other device sent a file of another size than it said. Try again."));
  g_clear_pointer (&self->connection, namida_http_connection_free);
  return FETCH_FAILED;
}

static gboolean pull_worker_fetch (Fetcher *self, guint index, guint64 *there, GError **error);

static gboolean
pull_worker_fetch_from_start (Fetcher *self, guint index, guint64 *there, GError **error)
{
  g_clear_pointer (&self->connection, namida_http_connection_free);
  namida_transfer_add_bytes (self->pull->transfer, -(gint64) *there);
  *there = 0;
  return pull_worker_fetch (self, index, there, error);
}

/* @there: (inout): the number of bytes that are here. Returns: %FALSE with @error if the file is incomplete; %TRUE also
 * if the file was left out. */
static gboolean
pull_worker_fetch (Fetcher *self, guint index, guint64 *there, GError **error)
{
  NamidaPull *pull = self->pull;
  const NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (pull->backup), index);
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autoptr (GError) refused = NULL;
  FetchAnswer answer = FETCH_COMES;
  gboolean fine;
  int fd;

  /* While the existing part is hashed, an open connection would be idle for longer than the other side allows. */
  if (*there > 0)
    g_clear_pointer (&self->connection, namida_http_connection_free);
  fd = namida_sink_open_part (pull->sink, index, *there, digest, error);
  if (fd < 0)
    return FALSE;
  if (*there < entry->size)
    answer = fetcher_ask (self, index, *there, &refused, error);
  fine = answer == FETCH_COMES && pull_worker_receive (pull, self->connection, fd, digest, there, entry->size, error);
  if (!namida_sink_close_part (pull->sink, index, fd, *there, fine, fine ? error : NULL))
    fine = FALSE;
  if (answer == FETCH_NO_RANGES)
    return pull_worker_fetch_from_start (self, index, there, error);
  if (refused != NULL)
    {
      pull_worker_leave_out (pull, index, refused);
      if (!pull_worker_ends_it_all (refused))
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

/* A lost connection is established again, and the file continues where it stopped; only connections that transferred
 * nothing count as failed attempts. Returns: %FALSE with @error if nothing more can be fetched. */
static gboolean
pull_worker_fetch_with_tries (Fetcher *self, guint index, GError **error)
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

      if (pull_worker_fetch (self, index, &there, &reason))
        return TRUE;
      if (there > before)
        breaks = 0;
      if (!g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE) || breaks >= NAMIDA_MAX_BREAKS
          || namida_workers_is_over (&pull->workers))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      g_debug ("fetch: “%s” resumes at byte %" G_GUINT64_FORMAT ": %s", path, there, reason->message);
      namida_http_back_off (++breaks, pull->workers.cancellable);
    }
}

static gboolean
fetcher_wants (NamidaPull *pull, guint index)
{
  const NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (pull->backup), index);

  return pull->wants[index].wanted && entry->kind != NAMIDA_ENTRY_FOLDER;
}

static gpointer
fetcher_work (gpointer data)
{
  NamidaPull *pull = data;
  Fetcher fetcher = { .pull = pull };
  GError *error = NULL;
  guint index = 0;

  while (error == NULL && namida_workers_take (&pull->workers, &index))
    if (fetcher_wants (pull, index))
      pull_worker_fetch_with_tries (&fetcher, index, &error);
  if (error != NULL)
    namida_workers_fail (&pull->workers, error);
  g_clear_pointer (&fetcher.connection, namida_http_connection_free);
  return NULL;
}

static guint
pull_worker_count_wanted (NamidaPull *pull)
{
  guint n = 0;

  for (guint i = 0; i < namida_backup_get_entries (pull->backup)->len; i++)
    n += pull->wants[i].wanted;
  return n;
}

gboolean
namida_pull_run (NamidaPull *pull, GError **error)
{
  gboolean ok;

  namida_workers_init (&pull->workers, namida_backup_get_entries (pull->backup)->len, pull->cancellable);
  ok = namida_workers_run (&pull->workers, MIN (CONNECTIONS_MOST, pull_worker_count_wanted (pull)), fetcher_work, pull,
                           error);
  namida_workers_clear (&pull->workers);
  return ok;
}
