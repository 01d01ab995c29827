/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receives a pack, many small files in one request, for namida-server-upload.c. Runs in a worker of the server. */
#include "config.h"

#include "namida-body-receiver.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-pack-reader.h"
#include "namida-server-upload-private.h"
#include "namida-streams.h"

/* Pack: a pack that is being received. */
typedef struct
{
  NamidaServing *serving;
  NamidaHttpBody body;
  NamidaDigest *digest;
  guint8 *data; /* the bytes of one file */
  gsize allocated;
  GHashTable *answer;
} Pack;

static gssize
pack_read_body (void *buffer, gsize count, gpointer user_data, GError **error)
{
  Pack *pack = user_data;

  return namida_http_body_read (&pack->body, buffer, count,
                                namida_receive_session_get_cancellable (pack->serving->session), error);
}

/* Writes the bytes to a part. Returns: (transfer full) (nullable): their SHA-256. */
static char *
pack_store_file (Pack *pack, guint index, gsize size, GError **error)
{
  NamidaSink *sink = namida_receive_session_get_sink (pack->serving->session);
  int fd = namida_sink_open_part (sink, index, 0, pack->digest, error);
  guint64 written = 0;
  gboolean ok;

  if (fd < 0)
    return NULL;
  ok = namida_body_receiver_write (fd, pack->data, size, 0, &written, error);
  if (!namida_sink_close_part (sink, index, fd, written, ok, ok ? error : NULL) || !ok)
    return NULL;
  namida_digest_update (pack->digest, pack->data, size);
  return namida_digest_finish (pack->digest);
}

static void
pack_show_file (NamidaReceiveSession *session, guint index)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (session);
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (transfer));
  g_autofree char *path = namida_entry_dup_path (g_ptr_array_index (entries, index));

  namida_transfer_set_current_file (transfer, path);
}

/* Reads the bytes of the file before opening its part, so that a part is either complete or missing. */
static gboolean
pack_receive_file (Pack *pack, NamidaPackReader *reader, const NamidaPackEntry *entry, GError **error)
{
  NamidaReceiveSession *session = pack->serving->session;
  NamidaUploadQuery query
      = { (char *) namida_receive_session_get_id (session), (char *) entry->id, (char *) entry->token, 0 };
  g_autofree char *sha256 = NULL;
  NamidaUpload upload;
  gint64 right_offset;

  if (!namida_receive_session_begin_upload (session, pack->serving->fingerprint, &query, (gint64) entry->size, &upload,
                                            &right_offset, error))
    return FALSE;
  if (entry->size > pack->allocated)
    {
      g_free (pack->data);
      pack->data = g_malloc (entry->size);
      pack->allocated = entry->size;
    }
  if (namida_pack_reader_data (reader, pack->data, error))
    {
      pack_show_file (session, upload.index);
      sha256 = pack_store_file (pack, upload.index, entry->size, error);
    }
  if (sha256 != NULL)
    namida_receive_session_add_bytes (session, entry->size);
  /* An incomplete part is not kept for such a small file. */
  namida_receive_session_end_upload (session, &upload, sha256 != NULL ? entry->size : 0, sha256);
  if (sha256 != NULL)
    namida_pack_answer_add (pack->answer, entry->id, entry->size, sha256);
  return sha256 != NULL;
}

static gboolean
pack_receive_files (Pack *pack, GError **error)
{
  g_autoptr (NamidaPackReader) reader = namida_pack_reader_new (pack_read_body, pack);
  NamidaPackEntry entry;
  GError *local = NULL;

  namida_streams_enter ();
  while (namida_pack_reader_next (reader, &entry, &local) && pack_receive_file (pack, reader, &entry, &local))
    ;
  namida_streams_leave ();
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
pack_receive (Pack *pack, GError **error)
{
  NamidaServing *serving = pack->serving;
  GError *refusal = namida_receive_session_dup_refusal (serving->session);

  if (refusal != NULL)
    {
      g_propagate_error (error, refusal);
      return FALSE;
    }
  return (!serving->head.expect_continue
          || namida_http_write_continue (g_io_stream_get_output_stream (serving->stream), error))
         && pack_receive_files (pack, error);
}

static gboolean
pack_answer (Pack *pack)
{
  NamidaServing *serving = pack->serving;
  g_autofree char *json = namida_pack_answer_format (pack->answer, NULL);

  return namida_http_write_answer (g_io_stream_get_output_stream (serving->stream), 200, json, serving->head.keep_alive,
                                   0, NULL)
         && serving->head.keep_alive;
}

gboolean
namida_serving_receive_pack (NamidaServing *self, NamidaHttpReader *reader)
{
  Pack pack = { .serving = self, .digest = namida_digest_new (), .answer = namida_pack_answer_new () };
  g_autoptr (GError) error = NULL;
  gboolean go_on;

  g_socket_set_timeout (self->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  namida_http_body_init (&pack.body, reader, self->head.length);
  go_on = pack_receive (&pack, &error);
  if (go_on)
    go_on = pack_answer (&pack);
  else
    {
      g_autoptr (GError) reason = namida_serving_explain (self, error);

      if (reason != NULL)
        namida_serving_refuse (self, reason, -1);
    }
  namida_digest_free (pack.digest);
  g_hash_table_unref (pack.answer);
  g_free (pack.data);
  return go_on;
}
