/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds trusted devices for the commands. Main thread. */
#pragma once

#include "namida-trust-store.h"

G_BEGIN_DECLS

/**
 * namida_cli_trust_find:
 * @text: the name of a trusted device, or at least 8 digits of its fingerprint
 *
 * Returns: (transfer full) (nullable): its fingerprint; %NULL with NO_SUCH_DEVICE if none or several match
 */
char *namida_cli_trust_find (NamidaTrustStore *store, const char *text, GError **error);

G_END_DECLS
