/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receives files from a browser: its offer, which waits for the user longer than the browser of a phone would wait for
 * a request, and so outlives it (namida_request_new_detached()); the list of wanted files, with which a page resumes
 * after an interruption or a reload; and the end. The rest works as for any other device: namida-server-offer.c asks
 * the user, and NamidaReceiveSession receives. Main context. */

#include "config.h"

#include "namida-link-private.h"

#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-json-window.h"
#include "namida-limits.h"
#include "namida-session-end.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
bring_session_is_going_on (NamidaReceiveSession *session)
{
  NamidaSessionState state;

  if (session == NULL)
    return FALSE;
  state = namida_receive_session_get_state (session);
  return state == NAMIDA_SESSION_OPEN || state == NAMIDA_SESSION_FINISHING;
}

gboolean
namida_link_is_receiving (NamidaLink *self)
{
  return bring_session_is_going_on (self->session);
}

gboolean
namida_link_is_busy (NamidaLink *self)
{
  return self->offer != NULL || bring_session_is_going_on (self->session);
}

/* ---- the offer ---- */

/* Runs in a worker. The browser chooses the names of files; its own name is taken from its request. */
static NamidaOfferMessage *
bring_offer_parse (const char *data, gsize length, GError **error)
{
  NamidaOfferMessage *message = namida_offer_message_parse (data, length, error);

  if (message != NULL)
    g_clear_pointer (&message->info, namida_device_info_unref);
  return message;
}

/* Runs in a worker. The page gets the rest from namida_link_handle_wanted(). */
static char *
bring_offer_answer (NamidaReceiveSession *session, gsize *length)
{
  *length = 2;
  return g_strdup ("{}");
}

static void
bring_on_transfer_changed (NamidaLink *self)
{
  NamidaTransferState state = namida_transfer_get_state (self->transfer);

  if (state == NAMIDA_TRANSFER_DONE)
    namida_link_set_state (self, NAMIDA_LINK_DONE);
  namida_link_changed (self);
}

static void
link_set_transfer (NamidaLink *self, NamidaTransfer *transfer)
{
  if (self->transfer == transfer)
    return;
  if (self->transfer != NULL)
    g_signal_handlers_disconnect_by_data (self->transfer, self);
  g_set_object (&self->transfer, transfer);
  g_signal_connect_object (transfer, "notify::state", G_CALLBACK (bring_on_transfer_changed), self, G_CONNECT_SWAPPED);
  namida_link_changed (self);
}

/* Does nothing, because a page may be silent for as long as its link is valid. The end of the link ends the session. */
static void
bring_on_idle (NamidaReceiveSession *session, gpointer user_data)
{
}

static void
bring_offer_begun (NamidaServer *self, NamidaRequest *request, NamidaReceiveSession *session)
{
  NamidaLink *link = request->answer_data;

  namida_receive_session_set_idle (session, bring_on_idle, NULL);
  namida_link_uploads_attach (session, request->route->offer == &namida_link_offer_proven);
  g_set_object (&link->session, session);
}

static void
bring_offer_asked (NamidaRequest *request, NamidaOffer *offer)
{
  link_set_transfer (request->answer_data, namida_offer_get_transfer (offer));
}

const NamidaOfferWording namida_link_offer_proven = {
  .parse = bring_offer_parse,
  .answer = bring_offer_answer,
  .asked = bring_offer_asked,
  .begun = bring_offer_begun,
  .invited = TRUE,
};

const NamidaOfferWording namida_link_offer_unproven = {
  .parse = bring_offer_parse,
  .answer = bring_offer_answer,
  .asked = bring_offer_asked,
  .begun = bring_offer_begun,
  .invited = TRUE,
  .needs_hashes = TRUE,
};

/* Keeps the server's answer to the offer, for which the page polls. */
static void
bring_on_offer_answer (NamidaRequest *request, guint status, const char *json, gsize length, gpointer user_data)
{
  NamidaLink *self = user_data;

  if (self->offer != request)
    return;
  if (status >= 400)
    self->refusal = namida_error_answer_parse (json, length, status, NULL);
  g_clear_pointer (&self->offer, namida_request_unref);
  namida_link_changed (self);
}

static void
bring_answer_busy (NamidaRequest *request)
{
  g_autoptr (GError) error
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("A transfer by this link is running already."));

  namida_link_answer_error (request, error);
}

void
namida_link_handle_offer (NamidaServer *server, NamidaRequest *request)
{
  NamidaLink *self = namida_link_of (server, &request->head);

  if (self->direction != NAMIDA_LINK_BRING || self->state == NAMIDA_LINK_DONE || namida_link_is_busy (self))
    {
      bring_answer_busy (request);
      return;
    }
  g_clear_error (&self->refusal);
  if (self->transfer != NULL)
    g_signal_handlers_disconnect_by_data (self->transfer, self);
  g_clear_object (&self->transfer);
  g_clear_object (&self->session);
  self->offer = namida_request_new_detached (request, self->owner, bring_on_offer_answer, self);
  self->offer->parsed = g_steal_pointer (&request->parsed);
  g_hash_table_replace (server->aliases, g_strdup (self->owner), g_strdup (self->browser));
  namida_server_handle_offer (server, self->offer);
  namida_link_seen (self);
  namida_link_answer (request, SOUP_STATUS_ACCEPTED, namida_link_dup_state (self, request->connection->encrypted));
}

void
namida_link_withdraw (NamidaLink *self, gboolean interrupt)
{
  NamidaRequest *offer = g_steal_pointer (&self->offer);

  if (offer != NULL)
    {
      namida_request_over (offer);
      namida_request_unref (offer);
    }
  if (interrupt && bring_session_is_going_on (self->session))
    namida_receive_session_close (self->session, NAMIDA_SESSION_PARKED, NULL);
}

/* ---- what is wanted ---- */

typedef struct
{
  NamidaReceiveSession *session;
  NamidaRequest *request;
  char *text;
} Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  g_object_unref (wanted->session);
  namida_request_unref (wanted->request);
  g_free (wanted->text);
  g_free (wanted);
}

/* Lists each wanted file that is incomplete: the name and time by which the page finds it among the files that the user
 * chooses, and the offset of the missing part. */
static char *
wanted_format (NamidaReceiveSession *session)
{
  g_autoptr (NamidaOfferAnswer) answer = namida_receive_session_dup_answer (session);
  GPtrArray *entries
      = namida_backup_get_entries (namida_transfer_get_backup (namida_receive_session_get_transfer (session)));
  g_autoptr (GHashTable) whole = namida_link_uploads_dup_hashes (namida_link_uploads_of (session));
  GString *out = g_string_new (NULL);
  gboolean first = TRUE;

  g_string_append_printf (out, "{\"sessionId\":\"%s\",\"files\":[", answer->session_id);
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      const NamidaGrant *grant = g_hash_table_lookup (answer->files, entry->id);
      g_autofree char *path = NULL;

      if (grant == NULL || g_hash_table_contains (whole, entry->id))
        continue;
      path = namida_entry_dup_path (entry);
      g_string_append (out, first ? "{" : ",{");
      first = FALSE;
      namida_json_append_member (out, "id", entry->id);
      namida_json_append_member (out, "path", path);
      namida_json_append_size (out, "size", entry->size);
      if (entry->mtime_ns != NAMIDA_ENTRY_TIME_UNKNOWN)
        g_string_append_printf (out, ",\"modified\":%" G_GINT64_FORMAT, namida_entry_get_mtime_ms (entry));
      namida_json_append_size (out, "offset", grant->offset);
      namida_json_append_member (out, "token", grant->token);
      g_string_append_c (out, '}');
    }
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}

static void
wanted_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Wanted *wanted = task_data;

  wanted->text = wanted_format (wanted->session);
  g_task_return_boolean (task, TRUE);
}

static void
bring_on_wanted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wanted *wanted = user_data;

  namida_link_answer (wanted->request, SOUP_STATUS_OK, g_steal_pointer (&wanted->text));
  wanted_free (wanted);
}

void
namida_link_handle_wanted (NamidaServer *server, NamidaRequest *request)
{
  NamidaLink *self = namida_link_of (server, &request->head);
  g_autoptr (GTask) task = NULL;
  Wanted *wanted;

  if (!bring_session_is_going_on (self->session))
    {
      namida_link_answer_access (request, NAMIDA_LINK_ACCESS_UNKNOWN, FALSE);
      return;
    }
  namida_receive_session_touch (self->session);
  wanted = g_new0 (Wanted, 1);
  wanted->session = g_object_ref (self->session);
  wanted->request = namida_request_ref (request);
  namida_request_wait (request, NULL, NULL);
  task = g_task_new (server, NULL, bring_on_wanted, wanted);
  g_task_set_source_tag (task, namida_link_handle_wanted);
  g_task_set_task_data (task, wanted, NULL);
  g_task_run_in_thread (task, wanted_worker);
}

/* ---- the end ---- */

typedef struct
{
  GHashTable *reasons; /* (nullable): with @error */
  guint left_out;
  GError *error; /* (nullable) */
} LinkFinish;

void
namida_link_finish_free (gpointer data)
{
  LinkFinish *finish = data;

  g_clear_pointer (&finish->reasons, g_hash_table_unref);
  g_clear_error (&finish->error);
  g_free (finish);
}

/* Parses {"leftOut": N, "files": {"f3": "changed"}}. Returns: (transfer full) (nullable): the files. */
static GHashTable *
bring_finish_parse (const char *data, gsize length, guint *left_out, GError **error)
{
  g_autoptr (GHashTable) reasons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *key;
  guint64 n = 0;

  if (!namida_json_scan_message (data, length, 2 * NAMIDA_LIMIT_FILES + 16, 4, error))
    return NULL;
  namida_json_cursor_init (&cursor, data, length);
  if (!namida_json_cursor_enter (&cursor, '{'))
    return g_steal_pointer (&reasons);
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    if (g_str_equal (key, "leftOut"))
      {
        if (!namida_json_cursor_size (&cursor, "leftOut", &n, error))
          return NULL;
      }
    else if (g_str_equal (key, "files") && namida_json_cursor_enter (&cursor, '{'))
      {
        while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
          {
            g_autofree char *id = g_strdup (key);
            const char *word = namida_json_cursor_string (&cursor, "files", error);

            if (word == NULL)
              return NULL;
            g_hash_table_replace (reasons, g_steal_pointer (&id), g_strdup (word));
          }
      }
    else
      namida_json_cursor_skip (&cursor, NULL, NULL);
  *left_out = (guint) MIN (n, G_MAXUINT);
  return g_steal_pointer (&reasons);
}

gpointer
namida_link_parse_finish (NamidaRequest *request, GError **error)
{
  LinkFinish *finish = g_new0 (LinkFinish, 1);
  gsize length;
  const char *data = g_bytes_get_data (request->body, &length);

  if (request->body_in_file)
    namida_json_window_begin (data, length);
  finish->reasons = bring_finish_parse (data, length, &finish->left_out, &finish->error);
  namida_json_window_end ();
  return finish;
}

/* Notes the files that the page could not read completely, by id, with a word for the reason. Browsers know only
 * one. */
static void
bring_note_reasons (NamidaTransfer *transfer, GHashTable *reasons)
{
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (transfer));

  for (guint i = 0; i < entries->len && g_hash_table_size (reasons) > 0; i++)
    {
      const char *word = g_hash_table_lookup (reasons, ((NamidaEntry *) g_ptr_array_index (entries, i))->id);

      if (word != NULL)
        namida_transfer_set_result (
            transfer, i, NAMIDA_FILE_MISSING,
            _ ("The file changed on the other device while it was being sent, or could not be read there."));
    }
}

void
namida_link_handle_finish (NamidaServer *server, NamidaRequest *request)
{
  NamidaLink *self = namida_link_of (server, &request->head);
  const LinkFinish *finish = request->parsed;
  NamidaTransfer *transfer;

  if (!bring_session_is_going_on (self->session))
    {
      namida_link_answer (request, SOUP_STATUS_OK, namida_link_dup_state (self, request->connection->encrypted));
      return;
    }
  if (finish->reasons == NULL)
    {
      namida_link_answer_error (request, finish->error);
      return;
    }
  transfer = namida_receive_session_get_transfer (self->session);
  /* Do this before the commit, which records whether the version is complete. */
  namida_backup_raise_missed_there (namida_transfer_get_backup (transfer), finish->left_out);
  bring_note_reasons (transfer, finish->reasons);
  namida_session_end (self->session, namida_link_uploads_dup_hashes (namida_link_uploads_of (self->session)));
  namida_link_answer (request, SOUP_STATUS_ACCEPTED, namida_link_dup_state (self, request->connection->encrypted));
}

void
namida_link_handle_cancel (NamidaServer *server, NamidaRequest *request)
{
  NamidaLink *self = namida_link_of (server, &request->head);
  g_autoptr (GError) reason
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The other device canceled the transfer."));

  namida_link_withdraw (self, FALSE);
  if (bring_session_is_going_on (self->session))
    namida_receive_session_close (self->session, NAMIDA_SESSION_CANCELLED, reason);
  namida_link_answer (request, SOUP_STATUS_OK, namida_link_dup_state (self, request->connection->encrypted));
}
