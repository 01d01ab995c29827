/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FakeAvahi takes the place of the Avahi daemon on the bus of the test. It runs in the process of the test, with its
 * own connection. Main context. */
#pragma once

#include "namida-avahi-dbus.h"

typedef struct
{
  GDBusConnection *bus;
  NamidaAvahiServer *server;
  NamidaAvahiServer2 *server2; /* (nullable): a daemon before 0.8 has none */
  GPtrArray *groups;           /* NamidaAvahiEntryGroup */
  NamidaAvahiServiceBrowser *browser;
  NamidaAvahiServiceBrowser *players; /* of Namida's own service */
  guint n_paths;
  int state;
  const char *taken;      /* a name that AddService refuses */
  const char *taken_late; /* a name that turns out to be taken after Commit */
  char *added;            /* what AddService was last given */
  GVariant *txt;
  guint16 port;
  int interface;
  guint n_commits;
  guint n_frees;
  guint n_starts;
  guint n_resolves;
  guint n_player_starts;
  gboolean early;          /* tell items before the browser's path is known */
  gboolean refuses_groups; /* nothing can be announced */
  gboolean holds;          /* answers no ResolveService until fake_avahi_release() */
  GPtrArray *held;         /* GDBusMethodInvocation: those */
  const char *address;
  guint16 found_port;
  GVariant *found_txt;
} FakeAvahi;

FakeAvahi *fake_avahi_new (const char *bus_address, gboolean old);
/** A service of Namida, the player, came or went. */
void fake_avahi_player (FakeAvahi *self, gboolean is_new, const char *name);
void fake_avahi_free (FakeAvahi *self);
/** Answers what was held, and all that comes after it. */
void fake_avahi_release (FakeAvahi *self);
void fake_avahi_item (FakeAvahi *self, gboolean is_new, int interface, const char *name, guint flags);
