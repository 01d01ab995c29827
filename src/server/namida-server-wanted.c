/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET wanted and POST heal; see docs/protocol.md, "wanted, heal". A device may send only files that are damaged here
 * and that it sent: their size is known before the first byte, and other content is refused. Heads are handled in the
 * main context, queries and bodies by workers. */
#include "config.h"

#include "namida-server-wanted.h"

#include "namida-body-receiver.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-server-upload-private.h"
#include "namida-version-source.h"
#include "namida-wanted-message.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define HEAL_PATH NAMIDA_V1_PREFIX "/heal"
#define WANTED_KEY "namida-server-wanted"
#define HEALING_KEY "namida-server-healing"

/* Wanted: the part of the server that handles these routes; main context. */
typedef struct
{
  GHashTable *counts;  /* (nullable): fingerprint → the number of files wanted from it */
  GHashTable *healing; /* a set of fingerprints of devices that are bringing files now */
} Wanted;

/* Healing: one connection on which a device sends replacements. */
typedef struct
{
  NamidaServer *server;
  NamidaVersionSource *version_source;
  char *fingerprint;
  GHashTable *versions; /* gint64: the versions that were repaired */
  guint files;
} Healing;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  g_clear_pointer (&wanted->counts, g_hash_table_unref);
  g_hash_table_unref (wanted->healing);
  g_free (wanted);
}

static Wanted *
wanted_of (NamidaServer *self)
{
  Wanted *wanted = g_object_get_data (G_OBJECT (self), WANTED_KEY);

  if (wanted != NULL)
    return wanted;
  wanted = g_new0 (Wanted, 1);
  wanted->healing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_object_set_data_full (G_OBJECT (self), WANTED_KEY, wanted, wanted_free);
  return wanted;
}

void
namida_server_set_wanted (NamidaServer *self, GHashTable *counts)
{
  Wanted *wanted = wanted_of (self);

  g_clear_pointer (&wanted->counts, g_hash_table_unref);
  wanted->counts = g_hash_table_ref (counts);
}

guint
namida_server_get_wanted (NamidaServer *self, const char *fingerprint)
{
  NamidaVersionSource *version_source = namida_server_get_version_source (self);
  Wanted *wanted = wanted_of (self);

  if (wanted->counts == NULL || fingerprint == NULL || version_source == NULL
      || !namida_version_source_may_heal (version_source, fingerprint, NULL))
    return 0;
  return GPOINTER_TO_UINT (g_hash_table_lookup (wanted->counts, fingerprint));
}

/* Returns (transfer none) (nullable): NULL with NOT_FOUND or DECLINED. */
static NamidaVersionSource *
wanted_find_source (NamidaServer *self, const char *fingerprint, GError **error)
{
  NamidaVersionSource *version_source = namida_server_get_version_source (self);

  if (version_source == NULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("This device keeps no backups."));
  return version_source != NULL && namida_version_source_may_heal (version_source, fingerprint, error) ? version_source
                                                                                                       : NULL;
}

/* ---- the list ---- */

typedef struct
{
  NamidaRequest *request;
  NamidaVersionSource *version_source;
  char *fingerprint;
  char *text;
  gsize length;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  namida_request_unref (question->request);
  g_object_unref (question->version_source);
  g_free (question->fingerprint);
  g_free (question->text);
  g_free (question);
}

static void
question_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;
  GError *error = NULL;
  g_autoptr (GPtrArray) list
      = namida_version_source_list_wanted (question->version_source, question->fingerprint, &error);

  if (list == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  question->text = namida_wanted_format (list, &question->length);
  g_task_return_boolean (task, TRUE);
}

static void
question_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Question *question = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    namida_request_answer (question->request, SOUP_STATUS_OK, g_steal_pointer (&question->text), question->length);
  else
    namida_request_fail (question->request, error, 0);
}

void
namida_server_handle_wanted (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (GError) error = NULL;
  NamidaVersionSource *version_source = wanted_find_source (self, request->connection->fingerprint, &error);
  g_autoptr (GTask) task = NULL;
  Question *question;

  if (version_source == NULL)
    {
      namida_request_fail (request, error, 0);
      return;
    }
  question = g_new0 (Question, 1);
  question->request = namida_request_ref (request);
  question->version_source = g_object_ref (version_source);
  question->fingerprint = g_strdup (request->connection->fingerprint);
  task = g_task_new (self, NULL, question_answered, NULL);
  g_task_set_source_tag (task, namida_server_handle_wanted);
  g_task_set_task_data (task, question, question_free);
  namida_request_wait (request, NULL, NULL);
  g_task_run_in_thread (task, question_thread);
}

/* ---- the files: a worker thread ---- */

/* Returns: (transfer full) (nullable): the SHA-256 of the body, which is written to @part. */
static char *
healing_receive (NamidaServing *job, NamidaHttpReader *reader, const NamidaVersionSourcePart *part, GError **error)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  guint64 written = 0;
  NamidaHttpBody body;
  NamidaBodyReceiver receiver
      = { .body = &body, .expected = (guint64) job->head.length, .fd = part->fd, .digest = digest };

  namida_http_body_init (&body, reader, job->head.length);
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  if ((job->head.expect_continue && !namida_http_write_continue (g_io_stream_get_output_stream (job->stream), error))
      || !namida_body_receiver_run (&receiver, &written, error))
    return NULL;
  return namida_digest_finish (digest);
}

static gboolean
healing_take (NamidaServing *job, NamidaHttpReader *reader, Healing *healing, NamidaWantedFile *file, GError **error)
{
  g_autofree char *sha256 = NULL;
  NamidaVersionSourcePart part = { .fd = -1 };
  gboolean healed = FALSE, fine;

  if (!namida_heal_query_parse (job->head.query, file, error))
    return FALSE;
  if (job->head.length < 0 || (guint64) job->head.length != file->size)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
                           _ ("The file does not have the size that was announced."));
      return FALSE;
    }
  if (!namida_version_source_may_heal (healing->version_source, healing->fingerprint, error)
      || !namida_version_source_open_part (healing->version_source, healing->fingerprint, file, &part, error))
    return FALSE;
  sha256 = healing_receive (job, reader, &part, error);
  fine = sha256 != NULL;
  if (fine && !g_str_equal (sha256, file->sha256))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM,
                           _ ("What arrived is not the file that is wanted."));
      fine = FALSE;
    }
  fine = fine && namida_version_source_heal (healing->version_source, &part, healing->versions, &healed, error);
  namida_version_source_close_part (healing->version_source, &part);
  healing->files += healed;
  return fine;
}

/* Returns: whether another request may follow on this connection. */
static gboolean
healing_serve_one (NamidaServing *job, NamidaHttpReader *reader, Healing *healing)
{
  NamidaWantedFile file = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  gboolean fine = healing_take (job, reader, healing, &file, &error);
  NamidaFinishHealed healed = { healing->files, g_hash_table_size (healing->versions) };

  g_free (file.sha256);
  if (!fine)
    {
      if (error != NULL && error->domain == NAMIDA_ERROR)
        namida_serving_refuse (job, error, -1);
      return FALSE;
    }
  json = namida_heal_answer_format (&healed);
  return namida_http_write_answer (g_io_stream_get_output_stream (job->stream), 200, json, job->head.keep_alive, 0,
                                   NULL)
         && job->head.keep_alive;
}

static gboolean
healing_next (NamidaServing *job, NamidaHttpReader *reader)
{
  namida_http_head_clear (&job->head);
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  return namida_http_reader_head (reader, &job->head, NAMIDA_LIMIT_HEAD_SECONDS, NULL, NULL)
         && g_str_equal (job->head.method, "POST") && g_str_equal (job->head.path, HEAL_PATH);
}

static gboolean
healing_serve (NamidaServing *job, NamidaHttpReader *reader)
{
  Healing *healing = g_object_get_data (G_OBJECT (job->stream), HEALING_KEY);

  while (healing_serve_one (job, reader, healing) && healing_next (job, reader))
    ;
  return FALSE;
}

/* Main context: the connection has ended. */
static gboolean
healing_over (gpointer data)
{
  Healing *healing = data;

  g_hash_table_remove (wanted_of (healing->server)->healing, healing->fingerprint);
  if (healing->files > 0)
    g_signal_emit_by_name (healing->server, "healed", healing->fingerprint, healing->files,
                           g_hash_table_size (healing->versions));
  return G_SOURCE_REMOVE;
}

static void
healing_free (gpointer data)
{
  Healing *healing = data;

  g_object_unref (healing->server);
  g_object_unref (healing->version_source);
  g_hash_table_unref (healing->versions);
  g_free (healing->fingerprint);
  g_free (healing);
}

/* Called when the connection is freed, usually in a worker. */
static void
healing_end (gpointer data)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, healing_over, data, healing_free);
}

static gboolean
wanted_take_place (NamidaServer *self, const char *fingerprint, GError **error)
{
  GHashTable *healing = wanted_of (self)->healing;

  if (!g_hash_table_contains (healing, fingerprint) && g_hash_table_size (healing) < NAMIDA_LIMIT_HEALING_DEVICES)
    return g_hash_table_add (healing, g_strdup (fingerprint));
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
                       _ ("Damaged files are being repaired already. Try again later."));
  return FALSE;
}

void
namida_server_take_heal (NamidaServer *self, NamidaRequest *request)
{
  const char *fingerprint = request->connection->fingerprint;
  NamidaServing *job = namida_serving_steal (request);
  GError *error = NULL;
  NamidaVersionSource *version_source = wanted_find_source (self, fingerprint, &error);
  Healing *healing;

  if (version_source != NULL && wanted_take_place (self, fingerprint, &error))
    {
      healing = g_new0 (Healing, 1);
      healing->server = g_object_ref (self);
      healing->version_source = g_object_ref (version_source);
      healing->fingerprint = g_strdup (fingerprint);
      healing->versions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
      job->serve = healing_serve;
      g_object_set_data_full (G_OBJECT (job->stream), HEALING_KEY, healing, healing_end);
    }
  else
    job->refusal = error;
  namida_serving_start (self, job);
}
