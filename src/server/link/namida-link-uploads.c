/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receives pieces of files; see namida-link-uploads.h. A part belongs to the thread that receives a piece of it, and is
 * in the table in between; the session makes sure that no other thread receives the same file. */

#include "config.h"

#include "namida-link-uploads.h"

#include "namida-body-receiver.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

#define KEY "namida-link-uploads"
#define READ_BYTES (128 * 1024)

typedef struct
{
  guint index;
  int fd;
  NamidaDigest *digest; /* of everything in the part */
  guint64 there;
} LinkPart;

struct _NamidaLinkUploads
{
  NamidaReceiveSession *session; /* borrowed: the session owns this */
  gboolean proven;
  GMutex lock;        /* guards the three members below */
  GHashTable *parts;  /* index → LinkPart */
  GHashTable *hashes; /* id → SHA-256 */
  guint n_serving;
};

static void
uploads_part_close (NamidaLinkUploads *self, LinkPart *part)
{
  namida_sink_close_part (namida_receive_session_get_sink (self->session), part->index, part->fd, part->there, FALSE,
                          NULL);
  namida_digest_free (part->digest);
  g_free (part);
}

static void
uploads_free (gpointer data)
{
  NamidaLinkUploads *self = data;

  /* A thread that serves pieces holds a reference to the session, so there are no parts left here. */
  g_hash_table_unref (self->parts);
  g_hash_table_unref (self->hashes);
  g_mutex_clear (&self->lock);
  g_free (self);
}

NamidaLinkUploads *
namida_link_uploads_attach (NamidaReceiveSession *session, gboolean proven)
{
  NamidaLinkUploads *self = g_new0 (NamidaLinkUploads, 1);

  self->session = session;
  self->proven = proven;
  g_mutex_init (&self->lock);
  self->parts = g_hash_table_new (NULL, NULL);
  self->hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_object_set_data_full (G_OBJECT (session), KEY, self, uploads_free);
  return self;
}

NamidaLinkUploads *
namida_link_uploads_of (NamidaReceiveSession *session)
{
  return g_object_get_data (G_OBJECT (session), KEY);
}

gboolean
namida_link_uploads_get_proven (NamidaLinkUploads *self)
{
  return self->proven;
}

GHashTable *
namida_link_uploads_dup_hashes (NamidaLinkUploads *self)
{
  GHashTable *hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer id, sha256;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->hashes);
  while (g_hash_table_iter_next (&iter, &id, &sha256))
    g_hash_table_insert (hashes, g_strdup (id), g_strdup (sha256));
  g_mutex_unlock (&self->lock);
  return hashes;
}

void
namida_link_uploads_begin (NamidaLinkUploads *self)
{
  g_mutex_lock (&self->lock);
  self->n_serving++;
  g_mutex_unlock (&self->lock);
}

void
namida_link_uploads_end (NamidaLinkUploads *self)
{
  g_autoptr (GList) parts = NULL;

  g_mutex_lock (&self->lock);
  if (--self->n_serving == 0)
    {
      parts = g_hash_table_get_values (self->parts);
      g_hash_table_remove_all (self->parts);
    }
  g_mutex_unlock (&self->lock);
  for (GList *l = parts; l != NULL; l = l->next)
    uploads_part_close (self, l->data);
}

/* Returns: (transfer full) (nullable): the part, positioned at @offset. */
static LinkPart *
uploads_take_part (NamidaLinkUploads *self, guint index, guint64 offset, GError **error)
{
  LinkPart *part;

  g_mutex_lock (&self->lock);
  part = g_hash_table_lookup (self->parts, GUINT_TO_POINTER (index));
  g_hash_table_remove (self->parts, GUINT_TO_POINTER (index));
  g_mutex_unlock (&self->lock);
  if (part != NULL && part->there == offset)
    return part;
  if (part != NULL)
    uploads_part_close (self, part);
  part = g_new0 (LinkPart, 1);
  part->index = index;
  part->there = offset;
  part->digest = namida_digest_new ();
  part->fd
      = namida_sink_open_part (namida_receive_session_get_sink (self->session), index, offset, part->digest, error);
  if (part->fd >= 0)
    return part;
  namida_digest_free (part->digest);
  g_free (part);
  return NULL;
}

static void
uploads_keep_part (NamidaLinkUploads *self, LinkPart *part)
{
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->parts, GUINT_TO_POINTER (part->index), part);
  g_mutex_unlock (&self->lock);
}

/* Receives the body into the part. Returns: (transfer full) (nullable): the hash of this piece. */
static char *
uploads_part_receive (LinkPart *part, NamidaServing *job, NamidaHttpReader *reader, GError **error)
{
  g_autoptr (NamidaDigest) piece = namida_digest_new ();
  g_autofree guint8 *data = g_malloc (READ_BYTES);
  GCancellable *cancellable = namida_receive_session_get_cancellable (job->session);
  NamidaHttpBody body;
  gssize n;

  namida_http_body_init (&body, reader, job->head.length);
  if (job->head.expect_continue && !namida_http_write_continue (g_io_stream_get_output_stream (job->stream), error))
    return NULL;
  while ((n = namida_http_body_read (&body, data, READ_BYTES, cancellable, error)) > 0)
    {
      guint64 written = 0;

      if (!namida_body_receiver_write (part->fd, data, (gsize) n, part->there, &written, error))
        return NULL;
      namida_digest_update (part->digest, data, (gsize) n);
      namida_digest_update (piece, data, (gsize) n);
      part->there += (guint64) n;
      namida_receive_session_add_bytes (job->session, (gsize) n);
    }
  return n == 0 ? namida_digest_finish (piece) : NULL;
}

/* The file is complete. @part: (transfer full). Returns: (transfer full) (nullable): its hash. */
static char *
uploads_part_complete (NamidaLinkUploads *self, LinkPart *part, GError **error)
{
  g_autofree char *sha256 = namida_digest_finish (part->digest);
  gboolean ok = namida_sink_close_part (namida_receive_session_get_sink (self->session), part->index, part->fd,
                                        part->there, TRUE, error);

  namida_digest_free (part->digest);
  g_free (part);
  return ok ? g_steal_pointer (&sha256) : NULL;
}

static void
uploads_note (NamidaLinkUploads *self, guint index, const char *sha256)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (self->session);
  const NamidaEntry *entry
      = g_ptr_array_index (namida_backup_get_entries (namida_transfer_get_backup (transfer)), index);

  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->hashes, g_strdup (entry->id), g_strdup (sha256));
  g_mutex_unlock (&self->lock);
}

static gboolean
uploads_part_check (const char *said, const char *got, GError **error)
{
  if (said == NULL || g_ascii_strcasecmp (said, got) == 0)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM,
                       _ ("What arrived is not what was sent. Send it again."));
  return FALSE;
}

/* Discards an incomplete or wrong piece that has a hash: the part before it was verified, and the page sends the piece
 * again from there. */
static void
uploads_part_take_back (NamidaLinkUploads *self, LinkPart *part, guint64 offset)
{
  namida_transfer_add_bytes (namida_receive_session_get_transfer (self->session),
                             (gint64) offset - (gint64) part->there);
  part->there = offset;
}

gboolean
namida_link_uploads_receive (NamidaLinkUploads *self,
                             NamidaServing *job,
                             NamidaHttpReader *reader,
                             const char *sha256,
                             guint64 *there,
                             char **whole,
                             GError **error)
{
  LinkPart *part = uploads_take_part (self, job->upload.index, job->upload.offset, error);
  g_autofree char *got = part != NULL ? uploads_part_receive (part, job, reader, error) : NULL;
  gboolean ok = got != NULL && uploads_part_check (sha256, got, error);

  *whole = NULL;
  if (part != NULL && !ok && sha256 != NULL)
    uploads_part_take_back (self, part, job->upload.offset);
  *there = part != NULL ? part->there : 0;
  if (ok && part->there == job->upload.size)
    {
      *whole = uploads_part_complete (self, part, error);
      ok = *whole != NULL;
      *there = ok ? *there : 0;
    }
  else if (ok)
    uploads_keep_part (self, part);
  else if (part != NULL)
    uploads_part_close (self, part);
  /* Do this before anybody can ask for the end: every file that counts as complete must have its hash here. */
  if (*whole != NULL)
    uploads_note (self, job->upload.index, *whole);
  namida_receive_session_end_upload (job->session, &job->upload, *there, *whole);
  return ok;
}
