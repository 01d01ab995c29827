/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The finders, in one table: adding a finder means adding one line. namida-neighborhood.c creates, starts, refreshes
 * and stops all of them together; code that needs a certain finder uses its pointer. Main context. */
#include "config.h"

#include "namida-neighborhood-private.h"

#include "namida-interface.h"

/** FinderKind: one kind of finder. */
typedef struct
{
  const char *name; /* (nullable): its name in NAMIDA_FINDERS; %NULL: cannot be disabled */
  NamidaFinder *(*create) (NamidaNeighborhood *self);
  gboolean announces; /* announces this device's name, so restart it when the name changes or the device is hidden */
  gboolean may_fail;  /* the others are enough if this one cannot start */
} FinderKind;

static NamidaFinder *
finders_create_multicast (NamidaNeighborhood *self)
{
  self->multicast = namida_multicast_finder_new (self->interface);
  namida_multicast_finder_set_localsend (self->multicast, self->localsend);
  return NAMIDA_FINDER (self->multicast);
}

static NamidaFinder *
finders_create_manual (NamidaNeighborhood *self)
{
  self->manual = namida_manual_finder_new ();
  return NAMIDA_FINDER (self->manual);
}

static NamidaFinder *
finders_create_avahi (NamidaNeighborhood *self)
{
  self->avahi = namida_avahi_finder_new (self->interface);
  return NAMIDA_FINDER (self->avahi);
}

static NamidaFinder *
finders_create_scan (NamidaNeighborhood *self)
{
  self->scan = namida_scan_finder_new (self->interface);
  return NAMIDA_FINDER (self->scan);
}

static const FinderKind finder_kinds[] = {
  { "multicast", finders_create_multicast, .announces = TRUE, .may_fail = TRUE },
  { NULL, finders_create_manual },
  { "avahi", finders_create_avahi, .announces = TRUE },
  { "scan", finders_create_scan },
};

gboolean
namida_neighborhood_wants (const char *name)
{
  const char *text = g_getenv ("NAMIDA_FINDERS");
  g_auto (GStrv) names = text != NULL ? g_strsplit (text, ",", -1) : NULL;

  return name == NULL || names == NULL || g_strv_contains ((const char *const *) names, name);
}

void
namida_neighborhood_create_finders (NamidaNeighborhood *self)
{
  self->finders = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (finder_kinds); i++)
    g_ptr_array_add (self->finders, finder_kinds[i].create (self));
}

/* A finder that cannot start, for example because another program uses its port, is no reason to fail if there are
 * others. A missing interface is. */
static gboolean
finders_start_one (NamidaNeighborhood *self, guint i, NamidaDeviceInfo *own, GError **error)
{
  const FinderKind *kind = &finder_kinds[i];
  g_autoptr (GError) reason = NULL;
  g_autoptr (GPtrArray) interfaces = NULL;

  if (!namida_neighborhood_wants (kind->name)
      || namida_finder_start (NAMIDA_FINDER (self->finders->pdata[i]), own, &reason))
    return TRUE;
  interfaces = namida_interface_list (self->interface, NULL);
  if (!kind->may_fail || (self->interface != NULL && interfaces->len == 0))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  g_signal_emit_by_name (self, "trouble", reason->message);
  return TRUE;
}

/* Returns (transfer full): the information that the finders announce. */
static NamidaDeviceInfo *
finders_dup_own (NamidaNeighborhood *self)
{
  namida_multicast_finder_set_silent (self->multicast, self->silent);
  return self->own (self->own_data);
}

gboolean
namida_neighborhood_start (NamidaNeighborhood *self, gboolean announcing_only, GError **error)
{
  g_autoptr (NamidaDeviceInfo) own = finders_dup_own (self);
  gboolean fine = TRUE;

  /* Start all of them, even after a failure, because each has to know what may be announced. */
  for (guint i = 0; i < self->finders->len; i++)
    if (!announcing_only || finder_kinds[i].announces)
      fine = finders_start_one (self, i, own, fine ? error : NULL) && fine;
  return fine;
}

void
namida_neighborhood_refresh_finders (NamidaNeighborhood *self)
{
  g_autoptr (NamidaDeviceInfo) own = finders_dup_own (self);

  for (guint i = 0; i < self->finders->len; i++)
    if (finder_kinds[i].may_fail)
      /* Starting announces as a refresh does, and retries a start that failed. */
      finders_start_one (self, i, own, NULL);
    else if (namida_neighborhood_wants (finder_kinds[i].name))
      namida_finder_refresh (NAMIDA_FINDER (self->finders->pdata[i]));
}
