/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens up to 64 TCP connections at a time to find open ports; see the header. Main context; the sockets never
 * block. */
#include "config.h"

#include "namida-limits.h"
#include "namida-multicast-link.h"
#include "namida-network.h"
#include "namida-scan-finder.h"

#define MIN_BITS 8  /* of a prefix; a larger network is not one of neighbors */
#define MAX_BITS 24 /* of a prefix; of a larger network, only the own /24 is scanned */

struct _NamidaScanFinder
{
  GObject parent_instance;
  char *only;
  guint16 own_port;
  gboolean started;
  GPtrArray *targets; /* (element-type GInetSocketAddress) (nullable): %NULL if no scan is running */
  guint next;
  guint done;
  gboolean finished;   /* the last scan has finished */
  GPtrArray *answered; /* (element-type GInetAddress): hosts that answered the last scan */
  GHashTable *tries;   /* set of Try */
};

/* One connection attempt. */
typedef struct
{
  NamidaScanFinder *finder;
  GInetSocketAddress *address;
  GSocket *socket;
  GSource *ready;
  guint timeout;
} Try;

enum
{
  PROP_SCANNING = 1,
  PROP_PROGRESS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint probe_address_signal;

static void namida_scan_finder_iface_init (NamidaFinderInterface *iface);
static void scan_finder_fill (NamidaScanFinder *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaScanFinder,
                               namida_scan_finder,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_FINDER, namida_scan_finder_iface_init))

static void
try_free (Try *try)
{
  g_clear_handle_id (&try->timeout, g_source_remove);
  if (try->ready != NULL)
    g_source_destroy (try->ready);
  g_clear_pointer (&try->ready, g_source_unref);
  g_clear_object (&try->socket);
  g_object_unref (try->address);
  g_free (try);
}

GPtrArray *
namida_scan_targets (GInetAddress *own, guint prefix)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func (g_object_unref);
  guint32 host;
  guint32 size;
  guint32 base;

  if (g_inet_address_get_family (own) != G_SOCKET_FAMILY_IPV4 || prefix > 31 || prefix < MIN_BITS
      || g_inet_address_get_is_loopback (own) || g_inet_address_get_is_any (own))
    return g_steal_pointer (&targets);
  host = GUINT32_FROM_BE (*(const guint32 *) (gconstpointer) g_inet_address_to_bytes (own));
  size = 1u << (32 - MAX (prefix, MAX_BITS));
  base = host & ~(size - 1);
  for (guint32 i = 0; i < size; i++)
    {
      guint32 bytes = GUINT32_TO_BE (base + i);
      /* The network address and the broadcast address; a /31 has neither (RFC 3021). In a larger network they are
       * elsewhere, but .0 and .255 are rarely given to a device. */
      gboolean special = size > 2 && (i == 0 || i == size - 1);

      if (base + i != host && !special)
        g_ptr_array_add (targets, g_inet_address_new_from_bytes ((const guint8 *) &bytes, G_SOCKET_FAMILY_IPV4));
    }
  return g_steal_pointer (&targets);
}

static void
scan_finder_add_target (GPtrArray *list, GHashTable *seen, GInetAddress *host, guint port)
{
  g_autofree char *text = g_inet_address_to_string (host);
  g_autofree char *key = g_strdup_printf ("%s %u", text, port);

  if (list->len < NAMIDA_SCAN_MAX_ADDRESSES && g_hash_table_add (seen, g_steal_pointer (&key)))
    g_ptr_array_add (list, g_inet_socket_address_new (host, (guint16) port));
}

static GPtrArray *
scan_finder_collect (NamidaScanFinder *self)
{
  g_autoptr (GPtrArray) networks = namida_network_list (self->only);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < networks->len; i++)
    {
      NamidaNetwork *network = g_ptr_array_index (networks, i);
      g_autoptr (GPtrArray) hosts = NULL;

      if (network->loopback && g_inet_address_get_is_loopback (network->address)
          && g_inet_address_get_family (network->address) == G_SOCKET_FAMILY_IPV4)
        for (guint port = NAMIDA_PORT_FIRST; port <= NAMIDA_PORT_LAST; port++)
          if (port != self->own_port)
            scan_finder_add_target (list, seen, network->address, port);
      if (network->loopback)
        continue;
      hosts = namida_scan_targets (network->address, g_inet_address_mask_get_length (network->mask));
      for (guint j = 0; j < hosts->len; j++)
        scan_finder_add_target (list, seen, g_ptr_array_index (hosts, j), NAMIDA_PORT_FIRST);
    }
  return list;
}

static void
scan_finder_finish (Try *try, gboolean open)
{
  g_autoptr (NamidaScanFinder) self = g_object_ref (try->finder);
  g_autoptr (GInetSocketAddress) address = g_object_ref (try->address);

  g_hash_table_remove (self->tries, try);
  self->done++;
  if (open)
    g_signal_emit (self, probe_address_signal, 0, address);
  /* The handler may have cancelled the scan. */
  if (self->targets == NULL)
    return;
  scan_finder_fill (self);
  if (self->targets != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROGRESS]);
}

static gboolean
scan_finder_on_ready (GSocket *socket, GIOCondition condition, gpointer data)
{
  Try *try = data;
  g_autoptr (GError) error = NULL;
  gboolean open = g_socket_check_connect_result (socket, &error);

  if (open || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    g_ptr_array_add (try->finder->answered, g_object_ref (g_inet_socket_address_get_address (try->address)));
  scan_finder_finish (try, open);
  return G_SOURCE_REMOVE;
}

static gboolean
scan_finder_on_timeout (gpointer data)
{
  Try *try = data;

  try->timeout = 0;
  scan_finder_finish (try, FALSE);
  return G_SOURCE_REMOVE;
}

/* Returns: whether a connection attempt has begun. Never blocks. */
static gboolean
scan_finder_begin (Try *try)
{
  g_autoptr (GError) error = NULL;

  try->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  if (try->socket == NULL)
    return FALSE;
  g_socket_set_blocking (try->socket, FALSE);
  if (!g_socket_connect (try->socket, G_SOCKET_ADDRESS (try->address), NULL, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
    return FALSE;
  /* Also for a connection that was made at once; its source is ready at once. */
  try->ready = g_socket_create_source (try->socket, G_IO_OUT, NULL);
  g_source_set_callback (try->ready, G_SOURCE_FUNC (scan_finder_on_ready), try, NULL);
  g_source_attach (try->ready, g_main_context_get_thread_default ());
  try->timeout = g_timeout_add (NAMIDA_SCAN_TIMEOUT_MS, scan_finder_on_timeout, try);
  return TRUE;
}

static void
scan_finder_fill (NamidaScanFinder *self)
{
  while (g_hash_table_size (self->tries) < NAMIDA_SCAN_AT_ONCE && self->next < self->targets->len)
    {
      Try *try = g_new0 (Try, 1);

      try->finder = self;
      try->address = g_object_ref (g_ptr_array_index (self->targets, self->next++));
      if (scan_finder_begin (try))
        g_hash_table_add (self->tries, try);
      else
        {
          try_free (try);
          self->done++;
        }
    }
  if (self->done == self->targets->len)
    {
      self->finished = TRUE;
      namida_scan_finder_cancel (self);
    }
}

void
namida_scan_finder_scan (NamidaScanFinder *self)
{
  g_return_if_fail (NAMIDA_IS_SCAN_FINDER (self));

  if (!self->started || self->targets != NULL)
    return;
  self->targets = scan_finder_collect (self);
  self->next = 0;
  self->done = 0;
  self->finished = FALSE;
  g_ptr_array_set_size (self->answered, 0);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SCANNING]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROGRESS]);
  if (self->targets != NULL)
    scan_finder_fill (self);
}

void
namida_scan_finder_cancel (NamidaScanFinder *self)
{
  g_return_if_fail (NAMIDA_IS_SCAN_FINDER (self));

  if (self->targets == NULL)
    return;
  g_clear_pointer (&self->targets, g_ptr_array_unref);
  g_hash_table_remove_all (self->tries);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROGRESS]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SCANNING]);
}

gboolean
namida_scan_finder_get_scanning (NamidaScanFinder *self)
{
  return self->targets != NULL;
}

double
namida_scan_finder_get_progress (NamidaScanFinder *self)
{
  if (self->targets == NULL || self->targets->len == 0)
    return 1.0;
  return (double) self->done / self->targets->len;
}

GPtrArray *
namida_scan_finder_get_answered (NamidaScanFinder *self)
{
  g_return_val_if_fail (NAMIDA_IS_SCAN_FINDER (self), NULL);

  return self->finished ? self->answered : NULL;
}

static gboolean
namida_scan_finder_start (NamidaFinder *finder, NamidaDeviceInfo *own, GError **error)
{
  NamidaScanFinder *self = NAMIDA_SCAN_FINDER (finder);

  self->own_port = own->port;
  self->started = TRUE;
  return TRUE;
}

static void
namida_scan_finder_ignore (NamidaFinder *finder)
{
  /* Nothing to do: every address of a network is only tried when the user asks for it, or if there is no other way. */
}

static void
namida_scan_finder_set_looking (NamidaFinder *finder, gboolean looking)
{
  if (!looking)
    namida_scan_finder_cancel (NAMIDA_SCAN_FINDER (finder));
}

static void
namida_scan_finder_stop (NamidaFinder *finder)
{
  NamidaScanFinder *self = NAMIDA_SCAN_FINDER (finder);

  self->started = FALSE;
  namida_scan_finder_cancel (self);
}

static void
namida_scan_finder_iface_init (NamidaFinderInterface *iface)
{
  iface->start = namida_scan_finder_start;
  iface->refresh = namida_scan_finder_ignore;
  iface->set_looking = namida_scan_finder_set_looking;
  iface->stop = namida_scan_finder_stop;
}

static void
namida_scan_finder_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaScanFinder *self = NAMIDA_SCAN_FINDER (object);

  switch (id)
    {
    case PROP_SCANNING:
      g_value_set_boolean (value, namida_scan_finder_get_scanning (self));
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, namida_scan_finder_get_progress (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
namida_scan_finder_dispose (GObject *object)
{
  namida_scan_finder_stop (NAMIDA_FINDER (object));
  G_OBJECT_CLASS (namida_scan_finder_parent_class)->dispose (object);
}

static void
namida_scan_finder_finalize (GObject *object)
{
  NamidaScanFinder *self = NAMIDA_SCAN_FINDER (object);

  g_hash_table_unref (self->tries);
  g_ptr_array_unref (self->answered);
  g_free (self->only);
  G_OBJECT_CLASS (namida_scan_finder_parent_class)->finalize (object);
}

static void
namida_scan_finder_class_init (NamidaScanFinderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = namida_scan_finder_get_property;
  object_class->dispose = namida_scan_finder_dispose;
  object_class->finalize = namida_scan_finder_finalize;
  props[PROP_SCANNING]
      = g_param_spec_boolean ("scanning", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_PROGRESS]
      = g_param_spec_double ("progress", NULL, NULL, 0.0, 1.0, 1.0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  probe_address_signal = g_signal_new ("probe-address", NAMIDA_TYPE_SCAN_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_INET_SOCKET_ADDRESS);
}

static void
namida_scan_finder_init (NamidaScanFinder *self)
{
  self->tries = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) try_free, NULL);
  self->answered = g_ptr_array_new_with_free_func (g_object_unref);
}

NamidaScanFinder *
namida_scan_finder_new (const char *interface)
{
  NamidaScanFinder *self = g_object_new (NAMIDA_TYPE_SCAN_FINDER, NULL);

  self->only = g_strdup (interface);
  return self;
}
