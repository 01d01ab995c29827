/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks up entered host names and asks the owner to probe their addresses; see the header. Main context; lookups are
 * asynchronous. */
#include "config.h"

#include "namida-manual-finder.h"
#include "namida-peer-private.h"

#define MAX_ADDRESSES 64
#define MAX_OF_HOST 4 /* number of addresses of one name that are tried */

struct _NamidaManualFinder
{
  GObject parent_instance;
  GPtrArray *addresses; /* (element-type GInetSocketAddress) */
  GPtrArray *hosts;     /* (element-type Host) */
  GCancellable *looking_up;
  gboolean started;
};

typedef struct
{
  char *name;
  guint16 port;
} Host;

/* One name lookup in progress. */
typedef struct
{
  NamidaManualFinder *finder;
  guint16 port;
} LookUp;

static void
host_free (Host *host)
{
  g_free (host->name);
  g_free (host);
}

static guint probe_address_signal;

static void namida_manual_finder_iface_init (NamidaFinderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaManualFinder,
                               namida_manual_finder,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_FINDER, namida_manual_finder_iface_init))

static void
manual_finder_probe (NamidaManualFinder *self, GInetSocketAddress *address)
{
  if (self->started)
    g_signal_emit (self, probe_address_signal, 0, address);
}

static void
manual_finder_on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LookUp *look_up = user_data;
  g_autoptr (NamidaManualFinder) self = look_up->finder;
  guint16 port = look_up->port;
  guint n = 0;
  GList *found = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, NULL);

  g_free (look_up);
  for (GList *each = found; each != NULL && n < MAX_OF_HOST; each = each->next, n++)
    {
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new (each->data, port);

      manual_finder_probe (self, G_INET_SOCKET_ADDRESS (address));
    }
  g_list_free_full (found, g_object_unref);
}

static void
manual_finder_look_up (NamidaManualFinder *self, Host *host)
{
  g_autoptr (GResolver) resolver = NULL;
  LookUp *look_up;

  if (!self->started)
    return;
  resolver = g_resolver_get_default ();
  look_up = g_new0 (LookUp, 1);
  look_up->finder = g_object_ref (self);
  look_up->port = host->port;
  g_resolver_lookup_by_name_async (resolver, host->name, self->looking_up, manual_finder_on_looked_up, look_up);
}

static void
namida_manual_finder_refresh (NamidaFinder *finder)
{
  NamidaManualFinder *self = NAMIDA_MANUAL_FINDER (finder);
  /* Iterate over a copy, because a handler may add addresses. */
  g_autoptr (GPtrArray) addresses = g_ptr_array_copy (self->addresses, (GCopyFunc) g_object_ref, NULL);

  g_ptr_array_set_free_func (addresses, g_object_unref);
  for (guint i = 0; i < addresses->len; i++)
    manual_finder_probe (self, g_ptr_array_index (addresses, i));
  for (guint i = 0; i < self->hosts->len; i++)
    manual_finder_look_up (self, g_ptr_array_index (self->hosts, i));
}

static gboolean
namida_manual_finder_start (NamidaFinder *finder, NamidaDeviceInfo *own, GError **error)
{
  NamidaManualFinder *self = NAMIDA_MANUAL_FINDER (finder);

  self->started = TRUE;
  if (self->looking_up == NULL)
    self->looking_up = g_cancellable_new ();
  namida_manual_finder_refresh (finder);
  return TRUE;
}

static void
namida_manual_finder_set_looking (NamidaFinder *finder, gboolean looking)
{
  /* Nothing to do: the probes of the peer list already show whether an entered address is still reachable. */
}

static void
namida_manual_finder_stop (NamidaFinder *finder)
{
  NamidaManualFinder *self = NAMIDA_MANUAL_FINDER (finder);

  self->started = FALSE;
  g_cancellable_cancel (self->looking_up);
  g_clear_object (&self->looking_up);
}

static void
namida_manual_finder_iface_init (NamidaFinderInterface *iface)
{
  iface->start = namida_manual_finder_start;
  iface->refresh = namida_manual_finder_refresh;
  iface->set_looking = namida_manual_finder_set_looking;
  iface->stop = namida_manual_finder_stop;
}

static void
namida_manual_finder_finalize (GObject *object)
{
  NamidaManualFinder *self = NAMIDA_MANUAL_FINDER (object);

  g_clear_object (&self->looking_up);
  g_ptr_array_unref (self->addresses);
  g_ptr_array_unref (self->hosts);
  G_OBJECT_CLASS (namida_manual_finder_parent_class)->finalize (object);
}

static void
namida_manual_finder_class_init (NamidaManualFinderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_manual_finder_finalize;
  probe_address_signal = g_signal_new ("probe-address", NAMIDA_TYPE_MANUAL_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_INET_SOCKET_ADDRESS);
}

static void
namida_manual_finder_init (NamidaManualFinder *self)
{
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  self->hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) host_free);
}

NamidaManualFinder *
namida_manual_finder_new (void)
{
  return g_object_new (NAMIDA_TYPE_MANUAL_FINDER, NULL);
}

void
namida_manual_finder_add (NamidaManualFinder *self, GInetSocketAddress *address)
{
  g_autoptr (GInetSocketAddress) held = NULL;

  g_return_if_fail (NAMIDA_IS_MANUAL_FINDER (self) && G_IS_INET_SOCKET_ADDRESS (address));

  held = g_object_ref (address);
  for (guint i = 0; i < self->addresses->len; i++)
    if (namida_address_equal (g_ptr_array_index (self->addresses, i), held))
      {
        g_ptr_array_remove_index (self->addresses, i);
        break;
      }
  if (self->addresses->len == MAX_ADDRESSES)
    g_ptr_array_remove_index (self->addresses, 0);
  g_ptr_array_add (self->addresses, g_object_ref (held));
  manual_finder_probe (self, held);
}

void
namida_manual_finder_add_host (NamidaManualFinder *self, const char *host, guint16 port)
{
  Host *added;

  g_return_if_fail (NAMIDA_IS_MANUAL_FINDER (self) && host != NULL && port != 0);

  for (guint i = 0; i < self->hosts->len; i++)
    {
      Host *known = g_ptr_array_index (self->hosts, i);

      if (known->port != port || g_ascii_strcasecmp (known->name, host) != 0)
        continue;
      g_ptr_array_remove_index (self->hosts, i);
      break;
    }
  if (self->hosts->len == MAX_ADDRESSES)
    g_ptr_array_remove_index (self->hosts, 0);
  added = g_new0 (Host, 1);
  added->name = g_strdup (host);
  added->port = port;
  g_ptr_array_add (self->hosts, added);
  manual_finder_look_up (self, added);
}

void
namida_manual_finder_remove (NamidaManualFinder *self, GInetSocketAddress *address, const char *host, guint16 port)
{
  g_return_if_fail (NAMIDA_IS_MANUAL_FINDER (self) && (address != NULL || host != NULL));

  for (guint i = self->hosts->len; host != NULL && i > 0; i--)
    {
      const Host *known = g_ptr_array_index (self->hosts, i - 1);

      if (known->port == port && g_ascii_strcasecmp (known->name, host) == 0)
        g_ptr_array_remove_index (self->hosts, i - 1);
    }
  for (guint i = self->addresses->len; host == NULL && i > 0; i--)
    if (namida_address_equal (g_ptr_array_index (self->addresses, i - 1), address))
      g_ptr_array_remove_index (self->addresses, i - 1);
}
