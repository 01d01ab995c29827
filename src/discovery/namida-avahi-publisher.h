/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-avahi-dbus.h"
#include "namida-device-info.h"

G_BEGIN_DECLS

#define NAMIDA_AVAHI_SERVICE "_namidasync._tcp"
#define NAMIDA_AVAHI_ANY (-1) /* AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC */

/**
 * NamidaAvahiPublisher: keeps this device published while one Avahi daemon runs; a name that is taken becomes another
 * ("Desk PC #2"). What fails is left unpublished and said in the debug log: the other ways to be found stay. Main
 * context. Private to discovery/.
 */
typedef struct _NamidaAvahiPublisher NamidaAvahiPublisher;

/** namida_avahi_publisher_new: @interface: index, or %NAMIDA_AVAHI_ANY. Publishes when the daemon is ready. */
NamidaAvahiPublisher *namida_avahi_publisher_new (NamidaAvahiServer *server, int interface, NamidaDeviceInfo *own);
/** namida_avahi_publisher_set_own: publishes anew, with what is now said of this device. */
void namida_avahi_publisher_set_own (NamidaAvahiPublisher *self, NamidaDeviceInfo *own);
/** namida_avahi_publisher_free: withdraws the service; the daemon says goodbye. */
void namida_avahi_publisher_free (NamidaAvahiPublisher *self);

G_END_DECLS
