/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The v1 dialect of NamidaSender, for Namida Sync on other computers; see docs/protocol.md. Interrupted files resume
 * where they stopped, and a file counts as stored only after the other side has confirmed its hash. Runs in the worker
 * threads of NamidaSender. */
#include "config.h"

#include "namida-sender-private.h"

#include <glib/gi18n-lib.h>

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-given-content.h"
#include "namida-hash-index.h"
#include "namida-heal-sender.h"
#include "namida-limits.h"
#include "namida-manifest.h"
#include "namida-read-unknown.h"

#define REGISTER_SECONDS 5u
#define SESSION_SECONDS 10u
/* Allow the remote user our own answer timeout plus one round trip. */
#define ANSWER_SECONDS (NAMIDA_LIMIT_OFFER_ANSWER_SECONDS + 15u)
/* The time limit of finish, which allows for a slow disk to make everything durable. */
#define FINISH_SECONDS 60u
#define FINISH_BYTES_PER_SECOND (20u * 1000 * 1000)
#define FINISH_FILES_PER_SECOND 100u
#define FINISH_MOST_SECONDS (24u * 60 * 60)
/* The receiver has not yet noticed that a connection was lost, and considers the file on it as still arriving. */
#define BUSY_US (10 * G_USEC_PER_SEC)
#define PATH(name) NAMIDA_V1_PREFIX "/" name
#define PLATFORM "linux"

static gboolean
v1_has_odd_names (NamidaBackup *backup)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  gboolean found = FALSE;

  for (guint i = 0; i < entries->len && !found; i++)
    found = !namida_entry_is_portable (g_ptr_array_index (entries, i));
  return found;
}

static GBytes *
v1_format_offer (NamidaSender *self, GError **error)
{
  NamidaBackup *backup = namida_transfer_get_backup (self->transfer);
  g_autoptr (GBytes) manifest = NULL;
  gsize length = 0;
  char *text;

  if (self->database != NULL)
    {
      namida_hash_index_fill (self->database, backup);
      namida_sender_read_unknown (self, self->inner);
    }
  manifest = namida_manifest_build (backup, namida_identity_get_uuid (self->identity), PLATFORM,
                                    namida_clock_real () / 1000);
  if (v1_has_odd_names (backup))
    {
      text = namida_offer_message_format (self->own, manifest, backup, &length);
      self->portable_offer = g_bytes_new_take (text, length);
    }
  text = namida_offer_message_format_all_names (self->own, manifest, backup, &length);
  return g_bytes_new_take (text, length);
}

/* The connection is closed after the answer, because a receiver may close an idle connection at any moment, and the
 * next request must not be lost with it. */
gboolean
namida_sender_v1_request (NamidaSender *self,
                          NamidaHttpConnection **connection,
                          const NamidaHttpRequest *request,
                          GBytes *body,
                          NamidaHttpAnswer *answer,
                          GError **error)
{
  gboolean ok = namida_sender_request (self, connection, request, body, NAMIDA_LIMIT_OFFER_BYTES, answer, error);

  g_clear_pointer (connection, namida_http_connection_free);
  if (!ok)
    return FALSE;
  if (answer->head.status >= 200 && answer->head.status <= 299)
    return TRUE;
  g_propagate_error (error, namida_error_answer_parse ((const char *) answer->body->data,
                                                       MIN (answer->body->len, NAMIDA_LIMIT_JSON_BYTES),
                                                       answer->head.status, NULL));
  return FALSE;
}

static char *
v1_session_target (const char *path, const char *session_id, const char *more)
{
  g_autofree char *escaped = g_uri_escape_string (session_id, NULL, FALSE);

  return g_strconcat (path, "?sessionId=", escaped, more, NULL);
}

/* ---- the offer ---- */

/* A device that does not answer this request may be at another address. */
gboolean
namida_sender_v1_register (NamidaSender *self, NamidaHttpConnection **connection, GError **error)
{
  NamidaHttpRequest request = { .method = "GET", .target = PATH ("register"), .seconds = REGISTER_SECONDS };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (NamidaDeviceInfo) info = NULL;

  self->try_elsewhere = TRUE;
  if (!namida_sender_v1_request (self, connection, &request, NULL, &answer, error))
    return FALSE;
  info = namida_register_parse ((const char *) answer.body->data, answer.body->len, error);
  if (info == NULL)
    return FALSE;
  self->try_elsewhere = FALSE;
  self->takes_preview = namida_device_info_has_feature (info, NAMIDA_FEATURE_PREVIEW);
  self->takes_packs = namida_device_info_has_feature (info, "pack");
  self->takes_healing = namida_device_info_has_feature (info, NAMIDA_FEATURE_HEAL);
  self->takes_all_names = namida_device_info_has_feature (info, NAMIDA_FEATURE_NAMES);
  return TRUE;
}

/* Whether the other user has canceled the transfer in the meantime; a new offer would ask again. If the device does not
 * know the session any more, the backup is simply offered again. */
static gboolean
v1_is_cancelled (NamidaSender *self, NamidaHttpConnection **connection)
{
  g_autofree char *target = v1_session_target (PATH ("session"), self->session_before, NULL);
  NamidaHttpRequest request = { .method = "GET", .target = target, .seconds = SESSION_SECONDS };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GHashTable) offsets = NULL;
  g_autofree char *state = NULL;

  return namida_sender_v1_request (self, connection, &request, NULL, &answer, NULL)
         && namida_session_answer_parse ((const char *) answer.body->data, answer.body->len, &state, &offsets, NULL)
         && g_strcmp0 (state, "cancelled") == 0;
}

static gboolean
v1_ask (NamidaSender *self, NamidaHttpConnection **connection, GError **error)
{
  g_autofree char *pin = self->pin != NULL ? g_uri_escape_string (self->pin, NULL, FALSE) : NULL;
  g_autofree char *target = g_strconcat (PATH ("prepare-upload"), pin != NULL ? "?pin=" : NULL, pin, NULL);
  NamidaHttpRequest request = { .target = target, .type = "application/json", .seconds = ANSWER_SECONDS };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GError) local = NULL;
  GBytes *offer;

  if (!namida_sender_v1_register (self, connection, error))
    return FALSE;
  if (self->again && self->session_before != NULL && v1_is_cancelled (self, connection))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The other device canceled the transfer."));
      return FALSE;
    }
  namida_sender_show_waiting (self);
  offer = self->takes_all_names || self->portable_offer == NULL ? self->offer : self->portable_offer;
  if (!namida_sender_v1_request (self, connection, &request, offer, &answer, &local))
    {
      /* A command that only sends has the key of the device that it runs on, and its own port: the program that
       * receives on that device may be at the next address. */
      self->try_elsewhere = g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
      self->retry_after = answer.head.retry_after;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (answer.head.status == 204)
    return TRUE;
  self->answer = namida_offer_answer_parse ((const char *) answer.body->data, answer.body->len, error);
  self->is_asked = self->answer != NULL;
  return self->answer != NULL;
}

/* ---- a file ---- */

static char *
v1_format_upload (NamidaUploadJob *job, NamidaUploadItem *item)
{
  g_autofree char *token = g_uri_escape_string (item->token, NULL, FALSE);
  g_autofree char *more
      = g_strdup_printf ("&fileId=%s&token=%s&offset=%" G_GUINT64_FORMAT, item->entry->id, token, item->offset);

  return v1_session_target (PATH ("upload"), job->session_id, more);
}

/* @error: (transfer full) */
static GError *
v1_name_device (NamidaUploadJob *job, GError *error)
{
  const char *alias = namida_transfer_get_peer_alias (job->transfer);
  GError *named;

  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED))
    named = g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("“%s” canceled the transfer."), alias);
  else
    named = g_error_new (NAMIDA_ERROR, error->code, "%s: %s", alias, error->message);
  g_error_free (error);
  return named;
}

NamidaTry
namida_sender_v1_check_refusal (NamidaUploadJob *job,
                                NamidaUploadItem *item,
                                const NamidaHttpAnswer *answer,
                                GError **error)
{
  gint64 offset = -1;
  GError *reason
      = namida_error_answer_parse ((const char *) answer->body->data, answer->body->len, answer->head.status, &offset);

  switch (reason->code)
    {
    case NAMIDA_ERROR_WRONG_OFFSET:
      if (item == NULL)
        offset = -1;
      if (offset >= 0)
        namida_upload_item_start_from (job, item, (guint64) offset);
      g_propagate_error (error, reason);
      return offset >= 0 ? NAMIDA_TRY_OFFSET : NAMIDA_TRY_REFUSED;
    case NAMIDA_ERROR_CHECKSUM:
      g_propagate_error (error, reason);
      return NAMIDA_TRY_MISMATCH;
    case NAMIDA_ERROR_BUSY:
      g_propagate_error (error, reason);
      return NAMIDA_TRY_BUSY;
    case NAMIDA_ERROR_WRONG_SIZE:
    case NAMIDA_ERROR_TOO_LARGE:
    case NAMIDA_ERROR_FILE_TOO_LARGE:
    case NAMIDA_ERROR_NO_PERMISSION:
    case NAMIDA_ERROR_UNSAFE_PATH:
    case NAMIDA_ERROR_INTERNAL:
      g_propagate_error (error, reason);
      return NAMIDA_TRY_REFUSED;
    default:
      g_propagate_error (error, v1_name_device (job, reason));
      return NAMIDA_TRY_FATAL;
    }
}

static NamidaTry
v1_check_upload (
    NamidaUploadJob *job, NamidaUploadItem *item, const char *sha256, const NamidaHttpAnswer *answer, GError **error)
{
  g_autofree char *shown = NULL;
  g_autofree char *theirs = NULL;
  guint64 size = 0;

  if (answer->head.status < 200 || answer->head.status > 299)
    return namida_sender_v1_check_refusal (job, item, answer, error);
  if (!namida_upload_answer_parse ((const char *) answer->body->data, answer->body->len, &size, &theirs, error))
    return NAMIDA_TRY_REFUSED;
  if (answer->whole && size == item->entry->size
      && (namida_upload_item_is_folder (item) || (theirs != NULL && g_ascii_strcasecmp (theirs, sha256) == 0)))
    return NAMIDA_TRY_SENT;
  shown = g_utf8_make_valid (item->entry->name, -1);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM, _ ("“%s” was damaged during the transfer. Send it again."),
               shown);
  return NAMIDA_TRY_MISMATCH;
}

/* ---- the end ---- */

static GHashTable *
v1_read_finish (NamidaSender *self, const GByteArray *body, GError **error)
{
  NamidaFinishHealed healed = { 0 };
  GHashTable *results = namida_finish_answer_parse ((const char *) body->data, body->len, &healed, error);

  if (results != NULL && healed.files > 0)
    namida_transfer_set_healed (self->transfer, healed.files, healed.versions);
  return results;
}

static GHashTable *
v1_finish (NamidaSender *self, GError **error)
{
  guint64 seconds
      = FINISH_SECONDS + self->job->bytes / FINISH_BYTES_PER_SECOND + self->job->items->len / FINISH_FILES_PER_SECOND;
  g_autofree char *target = v1_session_target (PATH ("finish"), self->session_id, NULL);
  NamidaHttpRequest request
      = { .target = target, .type = "application/json", .seconds = (guint) MIN (seconds, FINISH_MOST_SECONDS) };
  g_autoptr (GHashTable) hashes = namida_upload_job_collect_hashes (self->job);
  g_autoptr (NamidaHttpConnection) connection = NULL;
  gint64 started = g_get_monotonic_time ();
  gsize length = 0;
  char *text = namida_finish_request_format (hashes, namida_transfer_count_missed (self->transfer), &length);
  g_autoptr (GBytes) body = g_bytes_new_take (text, length);

  while (TRUE)
    {
      g_auto (NamidaHttpAnswer) answer = { 0 };
      g_autoptr (GError) local = NULL;

      if (namida_sender_v1_request (self, &connection, &request, body, &answer, &local))
        return v1_read_finish (self, answer.body, error);
      if (!g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_BUSY) || g_get_monotonic_time () - started > BUSY_US
          || g_cancellable_is_cancelled (self->inner))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      namida_http_back_off (1, self->inner);
    }
}

/* The hashes of what the receiver has got from here. @all: include what it had before. */
static GPtrArray *
v1_list_given (NamidaSender *self, gboolean all)
{
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (self->transfer));
  g_autoptr (GHashTable) read = self->job != NULL ? namida_upload_job_collect_hashes (self->job) : NULL;
  GPtrArray *hashes = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      NamidaFileResult result = namida_transfer_get_result (self->transfer, i);
      const char *sha256 = entry->sha256;

      if (entry->kind == NAMIDA_ENTRY_FOLDER
          || (result != NAMIDA_FILE_STORED && !(all && namida_file_result_is_success (result))))
        continue;
      if (read != NULL && g_hash_table_contains (read, entry->id))
        sha256 = g_hash_table_lookup (read, entry->id);
      if (sha256 != NULL)
        g_ptr_array_add (hashes, g_strdup (sha256));
    }
  return hashes;
}

/* The versions of the two counts may overlap, so their total number is unknown then. */
static void
v1_add_healed (NamidaSender *self, const NamidaFinishHealed *healed)
{
  guint versions, files = namida_transfer_get_healed (self->transfer, &versions);

  if (healed->files > 0)
    namida_transfer_set_healed (self->transfer, files + healed->files, files > 0 ? 0 : healed->versions);
}

/* Files that were read before the offer and did not have to be sent were still read, and are counted as such. */
static void
v1_count_read (NamidaSender *self)
{
  guint read = self->read_before != NULL ? g_hash_table_size (self->read_before) : 0;

  for (guint i = 0; read > 0 && self->job != NULL && i < self->job->items->len; i++)
    {
      const NamidaUploadItem *item = &g_array_index (self->job->items, NamidaUploadItem, i);

      if (item->sha256 != NULL && g_hash_table_contains (self->read_before, item->entry))
        read--;
    }
  namida_transfer_add_moved (self->transfer, 0, read);
}

/* Records what the receiver has got from here, and sends again what it has lost of that. */
static void
v1_settle (NamidaSender *self)
{
  NamidaFinishHealed healed = { 0 };
  g_autoptr (GPtrArray) given = NULL;
  g_autoptr (GError) error = NULL;
  NamidaHttpPeer peer;
  gboolean known;

  v1_count_read (self);
  if (self->database == NULL || self->fingerprint == NULL)
    return;
  known = namida_given_content_any (self->database, self->fingerprint);
  given = v1_list_given (self, !known);
  if (!namida_given_content_add (self->database, self->fingerprint, given, &error))
    g_message ("%s", error->message);
  g_clear_error (&error);
  if (!self->takes_healing || !known)
    return;
  peer = namida_sender_get_peer (self, self->address);
  peer.limit = self->limit;
  if (!namida_heal_send (&peer, self->database, &healed, self->inner, &error))
    g_debug ("damaged files there could not all be repaired: %s", error->message);
  v1_add_healed (self, &healed);
}

static void
v1_cancel (NamidaSender *self, gboolean keep_parts)
{
  g_autofree char *target = v1_session_target (PATH ("cancel"), self->session_id, keep_parts ? "&keep=1" : NULL);

  namida_sender_say (self, target);
}

const NamidaSenderDialect namida_sender_v1 = {
  .proves = TRUE,
  .folders = TRUE,
  .parks = TRUE,
  .on_break = NAMIDA_BREAK_RESUMES,
  .n_connections = 4,
  .n_tries = 2,
  .n_offers = 1,
  .unwanted = NAMIDA_FILE_KEPT_EXISTING,
  .format_offer = v1_format_offer,
  .ask = v1_ask,
  .format_upload = v1_format_upload,
  .check_upload = v1_check_upload,
  .finish = v1_finish,
  .settle = v1_settle,
  .cancel = v1_cancel,
};
