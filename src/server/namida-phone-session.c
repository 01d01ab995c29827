/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaPhoneSession: finds the file that an upload of the phone app names, and decides when the session is
 * complete. Called by namida-server-phone.c, in the main context and in the workers that receive files. */
#include "config.h"

#include "namida-phone-session.h"

#include "namida-error.h"
#include "namida-session-end.h"

#include <glib/gi18n-lib.h>

#define KEY "namida-phone-session"

typedef struct
{
  guint index; /* in the entries of the backup */
  char *token; /* (nullable): NULL if it is not wanted */
  char *sha256;
  gboolean here;
} File;

struct _NamidaPhoneSession
{
  NamidaReceiveSession *session; /* borrowed: the session owns this */
  GMainContext *context;

  GMutex lock;        /* guards the three members below */
  GHashTable *places; /* place → File */
  guint n_missing;
  gboolean busy;
};

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->token);
  g_free (file->sha256);
  g_free (file);
}

static void
phone_session_free (gpointer data)
{
  NamidaPhoneSession *self = data;

  g_clear_pointer (&self->context, g_main_context_unref);
  g_hash_table_unref (self->places);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static GPtrArray *
phone_session_entries_of (NamidaPhoneSession *self)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (self->session);

  return namida_backup_get_entries (namida_transfer_get_backup (transfer));
}

void
namida_phone_session_attach (NamidaReceiveSession *session)
{
  NamidaPhoneSession *self = g_new0 (NamidaPhoneSession, 1);
  g_autoptr (NamidaOfferAnswer) wanted = namida_receive_session_dup_answer (session);
  GPtrArray *entries;

  self->session = session;
  g_mutex_init (&self->lock);
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, file_free);
  entries = phone_session_entries_of (self);
  self->n_missing = entries->len;
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      const NamidaGrant *grant = g_hash_table_lookup (wanted->files, entry->id);
      File *file = g_new0 (File, 1);

      file->index = i;
      file->token = grant != NULL ? g_strdup (grant->token) : NULL;
      g_hash_table_insert (self->places, namida_entry_dup_offered (entry), file);
    }
  g_object_set_data_full (G_OBJECT (session), KEY, self, phone_session_free);
}

NamidaPhoneSession *
namida_phone_session_of (NamidaReceiveSession *session)
{
  return g_object_get_data (G_OBJECT (session), KEY);
}

void
namida_phone_session_begin (NamidaPhoneSession *self)
{
  self->context = g_main_context_ref_thread_default ();
}

/* ---- one upload ---- */

static gboolean
phone_session_begin (
    NamidaPhoneSession *self, File *file, const NamidaEntry *entry, gint64 length, NamidaUpload *upload, GError **error)
{
  NamidaUploadQuery query = { .session_id = (char *) namida_receive_session_get_id (self->session),
                              .file_id = entry->id,
                              .token = file->token };
  gint64 right_offset;

  return namida_receive_session_begin_upload (self->session, namida_receive_session_get_fingerprint (self->session),
                                              &query, length, upload, &right_offset, error);
}

/* The app also sends files that are here already. Only their size can be checked. */
static gboolean
phone_session_begin_nowhere (
    NamidaPhoneSession *self, File *file, const NamidaEntry *entry, gint64 length, NamidaUpload *upload, GError **error)
{
  GError *refusal = namida_receive_session_dup_refusal (self->session);

  if (refusal != NULL)
    {
      g_propagate_error (error, refusal);
      return FALSE;
    }
  if (length >= 0 && (guint64) length != entry->size)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
                           _ ("A file does not have the size that was announced. It may have changed since; send it "
                              "again."));
      return FALSE;
    }
  *upload = (NamidaUpload){ .index = file->index, .size = entry->size };
  return TRUE;
}

static gboolean
phone_session_take_locked (NamidaPhoneSession *self,
                           const NamidaPhoneUpload *claim,
                           gint64 length,
                           NamidaUpload *upload,
                           gboolean *wanted,
                           GError **error)
{
  File *file = g_hash_table_lookup (self->places, claim->place);
  const NamidaEntry *entry = file != NULL ? g_ptr_array_index (phone_session_entries_of (self), file->index) : NULL;

  if (file == NULL || file->here || claim->zip != (entry->label[0] == '\0'))
    return namida_receive_session_refuse_upload (error);
  if (self->busy)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("Another file is being received."));
      return FALSE;
    }
  *wanted = file->token != NULL;
  self->busy = *wanted ? phone_session_begin (self, file, entry, length, upload, error)
                       : phone_session_begin_nowhere (self, file, entry, length, upload, error);
  return self->busy;
}

gboolean
namida_phone_session_take (NamidaPhoneSession *self,
                           const NamidaPhoneUpload *claim,
                           gint64 length,
                           NamidaUpload *upload,
                           gboolean *wanted,
                           GError **error)
{
  gboolean ok;

  g_mutex_lock (&self->lock);
  ok = phone_session_take_locked (self, claim, length, upload, wanted, error);
  g_mutex_unlock (&self->lock);
  return ok;
}

void
namida_phone_session_give (
    NamidaPhoneSession *self, const NamidaUpload *upload, guint64 there, const char *sha256, gboolean *last)
{
  const NamidaEntry *entry = g_ptr_array_index (phone_session_entries_of (self), upload->index);
  g_autofree char *place = namida_entry_dup_offered (entry);
  File *file;

  g_mutex_lock (&self->lock);
  file = g_hash_table_lookup (self->places, place);
  if (file->token != NULL)
    namida_receive_session_end_upload (self->session, upload, there, sha256);
  else
    namida_receive_session_touch (self->session);
  self->busy = FALSE;
  file->here = sha256 != NULL;
  file->sha256 = g_strdup (sha256);
  self->n_missing -= file->here;
  *last = file->here && self->n_missing == 0;
  g_mutex_unlock (&self->lock);
}

/* ---- the end ---- */

/* The sizes have been compared already. */
static GHashTable *
phone_session_dup_hashes (NamidaPhoneSession *self)
{
  GHashTable *hashes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->places);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      File *file = value;
      const NamidaEntry *entry = g_ptr_array_index (phone_session_entries_of (self), file->index);

      if (file->token != NULL)
        g_hash_table_insert (hashes, entry->id, g_strdup (file->sha256));
    }
  g_mutex_unlock (&self->lock);
  return hashes;
}

gboolean
namida_phone_session_finish (NamidaPhoneSession *self)
{
  return namida_session_end_wait (self->session, self->context, phone_session_dup_hashes (self));
}
