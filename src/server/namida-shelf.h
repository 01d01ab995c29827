/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backups-message.h"
#include "namida-server.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/**
 * NamidaShelf: the backups that are kept for other devices; implemented in store/. The methods block and are called in
 * worker threads.
 */
#define NAMIDA_TYPE_SHELF (namida_shelf_get_type ())
G_DECLARE_INTERFACE (NamidaShelf, namida_shelf, NAMIDA, SHELF, GObject)

struct _NamidaShelfInterface
{
  GTypeInterface g_iface;
  GPtrArray *(*list) (NamidaShelf *self, const char *fingerprint, GError **error);
  NamidaBackup *(*open) (NamidaShelf *self,
                         const char *fingerprint,
                         const char *id,
                         const char *const *labels,
                         gint64 *created_ms,
                         GError **error);
  void (*set_damaged) (NamidaShelf *self, const NamidaEntry *entry, const struct stat *st);
  gboolean (*may) (NamidaShelf *self, const char *fingerprint, GError **error);
};

/** (transfer full) (element-type NamidaKeptBackup) (nullable): what @fingerprint may fetch, newest first. */
GPtrArray *namida_shelf_list (NamidaShelf *self, const char *fingerprint, GError **error);
/** (transfer full) (nullable): what is sent of the backup @id: entries with their sources. @labels: (nullable): all.
 * NOT_FOUND also for one that @fingerprint may not fetch. */
NamidaBackup *namida_shelf_open (NamidaShelf *self,
                                 const char *fingerprint,
                                 const char *id,
                                 const char *const *labels,
                                 gint64 *created_ms,
                                 GError **error);

/** namida_shelf_set_damaged: @entry of a backup that was opened here was read as @st, to its end, and has other bytes
 * than those that arrived. From now on it is known to be damaged in every backup. */
void namida_shelf_set_damaged (NamidaShelf *self, const NamidaEntry *entry, const struct stat *st);

/**
 * namida_shelf_may:
 * @self: the shelf
 * @fingerprint: (nullable): that the connection has proven
 *
 * Whether a device may fetch at all. Any thread; asked for each request, since permission can be withdrawn at any time.
 *
 * Returns: %FALSE with DECLINED in @error
 */
gboolean namida_shelf_may (NamidaShelf *self, const char *fingerprint, GError **error);
/** namida_server_set_shelf: what GET backups, prepare-download and download serve; before the server starts. Without
 * one they are NOT_FOUND. */
void namida_server_set_shelf (NamidaServer *self, NamidaShelf *shelf);

G_END_DECLS
