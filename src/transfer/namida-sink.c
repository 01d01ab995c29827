/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of the NamidaSink interface, which call the implementation. Called by the server and the puller, mostly
 * in worker threads. */
#include "config.h"

#include "namida-sink.h"

G_DEFINE_INTERFACE (NamidaSink, namida_sink, G_TYPE_OBJECT)

static void
namida_sink_default_init (NamidaSinkInterface *iface)
{
}

const char *
namida_sink_get_session_id (NamidaSink *self)
{
  return NAMIDA_SINK_GET_IFACE (self)->get_session_id (self);
}

gboolean
namida_sink_prepare (NamidaSink *self,
                     NamidaBackup *backup,
                     GBytes *manifest,
                     NamidaWant *wants,
                     GCancellable *cancellable,
                     GError **error)
{
  return NAMIDA_SINK_GET_IFACE (self)->prepare (self, backup, manifest, wants, cancellable, error);
}

gboolean
namida_sink_preview (
    NamidaSink *self, NamidaBackup *backup, NamidaWant *wants, GCancellable *cancellable, GError **error)
{
  NamidaSinkInterface *iface = NAMIDA_SINK_GET_IFACE (self);

  if (iface->preview != NULL)
    return iface->preview (self, backup, wants, cancellable, error);
  for (guint i = 0; i < namida_backup_get_entries (backup)->len; i++)
    wants[i].wanted = TRUE;
  return TRUE;
}

int
namida_sink_open_part (NamidaSink *self, guint index, guint64 offset, NamidaDigest *digest, GError **error)
{
  return NAMIDA_SINK_GET_IFACE (self)->open_part (self, index, offset, digest, error);
}

gboolean
namida_sink_close_part (NamidaSink *self, guint index, int fd, guint64 size, gboolean complete, GError **error)
{
  return NAMIDA_SINK_GET_IFACE (self)->close_part (self, index, fd, size, complete, error);
}

gboolean
namida_sink_commit (NamidaSink *self, NamidaCommit *files, guint n_files, GError **error)
{
  return NAMIDA_SINK_GET_IFACE (self)->commit (self, files, n_files, error);
}

void
namida_sink_park (NamidaSink *self)
{
  NAMIDA_SINK_GET_IFACE (self)->park (self);
}

void
namida_sink_discard (NamidaSink *self)
{
  NAMIDA_SINK_GET_IFACE (self)->discard (self);
}

char *
namida_sink_dup_folder (NamidaSink *self)
{
  return NAMIDA_SINK_GET_IFACE (self)->dup_folder (self);
}

guint
namida_sink_get_hashed (NamidaSink *self)
{
  NamidaSinkInterface *iface = NAMIDA_SINK_GET_IFACE (self);

  return iface->get_hashed != NULL ? iface->get_hashed (self) : 0;
}

guint
namida_sink_get_healed (NamidaSink *self, guint *versions)
{
  NamidaSinkInterface *iface = NAMIDA_SINK_GET_IFACE (self);

  *versions = 0;
  return iface->get_healed != NULL ? iface->get_healed (self, versions) : 0;
}
