/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaLinkWatch: tells when an interface or an address of it changed. GNetworkMonitor looks at routes alone: it does
 * not see a cable that is back while the address stayed. Main context. Private to discovery/. */
typedef struct _NamidaLinkWatch NamidaLinkWatch;

typedef void (*NamidaLinkChanged) (gpointer user_data);

/** namida_link_watch_new: Returns: (transfer full) (nullable): %NULL where the kernel does not tell (a sandbox). */
NamidaLinkWatch *namida_link_watch_new (NamidaLinkChanged changed, gpointer user_data);
void namida_link_watch_free (NamidaLinkWatch *self);

G_END_DECLS
