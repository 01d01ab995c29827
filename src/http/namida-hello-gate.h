/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells whether the first message of a TLS handshake, the ClientHello, has arrived completely. A handshake takes a
 * thread from its beginning, so a client that connects and sends nothing, or half of a hello, must not cost more
 * than a socket. The listener checks this before a handshake waits for its turn. Pure, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NAMIDA_HELLO_GATE_MOST: the maximum size of a ClientHello in bytes of records. Those of browsers have less than 2
 * KiB.
 */
#define NAMIDA_HELLO_GATE_MOST (16u * 1024)

/**
 * namida_hello_gate_missing:
 * @data: what has arrived so far
 * @length: of @data, in bytes
 *
 * Returns: the least number of bytes that must have arrived before the next call is useful; 0 if the hello is complete;
 * -1 if it is not a ClientHello or is too long
 */
gssize namida_hello_gate_missing (const guint8 *data, gsize length);

G_END_DECLS
