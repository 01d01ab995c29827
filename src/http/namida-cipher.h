/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_CIPHER_UNKNOWN, /* keep the order of GnuTLS */
  NAMIDA_CIPHER_AES,     /* the processor has AES instructions */
  NAMIDA_CIPHER_NO_AES   /* it has none */
} NamidaCipherKind;

/**
 * namida_cipher_prefer: orders the ciphers of TLS by what this processor computes fastest, unless
 * G_TLS_GNUTLS_PRIORITY is set already. Call it in main(), while there is one thread: glib-networking reads the
 * variable when it makes its first connection.
 */
void namida_cipher_prefer (void);
/** namida_cipher_detect: Returns: whether GnuTLS will use AES instructions here. Any thread. */
NamidaCipherKind namida_cipher_detect (void);
/**
 * namida_cipher_priority: Returns: (nullable): the GnuTLS priority string for @kind; %NULL: GnuTLS's own order.
 * Any thread.
 */
const char *namida_cipher_priority (NamidaCipherKind kind);

G_END_DECLS
