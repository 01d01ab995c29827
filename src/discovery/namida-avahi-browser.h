/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-avahi-dbus.h"
#include "namida-device-info.h"

G_BEGIN_DECLS

#define NAMIDA_AVAHI_MAX_ITEMS 512    /* remembered, so that their end can be told */
#define NAMIDA_AVAHI_MAX_WAITING 256  /* for their address; the oldest goes first */
#define NAMIDA_AVAHI_MAX_RESOLVING 16 /* at a time: the daemon answers, or gives up after 5 s */

/**
 * NamidaAvahiBrowser: what one running Avahi daemon knows of one type of service, with addresses. All that comes is
 * untrusted and capped. Main context. Private to discovery/.
 */
typedef struct _NamidaAvahiBrowser NamidaAvahiBrowser;

/** A service has an address; both (transfer none). The handler may free the browser. */
typedef void (*NamidaAvahiFound) (NamidaDeviceInfo *info, GInetSocketAddress *address, gpointer user_data);
/** The last service of this fingerprint is gone. */
typedef void (*NamidaAvahiLost) (NamidaDeviceInfo *info, gpointer user_data);

/** What an announcement says: (transfer full) (nullable); its fingerprint, or another text that is the same for all
 * services of one device, must be set. @txt: of type "aay". */
typedef NamidaDeviceInfo *(*NamidaAvahiParse) (GVariant *txt, const char *name, guint port, GError **error);

/** namida_avahi_browser_new: @interface: index, or -1 for all. @service: the type, a literal. Begins at once. */
NamidaAvahiBrowser *namida_avahi_browser_new (NamidaAvahiServer *server,
                                              int interface,
                                              const char *service,
                                              NamidaAvahiParse parse,
                                              NamidaAvahiFound found,
                                              NamidaAvahiLost lost,
                                              gpointer user_data);
/** namida_avahi_browser_restart: everything the daemon knows is found again. */
void namida_avahi_browser_restart (NamidaAvahiBrowser *self);
void namida_avahi_browser_free (NamidaAvahiBrowser *self);

G_END_DECLS
