/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaLocalsendSession: decides when a LocalSend session is complete, and tells the sender if the local
 * user cancels. Called by namida-server-localsend.c, in the main context and in the workers that receive files. */
#include "config.h"

#include "namida-localsend-session.h"

#include "namida-localsend-cancel.h"
#include "namida-session-end.h"

#define KEY "namida-localsend-session"

struct _NamidaLocalsendSession
{
  NamidaReceiveSession *session; /* borrowed: the session owns this */
  GMainContext *context;
  char *address;

  /* The sender's server, which gets a cancel if the local user cancels. */
  NamidaIdentity *identity; /* (nullable) */
  GInetSocketAddress *sender;
  char *fingerprint; /* (nullable) */

  GMutex lock;        /* guards the two members below */
  GHashTable *hashes; /* id → SHA-256 of each completely received file */
  guint n_wanted;
};

static void
localsend_session_free (gpointer data)
{
  NamidaLocalsendSession *self = data;

  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->identity);
  g_clear_object (&self->sender);
  g_free (self->fingerprint);
  g_free (self->address);
  g_hash_table_unref (self->hashes);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
namida_localsend_session_attach (NamidaReceiveSession *session)
{
  NamidaLocalsendSession *self = g_new0 (NamidaLocalsendSession, 1);

  self->session = session;
  g_mutex_init (&self->lock);
  self->hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->n_wanted = namida_receive_session_get_n_wanted (session);
  g_object_set_data_full (G_OBJECT (session), KEY, self, localsend_session_free);
}

NamidaLocalsendSession *
namida_localsend_session_of (NamidaReceiveSession *session)
{
  return g_object_get_data (G_OBJECT (session), KEY);
}

const char *
namida_localsend_session_get_address (NamidaLocalsendSession *self)
{
  return self->address;
}

gboolean
namida_localsend_session_note (NamidaLocalsendSession *self, guint index, const char *sha256)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (self->session);
  const NamidaEntry *entry
      = g_ptr_array_index (namida_backup_get_entries (namida_transfer_get_backup (transfer)), index);
  gboolean last;

  g_mutex_lock (&self->lock);
  /* A complete file that arrives again does not end the session a second time. */
  last = !g_hash_table_contains (self->hashes, entry->id) && g_hash_table_size (self->hashes) + 1 == self->n_wanted;
  g_hash_table_replace (self->hashes, g_strdup (entry->id), g_strdup (sha256));
  g_mutex_unlock (&self->lock);
  return last;
}

/* ---- the end ---- */

static GHashTable *
localsend_session_dup_hashes (NamidaLocalsendSession *self)
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

gboolean
namida_localsend_session_finish (NamidaLocalsendSession *self, guint index)
{
  namida_session_end_wait (self->session, self->context, localsend_session_dup_hashes (self));
  return namida_file_result_is_success (
      namida_transfer_get_result (namida_receive_session_get_transfer (self->session), index));
}

void
namida_localsend_session_store (NamidaLocalsendSession *self)
{
  guint n_whole;

  g_mutex_lock (&self->lock);
  n_whole = g_hash_table_size (self->hashes);
  g_mutex_unlock (&self->lock);
  if (n_whole > 0)
    namida_session_end (self->session, localsend_session_dup_hashes (self));
  /* Either no file is complete, or one is still being received. */
  if (namida_receive_session_get_state (self->session) == NAMIDA_SESSION_OPEN)
    namida_receive_session_close (self->session, NAMIDA_SESSION_PARKED, NULL);
}

/* Nothing has arrived for a long time: the sender has left, or has given up on some files without a cancel. Store the
 * complete files. */
static void
localsend_session_on_idle (NamidaReceiveSession *session, gpointer user_data)
{
  namida_localsend_session_store (user_data);
}

/* ---- the local user cancels ---- */

static void
localsend_session_on_cancelled (GCancellable *cancellable, NamidaReceiveSession *session)
{
  NamidaLocalsendSession *self = namida_localsend_session_of (session);
  NamidaSessionState state = namida_receive_session_get_state (session);

  if (state == NAMIDA_SESSION_OPEN)
    namida_localsend_cancel_async (self->identity, self->sender, self->fingerprint,
                                   namida_receive_session_get_id (session));
}

void
namida_localsend_session_begin (NamidaLocalsendSession *self,
                                const char *address,
                                NamidaIdentity *identity,
                                GInetSocketAddress *sender,
                                const char *fingerprint)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (self->session);

  self->context = g_main_context_ref_thread_default ();
  self->address = g_strdup (address);
  self->identity = identity != NULL ? g_object_ref (identity) : NULL;
  self->sender = g_object_ref (sender);
  self->fingerprint = g_strdup (fingerprint);
  namida_receive_session_set_idle (self->session, localsend_session_on_idle, self);
  g_signal_connect_object (namida_transfer_get_cancellable (transfer), "cancelled",
                           G_CALLBACK (localsend_session_on_cancelled), self->session, 0);
}
