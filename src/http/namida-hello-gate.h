/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the first message of a TLS handshake, the ClientHello, has arrived in full. A handshake takes a thread from
 * its beginning on: whoever connects and says nothing, or half of it, must not cost more than a socket. The listener
 * looks here before a handshake waits for its turn. Pure, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NAMIDA_HELLO_GATE_MOST: bytes of records that a ClientHello may take; those of browsers have less than 2 KiB. */
#define NAMIDA_HELLO_GATE_MOST (16u * 1024)

/**
 * namida_hello_gate_missing:
 * @data: what has arrived, from the first byte on
 * @length: of @data, in bytes
 *
 * Returns: at least how many bytes there must be before it is worth looking again; 0: the hello is whole; -1: it is no
 * ClientHello, or longer than it may be
 */
gssize namida_hello_gate_missing (const guint8 *data, gsize length);

G_END_DECLS
