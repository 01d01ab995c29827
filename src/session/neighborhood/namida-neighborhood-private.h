/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The instance structure of NamidaNeighborhood and the functions that its files share: namida-neighborhood.c (open and
 * closed, network and sleep), -finders.c (the table of finders), -hints.c (why no device is nearby). Main context. */
#pragma once

#include "namida-neighborhood.h"

#include "namida-wake.h"

G_BEGIN_DECLS

struct _NamidaNeighborhood
{
  GObject parent_instance;

  NamidaPeerList *peers;
  char *interface; /* (nullable) */
  NamidaNeighborhoodOwn own;
  gpointer own_data;
  gboolean localsend;
  gboolean silent; /* announces nothing */

  GPtrArray *finders; /* (nullable) (element-type NamidaFinder): owns the finders below */
  NamidaMulticastFinder *multicast;
  NamidaManualFinder *manual;
  NamidaAvahiFinder *avahi;
  NamidaScanFinder *scan;
  gboolean looking; /* the list of devices is visible */
  guint scan_timer; /* runs until it is clear that the other finders find nothing */

  NamidaWake *wake;         /* (nullable) */
  GNetworkMonitor *monitor; /* (nullable) */
  guint network_timer;      /* runs until the network has settled */

  GListStore *hints;
  guint hints_timer;
  GCancellable *cancellable; /* for checks of hints */
};

/* namida-neighborhood-finders.c */
/** namida_neighborhood_create_finders: creates all finders without starting them. */
void namida_neighborhood_create_finders (NamidaNeighborhood *self);
/** namida_neighborhood_refresh_finders: announces this device again and lets all finders search. */
void namida_neighborhood_refresh_finders (NamidaNeighborhood *self);
/**
 * namida_neighborhood_wants: Returns: whether a finder is enabled. NAMIDA_FINDERS=multicast,avahi,scan disables the
 * finders that it does not name, so that tests can use one of them alone. @name: (nullable)
 */
gboolean namida_neighborhood_wants (const char *name);

/* namida-neighborhood-hints.c */
/** namida_neighborhood_start_hints: watches the list of devices; hints appear while it is empty. */
void namida_neighborhood_start_hints (NamidaNeighborhood *self);
/** namida_neighborhood_stop_hints: stops and removes the hints. */
void namida_neighborhood_stop_hints (NamidaNeighborhood *self);
/** namida_neighborhood_hint_later: determines the hints in a few seconds if no device is nearby by then. */
void namida_neighborhood_hint_later (NamidaNeighborhood *self);

G_END_DECLS
