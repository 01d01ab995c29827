/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends what a browser fetches: the list of the chosen files, one file or a range of it, or all of them as a zip that
 * is created while it is sent. The main context checks that the link's browser made the request; workers send. */

#include "config.h"

#include "namida-link-private.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-reader.h"
#include "namida-json-cursor.h"
#include "namida-limits.h"
#include "namida-link-range.h"
#include "namida-link-zip.h"
#include "namida-safe-path.h"
#include "namida-server-download.h"
#include "namida-version-source.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define DOWNLOAD_KEY "namida-link-download"

/* LinkDownload: one download, which moves from the main context to a worker and back. The link is used only in the main
 * context. */
typedef struct
{
  NamidaLink *link;
  GMainContext *context;
  NamidaBackup *backup;
  const NamidaEntry *entry;            /* (nullable): in @backup; NULL for the zip */
  NamidaVersionSource *version_source; /* (nullable) */
  GCancellable *cancellable;
  NamidaServing *job; /* while it is served */
  char *tag;
  char *name;
  guint64 bytes; /* bytes that were sent */
  gboolean whole;
} LinkDownload;

/* ---- the list ---- */

static char *
fetch_list_format (NamidaBackup *backup)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  g_autofree char *title = namida_backup_dup_title (backup);
  GString *out = g_string_new ("{");
  gboolean first = TRUE;

  namida_json_append_member (out, "title", title);
  namida_json_append_size (out, "bytes", namida_backup_get_bytes (backup));
  g_string_append (out, ",\"files\":[");
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *path = NULL;

      if (entry->kind == NAMIDA_ENTRY_FOLDER)
        continue;
      path = namida_entry_dup_path (entry);
      g_string_append (out, first ? "{" : ",{");
      first = FALSE;
      namida_json_append_member (out, "id", entry->id);
      namida_json_append_member (out, "path", path);
      namida_json_append_size (out, "size", entry->size);
      if (entry->sha256 != NULL)
        namida_json_append_member (out, "sha256", entry->sha256);
      g_string_append_c (out, '}');
    }
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}

typedef struct
{
  NamidaRequest *request;
  NamidaBackup *backup;
  char *text;
} LinkList;

static void
fetch_list_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  LinkList *list = task_data;

  list->text = fetch_list_format (list->backup);
  g_task_return_boolean (task, TRUE);
}

static void
fetch_on_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LinkList *list = user_data;

  namida_link_answer (list->request, SOUP_STATUS_OK, list->text);
  namida_request_unref (list->request);
  g_object_unref (list->backup);
  g_free (list);
}

void
namida_link_handle_list (NamidaServer *server, NamidaRequest *request)
{
  NamidaLink *self = namida_link_of (server, &request->head);
  NamidaLinkAccess access = namida_link_check (self, &request->head, request->connection->encrypted, FALSE);
  g_autoptr (GTask) task = NULL;
  LinkList *list;

  if (access == NAMIDA_LINK_ACCESS_FINE && self->backup == NULL)
    access = NAMIDA_LINK_ACCESS_UNKNOWN;
  if (access != NAMIDA_LINK_ACCESS_FINE)
    {
      namida_link_answer_access (request, access, FALSE);
      return;
    }
  namida_link_seen (self);
  list = g_new0 (LinkList, 1);
  list->request = namida_request_ref (request);
  list->backup = g_object_ref (self->backup);
  namida_request_wait (request, NULL, NULL);
  task = g_task_new (server, NULL, fetch_on_list, list);
  g_task_set_source_tag (task, namida_link_handle_list);
  g_task_set_task_data (task, list, NULL);
  g_task_run_in_thread (task, fetch_list_worker);
}

/* ---- one download ---- */

static gboolean
fetch_on_download_over (gpointer user_data)
{
  LinkDownload *download = user_data;

  g_atomic_int_dec_and_test (&download->link->n_downloads);
  namida_link_seen (download->link);
  if (download->bytes > 0)
    g_signal_emit_by_name (download->link, "fetched", download->name, download->bytes, download->whole);
  return G_SOURCE_REMOVE;
}

static void
fetch_download_free (gpointer data)
{
  LinkDownload *download = data;

  g_object_unref (download->link);
  g_object_unref (download->backup);
  g_clear_object (&download->version_source);
  g_object_unref (download->cancellable);
  g_main_context_unref (download->context);
  g_free (download->tag);
  g_free (download->name);
  g_free (download);
}

/* Called when the stream that owned it is freed, in any thread. */
static void
fetch_download_over (gpointer data)
{
  LinkDownload *download = data;
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, fetch_on_download_over, download, fetch_download_free);
  g_source_attach (source, download->context);
}

/* RFC 6266 and 8187: supports any name, also in browsers that know only ASCII. */
static char *
fetch_disposition (const char *name)
{
  g_autofree char *encoded = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *plain = g_str_to_ascii (name, "C");

  for (char *c = plain; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr (" ._-()", *c) == NULL)
      *c = '_';
  return g_strdup_printf ("attachment; filename=\"%s\"; filename*=UTF-8''%s", plain, encoded);
}

static gboolean
fetch_write_text (NamidaServing *job, const char *text)
{
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  return g_output_stream_write_all (g_io_stream_get_output_stream (job->stream), text, strlen (text), NULL, NULL, NULL);
}

static gboolean
fetch_download_write_head (LinkDownload *download, NamidaLinkRange range, guint64 first, guint64 end)
{
  g_autofree char *fields = namida_link_fields (NULL);
  g_autofree char *named = fetch_disposition (download->name);
  g_autoptr (GString) head
      = g_string_new (range == NAMIDA_LINK_RANGE_PART ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n");

  g_string_append_printf (head, "%sContent-Disposition: %s\r\nConnection: close\r\n", fields, named);
  if (download->entry == NULL)
    g_string_append (head, "Content-Type: application/zip\r\nTransfer-Encoding: chunked\r\n");
  else
    g_string_append_printf (head,
                            "Content-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\nETag: \"%s\"\r\n"
                            "Content-Length: %" G_GUINT64_FORMAT "\r\n",
                            download->tag, end - first);
  if (range == NAMIDA_LINK_RANGE_PART)
    g_string_append_printf (head,
                            "Content-Range: bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT
                            "\r\n",
                            first, end - 1, download->entry->size);
  g_string_append (head, "\r\n");
  return fetch_write_text (download->job, head->str);
}

static void
fetch_refuse_range (LinkDownload *download)
{
  g_autofree char *fields = namida_link_fields (NULL);
  g_autofree char *text = g_strdup_printf ("HTTP/1.1 416 Range Not Satisfiable\r\n%sContent-Range: bytes "
                                           "*/%" G_GUINT64_FORMAT "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                                           fields, download->entry->size);

  fetch_write_text (download->job, text);
}

static void
fetch_on_damaged (const NamidaEntry *entry, const struct stat *st, gpointer user_data)
{
  LinkDownload *download = user_data;

  if (download->version_source != NULL && namida_backup_get_proven (download->backup))
    namida_version_source_set_damaged (download->version_source, entry, st);
}

/* If the file changes or is not the expected one, the connection is closed before the last byte, and the browser
 * reports that the download failed. */
static gboolean
fetch_file_write (LinkDownload *download, int fd, const struct stat *st, guint64 first, guint64 end)
{
  const NamidaEntry *entry = download->entry;
  NamidaServing *job = download->job;
  g_autofree guint8 *data = g_malloc (NAMIDA_BLOCK_SIZE);
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  gboolean all = first == 0 && end == entry->size && entry->sha256 != NULL;

  for (guint64 offset = first; offset < end;)
    {
      gsize piece = MIN (NAMIDA_BLOCK_SIZE, namida_rate_limit_get_piece (job->limit));
      gsize length = (gsize) MIN (piece, end - offset);
      g_autofree char *sha256 = NULL;

      namida_rate_limit_wait (job->limit, length, download->cancellable);
      if (g_cancellable_is_cancelled (download->cancellable)
          || !namida_source_read (entry, fd, offset, length, data, NULL))
        return FALSE;
      namida_digest_update (digest, data, length);
      if (all && offset + length == end)
        {
          sha256 = namida_digest_finish (digest);
          if (g_ascii_strcasecmp (sha256, entry->sha256) != 0)
            {
              if (namida_source_check (entry, fd, st, NULL))
                fetch_on_damaged (entry, st, download);
              return FALSE;
            }
        }
      if (!g_output_stream_write_all (g_io_stream_get_output_stream (job->stream), data, length, NULL, NULL, NULL))
        return FALSE;
      offset += length;
      download->bytes += length;
    }
  return TRUE;
}

static gboolean
fetch_serve_file (NamidaServing *job, NamidaHttpReader *reader)
{
  LinkDownload *download = g_object_get_data (G_OBJECT (job->stream), DOWNLOAD_KEY);
  g_autoptr (GError) error = NULL;
  guint64 first, end;
  NamidaLinkRange range = namida_link_range_parse (job->head.range_text, download->entry->size, &first, &end);
  struct stat st;
  int fd;

  download->job = job;
  if (range == NAMIDA_LINK_RANGE_NONE)
    {
      fetch_refuse_range (download);
      return FALSE;
    }
  fd = namida_source_open (download->entry, &st, &error);
  if (fd < 0)
    {
      g_autofree char *json = namida_error_answer_format (error, -1);

      namida_link_write_answer (job, SOUP_STATUS_NOT_FOUND, json, FALSE);
      return FALSE;
    }
  download->whole = fetch_download_write_head (download, range, first, end)
                    && fetch_file_write (download, fd, &st, first, end) && range == NAMIDA_LINK_RANGE_ALL;
  close (fd);
  return FALSE;
}

/* ---- the zip ---- */

static gboolean
fetch_zip_write (const void *data, gsize length, gpointer user_data)
{
  LinkDownload *download = user_data;
  GOutputStream *output = g_io_stream_get_output_stream (download->job->stream);
  char size[24];
  int n = g_snprintf (size, sizeof size, "%zx\r\n", length);

  if (length == 0)
    return TRUE;
  if (!g_output_stream_write_all (output, size, (gsize) n, NULL, NULL, NULL)
      || !g_output_stream_write_all (output, data, length, NULL, NULL, NULL)
      || !g_output_stream_write_all (output, "\r\n", 2, NULL, NULL, NULL))
    return FALSE;
  download->bytes += length;
  return TRUE;
}

static gboolean
fetch_serve_zip (NamidaServing *job, NamidaHttpReader *reader)
{
  LinkDownload *download = g_object_get_data (G_OBJECT (job->stream), DOWNLOAD_KEY);
  g_autoptr (GError) error = NULL;

  download->job = job;
  download->whole = fetch_download_write_head (download, NAMIDA_LINK_RANGE_ALL, 0, 0)
                    && namida_link_zip_write (download->backup, job->limit, fetch_zip_write, fetch_on_damaged, download,
                                              download->cancellable, &error)
                    && fetch_write_text (job, "0\r\n\r\n");
  if (error != NULL && !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED))
    g_message ("link: the zip was not finished: %s", error->message);
  return FALSE;
}

/* ---- access ---- */

/* Runs in a worker. */
static gboolean
fetch_serve_refusal (NamidaServing *job, NamidaHttpReader *reader)
{
  const char *code = g_object_get_data (G_OBJECT (job->stream), DOWNLOAD_KEY);
  g_autofree char *json = g_strdup_printf ("{\"code\":\"%s\"}", code);

  namida_link_write_answer (job, job->retry_after > 0 ? 429 : SOUP_STATUS_FORBIDDEN, json, FALSE);
  return FALSE;
}

static void
fetch_refuse_download (NamidaServer *server, NamidaServing *job, const char *code, guint retry_after)
{
  g_object_set_data (G_OBJECT (job->stream), DOWNLOAD_KEY, (gpointer) code);
  job->serve = fetch_serve_refusal;
  job->retry_after = retry_after;
  namida_serving_start (server, job);
}

static char *
fetch_zip_name (NamidaBackup *backup)
{
  g_autofree char *title = namida_backup_dup_title (backup);
  g_autofree char *name = namida_safe_path_component_from_alias (title);

  return g_strconcat (name, ".zip", NULL);
}

static void
fetch_take_download (NamidaServer *server, NamidaRequest *request, gboolean zip)
{
  NamidaLink *self = namida_link_of (server, &request->head);
  NamidaLinkAccess access = namida_link_check (self, &request->head, request->connection->encrypted, FALSE);
  g_autofree char *id = namida_request_get (request, "id");
  NamidaServing *job = namida_serving_steal (request);
  NamidaEntry *entry = NULL;
  LinkDownload *download;

  if (access == NAMIDA_LINK_ACCESS_FINE && self->files != NULL && id != NULL)
    entry = g_hash_table_lookup (self->files, id);
  if (access == NAMIDA_LINK_ACCESS_FINE && (self->backup == NULL || (!zip && entry == NULL)))
    access = NAMIDA_LINK_ACCESS_UNKNOWN;
  if (access != NAMIDA_LINK_ACCESS_FINE)
    {
      fetch_refuse_download (server, job, namida_link_access_code (access), 0);
      return;
    }
  if (g_atomic_int_get (&self->n_downloads) >= (gint) NAMIDA_LIMIT_LINK_DOWNLOADS)
    {
      fetch_refuse_download (server, job, "busy", 1);
      return;
    }
  g_atomic_int_inc (&self->n_downloads);
  namida_link_seen (self);
  download = g_new0 (LinkDownload, 1);
  download->link = g_object_ref (self);
  download->context = g_main_context_ref_thread_default ();
  download->backup = g_object_ref (self->backup);
  download->entry = zip ? NULL : entry;
  download->cancellable = g_object_ref (self->cancellable);
  download->version_source = namida_server_get_version_source (server) != NULL
                                 ? g_object_ref (namida_server_get_version_source (server))
                                 : NULL;
  download->name = zip ? fetch_zip_name (self->backup) : g_strdup (entry->name);
  download->tag = zip ? NULL : g_strdup_printf ("%.8s-%s", self->token, entry->id);
  job->serve = zip ? fetch_serve_zip : fetch_serve_file;
  g_object_set_data_full (G_OBJECT (job->stream), DOWNLOAD_KEY, download, fetch_download_over);
  namida_listener_keep (server->listener, job->socket);
  namida_serving_start (server, job);
}

void
namida_link_take_file (NamidaServer *server, NamidaRequest *request)
{
  fetch_take_download (server, request, FALSE);
}

void
namida_link_take_zip (NamidaServer *server, NamidaRequest *request)
{
  fetch_take_download (server, request, TRUE);
}
