/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hub's construction, start and stop, and its properties and signals; namida-hub-private.h lists the other files.
 * The window and the command line create it. Main context; identity and database are loaded in a worker thread. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-identity-memory.h"
#include "namida-last-run.h"
#include "namida-limits.h"
#include "namida-transfer-socket.h"
#include "namida-store-source.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

#define STOP_SECONDS 5 /* a transfer that ends slowly does not keep a program open for longer */

G_DEFINE_FINAL_TYPE (NamidaHub, namida_hub, G_TYPE_OBJECT)

enum
{
  PROP_RUNNING = 1,
  PROP_PORT,
  PROP_ADDRESS,
  PROP_SCANNING,
  PROP_SCAN_PROGRESS,
  PROP_HIDDEN,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint trouble_signal;

static void
namida_hub_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaHub *self = NAMIDA_HUB (object);

  switch (id)
    {
    case PROP_RUNNING:
      g_value_set_boolean (value, self->running);
      break;
    case PROP_PORT:
      g_value_set_uint (value, namida_hub_get_port (self));
      break;
    case PROP_ADDRESS:
      g_value_take_string (value, namida_hub_dup_address (self));
      break;
    case PROP_SCANNING:
    case PROP_SCAN_PROGRESS:
      g_object_get_property (G_OBJECT (self->neighborhood), pspec->name, value);
      break;
    case PROP_HIDDEN:
      g_value_set_boolean (value, self->hidden);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* Disconnects the hub from @object, which a thread may own for longer. Otherwise that thread would disconnect it when
 * it drops @object, perhaps while the hub itself is being disposed of. */
static void
hub_disconnect (NamidaHub *self, gpointer object)
{
  if (object == NULL)
    return;
  g_signal_handlers_disconnect_by_data (object, self);
  if (self->inbox != NULL)
    g_signal_handlers_disconnect_by_data (object, self->inbox);
}

static void
hub_disconnect_all (NamidaHub *self)
{
  gpointer objects[] = { self->schedules, self->keeper,   self->outbox,       self->inbox, self->server,
                         self->peers,     self->pairings, self->neighborhood, self->trust };

  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    hub_disconnect (self, objects[i]);
}

static void
namida_hub_dispose (GObject *object)
{
  NamidaHub *self = NAMIDA_HUB (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->socket);
  /* Unfinished work may keep the rooms alive, but they must not call the hub any more. */
  if (self->inbox != NULL)
    namida_inbox_stop (self->inbox);
  if (self->outbox != NULL)
    namida_outbox_stop (self->outbox);
  namida_keeper_stop (self->keeper);
  namida_hub_stop_fetching (self);
  namida_hub_stop_tidying (self);
  namida_hub_stop_schedules (self);
  hub_disconnect_all (self);
  g_clear_object (&self->schedules);
  g_clear_object (&self->stale);
  g_clear_object (&self->keeper);
  g_clear_object (&self->outbox);
  g_clear_object (&self->inbox);
  namida_hub_stop_discovery (self);
  g_clear_object (&self->server);
  g_clear_handle_id (&self->stop_timeout_id, g_source_remove);
  g_clear_object (&self->stopping);
  g_clear_object (&self->peers);
  g_clear_object (&self->neighborhood);
  g_clear_object (&self->transfers);
  g_clear_object (&self->list);
  g_clear_object (&self->pairings);
  g_clear_pointer (&self->alarms, g_ptr_array_unref);
  g_clear_object (&self->messages);
  g_clear_object (&self->store);
  g_clear_object (&self->book);
  g_clear_object (&self->trust);
  g_clear_object (&self->database);
  g_clear_object (&self->identity);
  G_OBJECT_CLASS (namida_hub_parent_class)->dispose (object);
}

static void
namida_hub_finalize (GObject *object)
{
  NamidaHub *self = NAMIDA_HUB (object);

  g_object_unref (self->cancellable);
  g_clear_pointer (&self->wanted, g_hash_table_unref);
  g_clear_pointer (&self->brought, g_hash_table_unref);
  g_clear_pointer (&self->asking, g_ptr_array_unref);
  g_hash_table_unref (self->copies_asked);
  g_clear_pointer (&self->players, g_hash_table_unref);
  g_free (self->data_dir);
  g_free (self->alias);
  g_free (self->interface);
  g_free (self->backups);
  g_free (self->music);
  g_free (self->pin);
  g_free (self->device_type);
  G_OBJECT_CLASS (namida_hub_parent_class)->finalize (object);
}

static void
namida_hub_class_init (NamidaHubClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = namida_hub_get_property;
  object_class->dispose = namida_hub_dispose;
  object_class->finalize = namida_hub_finalize;
  props[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_PORT]
      = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SCANNING]
      = g_param_spec_boolean ("scanning", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SCAN_PROGRESS]
      = g_param_spec_double ("scan-progress", NULL, NULL, 0.0, 1.0, 1.0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_HIDDEN] = g_param_spec_boolean ("hidden", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  trouble_signal = g_signal_new ("trouble", NAMIDA_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 G_TYPE_STRING);
  g_signal_new ("alarm", NAMIDA_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("noted", NAMIDA_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("healed", NAMIDA_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  g_signal_new ("versions-removed", NAMIDA_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_POINTER);
}

static void
namida_hub_init (NamidaHub *self)
{
  self->cancellable = g_cancellable_new ();
  self->peers = namida_peer_list_new ();
  self->list = namida_transfer_list_new ();
  self->transfers = g_object_ref (namida_transfer_list_get_store (self->list));
  self->copies_asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->alarms = g_ptr_array_new_with_free_func (g_free);
  self->messages = g_list_store_new (NAMIDA_TYPE_MESSAGE);
  namida_hub_init_inbox (self);
  namida_hub_init_outbox (self);
  namida_hub_init_pairings (self);
  namida_hub_init_backups (self);
  namida_hub_init_schedules (self);
}

static char *
hub_default_music_folder (void)
{
  const char *music = g_get_user_special_dir (G_USER_DIRECTORY_MUSIC);

  /* xdg-user-dirs reports the home folder for a folder that is turned off. Music must not be strewn over it. */
  if (music != NULL && g_strcmp0 (music, g_get_home_dir ()) != 0)
    return g_strdup (music);
  return g_build_filename (g_get_home_dir (), "Music", NULL);
}

static char *
hub_text_or (const char *text, char *fallback)
{
  if (text == NULL || *text == '\0')
    return fallback;
  g_free (fallback);
  return g_strdup (text);
}

NamidaHub *
namida_hub_new (const NamidaHubOptions *options)
{
  NamidaHub *self = g_object_new (NAMIDA_TYPE_HUB, NULL);

  self->data_dir = hub_text_or (options->data_dir, g_build_filename (g_get_user_data_dir (), NAMIDA_DATA_NAME, NULL));
  self->backups
      = hub_text_or (options->backups, g_build_filename (g_get_home_dir (), NAMIDA_FOLDER_NAME, "Backups", NULL));
  self->music = hub_text_or (options->music, hub_default_music_folder ());
  self->alias = g_strdup (options->alias);
  self->interface = hub_text_or (options->interface, NULL);
  self->pin = hub_text_or (options->pin, NULL);
  self->device_type = hub_text_or (options->device_type, NULL);
  self->wanted_port = options->port;
  namida_inbox_set_accept (self->inbox, options->accept);
  namida_inbox_set_landing (self->inbox, options->landing);
  namida_inbox_set_unencrypted (self->inbox, options->unencrypted);
  namida_inbox_set_closed (self->inbox, options->send_only);
  self->limit = options->limit;
  namida_outbox_set_limit (self->outbox, options->limit);
  self->unencrypted = options->unencrypted;
  self->no_localsend = options->no_localsend;
  namida_outbox_set_patience (self->outbox, (NamidaOutboxPatience){ .seconds = options->patience_seconds,
                                                                    .for_device = options->wait_for_device,
                                                                    .next_run = !options->send_only });
  self->reserve = options->reserve;
  self->parts_days = options->parts_days;
  self->reread_days = NAMIDA_LIMIT_REREAD_DAYS;
  self->send_only = options->send_only;
  self->listed = options->listed;
  self->may_forget = options->send_only && options->may_forget;
  namida_hub_init_peers (self);
  namida_hub_set_hidden (self, options->hidden);
  return self;
}

/* The data that the start reads from the disk in a worker thread. */
typedef struct
{
  NamidaIdentity *identity;
  NamidaDatabase *database;
  NamidaTrustStore *trust;
  NamidaAddressBook *book;
  NamidaStore *store;
  char *trouble;
} Loaded;

static void
loaded_free (Loaded *loaded)
{
  g_clear_object (&loaded->identity);
  g_clear_object (&loaded->database);
  g_clear_object (&loaded->book);
  g_clear_object (&loaded->trust);
  g_clear_object (&loaded->store);
  g_free (loaded->trouble);
  g_free (loaded);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Loaded, loaded_free)

/* @sentence: (nullable): told before the others. */
static void
hub_add_trouble (Loaded *loaded, const char *sentence)
{
  g_autofree char *first = g_steal_pointer (&loaded->trouble);

  loaded->trouble = first != NULL && sentence != NULL ? g_strdup_printf ("%s %s", sentence, first)
                                                      : g_strdup (sentence != NULL ? sentence : first);
}

static void
hub_load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaHub *self = source;
  g_autoptr (Loaded) loaded = g_new0 (Loaded, 1);
  g_autofree char *path = g_build_filename (self->data_dir, "state.db", NULL);
  g_autofree char *told = NULL;
  g_autoptr (GError) clean_error = NULL;
  GError *error = NULL;

  if (g_mkdir_with_parents (self->data_dir, 0700) != 0)
    {
      g_autofree char *what = g_strdup_printf (_ ("Could not make the folder “%s”"), self->data_dir);
      namida_error_set_from_errno (&error, errno, what);
      g_task_return_error (task, error);
      return;
    }
  if ((loaded->identity = namida_identity_load (self->data_dir, &error)) == NULL
      || (loaded->database
          = self->may_forget ? namida_database_open_or_copy (path, &error) : namida_database_open (path, &error))
             == NULL
      || (loaded->trust = namida_trust_store_new (loaded->database, &error)) == NULL
      || (loaded->book = namida_address_book_new (loaded->database, &error)) == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  loaded->trouble = g_strdup (namida_database_get_copy_reason (loaded->database));
  if (namida_database_was_damaged (loaded->database) != NULL)
    loaded->trouble = g_strdup_printf (
        _ ("The list of trusted devices and the history were damaged. They were kept as “%s”, and new ones were begun: "
           "pair your devices again."),
        namida_database_was_damaged (loaded->database));
  if (!namida_identity_remember (loaded->identity, loaded->database, self->data_dir, &told, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  hub_add_trouble (loaded, told);
  loaded->store = namida_store_new (self->data_dir, loaded->database);
  namida_store_set_folders (loaded->store, self->backups, self->music);
  namida_store_set_chosen (loaded->store, self->backups_chosen, self->music_chosen);
  namida_store_set_reserve (loaded->store, self->reserve);
  namida_store_set_reread_days (loaded->store, self->reread_days);
  namida_journal_set_days (loaded->database, self->parts_days);
  /* Park what was being sent when a program was killed. Another program that is sending right now rewrites its row at
   * its end. */
  if (!namida_journal_park_sends (loaded->database, &clean_error))
    g_message ("%s", clean_error->message);
  g_clear_error (&clean_error);
  if (!self->send_only)
    {
      g_autofree char *ended = namida_last_run_dup_trouble (self->data_dir, loaded->database);

      hub_add_trouble (loaded, ended);
    }
  /* Only the process that receives may tidy up: another process with this data folder may be receiving right now. */
  if (!self->send_only && !namida_store_clean (loaded->store, &clean_error) && loaded->trouble == NULL)
    loaded->trouble = g_strdup (clean_error->message);
  g_task_return_pointer (task, g_steal_pointer (&loaded), (GDestroyNotify) loaded_free);
}

static gboolean
hub_on_is_trusted (NamidaHub *self, const char *fingerprint)
{
  return namida_trust_store_is_trusted (self->trust, fingerprint);
}

static gboolean
hub_start_server (NamidaHub *self, GError **error)
{
  self->server = namida_server_new (self->identity);
  namida_server_set_device_type (self->server, self->device_type);
  namida_server_set_pin (self->server, self->pin);
  namida_server_set_limit (self->server, self->limit);
  g_signal_connect_object (self->server, "offer", G_CALLBACK (namida_inbox_add), self->inbox, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->server, "registered", G_CALLBACK (namida_hub_on_registered), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->server, "is-trusted", G_CALLBACK (hub_on_is_trusted), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->server, "drop-parked", G_CALLBACK (namida_hub_on_drop_parked), self,
                           G_CONNECT_SWAPPED);
  namida_hub_start_preview (self);
  namida_server_set_hidden (self->server, self->hidden);
  namida_server_set_may_pair (self->server, !self->send_only);
  namida_server_set_sends_only (self->server, self->send_only && !self->listed);
  g_signal_connect_object (self->server, "pair-request", G_CALLBACK (namida_hub_on_pair_request), self,
                           G_CONNECT_SWAPPED);
  namida_hub_watch_unencrypted (self);
  namida_hub_watch_localsend (self);
  return namida_server_start (self->server, self->interface, self->wanted_port, error);
}

/* Opens the socket through which other programs of this user see the running transfers. An error only affects those
 * programs. */
static void
hub_open_socket (NamidaHub *self)
{
  g_autoptr (GError) error = NULL;

  self->socket = (GObject *) namida_transfer_socket_new (self->data_dir, self, &error);
  if (self->socket == NULL)
    g_message ("transfers: the socket for other programs could not be opened: %s", error->message);
}

/* Ends every operation that waits for the start. @error: (nullable) (transfer none): why it failed */
static void
hub_end_start (NamidaHub *self, const GError *error)
{
  g_autoptr (GPtrArray) starts = g_steal_pointer (&self->starts);

  for (guint i = 0; i < starts->len; i++)
    if (error != NULL)
      g_task_return_error (starts->pdata[i], g_error_copy (error));
    else
      g_task_return_boolean (starts->pdata[i], TRUE);
}

static void
hub_load_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaHub *self = NAMIDA_HUB (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (Loaded) loaded = g_task_propagate_pointer (G_TASK (result), &error);

  if (loaded == NULL)
    {
      hub_end_start (self, error);
      return;
    }
  g_set_object (&self->identity, loaded->identity);
  g_set_object (&self->database, loaded->database);
  g_set_object (&self->trust, loaded->trust);
  g_set_object (&self->book, loaded->book);
  g_set_object (&self->store, loaded->store);
  namida_identity_set_alias (self->identity, self->alias);
  namida_peer_list_set_self (self->peers, namida_identity_get_fingerprint (self->identity),
                             namida_identity_get_uuid (self->identity));
  g_signal_connect_object (self->trust, "changed", G_CALLBACK (namida_hub_refresh_trust), self, G_CONNECT_SWAPPED);
  namida_hub_watch_trust (self);
  g_signal_connect_object (self->trust, "write-failed", G_CALLBACK (namida_hub_report_trouble), self,
                           G_CONNECT_SWAPPED);
  /* Start the keeper even without a network, because kept versions can still be viewed and restored. */
  namida_keeper_start (self->keeper, self->store);
  if (!hub_start_server (self, &error) || !namida_hub_start_discovery (self, &error))
    {
      namida_hub_stop_discovery (self);
      g_clear_object (&self->server);
      hub_end_start (self, error);
      return;
    }
  namida_hub_start_tidying (self);
  namida_hub_serve_versions (self);
  self->running = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUNNING]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PORT]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ADDRESS]);
  /* The window may be visible before the device is ready. */
  if (namida_neighborhood_get_looking (self->neighborhood))
    namida_hub_set_looking (self, TRUE);
  if (loaded->trouble != NULL)
    g_signal_emit (self, trouble_signal, 0, loaded->trouble);
  hub_open_socket (self);
  namida_outbox_start (self->outbox, self->identity, self->database);
  namida_inbox_start (self->inbox, self->trust, self->store, self->database);
  namida_hub_start_schedules (self);
  hub_end_start (self, NULL);
}

void
namida_hub_start_async (NamidaHub *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) loading = NULL;

  g_return_if_fail (!self->running);

  g_task_set_source_tag (task, namida_hub_start_async);
  if (self->starts != NULL)
    {
      g_ptr_array_add (self->starts, g_steal_pointer (&task));
      return;
    }
  self->starts = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->starts, g_steal_pointer (&task));
  loading = g_task_new (self, cancellable, hub_load_done, NULL);
  g_task_run_in_thread (loading, hub_load_thread);
}

gboolean
namida_hub_start_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
hub_server_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaHub *self = g_task_get_source_object (task);

  namida_server_stop_finish (NAMIDA_SERVER (source), result, NULL);
  hub_disconnect (self, source);
  self->stopping = g_steal_pointer (&task);
  self->stop_timeout_id = g_timeout_add_seconds (STOP_SECONDS, namida_hub_stop_go_on, self);
  namida_hub_check_settled (self);
}

void
namida_hub_stop_async (NamidaHub *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (NamidaServer) server = g_steal_pointer (&self->server);

  g_task_set_source_tag (task, namida_hub_stop_async);
  if (server == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  /* The server parks receiving transfers. */
  g_clear_object (&self->socket);
  namida_hub_stop_schedules (self);
  namida_inbox_stop (self->inbox);
  namida_outbox_stop (self->outbox);
  namida_hub_stop_fetching (self);
  namida_hub_stop_discovery (self);
  self->running = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUNNING]);
  namida_server_stop_async (server, hub_server_stopped, g_steal_pointer (&task));
}

gboolean
namida_hub_stop_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
