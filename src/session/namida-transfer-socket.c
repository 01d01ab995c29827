/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows the transfers of a running hub to other programs of the same user. The socket is in a folder that only this
 * user may enter, and the user of each connection is checked again. A line without an end, or a program that does not
 * read, only costs one of a few slots for a few seconds. Main context. */
#include "config.h"

#include "namida-transfer-socket.h"

#include "namida-error.h"
#include "namida-hub-private.h"
#include "namida-outbox-private.h"
#include "namida-json-build.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define FOLDER "running"
#define SECONDS 5        /* for each connection, whatever it does */
#define PLACES 8         /* connections at once */
#define MAX_REQUEST 1024 /* bytes of a request line */
#define MAX_ANSWER (4 * 1024 * 1024)
#define MAX_PROGRAMS 64

struct _NamidaTransferSocket
{
  GObject parent_instance;

  NamidaHub *hub; /* not owned */
  GSocketService *service;
  char *path; /* (nullable) until it listens */
  guint open;
};

G_DEFINE_FINAL_TYPE (NamidaTransferSocket, namida_transfer_socket, G_TYPE_OBJECT)

static void
namida_transfer_socket_dispose (GObject *object)
{
  NamidaTransferSocket *self = NAMIDA_TRANSFER_SOCKET (object);

  if (self->service != NULL)
    {
      g_socket_service_stop (self->service);
      g_socket_listener_close (G_SOCKET_LISTENER (self->service));
    }
  g_clear_object (&self->service);
  g_clear_weak_pointer (&self->hub);
  if (self->path != NULL)
    g_unlink (self->path);
  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (namida_transfer_socket_parent_class)->dispose (object);
}

static void
namida_transfer_socket_class_init (NamidaTransferSocketClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_transfer_socket_dispose;
}

static void
namida_transfer_socket_init (NamidaTransferSocket *self)
{
}

/* ---- answers ---- */

/* Returns: (transfer full) (nullable): the id of @transfer in the history; %NULL while it
 * has none. Main context. */
static char *
transfer_socket_dup_id (NamidaTransfer *transfer)
{
  if (namida_sending_of (transfer) == NULL)
    return g_strdup (namida_transfer_get_session_id (transfer));
  return namida_sending_dup_row_id (transfer);
}

static const char *
socket_state_name (NamidaTransferState state)
{
  switch (state)
    {
    case NAMIDA_TRANSFER_PREPARING:
      return "preparing";
    case NAMIDA_TRANSFER_WAITING:
      return "waiting";
    case NAMIDA_TRANSFER_INTERRUPTED:
      return "interrupted";
    case NAMIDA_TRANSFER_PAUSED:
      return "paused";
    case NAMIDA_TRANSFER_FINISHING:
      return "finishing";
    default:
      return "running";
    }
}

static void
socket_append_transfer (GString *out, NamidaTransfer *transfer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *id = transfer_socket_dup_id (transfer);
  g_autofree char *words = namida_transfer_dup_state_text (transfer);
  g_autofree char *line = NULL;
  gboolean sent = namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND;

  json_builder_begin_object (builder);
  namida_json_build_string (builder, "id", id);
  namida_json_build_string (builder, "direction", sent ? "send" : "receive");
  namida_json_build_string (builder, "alias", namida_transfer_get_peer_alias (transfer));
  namida_json_build_string (builder, "fingerprint", namida_transfer_get_peer_fingerprint (transfer));
  namida_json_build_string (builder, "title", namida_transfer_get_title (transfer));
  namida_json_build_string (builder, "state", socket_state_name (namida_transfer_get_state (transfer)));
  namida_json_build_int (builder, "started", (guint64) (namida_transfer_get_started_at (transfer) / 1000));
  namida_json_build_int (builder, "files", namida_transfer_get_total_files (transfer));
  namida_json_build_int (builder, "sent", namida_transfer_get_done_bytes (transfer));
  namida_json_build_int (builder, "total", namida_transfer_get_total_bytes (transfer));
  namida_json_build_int (builder, "speed", namida_transfer_get_speed (transfer));
  namida_json_build_boolean (builder, "canPause", namida_transfer_can_pause (transfer));
  namida_json_build_boolean (builder, "keepsParts", namida_transfer_keeps_parts (transfer));
  namida_json_build_string (builder, "message", words);
  json_builder_end_object (builder);
  node = json_builder_get_root (builder);
  line = json_to_string (node, FALSE);
  g_string_append_printf (out, "%s\n", line);
}

static void
socket_act (NamidaTransferSocket *self, NamidaTransfer *transfer, const char *action)
{
  if (g_str_equal (action, "cancel"))
    namida_hub_cancel (self->hub, transfer, TRUE);
  else if (g_str_equal (action, "pause"))
    namida_hub_pause (self->hub, transfer);
  else if (g_str_equal (action, "resume"))
    namida_hub_resume (self->hub, transfer);
}

static GBytes *
socket_answer (NamidaTransferSocket *self, const char *action, const char *id)
{
  g_autoptr (GString) out = g_string_new (NULL);
  GListModel *transfers = namida_hub_get_transfers (self->hub);
  gboolean list = g_str_equal (action, "list");

  for (guint i = 0; i < g_list_model_get_n_items (transfers); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);
      g_autofree char *own = namida_transfer_is_final (transfer) ? NULL : transfer_socket_dup_id (transfer);

      if (own == NULL || (!list && g_strcmp0 (own, id) != 0))
        continue;
      socket_append_transfer (out, transfer);
      socket_act (self, transfer, action);
      if (!list)
        break;
    }
  return g_string_free_to_bytes (g_steal_pointer (&out));
}

/* Returns: (transfer none) (nullable): the text of a member; %NULL if the member has another type. */
static const char *
socket_text (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

/* Returns: (transfer full) (nullable): %NULL if the line is no request. */
static GBytes *
socket_answer_line (NamidaTransferSocket *self, const char *line, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;
  JsonObject *object;
  const char *action;

  if (!json_parser_load_from_data (parser, line, (gssize) length, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  object = json_node_get_object (root);
  action = socket_text (object, "do");
  if (action == NULL)
    return NULL;
  return socket_answer (self, action, socket_text (object, "id"));
}

/* ---- one connection ---- */

typedef struct
{
  NamidaTransferSocket *self; /* a reference */
  GSocketConnection *connection;
  GCancellable *cancellable;
  guint timer;
  char request[MAX_REQUEST];
  gsize length;
  GBytes *answer; /* (nullable) */
} SocketTalk;

static void
socket_talk_end (SocketTalk *talk)
{
  g_clear_handle_id (&talk->timer, g_source_remove);
  talk->self->open--;
  g_clear_pointer (&talk->answer, g_bytes_unref);
  g_object_unref (talk->connection);
  g_object_unref (talk->cancellable);
  g_object_unref (talk->self);
  g_free (talk);
}

static gboolean
socket_talk_over (gpointer user_data)
{
  SocketTalk *talk = user_data;

  talk->timer = 0;
  g_cancellable_cancel (talk->cancellable);
  return G_SOURCE_REMOVE;
}

static void
socket_on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  socket_talk_end (user_data);
}

static void socket_read (SocketTalk *talk);

static void
socket_on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SocketTalk *talk = user_data;
  gssize got = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);
  const char *end;

  if (got <= 0)
    {
      socket_talk_end (talk);
      return;
    }
  talk->length += (gsize) got;
  end = memchr (talk->request, '\n', talk->length);
  if (end == NULL && talk->length < sizeof talk->request)
    {
      socket_read (talk);
      return;
    }
  if (end != NULL && talk->self->hub != NULL)
    talk->answer = socket_answer_line (talk->self, talk->request, (gsize) (end - talk->request));
  if (talk->answer == NULL || g_bytes_get_size (talk->answer) == 0)
    {
      socket_talk_end (talk);
      return;
    }
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (talk->connection)),
                                   g_bytes_get_data (talk->answer, NULL), g_bytes_get_size (talk->answer),
                                   G_PRIORITY_DEFAULT, talk->cancellable, socket_on_written, talk);
}

static void
socket_read (SocketTalk *talk)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (talk->connection)),
                             talk->request + talk->length, sizeof talk->request - talk->length, G_PRIORITY_DEFAULT,
                             talk->cancellable, socket_on_read, talk);
}

static gboolean
socket_is_own (GSocketConnection *connection)
{
  g_autoptr (GCredentials) other = g_socket_get_credentials (g_socket_connection_get_socket (connection), NULL);
  uid_t user = other != NULL ? g_credentials_get_unix_user (other, NULL) : (uid_t) -1;

  return user == geteuid () || user == 0;
}

static gboolean
socket_on_incoming (NamidaTransferSocket *self, GSocketConnection *connection)
{
  SocketTalk *talk;

  if (self->open >= PLACES || !socket_is_own (connection))
    return TRUE; /* this closes the connection */
  self->open++;
  talk = g_new0 (SocketTalk, 1);
  talk->self = g_object_ref (self);
  talk->connection = g_object_ref (connection);
  talk->cancellable = g_cancellable_new ();
  talk->timer = g_timeout_add_seconds (SECONDS, socket_talk_over, talk);
  socket_read (talk);
  return TRUE;
}

/* ---- the listening socket ---- */

/* Returns the address of @name in the open folder @folder, because the path of a data folder may be longer than a
 * socket address can be (unix(7)). Returns: (transfer full) */
static GSocketAddress *
socket_address_at (int folder, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d/%s", folder, name);

  return g_unix_socket_address_new (path);
}

static GSocket *
socket_listen (int folder, const char *name, GError **error)
{
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  g_autoptr (GSocketAddress) address = socket_address_at (folder, name);

  if (socket == NULL || !g_socket_bind (socket, address, FALSE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

NamidaTransferSocket *
namida_transfer_socket_new (const char *data_dir, NamidaHub *hub, GError **error)
{
  g_autoptr (NamidaTransferSocket) self = g_object_new (NAMIDA_TYPE_TRANSFER_SOCKET, NULL);
  g_autofree char *folder = g_build_filename (data_dir, FOLDER, NULL);
  g_autofree char *name = g_strdup_printf ("%d-%08x", (int) getpid (), g_random_int ());
  g_autoptr (GSocket) socket = NULL;
  int fd;

  if ((g_mkdir (folder, 0700) != 0 && errno != EEXIST)
      || (fd = open (folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
    {
      namida_error_set_from_errno (error, errno, folder);
      return NULL;
    }
  socket = socket_listen (fd, name, error);
  close (fd);
  if (socket == NULL)
    return NULL;
  g_set_weak_pointer (&self->hub, hub);
  self->path = g_build_filename (folder, name, NULL);
  self->service = g_socket_service_new ();
  if (!g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service), socket, NULL, error))
    return NULL;
  g_signal_connect_object (self->service, "incoming", G_CALLBACK (socket_on_incoming), self, G_CONNECT_SWAPPED);
  g_socket_service_start (self->service);
  return g_steal_pointer (&self);
}

/* ---- the client side ---- */

/* Adds @row, of which @found takes a reference. Programs of one data folder list the same paused transfer of an earlier
 * run; of several rows with one ID, the one that is not paused says what is happening. */
static void
socket_add_row (GPtrArray *found, JsonObject *row)
{
  const char *id = json_object_get_string_member_with_default (row, "id", "");
  const char *state = json_object_get_string_member_with_default (row, "state", "");

  for (guint i = 0; *id != '\0' && i < found->len; i++)
    if (g_str_equal (json_object_get_string_member_with_default (found->pdata[i], "id", ""), id))
      {
        if (!g_str_equal (state, "paused"))
          {
            json_object_unref (found->pdata[i]);
            found->pdata[i] = json_object_ref (row);
          }
        return;
      }
  g_ptr_array_add (found, json_object_ref (row));
}

static void
socket_take_answer (GInputStream *in, GPtrArray *found)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (in);
  gsize total = 0;

  for (;;)
    {
      gsize length;
      g_autofree char *line = g_data_input_stream_read_line (lines, &length, NULL, NULL);
      g_autoptr (JsonNode) node = line != NULL ? json_from_string (line, NULL) : NULL;

      if (line == NULL || (total += length) > MAX_ANSWER)
        return;
      if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
        socket_add_row (found, json_node_get_object (node));
    }
}

/* A program that was killed leaves only the name of its socket. */
static void
socket_ask_one (int folder, const char *name, const char *request, GPtrArray *found)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = socket_address_at (folder, name);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_client_set_timeout (client, SECONDS);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  if (connection == NULL)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        unlinkat (folder, name, 0);
      return;
    }
  if (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, strlen (request),
                                 NULL, NULL, &error))
    socket_take_answer (g_io_stream_get_input_stream (G_IO_STREAM (connection)), found);
}

static char *
socket_dup_request (const char *action, const char *id)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  namida_json_build_string (builder, "do", action);
  if (id != NULL)
    namida_json_build_string (builder, "id", id);
  json_builder_end_object (builder);
  node = json_builder_get_root (builder);
  text = json_to_string (node, FALSE);
  return g_strconcat (text, "\n", NULL);
}

GPtrArray *
namida_transfer_socket_ask (const char *data_dir, const char *action, const char *id)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autofree char *path = g_build_filename (data_dir, FOLDER, NULL);
  g_autofree char *request = socket_dup_request (action, id);
  g_autoptr (GDir) names = g_dir_open (path, 0, NULL);
  int folder = open (path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  const char *name;

  for (guint n = 0; folder >= 0 && names != NULL && n < MAX_PROGRAMS && (name = g_dir_read_name (names)) != NULL; n++)
    socket_ask_one (folder, name, request, found);
  if (folder >= 0)
    close (folder);
  return g_steal_pointer (&found);
}
