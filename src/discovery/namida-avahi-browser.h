/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Browses one type of DNS-SD service through the Avahi daemon. Used only by namida-avahi-finder.c. Main context. */
#pragma once

#include "namida-avahi-dbus.h"
#include "namida-device-info.h"

G_BEGIN_DECLS

#define NAMIDA_AVAHI_MAX_ITEMS 512    /* remembered, so that their removal can be reported */
#define NAMIDA_AVAHI_MAX_WAITING 256  /* services that wait to be resolved; the oldest is dropped first */
#define NAMIDA_AVAHI_MAX_RESOLVING 16 /* at the same time; the daemon answers or gives up after 5 s */

/**
 * NamidaAvahiBrowser: the services of one type that a running Avahi daemon knows, with their addresses. All data from
 * the daemon is untrusted and limited in size. Main context. Private to discovery/.
 */
typedef struct _NamidaAvahiBrowser NamidaAvahiBrowser;

/**
 * NamidaAvahiFound: Called when a service has an address. Both arguments are (transfer none). The handler may free the
 * browser.
 */
typedef void (*NamidaAvahiFound) (NamidaDeviceInfo *info, GInetSocketAddress *address, gpointer user_data);
/** NamidaAvahiLost: Called when the last service with this fingerprint has disappeared. */
typedef void (*NamidaAvahiLost) (NamidaDeviceInfo *info, gpointer user_data);

/**
 * NamidaAvahiParse: Parses an announcement. @txt: of type "aay". Returns: (transfer full) (nullable): the announced
 * device; its fingerprint, or another text that is the same for all services of one device, must be set.
 */
typedef NamidaDeviceInfo *(*NamidaAvahiParse) (GVariant *txt, const char *name, guint port, GError **error);

/**
 * namida_avahi_browser_new: @interface: interface index, or -1 for all. @service: the service type, a literal. Starts
 * browsing at once.
 */
NamidaAvahiBrowser *namida_avahi_browser_new (NamidaAvahiServer *server,
                                              int interface,
                                              const char *service,
                                              NamidaAvahiParse parse,
                                              NamidaAvahiFound found,
                                              NamidaAvahiLost lost,
                                              gpointer user_data);
/** namida_avahi_browser_restart: Starts over, so that everything that the daemon knows is reported again. */
void namida_avahi_browser_restart (NamidaAvahiBrowser *self);
/** namida_avahi_browser_free: Stops browsing. No handler is called any more. */
void namida_avahi_browser_free (NamidaAvahiBrowser *self);

G_END_DECLS
