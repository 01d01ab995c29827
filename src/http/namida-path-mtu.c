/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recognizes a path that drops large packets: see the header. The kernel's own header is needed for the counters of
 * bytes, which the C library's does not have; the two cannot be included together.
 */
#include "config.h"

#include "namida-path-mtu.h"

#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* TCP sends again after 0.2, 0.6, 1.4, 3 and 6.2 s. Fewer are a network that is only bad. */
#define LEAST_SENT_AGAIN 3u
/* Of tcpi_state: the other side has not ended the connection, so nothing says that it is still there. */
#define ESTABLISHED 1

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
  return g_error_new_literal (
      NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
      _ ("Large packets do not reach the other device, although small ones do: a VPN or a router on the way drops "
         "them. "
         "Set a smaller MTU for this network, for example 1280, on one of the two devices or there, then send again."));
}
