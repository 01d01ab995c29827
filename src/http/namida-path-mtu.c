/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognizes a path that drops large packets from the TCP state of a connection, and remembers it; see the header. The
 * kernel's own header is needed for the counters of bytes, which the C library's header lacks; the two cannot be
 * included together. Any thread. */
#include "config.h"

#include "namida-path-mtu.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* TCP retransmits after 0.2, 0.6, 1.4, 3 and 6.2 s. Fewer retransmissions merely mean a bad network. */
#define LEAST_SENT_AGAIN 3u
/* A value of tcpi_state: the other side has not ended the connection, so nothing shows that it is still there. */
#define ESTABLISHED 1
/* IPv6's minimum MTU, 1280 bytes, less the headers of IPv6 and TCP. */
#define SMALL_SEGMENT 1220
/* Try large packets again after this time: a VPN may be off again, or the network may be another one. */
#define SMALL_FOR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
/* For a connection that brings nothing: when probes begin, and how old the last acknowledgment may be. */
#define PROBE_SECONDS 3
#define ANSWER_MS 5000

static GMutex small_lock;
static GHashTable *small_until; /* host → gint64: monotonic µs; (nullable); guarded by small_lock */

/* Returns the host without a port, because the path is the same for all ports. */
static char *
path_dup_key (GSocketAddress *address)
{
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return NULL;
  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

/* Makes room for one more host: forgets those whose time is over, and the oldest one if all places are taken. Called
 * with the lock. */
static void
path_make_room (gint64 now)
{
  gint64 first = G_MAXINT64;
  const char *oldest = NULL;
  GHashTableIter iter;
  gpointer host, until;

  g_hash_table_iter_init (&iter, small_until);
  while (g_hash_table_iter_next (&iter, &host, &until))
    if (*(gint64 *) until <= now)
      g_hash_table_iter_remove (&iter);
    else if (*(gint64 *) until < first)
      {
        first = *(gint64 *) until;
        oldest = host;
      }
  if (oldest != NULL && g_hash_table_size (small_until) >= NAMIDA_LIMIT_SMALL_PATHS)
    g_hash_table_remove (small_until, oldest);
}

/* Returns: whether the host was not remembered before. */
static gboolean
path_remember (GSocket *socket)
{
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  g_autofree char *host = path_dup_key (remote);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&small_lock);
  gint64 now = namida_clock_monotonic (), *until;

  if (host == NULL)
    return FALSE;
  if (small_until == NULL)
    small_until = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  until = g_hash_table_lookup (small_until, host);
  if (until != NULL && *until > now)
    return FALSE;
  path_make_room (now);
  until = g_new (gint64, 1);
  *until = now + SMALL_FOR_US;
  g_message ("Large packets do not get through between here and %s: smaller ones are sent from now on.", host);
  g_hash_table_replace (small_until, g_steal_pointer (&host), until);
  return TRUE;
}

gboolean
namida_path_mtu_is_small (GInetSocketAddress *address)
{
  g_autofree char *host = path_dup_key (G_SOCKET_ADDRESS (address));
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&small_lock);
  const gint64 *until = small_until != NULL ? g_hash_table_lookup (small_until, host) : NULL;

  return until != NULL && *until > namida_clock_monotonic ();
}

void
namida_path_mtu_prepare (GSocket *socket, GInetSocketAddress *address)
{
  if (namida_path_mtu_is_small (address))
    g_socket_set_option (socket, IPPROTO_TCP, TCP_MAXSEG, SMALL_SEGMENT, NULL);
}

void
namida_path_mtu_watch (GSocket *socket)
{
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, PROBE_SECONDS, NULL);
}

static GError *
path_error_new (void)
{
  return g_error_new_literal (
      NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
      _ ("Large packets do not reach the other device, although small ones do: a VPN or a router on the way drops "
         "them. "
         "Set a smaller MTU for this network, for example 1280, on one of the two devices or there, then try again."));
}

GError *
namida_path_mtu_suspect (GSocket *socket)
{
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;

  if (getsockopt (g_socket_get_fd (socket), IPPROTO_TCP, TCP_INFO, &info, &length) != 0
      || info.tcpi_state != ESTABLISHED || info.tcpi_probes > 1 || info.tcpi_last_ack_recv > ANSWER_MS
      || !path_remember (socket))
    return NULL;
  return path_error_new ();
}

GError *
namida_path_mtu_explain (GSocket *socket, GError *error)
{
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;

  if (getsockopt (g_socket_get_fd (socket), IPPROTO_TCP, TCP_INFO, &info, &length) != 0
      || info.tcpi_state == ESTABLISHED
      || length < G_STRUCT_OFFSET (struct tcp_info, tcpi_bytes_retrans) + sizeof info.tcpi_bytes_retrans
      || info.tcpi_total_retrans < LEAST_SENT_AGAIN
      || info.tcpi_bytes_sent < info.tcpi_bytes_retrans + info.tcpi_bytes_acked + info.tcpi_snd_mss)
    return error;
  g_error_free (error);
  path_remember (socket);
  return path_error_new ();
}
