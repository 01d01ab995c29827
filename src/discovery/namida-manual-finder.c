/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-manual-finder.h"
#include "namida-peer-private.h"

#define MAX_ADDRESSES 64

struct _NamidaManualFinder
{
  GObject parent_instance;
  GPtrArray *addresses; /* (element-type GInetSocketAddress) */
  gboolean started;
};

static guint probe_address_signal;

static void namida_manual_finder_iface_init (NamidaFinderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaManualFinder,
                               namida_manual_finder,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_FINDER, namida_manual_finder_iface_init))

static void
probe (NamidaManualFinder *self, GInetSocketAddress *address)
{
  if (self->started)
    g_signal_emit (self, probe_address_signal, 0, address);
}

static void
namida_manual_finder_refresh (NamidaFinder *finder)
{
  NamidaManualFinder *self = NAMIDA_MANUAL_FINDER (finder);
  /* A copy: a handler may add. */
  g_autoptr (GPtrArray) addresses = g_ptr_array_copy (self->addresses, (GCopyFunc) g_object_ref, NULL);

  g_ptr_array_set_free_func (addresses, g_object_unref);
  for (guint i = 0; i < addresses->len; i++)
    probe (self, g_ptr_array_index (addresses, i));
}

static gboolean
namida_manual_finder_start (NamidaFinder *finder, NamidaDeviceInfo *own, GError **error)
{
  NAMIDA_MANUAL_FINDER (finder)->started = TRUE;
  namida_manual_finder_refresh (finder);
  return TRUE;
}

static void
namida_manual_finder_set_looking (NamidaFinder *finder, gboolean looking)
{
  /* The peer list's probes already tell whether a typed address is still there. */
}

static void
namida_manual_finder_stop (NamidaFinder *finder)
{
  NAMIDA_MANUAL_FINDER (finder)->started = FALSE;
}

static void
namida_manual_finder_iface_init (NamidaFinderInterface *iface)
{
  iface->start = namida_manual_finder_start;
  iface->refresh = namida_manual_finder_refresh;
  iface->set_looking = namida_manual_finder_set_looking;
  iface->stop = namida_manual_finder_stop;
}

static void
namida_manual_finder_finalize (GObject *object)
{
  g_ptr_array_unref (NAMIDA_MANUAL_FINDER (object)->addresses);
  G_OBJECT_CLASS (namida_manual_finder_parent_class)->finalize (object);
}

static void
namida_manual_finder_class_init (NamidaManualFinderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_manual_finder_finalize;
  probe_address_signal = g_signal_new ("probe-address", NAMIDA_TYPE_MANUAL_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_INET_SOCKET_ADDRESS);
}

static void
namida_manual_finder_init (NamidaManualFinder *self)
{
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
}

NamidaManualFinder *
namida_manual_finder_new (void)
{
  return g_object_new (NAMIDA_TYPE_MANUAL_FINDER, NULL);
}

void
namida_manual_finder_add (NamidaManualFinder *self, GInetSocketAddress *address)
{
  g_autoptr (GInetSocketAddress) held = NULL;

  g_return_if_fail (NAMIDA_IS_MANUAL_FINDER (self) && G_IS_INET_SOCKET_ADDRESS (address));

  held = g_object_ref (address);
  for (guint i = 0; i < self->addresses->len; i++)
    if (namida_address_equal (g_ptr_array_index (self->addresses, i), held))
      {
        g_ptr_array_remove_index (self->addresses, i);
        break;
      }
  if (self->addresses->len == MAX_ADDRESSES)
    g_ptr_array_remove_index (self->addresses, 0);
  g_ptr_array_add (self->addresses, g_object_ref (held));
  probe (self, held);
}
