/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publishes this device through the Avahi daemon. Used only by namida-avahi-finder.c. Main context. */
#pragma once

#include "namida-avahi-dbus.h"
#include "namida-device-info.h"

G_BEGIN_DECLS

#define NAMIDA_AVAHI_SERVICE "_namidasync._tcp"
#define NAMIDA_AVAHI_ANY (-1) /* AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC */

/**
 * NamidaAvahiPublisher: keeps this device published while one Avahi daemon runs. If the name is taken, another one is
 * used ("Desk PC #2"). Failures are only written to the debug log, because there are other ways to be found. Main
 * context. Private to discovery/.
 */
typedef struct _NamidaAvahiPublisher NamidaAvahiPublisher;

/**
 * namida_avahi_publisher_new: @interface: interface index, or %NAMIDA_AVAHI_ANY. Publishes as soon as the daemon is
 * ready.
 */
NamidaAvahiPublisher *namida_avahi_publisher_new (NamidaAvahiServer *server, int interface, NamidaDeviceInfo *own);
/** namida_avahi_publisher_set_own: Publishes again with changed data about this device. */
void namida_avahi_publisher_set_own (NamidaAvahiPublisher *self, NamidaDeviceInfo *own);
/** namida_avahi_publisher_free: Withdraws the service; the daemon then sends a goodbye. */
void namida_avahi_publisher_free (NamidaAvahiPublisher *self);

G_END_DECLS
