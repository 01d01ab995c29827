/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements the D-Bus interfaces of Avahi for the tests of the finder; see the header. */
#include "fake-avahi.h"

#include "namida-fixtures.h"

static void export(FakeAvahi *self, gpointer skeleton, const char *path)
{
  g_autoptr (GError) error = NULL;

  g_dbus_interface_skeleton_export (skeleton, self->bus, path, &error);
  g_assert_no_error (error);
}

static gboolean
on_free_group (NamidaAvahiEntryGroup *group, GDBusMethodInvocation *call, FakeAvahi *self)
{
  self->n_frees++;
  namida_avahi_entry_group_complete_free (group, call);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (group));
  return TRUE;
}

static gboolean
on_add (NamidaAvahiEntryGroup *group,
        GDBusMethodInvocation *call,
        int interface,
        int protocol,
        guint flags,
        const char *name,
        const char *type,
        const char *domain,
        const char *host,
        guint16 port,
        GVariant *txt,
        FakeAvahi *self)
{
  g_assert_cmpstr (type, ==, "_namidasync._tcp");
  if (g_strcmp0 (name, self->taken) == 0)
    {
      g_dbus_method_invocation_return_dbus_error (call, "org.freedesktop.Avahi.CollisionError", "taken");
      return TRUE;
    }
  g_free (self->added);
  self->added = g_strdup (name);
  g_clear_pointer (&self->txt, g_variant_unref);
  self->txt = g_variant_ref (txt);
  self->port = port;
  self->interface = interface;
  namida_avahi_entry_group_complete_add_service (group, call);
  return TRUE;
}

static gboolean
on_commit (NamidaAvahiEntryGroup *group, GDBusMethodInvocation *call, FakeAvahi *self)
{
  namida_avahi_entry_group_complete_commit (group, call);
  if (g_strcmp0 (self->added, self->taken_late) == 0)
    namida_avahi_entry_group_emit_state_changed (group, 3, "collision");
  else
    self->n_commits++;
  return TRUE;
}

static gboolean
on_group_new (NamidaAvahiServer *server, GDBusMethodInvocation *call, FakeAvahi *self)
{
  NamidaAvahiEntryGroup *group;
  g_autofree char *path = g_strdup_printf ("/Client/EntryGroup%u", ++self->n_paths);

  if (self->refuses_groups)
    {
      g_dbus_method_invocation_return_dbus_error (call, "org.freedesktop.Avahi.TooManyObjectsError", "too many");
      return TRUE;
    }
  group = namida_avahi_entry_group_skeleton_new ();
  g_signal_connect (group, "handle-free", G_CALLBACK (on_free_group), self);
  g_signal_connect (group, "handle-add-service", G_CALLBACK (on_add), self);
  g_signal_connect (group, "handle-commit", G_CALLBACK (on_commit), self);
  export(self, group, path);
  g_ptr_array_add (self->groups, group);
  namida_avahi_server_complete_entry_group_new (server, call, path);
  return TRUE;
}

static gboolean
on_get_state (NamidaAvahiServer *server, GDBusMethodInvocation *call, FakeAvahi *self)
{
  namida_avahi_server_complete_get_state (server, call, self->state);
  return TRUE;
}

static gboolean
on_alternative (NamidaAvahiServer *server, GDBusMethodInvocation *call, const char *name, FakeAvahi *self)
{
  g_autofree char *other = g_strdup_printf ("%s #2", name);

  namida_avahi_server_complete_get_alternative_service_name (server, call, other);
  return TRUE;
}

static gboolean
on_free_browser (NamidaAvahiServiceBrowser *browser, GDBusMethodInvocation *call, FakeAvahi *self)
{
  namida_avahi_service_browser_complete_free (browser, call);
  return TRUE;
}

static gboolean
on_start_players (NamidaAvahiServiceBrowser *browser, GDBusMethodInvocation *call, FakeAvahi *self)
{
  self->n_player_starts++;
  namida_avahi_service_browser_complete_start (browser, call);
  return TRUE;
}

static gboolean
on_start_browser (NamidaAvahiServiceBrowser *browser, GDBusMethodInvocation *call, FakeAvahi *self)
{
  self->n_starts++;
  namida_avahi_service_browser_complete_start (browser, call);
  return TRUE;
}

static char *
make_players (FakeAvahi *self)
{
  char *path = g_strdup_printf ("/Client/ServiceBrowser%u", ++self->n_paths);

  if (self->players != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->players));
  g_clear_object (&self->players);
  self->players = namida_avahi_service_browser_skeleton_new ();
  g_signal_connect (self->players, "handle-free", G_CALLBACK (on_free_browser), self);
  g_signal_connect (self->players, "handle-start", G_CALLBACK (on_start_players), self);
  export(self, self->players, path);
  return path;
}

static char *
make_browser (FakeAvahi *self, const char *type)
{
  char *path;

  if (g_str_equal (type, "_namida-server._tcp"))
    return make_players (self);
  g_assert_cmpstr (type, ==, "_namidasync._tcp");
  path = g_strdup_printf ("/Client/ServiceBrowser%u", ++self->n_paths);
  if (self->browser != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->browser));
  g_clear_object (&self->browser);
  self->browser = namida_avahi_service_browser_skeleton_new ();
  g_signal_connect (self->browser, "handle-free", G_CALLBACK (on_free_browser), self);
  g_signal_connect (self->browser, "handle-start", G_CALLBACK (on_start_browser), self);
  export(self, self->browser, path);
  if (self->early)
    fake_avahi_item (self, TRUE, 1, "Early", 0);
  return path;
}

static gboolean
on_browser_new (NamidaAvahiServer *server,
                GDBusMethodInvocation *call,
                int interface,
                int protocol,
                const char *type,
                const char *domain,
                guint flags,
                FakeAvahi *self)
{
  g_autofree char *path = make_browser (self, type);

  self->n_starts += !g_str_equal (type, "_namida-server._tcp");
  namida_avahi_server_complete_service_browser_new (server, call, path);
  return TRUE;
}

static gboolean
on_prepare (NamidaAvahiServer2 *server,
            GDBusMethodInvocation *call,
            int interface,
            int protocol,
            const char *type,
            const char *domain,
            guint flags,
            FakeAvahi *self)
{
  g_autofree char *path = make_browser (self, type);

  namida_avahi_server2_complete_service_browser_prepare (server, call, path);
  return TRUE;
}

static gboolean
on_resolve (NamidaAvahiServer *server,
            GDBusMethodInvocation *call,
            int interface,
            int protocol,
            const char *name,
            const char *type,
            const char *domain,
            int aprotocol,
            guint flags,
            FakeAvahi *self)
{
  self->n_resolves++;
  if (self->holds)
    g_ptr_array_add (self->held, call);
  else if (self->address == NULL)
    g_dbus_method_invocation_return_dbus_error (call, "org.freedesktop.Avahi.TimeoutError", "timeout");
  else
    namida_avahi_server_complete_resolve_service (server, call, interface, protocol, name, type, domain, "x.local",
                                                  aprotocol, self->address, self->found_port, self->found_txt, 0);
  return TRUE;
}

void
fake_avahi_release (FakeAvahi *self)
{
  self->holds = FALSE;
  for (guint i = 0; i < self->held->len; i++)
    g_dbus_method_invocation_return_dbus_error (self->held->pdata[i], "org.freedesktop.Avahi.TimeoutError", "timeout");
  g_ptr_array_set_size (self->held, 0);
}

void
fake_avahi_item (FakeAvahi *self, gboolean is_new, int interface, const char *name, guint flags)
{
  if (is_new)
    namida_avahi_service_browser_emit_item_new (self->browser, interface, 0, name, "_namidasync._tcp", "local", flags);
  else
    namida_avahi_service_browser_emit_item_remove (self->browser, interface, 0, name, "_namidasync._tcp", "local",
                                                   flags);
}

void
fake_avahi_player (FakeAvahi *self, gboolean is_new, const char *name)
{
  if (is_new)
    namida_avahi_service_browser_emit_item_new (self->players, 1, 0, name, "_namida-server._tcp", "local", 0);
  else
    namida_avahi_service_browser_emit_item_remove (self->players, 1, 0, name, "_namida-server._tcp", "local", 0);
}

FakeAvahi *
fake_avahi_new (const char *bus_address, gboolean old)
{
  FakeAvahi *self = g_new0 (FakeAvahi, 1);

  self->state = 2;
  self->groups = g_ptr_array_new_with_free_func (g_object_unref);
  self->bus = fixtures_connect_bus (bus_address);
  self->held = g_ptr_array_new ();
  self->server = namida_avahi_server_skeleton_new ();
  g_signal_connect (self->server, "handle-get-state", G_CALLBACK (on_get_state), self);
  g_signal_connect (self->server, "handle-get-alternative-service-name", G_CALLBACK (on_alternative), self);
  g_signal_connect (self->server, "handle-entry-group-new", G_CALLBACK (on_group_new), self);
  g_signal_connect (self->server, "handle-service-browser-new", G_CALLBACK (on_browser_new), self);
  g_signal_connect (self->server, "handle-resolve-service", G_CALLBACK (on_resolve), self);
  export(self, self->server, "/");
  if (!old)
    {
      self->server2 = namida_avahi_server2_skeleton_new ();
      g_signal_connect (self->server2, "handle-service-browser-prepare", G_CALLBACK (on_prepare), self);
      export(self, self->server2, "/");
    }
  g_bus_own_name_on_connection (self->bus, "org.freedesktop.Avahi", G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL,
                                NULL);
  return self;
}

void
fake_avahi_free (FakeAvahi *self)
{
  /* Its name goes with the connection, as a daemon's that is killed. */
  g_dbus_connection_close_sync (self->bus, NULL, NULL);
  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->held);
  g_clear_object (&self->browser);
  g_clear_object (&self->players);
  g_object_unref (self->server);
  g_clear_object (&self->server2);
  g_object_unref (self->bus);
  g_free (self->added);
  g_clear_pointer (&self->txt, g_variant_unref);
  g_clear_pointer (&self->found_txt, g_variant_unref);
  g_free (self);
}
