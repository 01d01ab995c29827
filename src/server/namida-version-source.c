/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of the NamidaVersionSource interface, which call the implementation. Called by the server in worker
 * threads. */
#include "config.h"

#include "namida-version-source.h"

G_DEFINE_INTERFACE (NamidaVersionSource, namida_version_source, G_TYPE_OBJECT)

static void
namida_version_source_default_init (NamidaVersionSourceInterface *iface)
{
}

GPtrArray *
namida_version_source_list (NamidaVersionSource *self, const char *fingerprint, GError **error)
{
  return NAMIDA_VERSION_SOURCE_GET_IFACE (self)->list (self, fingerprint, error);
}

NamidaBackup *
namida_version_source_open (NamidaVersionSource *self,
                            const char *fingerprint,
                            const char *id,
                            const char *const *labels,
                            gint64 *created_ms,
                            GError **error)
{
  return NAMIDA_VERSION_SOURCE_GET_IFACE (self)->open (self, fingerprint, id, labels, created_ms, error);
}

void
namida_version_source_set_damaged (NamidaVersionSource *self, const NamidaEntry *entry, const struct stat *st)
{
  NAMIDA_VERSION_SOURCE_GET_IFACE (self)->set_damaged (self, entry, st);
}

gboolean
namida_version_source_may (NamidaVersionSource *self, const char *fingerprint, GError **error)
{
  return NAMIDA_VERSION_SOURCE_GET_IFACE (self)->may (self, fingerprint, error);
}

gboolean
namida_version_source_may_heal (NamidaVersionSource *self, const char *fingerprint, GError **error)
{
  return NAMIDA_VERSION_SOURCE_GET_IFACE (self)->may_heal (self, fingerprint, error);
}

GPtrArray *
namida_version_source_list_wanted (NamidaVersionSource *self, const char *fingerprint, GError **error)
{
  return NAMIDA_VERSION_SOURCE_GET_IFACE (self)->list_wanted (self, fingerprint, error);
}

gboolean
namida_version_source_open_part (NamidaVersionSource *self,
                                 const char *fingerprint,
                                 const NamidaWantedFile *file,
                                 NamidaVersionSourcePart *part,
                                 GError **error)
{
  return NAMIDA_VERSION_SOURCE_GET_IFACE (self)->open_part (self, fingerprint, file, part, error);
}

gboolean
namida_version_source_heal (NamidaVersionSource *self,
                            const NamidaVersionSourcePart *part,
                            GHashTable *versions,
                            gboolean *healed,
                            GError **error)
{
  return NAMIDA_VERSION_SOURCE_GET_IFACE (self)->heal (self, part, versions, healed, error);
}

void
namida_version_source_close_part (NamidaVersionSource *self, NamidaVersionSourcePart *part)
{
  if (part->fd >= 0)
    NAMIDA_VERSION_SOURCE_GET_IFACE (self)->close_part (self, part);
}
