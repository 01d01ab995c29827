/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of the NamidaShelf interface, which call the implementation. Called by the server in worker threads. */
#include "config.h"

#include "namida-shelf.h"

G_DEFINE_INTERFACE (NamidaShelf, namida_shelf, G_TYPE_OBJECT)

static void
namida_shelf_default_init (NamidaShelfInterface *iface)
{
}

GPtrArray *
namida_shelf_list (NamidaShelf *self, const char *fingerprint, GError **error)
{
  return NAMIDA_SHELF_GET_IFACE (self)->list (self, fingerprint, error);
}

NamidaBackup *
namida_shelf_open (NamidaShelf *self,
                   const char *fingerprint,
                   const char *id,
                   const char *const *labels,
                   gint64 *created_ms,
                   GError **error)
{
  return NAMIDA_SHELF_GET_IFACE (self)->open (self, fingerprint, id, labels, created_ms, error);
}

void
namida_shelf_set_damaged (NamidaShelf *self, const NamidaEntry *entry, const struct stat *st)
{
  NAMIDA_SHELF_GET_IFACE (self)->set_damaged (self, entry, st);
}

gboolean
namida_shelf_may (NamidaShelf *self, const char *fingerprint, GError **error)
{
  return NAMIDA_SHELF_GET_IFACE (self)->may (self, fingerprint, error);
}

gboolean
namida_shelf_may_heal (NamidaShelf *self, const char *fingerprint, GError **error)
{
  return NAMIDA_SHELF_GET_IFACE (self)->may_heal (self, fingerprint, error);
}

GPtrArray *
namida_shelf_list_wanted (NamidaShelf *self, const char *fingerprint, GError **error)
{
  return NAMIDA_SHELF_GET_IFACE (self)->list_wanted (self, fingerprint, error);
}

gboolean
namida_shelf_open_part (
    NamidaShelf *self, const char *fingerprint, const NamidaWantedFile *file, NamidaShelfPart *part, GError **error)
{
  return NAMIDA_SHELF_GET_IFACE (self)->open_part (self, fingerprint, file, part, error);
}

gboolean
namida_shelf_heal (
    NamidaShelf *self, const NamidaShelfPart *part, GHashTable *versions, gboolean *healed, GError **error)
{
  return NAMIDA_SHELF_GET_IFACE (self)->heal (self, part, versions, healed, error);
}

void
namida_shelf_close_part (NamidaShelf *self, NamidaShelfPart *part)
{
  if (part->fd >= 0)
    NAMIDA_SHELF_GET_IFACE (self)->close_part (self, part);
}
