/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends bursts of hellos and reads those of others; see the header. Main context. */
#include "config.h"

#include "namida-clock.h"
#include "namida-limits.h"
#include "namida-link-watch.h"
#include "namida-multicast-finder.h"
#include "namida-multicast-link.h"
#include "namida-network.h"
#include "namida-peer-private.h"
#include "namida-player-finder.h"

#define LOOKING_SECONDS 30
#define REJOIN_MS 500
#define MAX_ANSWERS 32
#define MAX_GREETED 64
/* One greeting arrives once for each group and address family. */
#define GREETED_ONCE_US (G_USEC_PER_SEC / 2)

static const guint burst_ms[] = { 0, 100, 500, 2000 };
static const guint answer_ms[] = { 0, 300, 800, 1400 };
guint namida_multicast_finder_pace = 1;

struct _NamidaMulticastFinder
{
  GObject parent_instance;
  char *interface;
  NamidaDeviceInfo *own;
  char *hello;
  char *localsend_hello; /* the same with LocalSend's version, for LocalSend's groups */
  char *answer;
  char *goodbye;
  GPtrArray *links;            /* (element-type NamidaMulticastLink) */
  NamidaPlayerFinder *players; /* (nullable) */
  char *network;               /* the interfaces and addresses that the links were opened for */
  GPtrArray *answers;          /* (element-type Answer) */
  GHashTable *greeted;         /* (element-type utf8 gint64): when each address last sent a greeting */
  GNetworkMonitor *monitor;
  gulong changed_handler;
  NamidaLinkWatch *link_watch; /* (nullable) */
  guint burst_timer;
  guint burst_step;
  guint looking_timer;
  guint rejoin_timer;
  gboolean no_localsend;
  gboolean silent;
};

typedef struct
{
  NamidaMulticastFinder *finder;
  GInetSocketAddress *address;
  guint step;
  guint timer;
} Answer;

static void namida_multicast_finder_iface_init (NamidaFinderInterface *iface);

enum
{
  OWN_SEEN,
  PLAYER_FOUND,
  PLAYER_LOST,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaMulticastFinder,
                               namida_multicast_finder,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_FINDER, namida_multicast_finder_iface_init))

static void
answer_free (Answer *answer)
{
  g_clear_handle_id (&answer->timer, g_source_remove);
  g_object_unref (answer->address);
  g_free (answer);
}

static void
multicast_finder_send_hello (NamidaMulticastFinder *self, const char *text, const char *localsend_text)
{
  for (guint i = 0; !self->silent && i < self->links->len; i++)
    {
      namida_multicast_link_send_to_phones (g_ptr_array_index (self->links, i), text);
      if (!self->no_localsend)
        namida_multicast_link_send_to_localsend (g_ptr_array_index (self->links, i), localsend_text);
    }
}

static gboolean
multicast_finder_is_own (NamidaMulticastFinder *self, NamidaDeviceInfo *info)
{
  if (info->fingerprint != NULL && self->own->fingerprint != NULL)
    return g_ascii_strcasecmp (info->fingerprint, self->own->fingerprint) == 0;
  return info->uuid != NULL && g_strcmp0 (info->uuid, self->own->uuid) == 0;
}

/* Returns: whether this greeting is new, as opposed to a copy, received through another group, of one that was just
 * passed on. */
static gboolean
multicast_finder_note_greeting (NamidaMulticastFinder *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  g_autofree char *place = namida_address_to_text (address);
  g_autofree char *key = g_strdup_printf ("%s %s", place, info->fingerprint != NULL ? info->fingerprint : "");
  gint64 now = namida_clock_monotonic ();
  gint64 *then = g_hash_table_lookup (self->greeted, key);

  if (then != NULL && now - *then < GREETED_ONCE_US)
    return FALSE;
  if (g_hash_table_size (self->greeted) >= MAX_GREETED)
    g_hash_table_remove_all (self->greeted);
  then = g_new (gint64, 1);
  *then = now;
  g_hash_table_replace (self->greeted, g_steal_pointer (&key), then);
  return TRUE;
}

/* Returns: (transfer full): the address on which the sender of a datagram listens. */
static GInetSocketAddress *
multicast_finder_listening_address (NamidaDeviceInfo *info, GInetSocketAddress *from)
{
  return g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", g_inet_socket_address_get_address (from), "port",
                       (guint) info->port, "scope-id", namida_address_scope (from), NULL);
}

static void
multicast_finder_emit_own_seen (NamidaMulticastFinder *self, NamidaDeviceInfo *info, GInetSocketAddress *from)
{
  g_autoptr (GInetSocketAddress) address = multicast_finder_listening_address (info, from);

  g_signal_emit (self, signals[OWN_SEEN], 0, address);
}

static void
multicast_finder_on_received (const char *data, gsize length, GInetSocketAddress *from, gpointer user_data)
{
  g_autoptr (NamidaMulticastFinder) self = g_object_ref (user_data);
  NamidaDialect dialect;
  g_autoptr (NamidaDeviceInfo) info = NULL;
  g_autoptr (GInetSocketAddress) address = NULL;

  /* A handler may have stopped the finder between two datagrams. */
  if (self->own == NULL)
    return;
  info = namida_hello_parse (data, length, &dialect, NULL);
  if (info == NULL)
    return;
  if (multicast_finder_is_own (self, info))
    {
      if (!info->goodbye && info->fingerprint != NULL)
        multicast_finder_emit_own_seen (self, info, from);
      return;
    }
  if (info->goodbye)
    {
      namida_finder_emit_lost (NAMIDA_FINDER (self), info);
      return;
    }
  address = multicast_finder_listening_address (info, from);
  namida_finder_emit_found (NAMIDA_FINDER (self), info, dialect, address);
  if (info->announce && self->own != NULL && multicast_finder_note_greeting (self, info, address))
    namida_finder_emit_greeted (NAMIDA_FINDER (self), info, dialect, address);
}

static gboolean
multicast_finder_on_burst (gpointer data)
{
  NamidaMulticastFinder *self = data;
  guint step = self->burst_step++;

  self->burst_timer = 0;
  multicast_finder_send_hello (self, self->hello, self->localsend_hello);
  if (self->players != NULL && (step == 0 || step + 1 == G_N_ELEMENTS (burst_ms)))
    namida_player_finder_ask (self->players);
  if (self->burst_step < G_N_ELEMENTS (burst_ms))
    self->burst_timer = g_timeout_add ((burst_ms[self->burst_step] - burst_ms[step]) / namida_multicast_finder_pace,
                                       multicast_finder_on_burst, self);
  return G_SOURCE_REMOVE;
}

static void
namida_multicast_finder_refresh (NamidaFinder *finder)
{
  NamidaMulticastFinder *self = NAMIDA_MULTICAST_FINDER (finder);

  if (self->own == NULL)
    return;
  g_clear_handle_id (&self->burst_timer, g_source_remove);
  self->burst_step = 0;
  multicast_finder_on_burst (self);
}

/* Describes the interfaces. When the text changes, the sockets are opened again. */
static char *
multicast_finder_describe (GPtrArray *interfaces)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < interfaces->len; i++)
    {
      NamidaInterface *interface = g_ptr_array_index (interfaces, i);

      /* Include the carrier: a cable that is plugged in again needs a hello, even if the address never changed. */
      g_string_append_printf (text, "%s %u %d", interface->name, interface->index, interface->running);
      for (guint j = 0; j < interface->addresses->len; j++)
        {
          g_autofree char *address = g_inet_address_to_string (g_ptr_array_index (interface->addresses, j));

          g_string_append_printf (text, " %s", address);
        }
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static void
multicast_finder_on_player_found (NamidaDeviceInfo *info, GInetSocketAddress *address, gpointer user_data)
{
  g_signal_emit (user_data, signals[PLAYER_FOUND], 0, info, address);
}

static void
multicast_finder_on_player_lost (NamidaDeviceInfo *info, gpointer user_data)
{
  g_signal_emit (user_data, signals[PLAYER_LOST], 0, info);
}

/* Opens as many links as possible. Returns: %FALSE if there were interfaces but no link could be opened. */
static gboolean
multicast_finder_join (NamidaMulticastFinder *self, GPtrArray *interfaces, GError **error)
{
  g_autoptr (GError) reason = NULL;

  g_ptr_array_set_size (self->links, 0);
  g_clear_pointer (&self->players, namida_player_finder_free);
  self->players
      = namida_player_finder_new (interfaces, multicast_finder_on_player_found, multicast_finder_on_player_lost, self);
  for (guint i = 0; i < interfaces->len; i++)
    {
      NamidaInterface *interface = g_ptr_array_index (interfaces, i);
      NamidaMulticastLink *link = NULL;

      if (interface->multicast || interface->loopback)
        link = namida_multicast_link_open (interface, multicast_finder_on_received, self,
                                           reason == NULL ? &reason : NULL);
      if (link != NULL)
        g_ptr_array_add (self->links, link);
    }
  if (self->links->len > 0 || reason == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static gboolean
multicast_finder_on_rejoin (gpointer data)
{
  NamidaMulticastFinder *self = data;
  g_autoptr (GPtrArray) interfaces = namida_interface_list (self->interface, NULL);
  g_autofree char *network = multicast_finder_describe (interfaces);

  self->rejoin_timer = 0;
  if (g_strcmp0 (network, self->network) == 0)
    return G_SOURCE_REMOVE;
  g_free (self->network);
  self->network = g_steal_pointer (&network);
  /* A failure is tried again at the next change. */
  multicast_finder_join (self, interfaces, NULL);
  namida_multicast_finder_refresh (NAMIDA_FINDER (self));
  return G_SOURCE_REMOVE;
}

static void
multicast_finder_on_link_changed (gpointer data)
{
  NamidaMulticastFinder *self = data;

  /* Changes come in groups. Wait until there are no more. */
  g_clear_handle_id (&self->rejoin_timer, g_source_remove);
  self->rejoin_timer = g_timeout_add (REJOIN_MS, multicast_finder_on_rejoin, self);
}

/* For LocalSend's groups. Our own devices find a complete hello in it, and LocalSend finds a version that it treats
 * as its own. */
static char *
multicast_finder_format_for_localsend (NamidaDeviceInfo *own)
{
  g_autoptr (NamidaDeviceInfo) copy = namida_device_info_copy (own);

  g_free (copy->version);
  copy->version = g_strdup (NAMIDA_LOCALSEND_VERSION);
  return namida_hello_format (copy);
}

void
namida_multicast_finder_set_localsend (NamidaMulticastFinder *self, gboolean spoken)
{
  g_return_if_fail (NAMIDA_IS_MULTICAST_FINDER (self));

  self->no_localsend = !spoken;
}

void
namida_multicast_finder_set_silent (NamidaMulticastFinder *self, gboolean silent)
{
  g_return_if_fail (NAMIDA_IS_MULTICAST_FINDER (self));

  if (silent && !self->silent && self->own != NULL)
    {
      multicast_finder_send_hello (self, self->goodbye, self->goodbye);
      g_ptr_array_set_size (self->answers, 0);
    }
  self->silent = silent;
}

static void
multicast_finder_on_network_changed (GNetworkMonitor *monitor, gboolean available, NamidaMulticastFinder *self)
{
  multicast_finder_on_link_changed (self);
}

static void
multicast_finder_set_own (NamidaMulticastFinder *self, NamidaDeviceInfo *own)
{
  g_autoptr (NamidaDeviceInfo) copy = namida_device_info_copy (own);

  copy->goodbye = FALSE;
  copy->announce = TRUE;
  g_free (self->hello);
  self->hello = namida_hello_format (copy);
  g_free (self->localsend_hello);
  self->localsend_hello = multicast_finder_format_for_localsend (copy);
  copy->announce = FALSE;
  g_free (self->answer);
  self->answer = namida_hello_format (copy);
  copy->goodbye = TRUE;
  g_free (self->goodbye);
  self->goodbye = namida_hello_format (copy);
  g_clear_pointer (&self->own, namida_device_info_unref);
  self->own = namida_device_info_ref (own);
}

static gboolean
namida_multicast_finder_start (NamidaFinder *finder, NamidaDeviceInfo *own, GError **error)
{
  NamidaMulticastFinder *self = NAMIDA_MULTICAST_FINDER (finder);
  g_autoptr (GPtrArray) interfaces = NULL;
  g_autoptr (GError) reason = NULL;

  if (self->own == NULL)
    {
      interfaces = namida_interface_list (self->interface, &reason);
      if (reason != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      if (!multicast_finder_join (self, interfaces, error))
        return FALSE;
      self->network = multicast_finder_describe (interfaces);
      self->monitor = g_object_ref (g_network_monitor_get_default ());
      self->changed_handler
          = g_signal_connect (self->monitor, "network-changed", G_CALLBACK (multicast_finder_on_network_changed), self);
      self->link_watch = namida_link_watch_new (multicast_finder_on_link_changed, self);
    }
  multicast_finder_set_own (self, own);
  namida_multicast_finder_refresh (finder);
  return TRUE;
}

static gboolean
multicast_finder_on_looking (gpointer data)
{
  NamidaMulticastFinder *self = data;

  if (self->own != NULL)
    multicast_finder_send_hello (self, self->hello, self->localsend_hello);
  if (self->players != NULL)
    namida_player_finder_ask (self->players);
  return G_SOURCE_CONTINUE;
}

static void
namida_multicast_finder_set_looking (NamidaFinder *finder, gboolean looking)
{
  NamidaMulticastFinder *self = NAMIDA_MULTICAST_FINDER (finder);

  if (!looking)
    g_clear_handle_id (&self->looking_timer, g_source_remove);
  else if (self->looking_timer == 0)
    self->looking_timer = g_timeout_add_seconds (LOOKING_SECONDS, multicast_finder_on_looking, self);
}

static void
namida_multicast_finder_stop (NamidaFinder *finder)
{
  NamidaMulticastFinder *self = NAMIDA_MULTICAST_FINDER (finder);

  if (self->own == NULL)
    return;
  multicast_finder_send_hello (self, self->goodbye, self->goodbye);
  g_clear_pointer (&self->players, namida_player_finder_free);
  g_clear_handle_id (&self->burst_timer, g_source_remove);
  g_clear_handle_id (&self->looking_timer, g_source_remove);
  g_clear_handle_id (&self->rejoin_timer, g_source_remove);
  g_clear_signal_handler (&self->changed_handler, self->monitor);
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->link_watch, namida_link_watch_free);
  g_ptr_array_set_size (self->answers, 0);
  g_hash_table_remove_all (self->greeted);
  g_clear_pointer (&self->network, g_free);
  g_clear_pointer (&self->own, namida_device_info_unref);
  g_ptr_array_set_size (self->links, 0);
}

static gboolean
multicast_finder_on_answer (gpointer data)
{
  Answer *answer = data;
  NamidaMulticastFinder *self = answer->finder;
  guint step = answer->step++;
  gboolean sent = FALSE;

  answer->timer = 0;
  for (guint i = 0; i < self->links->len; i++)
    {
      NamidaMulticastLink *link = g_ptr_array_index (self->links, i);

      namida_multicast_link_send_to_phones (link, self->answer);
      sent = sent || namida_multicast_link_send_to (link, answer->address, self->answer);
    }
  if (answer->step < G_N_ELEMENTS (answer_ms))
    answer->timer = g_timeout_add ((answer_ms[answer->step] - answer_ms[step]) / namida_multicast_finder_pace,
                                   multicast_finder_on_answer, answer);
  else
    g_ptr_array_remove_fast (self->answers, answer);
  return G_SOURCE_REMOVE;
}

void
namida_multicast_finder_answer (NamidaMulticastFinder *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  GInetAddress *host;
  Answer *answer;

  g_return_if_fail (NAMIDA_IS_MULTICAST_FINDER (self) && info != NULL && G_IS_INET_SOCKET_ADDRESS (address));

  host = g_inet_socket_address_get_address (address);
  if (self->own == NULL || self->silent || self->answers->len >= MAX_ANSWERS || !namida_network_is_near (host))
    return;
  for (guint i = 0; i < self->answers->len; i++)
    {
      Answer *other = g_ptr_array_index (self->answers, i);

      if (g_inet_address_equal (g_inet_socket_address_get_address (other->address), host))
        return;
    }
  answer = g_new0 (Answer, 1);
  answer->finder = self;
  answer->address = g_object_ref (address);
  g_ptr_array_add (self->answers, answer);
  multicast_finder_on_answer (answer);
}

gboolean
namida_multicast_finder_is_listening (NamidaMulticastFinder *self)
{
  g_return_val_if_fail (NAMIDA_IS_MULTICAST_FINDER (self), FALSE);

  return self->links->len > 0;
}

static void
namida_multicast_finder_iface_init (NamidaFinderInterface *iface)
{
  iface->start = namida_multicast_finder_start;
  iface->refresh = namida_multicast_finder_refresh;
  iface->set_looking = namida_multicast_finder_set_looking;
  iface->stop = namida_multicast_finder_stop;
}

static void
namida_multicast_finder_dispose (GObject *object)
{
  namida_multicast_finder_stop (NAMIDA_FINDER (object));
  namida_multicast_finder_set_looking (NAMIDA_FINDER (object), FALSE);
  G_OBJECT_CLASS (namida_multicast_finder_parent_class)->dispose (object);
}

static void
namida_multicast_finder_finalize (GObject *object)
{
  NamidaMulticastFinder *self = NAMIDA_MULTICAST_FINDER (object);

  g_free (self->interface);
  g_free (self->hello);
  g_free (self->localsend_hello);
  g_free (self->answer);
  g_free (self->goodbye);
  g_ptr_array_unref (self->links);
  g_ptr_array_unref (self->answers);
  g_hash_table_unref (self->greeted);
  G_OBJECT_CLASS (namida_multicast_finder_parent_class)->finalize (object);
}

static void
namida_multicast_finder_class_init (NamidaMulticastFinderClass *klass)
{
  signals[OWN_SEEN] = g_signal_new ("own-seen", NAMIDA_TYPE_MULTICAST_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_INET_SOCKET_ADDRESS);
  signals[PLAYER_FOUND] = g_signal_new ("player-found", NAMIDA_TYPE_MULTICAST_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 2, NAMIDA_TYPE_DEVICE_INFO, G_TYPE_INET_SOCKET_ADDRESS);
  signals[PLAYER_LOST] = g_signal_new ("player-lost", NAMIDA_TYPE_MULTICAST_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, NAMIDA_TYPE_DEVICE_INFO);
  G_OBJECT_CLASS (klass)->dispose = namida_multicast_finder_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_multicast_finder_finalize;
}

static void
namida_multicast_finder_init (NamidaMulticastFinder *self)
{
  self->links = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_multicast_link_free);
  self->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) answer_free);
  self->greeted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

NamidaMulticastFinder *
namida_multicast_finder_new (const char *interface)
{
  NamidaMulticastFinder *self = g_object_new (NAMIDA_TYPE_MULTICAST_FINDER, NULL);

  self->interface = g_strdup (interface);
  return self;
}
