/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The finders of the hub, in one table: adding a finder means adding one line. namida-hub-peers.c creates, starts,
 * refreshes and stops all of them together; code that needs a certain finder uses the pointer in the hub. Main
 * context. */
#include "config.h"

#include "namida-hub-private.h"

/** One kind of finder. */
typedef struct
{
  const char *name; /* (nullable): its name in NAMIDA_FINDERS; %NULL: cannot be disabled */
  NamidaFinder *(*create) (NamidaHub *self);
  gboolean announces; /* announces this device's name, so restart it when the name changes */
  gboolean may_fail;  /* the others are enough if this one cannot start */
} FinderKind;

static NamidaFinder *
finders_create_multicast (NamidaHub *self)
{
  self->multicast = namida_multicast_finder_new (self->interface);
  namida_multicast_finder_set_localsend (self->multicast, !self->no_localsend);
  g_signal_connect_object (self->multicast, "own-seen", G_CALLBACK (namida_hub_own_seen), self, G_CONNECT_SWAPPED);
  return NAMIDA_FINDER (self->multicast);
}

static NamidaFinder *
finders_create_manual (NamidaHub *self)
{
  self->manual = namida_manual_finder_new ();
  return NAMIDA_FINDER (self->manual);
}

static NamidaFinder *
finders_create_avahi (NamidaHub *self)
{
  self->avahi = namida_avahi_finder_new (self->interface);
  return NAMIDA_FINDER (self->avahi);
}

static void
finders_on_scan_notify (NamidaHub *self, GParamSpec *pspec)
{
  g_object_notify (G_OBJECT (self), g_str_equal (pspec->name, "scanning") ? "scanning" : "scan-progress");
}

static NamidaFinder *
finders_create_scan (NamidaHub *self)
{
  self->scan = namida_scan_finder_new (self->interface);
  g_signal_connect_object (self->scan, "notify", G_CALLBACK (finders_on_scan_notify), self, G_CONNECT_SWAPPED);
  return NAMIDA_FINDER (self->scan);
}

static const FinderKind finder_kinds[] = {
  { "multicast", finders_create_multicast, .announces = TRUE, .may_fail = TRUE },
  { NULL, finders_create_manual },
  { "avahi", finders_create_avahi, .announces = TRUE },
  { "scan", finders_create_scan },
};

gboolean
namida_hub_is_finder_wanted (const char *name)
{
  const char *text = g_getenv ("NAMIDA_FINDERS");
  g_auto (GStrv) names = text != NULL ? g_strsplit (text, ",", -1) : NULL;

  return name == NULL || names == NULL || g_strv_contains ((const char *const *) names, name);
}

void
namida_hub_create_finders (NamidaHub *self)
{
  self->finders = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (finder_kinds); i++)
    g_ptr_array_add (self->finders, finder_kinds[i].create (self));
}

/* A finder that cannot start, for example because another program uses its port, is no reason to fail if there are
 * others. A missing interface is. */
static gboolean
finders_start_one (NamidaHub *self, guint i, NamidaDeviceInfo *own, GError **error)
{
  const FinderKind *kind = &finder_kinds[i];
  g_autoptr (GError) reason = NULL;
  g_autoptr (GPtrArray) interfaces = NULL;

  if (!namida_hub_is_finder_wanted (kind->name)
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

gboolean
namida_hub_start_finders (NamidaHub *self, gboolean announcing_only, GError **error)
{
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self->server);

  for (guint i = 0; i < self->finders->len; i++)
    if ((!announcing_only || finder_kinds[i].announces) && !finders_start_one (self, i, own, error))
      return FALSE;
  return TRUE;
}

void
namida_hub_refresh_finders (NamidaHub *self)
{
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self->server);

  for (guint i = 0; i < self->finders->len; i++)
    if (finder_kinds[i].may_fail)
      /* Starting announces as a refresh does, and retries a start that failed. */
      finders_start_one (self, i, own, NULL);
    else if (namida_hub_is_finder_wanted (finder_kinds[i].name))
      namida_finder_refresh (NAMIDA_FINDER (self->finders->pdata[i]));
}

void
namida_hub_clear_finders (NamidaHub *self)
{
  self->multicast = NULL;
  self->manual = NULL;
  self->avahi = NULL;
  self->scan = NULL;
  g_clear_pointer (&self->finders, g_ptr_array_unref);
}
