/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-phone-sender.h"

#include "namida-error.h"
#include "namida-file-reader.h"
#include "namida-limits.h"
#include "namida-http-connection.h"
#include "namida-phone-messages.h"
#include "namida-rate-limit.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define PATH(name) NAMIDA_V1_PREFIX "/" name
/* Its person may let it wait as long as they like ; ours can cancel. */
#define ANSWER_SECONDS NAMIDA_HTTP_FOREVER
/* A phone may be out of reach for a moment; one that has left is noticed while its person is asked. */
#define SILENCE_SECONDS 45u
/* What it has not taken is lost, as it cannot go on with a part of a file. */
#define STALL_SECONDS 300u
#define CANCEL_SECONDS 3u
/* Each asks its person once more. */
#define N_TRIES 3u
#define TRY_AGAIN_US (2 * G_USEC_PER_SEC)

struct _NamidaPhoneSender
{
  NamidaSender base;

  /* While it runs; owned by the one step. */
  GCancellable *inner;
  gulong wish_handler;
  GPtrArray *addresses; /* GInetSocketAddress, as they were at the start */
  GInetSocketAddress *address;
  NamidaRateLimit *limit;
  guint8 *buffer;
  char *offer;
  gsize offer_length;
  gboolean agreed; /* in this try, and not ended yet */
};

G_DEFINE_FINAL_TYPE (NamidaPhoneSender, namida_phone_sender, NAMIDA_TYPE_SENDER)

static void namida_phone_sender_start (NamidaSender *base);

static void
namida_phone_sender_finalize (GObject *object)
{
  NamidaPhoneSender *self = NAMIDA_PHONE_SENDER (object);

  g_clear_object (&self->inner);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_object (&self->address);
  g_clear_pointer (&self->limit, namida_rate_limit_unref);
  g_free (self->buffer);
  g_free (self->offer);
  G_OBJECT_CLASS (namida_phone_sender_parent_class)->finalize (object);
}

static void
namida_phone_sender_class_init (NamidaPhoneSenderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_phone_sender_finalize;
  NAMIDA_SENDER_CLASS (klass)->start = namida_phone_sender_start;
}

static void
namida_phone_sender_init (NamidaPhoneSender *self)
{
  self->inner = g_cancellable_new ();
}

/* ---- requests, in the worker ---- */

/* A new connection for each: it has as many as there are files anyhow, and none can be stale. */
static NamidaHttpConnection *
connect_to (GInetSocketAddress *address, NamidaRateLimit *limit, GCancellable *cancellable, GError **error)
{
  const NamidaHttpPeer peer
      = { .address = address, .limit = limit, .silence_seconds = SILENCE_SECONDS, .stall_seconds = STALL_SECONDS };

  return namida_http_connection_new (&peer, cancellable, error);
}

static gboolean
says (const NamidaHttpAnswer *answer, const char *word)
{
  return answer->head.status == 200
         && g_strstr_len ((const char *) answer->body->data, (gssize) answer->body->len, word) != NULL;
}

/* It counts what came until it is told, also after everything went wrong. Also when our person cancelled. */
static void
tell_cancel (NamidaPhoneSender *self)
{
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  const NamidaHttpPeer peer = { .address = self->address, .connect_seconds = CANCEL_SECONDS };
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&peer, NULL, &error);

  if (connection == NULL
      || !namida_http_connection_request (connection,
                                          (NamidaHttpRequest){ .target = PATH ("cancel"), .seconds = CANCEL_SECONDS },
                                          "", 0, NAMIDA_LIMIT_JSON_BYTES, &answer, &error))
    g_debug ("The phone did not hear of the cancel: %s", error->message);
  self->agreed = FALSE;
}

static GError *
explain_refusal (NamidaPhoneSender *self, const NamidaHttpAnswer *answer)
{
  const char *alias = namida_transfer_get_peer_alias (self->base.transfer);

  switch (answer->head.status)
    {
    case 403:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” declined this."), alias);
    case 400:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                          _ ("“%s” does not understand what it was offered. Update Namida Sync there."), alias);
    case 404:
    case 503:
      return g_error_new (
          NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
          _ ("“%s” does not receive at the moment. Open Namida Sync there, choose to receive, then send "
             "again."),
          alias);
    default:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL,
                          _ ("“%s” answered in a way this program does not understand (%u). Close Namida Sync there, "
                             "open it again, then send again."),
                          alias, answer->head.status);
    }
}

/* ---- 2. the offer ---- */

static gboolean
tell_state (gpointer user_data)
{
  NamidaPhoneSender *self = user_data;
  NamidaTransfer *transfer = self->base.transfer;

  if (!namida_transfer_is_final (transfer))
    namida_transfer_set_state (transfer, self->agreed ? NAMIDA_TRANSFER_RUNNING : NAMIDA_TRANSFER_WAITING);
  return G_SOURCE_REMOVE;
}

static void
show_state (NamidaPhoneSender *self)
{
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, tell_state, g_object_ref (self), g_object_unref);
}

static gboolean
ask (NamidaPhoneSender *self, NamidaHttpConnection *connection, GError **error)
{
  g_auto (NamidaHttpAnswer) answer = { 0 };

  show_state (self);
  if (!namida_http_connection_request (connection,
                                       (NamidaHttpRequest){ .target = PATH ("prepare-upload"),
                                                            .type = "application/json",
                                                            .seconds = ANSWER_SECONDS },
                                       self->offer, self->offer_length, NAMIDA_LIMIT_JSON_BYTES, &answer, error))
    {
      /* Its person may still say yes to what is not there any more. */
      if (g_cancellable_is_cancelled (self->inner))
        tell_cancel (self);
      return FALSE;
    }
  if (!says (&answer, "Ready"))
    {
      g_propagate_error (error, explain_refusal (self, &answer));
      return FALSE;
    }
  self->agreed = TRUE;
  show_state (self);
  return TRUE;
}

/* Returns: (transfer full) (nullable): to the first address that answers. */
static NamidaHttpConnection *
find (NamidaPhoneSender *self, GError **error)
{
  for (guint i = 0; i < self->addresses->len; i++)
    {
      GInetSocketAddress *address = g_ptr_array_index (self->addresses, i);
      NamidaHttpConnection *connection;

      g_clear_error (error);
      connection = connect_to (address, NULL, self->inner, error);
      if (connection != NULL)
        {
          g_set_object (&self->address, address);
          return connection;
        }
    }
  if (self->addresses->len == 0)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                 _ ("No address of “%s” is known: refresh the list of devices, then send again"),
                 namida_transfer_get_peer_alias (self->base.transfer));
  return NULL;
}

static gboolean
offer (NamidaPhoneSender *self, GError **error)
{
  g_autoptr (NamidaHttpConnection) connection = find (self, error);

  if (connection == NULL)
    return FALSE;
  /* An earlier try may have left it counting. */
  if (self->base.again || self->base.reached)
    tell_cancel (self);
  return ask (self, connection, error);
}

/* ---- 3. the files ---- */

static gboolean
send_body (NamidaPhoneSender *self,
           NamidaHttpConnection *connection,
           const NamidaEntry *entry,
           int fd,
           const struct stat *before,
           GError **error)
{
  gboolean answered = FALSE;
  gsize block = 0, done = 0;
  guint64 sent = 0;

  while (sent < entry->size && !answered)
    {
      gssize n;

      if (done == block)
        {
          block = (gsize) MIN ((guint64) NAMIDA_BLOCK_SIZE, entry->size - sent);
          done = 0;
          if (!namida_source_read (entry, fd, sent, block, self->buffer, error))
            return FALSE;
          /* Half a file is no file there: a changed one must not be ended. */
          if (sent + block == entry->size && !namida_source_check (entry, fd, before, error))
            return FALSE;
        }
      n = namida_http_connection_write (connection, self->buffer + done, block - done, error);
      if (n < 0)
        return FALSE;
      answered = n == 0;
      done += (gsize) n;
      sent += (guint64) n;
      namida_transfer_add_bytes (self->base.transfer, n);
    }
  return TRUE;
}

static gboolean
send_open_file (NamidaPhoneSender *self, const NamidaEntry *entry, int fd, const struct stat *before, GError **error)
{
  g_autofree char *query = namida_phone_upload_format (entry);
  g_autofree char *target = g_strconcat (PATH ("upload"), "?", query, NULL);
  g_autoptr (NamidaHttpConnection) connection = connect_to (self->address, self->limit, self->inner, error);
  g_auto (NamidaHttpAnswer) answer = { 0 };

  if (connection == NULL)
    return FALSE;
  namida_http_connection_begin (connection, &(NamidaHttpRequest){ .target = target,
                                                                  .type = "application/octet-stream",
                                                                  .length = (gint64) entry->size });
  if (!send_body (self, connection, entry, fd, before, error)
      || !namida_http_connection_read_answer (connection, NAMIDA_LIMIT_JSON_BYTES, &answer, error))
    return FALSE;
  if (says (&answer, NAMIDA_PHONE_RECEIVED) && answer.whole)
    return TRUE;
  g_propagate_error (error, explain_refusal (self, &answer));
  return FALSE;
}

static gboolean
send_file (NamidaPhoneSender *self, guint index, const NamidaEntry *entry, GError **error)
{
  NamidaTransfer *transfer = self->base.transfer;
  g_autofree char *path = namida_entry_dup_path (entry);
  struct stat before;
  gboolean ok;
  int fd;

  namida_transfer_set_current_file (transfer, path);
  fd = namida_source_open (entry, &before, error);
  if (fd < 0)
    return FALSE;
  ok = send_open_file (self, entry, fd, &before, error);
  close (fd);
  if (!ok)
    return FALSE;
  namida_transfer_add_files (transfer, 1);
  namida_transfer_set_result (transfer, index, NAMIDA_FILE_STORED, NULL);
  return TRUE;
}

static gboolean
send_files (NamidaPhoneSender *self, GError **error)
{
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (self->base.transfer));

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (entry->kind == NAMIDA_ENTRY_FOLDER)
        namida_transfer_set_result (self->base.transfer, i, NAMIDA_FILE_LEFT_OUT,
                                    _ ("The phone app knows no empty folders: this one was left out."));
      else if (!send_file (self, i, entry, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- one try, and the next ---- */

static gboolean
restart (gpointer user_data)
{
  namida_transfer_restart (user_data);
  return G_SOURCE_REMOVE;
}

/* After a failure nothing there is of use: it is told, and all begins anew. */
static gboolean
try_once (NamidaPhoneSender *self, GError **error)
{
  gboolean ok = offer (self, error);

  if (!ok)
    return FALSE;
  self->base.accepted = self->base.reached = TRUE;
  ok = send_files (self, error);
  if (!ok)
    {
      tell_cancel (self);
      g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, restart, g_object_ref (self->base.transfer),
                                  g_object_unref);
    }
  return ok;
}

static gboolean
pause_between (NamidaPhoneSender *self)
{
  GPollFD fd;
  gboolean can_poll = g_cancellable_make_pollfd (self->inner, &fd);

  if (can_poll)
    {
      g_poll (&fd, 1, TRY_AGAIN_US / 1000);
      g_cancellable_release_fd (self->inner);
    }
  return can_poll && !g_cancellable_is_cancelled (self->inner);
}

static void
send_thread (GTask *step, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaPhoneSender *self = source;
  NamidaBackup *backup = namida_transfer_get_backup (self->base.transfer);
  GError *error = NULL;
  gboolean ok = FALSE;

  self->offer = namida_phone_offer_format (backup, &self->offer_length, &error);
  self->buffer = g_malloc (NAMIDA_BLOCK_SIZE);
  for (guint i = 0; self->offer != NULL && i < N_TRIES && !ok; i++)
    {
      /* Only a connection that broke after a yes is worth another question. */
      if (i > 0
          && (!self->base.reached || !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE)
              || !pause_between (self)))
        break;
      g_clear_error (&error);
      ok = try_once (self, &error);
    }
  if (ok)
    g_task_return_boolean (step, TRUE);
  else
    g_task_return_error (step, error);
}

/* ---- the ends ---- */

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaPhoneSender *self = NAMIDA_PHONE_SENDER (source);
  NamidaSender *base = &self->base;
  GCancellable *wish = namida_transfer_get_cancellable (base->transfer);
  GError *error = NULL;
  gboolean goes_on;

  g_task_propagate_boolean (G_TASK (result), &error);
  namida_sender_unfollow_wish (base, self->wish_handler);
  if (error != NULL && g_cancellable_is_cancelled (wish))
    {
      g_clear_error (&error);
      error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled"));
    }
  if (error == NULL)
    namida_transfer_set_advice (
        base->transfer,
        _ ("One step is left on the phone: in Namida, open Settings → Backup & Restore and restore this backup."));
  goes_on = base->patient && base->accepted && g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  namida_sender_return (base, error, goes_on);
}

static void
namida_phone_sender_start (NamidaSender *base)
{
  NamidaPhoneSender *self = NAMIDA_PHONE_SENDER (base);
  g_autoptr (GTask) step = g_task_new (self, NULL, on_sent, NULL);

  self->limit = namida_rate_limit_new (base->limit);
  self->addresses = namida_sender_dup_addresses (base);
  self->wish_handler = namida_sender_follow_wish (base, self->inner);
  namida_transfer_set_unproven (base->transfer);
  if (base->again)
    namida_transfer_restart (base->transfer);
  g_task_set_source_tag (step, namida_phone_sender_start);
  g_task_run_in_thread (step, send_thread);
}
