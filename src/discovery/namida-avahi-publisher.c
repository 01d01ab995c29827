/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates the entry group of this device in the Avahi daemon and resolves name collisions; see the header. Main
 * context; all calls are asynchronous. */
#include "config.h"

#include "namida-avahi-publisher.h"
#include "namida-avahi-txt.h"

#define MAX_NAMES 20

/* avahi-common/defs.h: AvahiServerState and AvahiEntryGroupState */
#define SERVER_RUNNING 2
#define GROUP_COLLISION 3
#define GROUP_FAILURE 4

#define COLLISION_ERROR "org.freedesktop.Avahi.CollisionError"

struct _NamidaAvahiPublisher
{
  NamidaAvahiServer *server;
  int interface;
  NamidaDeviceInfo *own;
  char *name;
  guint n_names;
  gulong state_handler;
  GCancellable *cancellable; /* for the query of the daemon's state */
  GCancellable *attempt;     /* (nullable) for calls that publish; once it is cancelled, callbacks do not touch self */
  NamidaAvahiEntryGroup *group;
};

static void avahi_publisher_publish (NamidaAvahiPublisher *self);

static void
avahi_publisher_withdraw (NamidaAvahiPublisher *self)
{
  g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  if (self->group == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->group, self);
  namida_avahi_entry_group_call_free (self->group, NULL, NULL, NULL);
  g_clear_object (&self->group);
}

/* Returns: whether the call succeeded. Otherwise @user_data may have been freed. */
static gboolean
avahi_publisher_is_current (const GError *error, const char *step)
{
  if (error == NULL)
    return TRUE;
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("Avahi: %s: %s", step, error->message);
  return FALSE;
}

static void
avahi_publisher_on_alternative (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAvahiPublisher *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  namida_avahi_server_call_get_alternative_service_name_finish (NAMIDA_AVAHI_SERVER (source), &name, result, &error);
  if (!avahi_publisher_is_current (error, "GetAlternativeServiceName"))
    return;
  g_free (self->name);
  self->name = g_steal_pointer (&name);
  avahi_publisher_publish (self);
}

static void
avahi_publisher_rename_and_publish (NamidaAvahiPublisher *self)
{
  avahi_publisher_withdraw (self);
  if (++self->n_names > MAX_NAMES)
    {
      g_debug ("Avahi: every name like “%s” is taken", self->name);
      return;
    }
  self->attempt = g_cancellable_new ();
  namida_avahi_server_call_get_alternative_service_name (self->server, self->name, self->attempt,
                                                         avahi_publisher_on_alternative, self);
}

static void
avahi_publisher_on_group_state (NamidaAvahiEntryGroup *group, int state, const char *reason, NamidaAvahiPublisher *self)
{
  if (state == GROUP_COLLISION)
    avahi_publisher_rename_and_publish (self);
  else if (state == GROUP_FAILURE)
    g_debug ("Avahi does not publish this device: %s", reason);
}

static void
avahi_publisher_on_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  namida_avahi_entry_group_call_commit_finish (NAMIDA_AVAHI_ENTRY_GROUP (source), result, &error);
  avahi_publisher_is_current (error, "Commit");
}

static void
avahi_publisher_on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAvahiPublisher *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *remote = NULL;

  namida_avahi_entry_group_call_add_service_finish (NAMIDA_AVAHI_ENTRY_GROUP (source), result, &error);
  remote = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;
  /* The name is taken on this machine, by another account. The daemon knows this without asking the network. */
  if (g_strcmp0 (remote, COLLISION_ERROR) == 0)
    avahi_publisher_rename_and_publish (self);
  else if (avahi_publisher_is_current (error, "AddService"))
    namida_avahi_entry_group_call_commit (self->group, self->attempt, avahi_publisher_on_committed, self);
}

static void
avahi_publisher_on_group_proxy (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAvahiPublisher *self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaAvahiEntryGroup *group = namida_avahi_entry_group_proxy_new_finish (result, &error);

  if (!avahi_publisher_is_current (error, "EntryGroup"))
    return;
  self->group = group;
  g_signal_connect (group, "state-changed", G_CALLBACK (avahi_publisher_on_group_state), self);
  namida_avahi_entry_group_call_add_service (group, self->interface, NAMIDA_AVAHI_ANY, 0, self->name,
                                             NAMIDA_AVAHI_SERVICE, "", "", self->own->port,
                                             namida_avahi_txt_new (self->own), self->attempt, avahi_publisher_on_added,
                                             self);
}

static void
avahi_publisher_on_group (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAvahiPublisher *self = user_data;
  GDBusProxy *server = G_DBUS_PROXY (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  namida_avahi_server_call_entry_group_new_finish (NAMIDA_AVAHI_SERVER (source), &path, result, &error);
  if (!avahi_publisher_is_current (error, "EntryGroupNew"))
    return;
  namida_avahi_entry_group_proxy_new (g_dbus_proxy_get_connection (server),
                                      G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                      g_dbus_proxy_get_name (server), path, self->attempt,
                                      avahi_publisher_on_group_proxy, self);
}

static void
avahi_publisher_publish (NamidaAvahiPublisher *self)
{
  avahi_publisher_withdraw (self);
  self->attempt = g_cancellable_new ();
  namida_avahi_server_call_entry_group_new (self->server, self->attempt, avahi_publisher_on_group, self);
}

static void
avahi_publisher_on_server_state (NamidaAvahiServer *server, int state, const char *reason, NamidaAvahiPublisher *self)
{
  /* Until the daemon runs, its own host name is not settled, and services that point to it must be withdrawn. */
  if (state == SERVER_RUNNING)
    avahi_publisher_publish (self);
  else
    avahi_publisher_withdraw (self);
}

static void
avahi_publisher_on_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAvahiPublisher *self = user_data;
  g_autoptr (GError) error = NULL;
  int state;

  namida_avahi_server_call_get_state_finish (NAMIDA_AVAHI_SERVER (source), &state, result, &error);
  if (avahi_publisher_is_current (error, "GetState") && state == SERVER_RUNNING && self->attempt == NULL)
    avahi_publisher_publish (self);
}

static void
avahi_publisher_take_own (NamidaAvahiPublisher *self, NamidaDeviceInfo *own)
{
  g_clear_pointer (&self->own, namida_device_info_unref);
  self->own = namida_device_info_ref (own);
  g_free (self->name);
  self->name = namida_avahi_service_name (own->alias);
  self->n_names = 0;
}

void
namida_avahi_publisher_set_own (NamidaAvahiPublisher *self, NamidaDeviceInfo *own)
{
  avahi_publisher_take_own (self, own);
  if (self->attempt != NULL)
    avahi_publisher_publish (self);
}

NamidaAvahiPublisher *
namida_avahi_publisher_new (NamidaAvahiServer *server, int interface, NamidaDeviceInfo *own)
{
  NamidaAvahiPublisher *self = g_new0 (NamidaAvahiPublisher, 1);

  self->server = g_object_ref (server);
  self->interface = interface;
  self->cancellable = g_cancellable_new ();
  avahi_publisher_take_own (self, own);
  self->state_handler = g_signal_connect (server, "state-changed", G_CALLBACK (avahi_publisher_on_server_state), self);
  namida_avahi_server_call_get_state (server, self->cancellable, avahi_publisher_on_state, self);
  return self;
}

void
namida_avahi_publisher_free (NamidaAvahiPublisher *self)
{
  avahi_publisher_withdraw (self);
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_clear_signal_handler (&self->state_handler, self->server);
  g_object_unref (self->server);
  namida_device_info_unref (self->own);
  g_free (self->name);
  g_free (self);
}
