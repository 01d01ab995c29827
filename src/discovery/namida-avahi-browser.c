/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls the Avahi daemon over D-Bus to browse and resolve services; see the header. Main context; all calls are
 * asynchronous. */
#include "config.h"

#include "namida-avahi-browser.h"
#include "namida-avahi-publisher.h"
#include "namida-network.h"
#include "namida-peer-private.h"

#define BROWSER_INTERFACE "org.freedesktop.Avahi.ServiceBrowser"
#define ITEM_TYPE G_VARIANT_TYPE ("(iisssu)")
#define RESULT_OUR_OWN 16u /* avahi-common/defs.h: AVAHI_LOOKUP_RESULT_OUR_OWN */
#define MAX_EARLY 512

struct _NamidaAvahiBrowser
{
  NamidaAvahiServer *server;
  int interface;
  const char *service;
  NamidaAvahiParse parse;
  NamidaAvahiFound found;
  NamidaAvahiLost lost;
  gpointer user_data;

  GCancellable *cancellable; /* for all calls of this run; callbacks do not touch self after it is cancelled */
  char *path;                /* (nullable) %NULL until the daemon has created the browser */
  guint subscription;
  GQueue *early;     /* (element-type Signal): signals that came before the path was known */
  GQueue *waiting;   /* (element-type Item) */
  GHashTable *known; /* (element-type utf8 NamidaDeviceInfo) */
  guint resolving;
};

typedef struct
{
  char *path;
  char *name;
  GVariant *parameters;
} Signal;

typedef struct
{
  NamidaAvahiBrowser *browser;
  int interface;
  int protocol;
  char *name;
  char *domain;
  char *key;
} Item;

static void avahi_browser_resolve_next (NamidaAvahiBrowser *self);

static void
signal_free (Signal *signal)
{
  g_free (signal->path);
  g_free (signal->name);
  g_variant_unref (signal->parameters);
  g_free (signal);
}

static void
item_free (Item *item)
{
  g_free (item->name);
  g_free (item->domain);
  g_free (item->key);
  g_free (item);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Item, item_free)

static Item *
item_new (NamidaAvahiBrowser *self, GVariant *parameters)
{
  Item *item = g_new0 (Item, 1);

  item->browser = self;
  g_variant_get (parameters, "(iisssu)", &item->interface, &item->protocol, &item->name, NULL, &item->domain, NULL);
  item->key = g_strdup_printf ("%d %d %s.%s", item->interface, item->protocol, item->name, item->domain);
  return item;
}

/* Returns: (transfer full) (nullable): the address of the service; %NULL if no neighbor can have that address. */
static GInetSocketAddress *
avahi_browser_parse_address (const char *text, int interface, guint16 port)
{
  g_autoptr (GInetAddress) host = g_inet_address_new_from_string (text);
  g_autoptr (GInetSocketAddress) said = NULL;
  g_autoptr (GInetSocketAddress) address = NULL;
  gboolean scoped;

  if (host == NULL || port == 0 || interface <= 0)
    return NULL;
  scoped = g_inet_address_get_family (host) == G_SOCKET_FAMILY_IPV6 && g_inet_address_get_is_link_local (host);
  said = g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", host, "port", (guint) port, "scope-id",
                       scoped ? (guint) interface : 0u, NULL);
  address = namida_address_unmapped (said);
  if (!namida_network_is_on_link (g_inet_socket_address_get_address (address), (guint) interface))
    return NULL;
  return g_steal_pointer (&address);
}

static void
avahi_browser_take_resolved (Item *item, const char *address_text, guint16 port, GVariant *txt)
{
  NamidaAvahiBrowser *self = item->browser;
  g_autoptr (GInetSocketAddress) address = avahi_browser_parse_address (address_text, item->interface, port);
  g_autoptr (NamidaDeviceInfo) info = self->parse (txt, item->name, port, NULL);

  if (address == NULL || info == NULL)
    return;
  if (g_hash_table_size (self->known) < NAMIDA_AVAHI_MAX_ITEMS)
    g_hash_table_replace (self->known, g_strdup (item->key), namida_device_info_ref (info));
  self->found (info, address, self->user_data);
}

static void
avahi_browser_on_resolved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Item) item = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GVariant) txt = NULL;
  g_autoptr (GCancellable) run = NULL;
  guint16 port = 0;

  namida_avahi_server_call_resolve_service_finish (NAMIDA_AVAHI_SERVER (source), NULL, NULL, NULL, NULL, NULL, NULL,
                                                   NULL, &address, &port, &txt, NULL, result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  run = g_object_ref (item->browser->cancellable);
  item->browser->resolving--;
  if (error != NULL)
    g_debug ("Avahi: ResolveService: %s", error->message);
  else
    avahi_browser_take_resolved (item, address, port, txt);
  /* A handler may have stopped the browser. */
  if (!g_cancellable_is_cancelled (run))
    avahi_browser_resolve_next (item->browser);
}

static void
avahi_browser_resolve_next (NamidaAvahiBrowser *self)
{
  while (self->resolving < NAMIDA_AVAHI_MAX_RESOLVING && !g_queue_is_empty (self->waiting))
    {
      Item *item = g_queue_pop_head (self->waiting);

      self->resolving++;
      /* Ask for the address family of the announcement, which is known to get through. */
      namida_avahi_server_call_resolve_service (self->server, item->interface, item->protocol, item->name,
                                                self->service, item->domain, item->protocol, 0, self->cancellable,
                                                avahi_browser_on_resolved, item);
    }
}

static void
item_appeared (NamidaAvahiBrowser *self, GVariant *parameters)
{
  guint flags;

  g_variant_get_child (parameters, 5, "u", &flags);
  if ((flags & RESULT_OUR_OWN) != 0)
    return;
  if (g_queue_get_length (self->waiting) >= NAMIDA_AVAHI_MAX_WAITING)
    item_free (g_queue_pop_head (self->waiting));
  g_queue_push_tail (self->waiting, item_new (self, parameters));
  avahi_browser_resolve_next (self);
}

static gboolean
avahi_browser_is_known (NamidaAvahiBrowser *self, const char *fingerprint)
{
  GHashTableIter iter;
  gpointer info;

  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, NULL, &info))
    if (g_str_equal (((NamidaDeviceInfo *) info)->fingerprint, fingerprint))
      return TRUE;
  return FALSE;
}

static void
item_removed (NamidaAvahiBrowser *self, GVariant *parameters)
{
  g_autoptr (Item) item = item_new (self, parameters);
  g_autoptr (NamidaDeviceInfo) info = NULL;
  g_autofree char *key = NULL;

  for (GList *link = self->waiting->head; link != NULL; link = link->next)
    if (g_str_equal (((Item *) link->data)->key, item->key))
      {
        item_free (link->data);
        g_queue_delete_link (self->waiting, link);
        return;
      }
  if (g_hash_table_steal_extended (self->known, item->key, (gpointer *) &key, (gpointer *) &info)
      && !avahi_browser_is_known (self, info->fingerprint))
    self->lost (info, self->user_data);
}

static void
avahi_browser_take_signal (NamidaAvahiBrowser *self, const char *name, GVariant *parameters)
{
  if (g_str_equal (name, "Failure"))
    g_debug ("avahi: browsing stopped");
  else if (!g_variant_is_of_type (parameters, ITEM_TYPE))
    return;
  else if (g_str_equal (name, "ItemNew"))
    item_appeared (self, parameters);
  else if (g_str_equal (name, "ItemRemove"))
    item_removed (self, parameters);
}

static void
avahi_browser_on_signal (GDBusConnection *connection,
                         const char *sender,
                         const char *path,
                         const char *interface,
                         const char *name,
                         GVariant *parameters,
                         gpointer user_data)
{
  NamidaAvahiBrowser *self = user_data;

  if (self->path != NULL)
    {
      if (g_str_equal (path, self->path))
        avahi_browser_take_signal (self, name, parameters);
    }
  else if (g_queue_get_length (self->early) < MAX_EARLY)
    {
      Signal *early = g_new0 (Signal, 1);

      early->path = g_strdup (path);
      early->name = g_strdup (name);
      early->parameters = g_variant_ref (parameters);
      g_queue_push_tail (self->early, early);
    }
}

static GDBusConnection *
avahi_browser_get_connection (NamidaAvahiBrowser *self)
{
  return g_dbus_proxy_get_connection (G_DBUS_PROXY (self->server));
}

/* Calls a method without waiting for the answer. */
static void
avahi_browser_call (NamidaAvahiBrowser *self, const char *method)
{
  g_dbus_connection_call (avahi_browser_get_connection (self), g_dbus_proxy_get_name (G_DBUS_PROXY (self->server)),
                          self->path, BROWSER_INTERFACE, method, NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL,
                          NULL, NULL);
}

static void
avahi_browser_take_path (NamidaAvahiBrowser *self, const char *path)
{
  Signal *early;

  self->path = g_strdup (path);
  while ((early = g_queue_pop_head (self->early)) != NULL)
    {
      if (g_str_equal (early->path, path))
        avahi_browser_take_signal (self, early->name, early->parameters);
      signal_free (early);
    }
}

static void
avahi_browser_on_browser_new (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (namida_avahi_server_call_service_browser_new_finish (NAMIDA_AVAHI_SERVER (source), &path, result, &error))
    avahi_browser_take_path (user_data, path);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("Avahi: ServiceBrowserNew: %s", error->message);
}

static void
avahi_browser_on_prepared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAvahiBrowser *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  const char *path;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply == NULL)
    {
      /* Avahi before 0.8: the browser starts before its path is known, so signals are collected from the beginning
       * and assigned later. */
      namida_avahi_server_call_service_browser_new (self->server, self->interface, NAMIDA_AVAHI_ANY, self->service, "",
                                                    0, self->cancellable, avahi_browser_on_browser_new, self);
      return;
    }
  g_variant_get (reply, "(&o)", &path);
  avahi_browser_take_path (self, path);
  avahi_browser_call (self, "Start");
}

static void
avahi_browser_begin (NamidaAvahiBrowser *self)
{
  const char *daemon = g_dbus_proxy_get_name (G_DBUS_PROXY (self->server));

  self->cancellable = g_cancellable_new ();
  self->subscription
      = g_dbus_connection_signal_subscribe (avahi_browser_get_connection (self), daemon, BROWSER_INTERFACE, NULL, NULL,
                                            NULL, G_DBUS_SIGNAL_FLAGS_NONE, avahi_browser_on_signal, self, NULL);
  g_dbus_connection_call (avahi_browser_get_connection (self), daemon, "/", "org.freedesktop.Avahi.Server2",
                          "ServiceBrowserPrepare",
                          g_variant_new ("(iissu)", self->interface, NAMIDA_AVAHI_ANY, self->service, "", 0u),
                          G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable,
                          avahi_browser_on_prepared, self);
}

static void
avahi_browser_end (NamidaAvahiBrowser *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_dbus_connection_signal_unsubscribe (avahi_browser_get_connection (self), self->subscription);
  if (self->path != NULL)
    avahi_browser_call (self, "Free");
  g_clear_pointer (&self->path, g_free);
  g_queue_clear_full (self->early, (GDestroyNotify) signal_free);
  g_queue_clear_full (self->waiting, (GDestroyNotify) item_free);
  self->resolving = 0;
}

NamidaAvahiBrowser *
namida_avahi_browser_new (NamidaAvahiServer *server,
                          int interface,
                          const char *service,
                          NamidaAvahiParse parse,
                          NamidaAvahiFound found,
                          NamidaAvahiLost lost,
                          gpointer user_data)
{
  NamidaAvahiBrowser *self = g_new0 (NamidaAvahiBrowser, 1);

  self->server = g_object_ref (server);
  self->interface = interface;
  self->service = service;
  self->parse = parse;
  self->found = found;
  self->lost = lost;
  self->user_data = user_data;
  self->early = g_queue_new ();
  self->waiting = g_queue_new ();
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) namida_device_info_unref);
  avahi_browser_begin (self);
  return self;
}

void
namida_avahi_browser_restart (NamidaAvahiBrowser *self)
{
  avahi_browser_end (self);
  g_hash_table_remove_all (self->known);
  avahi_browser_begin (self);
}

void
namida_avahi_browser_free (NamidaAvahiBrowser *self)
{
  avahi_browser_end (self);
  g_object_unref (self->server);
  g_queue_free (self->early);
  g_queue_free (self->waiting);
  g_hash_table_unref (self->known);
  g_free (self);
}
