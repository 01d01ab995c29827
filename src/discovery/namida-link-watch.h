/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watches the network interfaces. Used only by namida-multicast-finder.c. Main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaLinkWatch: reports changes of interfaces and their addresses. GNetworkMonitor only watches routes and does not
 * notice a cable that is plugged in again while the address stayed. Main context. Private to discovery/.
 */
typedef struct _NamidaLinkWatch NamidaLinkWatch;

/** NamidaLinkChanged: Called in the main context. May be called several times for one change. */
typedef void (*NamidaLinkChanged) (gpointer user_data);

/** namida_link_watch_new: Returns: (transfer full) (nullable): %NULL if the kernel does not allow it (in a sandbox). */
NamidaLinkWatch *namida_link_watch_new (NamidaLinkChanged changed, gpointer user_data);
/** namida_link_watch_free: Stops watching. */
void namida_link_watch_free (NamidaLinkWatch *self);

G_END_DECLS
