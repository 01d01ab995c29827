/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inhibits suspend: see the header. logind returns a file descriptor, and closing it ends the inhibition; the portal
 * returns a request, which must be closed by a method call. Main context. */
#include "config.h"

#include "namida-sleep-inhibitor.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define LOGIND "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define INHIBIT_SUSPEND 4u

struct _NamidaSleepInhibitor
{
  GObject parent_instance;

  char *reason;
  GCancellable *cancellable;
  GDBusConnection *bus; /* (nullable) */
  int fd;               /* from logind; -1: none */
  char *handle;         /* (nullable): from the portal */
};

G_DEFINE_FINAL_TYPE (NamidaSleepInhibitor, namida_sleep_inhibitor, G_TYPE_OBJECT)

static gboolean
inhibitor_is_sandboxed (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
}

static void
inhibitor_on_logind (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaSleepInhibitor) self = user_data;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer
      = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &fds, result, &error);
  gint32 index;

  if (answer == NULL)
    {
      g_debug ("logind: sleep could not be inhibited: %s", error->message);
      return;
    }
  g_variant_get (answer, "(h)", &index);
  if (fds == NULL || index >= g_unix_fd_list_get_length (fds))
    return;
  self->fd = g_unix_fd_list_get (fds, index, NULL);
  /* The inhibition is no longer wanted. */
  if (g_cancellable_is_cancelled (self->cancellable) && self->fd >= 0)
    close (g_steal_fd (&self->fd));
}

static void
inhibitor_close_request (GDBusConnection *bus, const char *handle)
{
  g_dbus_connection_call (bus, PORTAL, handle, "org.freedesktop.portal.Request", "Close", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static void
inhibitor_on_portal (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaSleepInhibitor) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    {
      g_debug ("portal: sleep could not be inhibited: %s", error->message);
      return;
    }
  g_variant_get (answer, "(o)", &self->handle);
  if (g_cancellable_is_cancelled (self->cancellable))
    {
      inhibitor_close_request (G_DBUS_CONNECTION (source), self->handle);
      g_clear_pointer (&self->handle, g_free);
    }
}

static void
inhibitor_on_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaSleepInhibitor) self = user_data;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, NULL);
  GVariantBuilder options;

  if (bus == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  g_set_object (&self->bus, bus);
  /* No cancellable: an answer that nobody receives would keep the computer awake. */
  if (!inhibitor_is_sandboxed ())
    {
      g_dbus_connection_call_with_unix_fd_list (bus, LOGIND, LOGIND_PATH, LOGIND ".Manager", "Inhibit",
                                                g_variant_new ("(ssss)", "sleep", "Namida Sync", self->reason, "block"),
                                                G_VARIANT_TYPE ("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL,
                                                inhibitor_on_logind, g_object_ref (self));
      return;
    }
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "reason", g_variant_new_string (self->reason));
  g_dbus_connection_call (bus, PORTAL, PORTAL_PATH, "org.freedesktop.portal.Inhibit", "Inhibit",
                          g_variant_new ("(sua{sv})", "", INHIBIT_SUSPEND, &options), G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, inhibitor_on_portal, g_object_ref (self));
}

static void
namida_sleep_inhibitor_dispose (GObject *object)
{
  NamidaSleepInhibitor *self = NAMIDA_SLEEP_INHIBITOR (object);

  g_cancellable_cancel (self->cancellable);
  if (self->fd >= 0)
    close (g_steal_fd (&self->fd));
  if (self->handle != NULL)
    inhibitor_close_request (self->bus, self->handle);
  g_clear_pointer (&self->handle, g_free);
  g_clear_object (&self->bus);
  G_OBJECT_CLASS (namida_sleep_inhibitor_parent_class)->dispose (object);
}

static void
namida_sleep_inhibitor_finalize (GObject *object)
{
  NamidaSleepInhibitor *self = NAMIDA_SLEEP_INHIBITOR (object);

  g_object_unref (self->cancellable);
  g_free (self->reason);
  G_OBJECT_CLASS (namida_sleep_inhibitor_parent_class)->finalize (object);
}

static void
namida_sleep_inhibitor_class_init (NamidaSleepInhibitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_sleep_inhibitor_dispose;
  object_class->finalize = namida_sleep_inhibitor_finalize;
}

static void
namida_sleep_inhibitor_init (NamidaSleepInhibitor *self)
{
  self->cancellable = g_cancellable_new ();
  self->fd = -1;
}

NamidaSleepInhibitor *
namida_sleep_inhibitor_new (const char *reason)
{
  NamidaSleepInhibitor *self = g_object_new (NAMIDA_TYPE_SLEEP_INHIBITOR, NULL);

  self->reason = g_strdup (reason);
  g_bus_get (inhibitor_is_sandboxed () ? G_BUS_TYPE_SESSION : G_BUS_TYPE_SYSTEM, self->cancellable, inhibitor_on_bus,
             g_object_ref (self));
  return self;
}
