/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates a server and requests for the tests of src/server; see the header. */
#include "config.h"

#include "request-world.h"

#include "namida-error.h"
#include "namida-fixtures.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void
on_backup_gone (gpointer data, GObject *where_it_was)
{
  g_atomic_int_add (&((TestSource *) data)->open, -1);
}

static NamidaBackup *
source_open (NamidaVersionSource *version_source,
             const char *fingerprint,
             const char *id,
             const char *const *labels,
             gint64 *created_ms,
             GError **error)
{
  NamidaBackup *backup = namida_backup_new ();
  NamidaEntry *entry = namida_entry_new ();
  struct stat st;

  g_assert_cmpint (stat (TEST_SOURCE (version_source)->source, &st), ==, 0);
  entry->kind = NAMIDA_ENTRY_FILE;
  entry->id = g_strdup ("song");
  g_free (entry->label);
  entry->label = g_strdup ("Music");
  g_free (entry->relative_path);
  entry->relative_path = g_strdup ("song.mp3");
  entry->name = g_strdup ("song.mp3");
  entry->source = g_strdup (TEST_SOURCE (version_source)->source);
  entry->sha256 = g_strdup (TEST_SOURCE (version_source)->sha256);
  entry->size = (guint64) st.st_size;
  entry->mtime_ns = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
  namida_backup_add (backup, entry);
  g_atomic_int_add (&TEST_SOURCE (version_source)->open, 1);
  g_object_weak_ref (G_OBJECT (backup), on_backup_gone, version_source);
  return backup;
}

static gboolean
source_may (NamidaVersionSource *version_source, const char *fingerprint, GError **error)
{
  if (!g_atomic_int_get (&TEST_SOURCE (version_source)->refuses))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_PERMISSION, "No.");
  return FALSE;
}

static void
source_set_damaged (NamidaVersionSource *version_source, const NamidaEntry *entry, const struct stat *st)
{
  g_atomic_int_inc (&TEST_SOURCE (version_source)->damaged);
}

static gboolean
source_open_part (NamidaVersionSource *version_source,
                  const char *fingerprint,
                  const NamidaWantedFile *file,
                  NamidaVersionSourcePart *part,
                  GError **error)
{
  part->fd = memfd_create ("part", MFD_CLOEXEC);
  return part->fd >= 0;
}

static void
source_close_part (NamidaVersionSource *version_source, NamidaVersionSourcePart *part)
{
  if (part->fd >= 0)
    close (part->fd);
  part->fd = -1;
}

static void
source_iface_init (NamidaVersionSourceInterface *iface)
{
  iface->open = source_open;
  iface->may = iface->may_heal = source_may;
  iface->set_damaged = source_set_damaged;
  iface->open_part = source_open_part;
  iface->close_part = source_close_part;
}

G_DEFINE_TYPE_WITH_CODE (TestSource,
                         test_source,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_VERSION_SOURCE, source_iface_init))

static void
test_source_class_init (TestSourceClass *klass)
{
}

static void
test_source_init (TestSource *self)
{
}

static const char *
sink_get_session_id (NamidaSink *sink)
{
  return TEST_SINK (sink)->id;
}

static gboolean
sink_commit (NamidaSink *sink, NamidaCommit *files, guint n_files, GError **error)
{
  TestSink *self = TEST_SINK (sink);

  for (; g_atomic_int_get (&self->hold); g_usleep (1000))
    g_atomic_int_set (&self->waits, TRUE);
  for (guint i = 0; i < n_files; i++)
    if (files[i].received_sha256 != NULL)
      files[i].result = NAMIDA_FILE_STORED;
  if (self->fails)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, "The disk is full.");
  return !self->fails;
}

static gboolean
sink_prepare (NamidaSink *sink,
              NamidaBackup *backup,
              GBytes *manifest,
              NamidaWant *wants,
              GCancellable *cancellable,
              GError **error)
{
  for (guint i = 0; i < namida_backup_get_entries (backup)->len; i++)
    {
      wants[i].wanted = !wants[i].declined;
      wants[i].offset = wants[i].wanted ? TEST_SINK (sink)->offset : 0;
    }
  return TRUE;
}

/* What is there of a part are letters x. */
static int
sink_open_part (NamidaSink *sink, guint index, guint64 offset, NamidaDigest *digest, GError **error)
{
  for (guint64 i = 0; i < offset; i++)
    namida_digest_update (digest, "x", 1);
  return memfd_create ("part", MFD_CLOEXEC);
}

static gboolean
sink_close_part (NamidaSink *sink, guint index, int fd, guint64 size, gboolean complete, GError **error)
{
  close (fd);
  if (TEST_SINK (sink)->part_fails)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, "The disk is full.");
  return !TEST_SINK (sink)->part_fails;
}

static void
sink_end (NamidaSink *sink)
{
}

static char *
sink_dup_folder (NamidaSink *sink)
{
  return g_strdup ("/");
}

static void
sink_iface_init (NamidaSinkInterface *iface)
{
  iface->get_session_id = sink_get_session_id;
  iface->prepare = sink_prepare;
  iface->open_part = sink_open_part;
  iface->close_part = sink_close_part;
  iface->commit = sink_commit;
  iface->park = iface->discard = sink_end;
  iface->dup_folder = sink_dup_folder;
}

G_DEFINE_TYPE_WITH_CODE (TestSink, test_sink, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_SINK, sink_iface_init))

static void
test_sink_class_init (TestSinkClass *klass)
{
}

static void
test_sink_init (TestSink *self)
{
}

/* ---- the server, and requests to it ---- */

gboolean
request_world_wait_over (gpointer data)
{
  g_error ("nothing happened");
  return G_SOURCE_REMOVE;
}

void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaIdentity) identity = NULL;
  g_autofree char *device = NULL;
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("namida-server-limits-XXXXXX", &error);
  g_assert_no_error (error);
  device = g_build_filename (f->dir, "device", NULL);
  g_assert_cmpint (g_mkdir (device, 0700), ==, 0);
  identity = namida_identity_load (device, &error);
  g_assert_no_error (error);
  f->server = namida_server_new (identity);
  f->version_source = g_object_new (TEST_TYPE_SOURCE, NULL);
  f->version_source->source = g_build_filename (f->dir, "song.mp3", NULL);
  g_assert_true (g_file_set_contents (f->version_source->source, "song", 4, NULL));
  namida_server_set_version_source (f->server, NAMIDA_VERSION_SOURCE (f->version_source));
  g_assert_true (namida_server_start (f->server, "127.0.0.1", 0, &error));
  g_assert_no_error (error);
}

void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_server_stop_async (f->server, on_result, &result);
  WAIT_FOR (result != NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&f->server);
  g_free (f->version_source->source);
  g_clear_object (&f->version_source);
  fixtures_remove (f->dir);
  g_free (f->dir);
}

const NamidaRoute *
route_of (const NamidaServerDialect *dialect, const char *name)
{
  for (gsize i = 0; i < dialect->n_routes; i++)
    if (g_str_equal (dialect->routes[i].name, name))
      return &dialect->routes[i];
  g_assert_not_reached ();
}

static void
on_answer (NamidaRequest *request, guint status, const char *json, gsize length, gpointer user_data)
{
  Answer *answer = user_data;

  answer->n++;
  answer->status = status;
  g_free (answer->text);
  answer->text = g_strndup (json, json != NULL ? length : 0);
}

static void
connection_free (gpointer data)
{
  NamidaConnection *connection = data;

  g_free (connection->address);
  g_free (connection->fingerprint);
  g_free (connection->owner);
  g_free (connection);
}

NamidaRequest *
make_request (Fixture *f, const char *fingerprint, const NamidaRoute *route, const char *query, Answer *answer)
{
  NamidaRequest *request = g_atomic_rc_box_new0 (NamidaRequest);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  NamidaConnection *connection = g_new0 (NamidaConnection, 1);

  connection->address = g_strdup ("127.0.0.1");
  connection->fingerprint = g_strdup (fingerprint);
  connection->owner = g_strdup (fingerprint);
  connection->encrypted = TRUE;
  connection->trusted = g_str_has_prefix (fingerprint, "trusted");
  request->server = f->server;
  request->context = g_main_context_ref (g_main_context_default ());
  request->remote = g_inet_socket_address_new (loopback, 9);
  g_object_set_data_full (G_OBJECT (request->remote), "namida-connection", connection, connection_free);
  request->connection = namida_connection_of (request->remote);
  g_assert_true (request->connection == connection);
  request->route = route;
  request->type = "application/json";
  request->head.method = g_strdup ("POST");
  request->head.query = g_strdup (query);
  request->on_answer = answer != NULL ? on_answer : NULL;
  request->answer_data = answer;
  return request;
}

void
set_body (NamidaRequest *request, const char *text)
{
  g_autoptr (GError) error = NULL;

  request->body = g_bytes_new (text, strlen (text));
  if (request->route->parse == NULL)
    return;
  request->parsed = request->route->parse (request, &error);
  g_assert_no_error (error);
}

GSocket *
connect_request (NamidaRequest *request)
{
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  GSocket *other;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  request->socket = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  other = g_socket_new_from_fd (fds[1], &error);
  g_assert_no_error (error);
  connection = g_socket_connection_factory_create_connection (request->socket);
  request->stream = G_IO_STREAM (g_steal_pointer (&connection));
  request->reader = g_new0 (NamidaHttpReader, 1);
  namida_http_reader_init (request->reader, g_io_stream_get_input_stream (request->stream));
  request->head.keep_alive = TRUE;
  return other;
}

/* Returns: (transfer full): the start of what was answered there. */
char *
read_start (GSocket *other)
{
  char *text = g_malloc0 (257);
  g_autoptr (GError) error = NULL;

  g_socket_set_timeout (other, 60);
  g_assert_cmpint (g_socket_receive (other, text, 256, NULL, &error), >=, 0);
  g_assert_no_error (error);
  return text;
}

void
assert_answer (GSocket *other, const char *code)
{
  g_autofree char *text = read_start (other);

  if (strstr (text, code) == NULL)
    g_error ("instead of %s: %s", code, text);
}

void
on_offer (NamidaServer *server, NamidaOffer *offer, GPtrArray *asked)
{
  g_ptr_array_add (asked, g_object_ref (offer));
}

void
make_offer_by (Fixture *f, const NamidaRoute *route, const char *fingerprint, Answer *answer)
{
  NamidaRequest *request = make_request (f, fingerprint, route, NULL, answer);

  set_body (request, OFFER);
  namida_server_handle_offer (f->server, request);
  namida_request_unref (request);
}

void
make_offer (Fixture *f, const char *fingerprint, Answer *answer)
{
  make_offer_by (f, route_of (&namida_server_v1, "prepare-upload"), fingerprint, answer);
}

int
find_code (Fixture *f, const char *id, const char *fingerprint)
{
  g_autoptr (GError) error = NULL;

  if (namida_server_find_session (f->server, id, fingerprint, &error) != NULL)
    return -1;
  g_assert_true (error->domain == NAMIDA_ERROR);
  return error->code;
}

NamidaReceiveSession *
open_session (Fixture *f, const char *id, const char *key, const char *fingerprint, TestSink **kept)
{
  static const NamidaWant want = { 0 };
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (NamidaTransfer) transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Phone", fingerprint, TRUE);
  g_autoptr (TestSink) sink = g_object_new (TEST_TYPE_SINK, NULL);
  NamidaReceiveSession *session;

  g_strlcpy (sink->id, id, sizeof sink->id);
  namida_transfer_set_backup (transfer, backup);
  session = namida_receive_session_new (fingerprint, key, NAMIDA_SINK (sink), backup, transfer, &want);
  namida_server_add_session (f->server, session);
  if (kept != NULL)
    *kept = g_object_ref (sink);
  return session;
}

guint
ask (Fixture *f, const char *name, const char *fingerprint, const char *query, const char *body, char **text)
{
  const NamidaRoute *route = route_of (&namida_server_v1, name);
  Answer answer = { 0 };
  NamidaRequest *request = make_request (f, fingerprint, route, query, &answer);

  if (body != NULL)
    set_body (request, body);
  route->handle (f->server, request);
  WAIT_FOR (answer.n > 0);
  namida_request_unref (request);
  if (text != NULL)
    *text = g_steal_pointer (&answer.text);
  g_free (answer.text);
  return answer.status;
}

char *
open_backup (Fixture *f, const char *fingerprint)
{
  char *text = NULL;

  g_assert_cmpuint (ask (f, "prepare-download", fingerprint, NULL, "{\"backup\":\"1\"}", &text), ==, 200);
  return text;
}
