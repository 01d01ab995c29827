/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chooses the order of the TLS ciphers for this processor (docs/design/001-ciphers.md). Called by main() of both
 * programs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_CIPHER_UNKNOWN, /* keep the order of GnuTLS */
  NAMIDA_CIPHER_AES,     /* the processor has AES instructions */
  NAMIDA_CIPHER_NO_AES   /* the processor has no AES instructions */
} NamidaCipherKind;

/**
 * namida_cipher_prefer: Sets the order of the TLS ciphers to what this processor computes fastest, unless
 * G_TLS_GNUTLS_PRIORITY is already set. Call it in main(), while there is only one thread: glib-networking reads the
 * variable when it creates its first connection.
 */
void namida_cipher_prefer (void);
/** namida_cipher_detect: Returns: whether GnuTLS will use AES instructions here. Any thread. */
NamidaCipherKind namida_cipher_detect (void);
/**
 * namida_cipher_priority: Returns: (nullable): the GnuTLS priority string for @kind; %NULL for GnuTLS's own order. Any
 * thread.
 */
const char *namida_cipher_priority (NamidaCipherKind kind);

G_END_DECLS
