/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backups-message.h"
#include "namida-server.h"
#include "namida-wanted-message.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/**
 * NamidaShelf: the backups that are kept for other devices; implemented in store/. The methods block and are called in
 * worker threads.
 */
#define NAMIDA_TYPE_SHELF (namida_shelf_get_type ())
G_DECLARE_INTERFACE (NamidaShelf, namida_shelf, NAMIDA, SHELF, GObject)

/** NamidaShelfPart: a file that a device brings, for namida_shelf_heal(). */
typedef struct
{
  int fd;       /* of a file without a name, to be written from its start on; -1: not open */
  char *sha256; /* what it must have */
} NamidaShelfPart;

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
  gboolean (*may_heal) (NamidaShelf *self, const char *fingerprint, GError **error);
  GPtrArray *(*list_wanted) (NamidaShelf *self, const char *fingerprint, GError **error);
  gboolean (*open_part) (
      NamidaShelf *self, const char *fingerprint, const NamidaWantedFile *file, NamidaShelfPart *part, GError **error);
  gboolean (*heal) (
      NamidaShelf *self, const NamidaShelfPart *part, GHashTable *versions, gboolean *healed, GError **error);
  void (*close_part) (NamidaShelf *self, NamidaShelfPart *part);
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

/** namida_shelf_may_heal: whether a device may learn what is wanted from it, and bring it: it is trusted here, or its
 * offers are accepted without a question. Any thread; asked for each request. Returns: %FALSE with DECLINED. */
gboolean namida_shelf_may_heal (NamidaShelf *self, const char *fingerprint, GError **error);
/** namida_shelf_list_wanted: Returns: (transfer full) (nullable) (element-type NamidaWantedFile): the damaged files
 * that
 * @fingerprint has sent; %NULL with STORAGE. */
GPtrArray *namida_shelf_list_wanted (NamidaShelf *self, const char *fingerprint, GError **error);
/** namida_shelf_open_part: @part: (out caller-allocates): for namida_shelf_close_part(). Returns: %FALSE with NOT_FOUND
 * (the file is not wanted from this device), NO_SPACE or STORAGE. */
gboolean namida_shelf_open_part (
    NamidaShelf *self, const char *fingerprint, const NamidaWantedFile *file, NamidaShelfPart *part, GError **error);
/** namida_shelf_heal: @part was written whole and has its hash. @versions: (element-type gint64): those that became
 * whole are added; @healed: (out): whether there is one. Errors: NO_SPACE, STORAGE. */
gboolean namida_shelf_heal (
    NamidaShelf *self, const NamidaShelfPart *part, GHashTable *versions, gboolean *healed, GError **error);
/** namida_shelf_close_part: removes the part. No effect on one that is not open. */
void namida_shelf_close_part (NamidaShelf *self, NamidaShelfPart *part);

/** namida_server_get_shelf: Returns: (transfer none) (nullable). */
NamidaShelf *namida_server_get_shelf (NamidaServer *self);
/** namida_server_set_wanted: @counts: (element-type utf8 uint): fingerprint → how many damaged files are wanted from
 * it: what register tells that device. Main context. */
void namida_server_set_wanted (NamidaServer *self, GHashTable *counts);
/** namida_server_get_wanted: @fingerprint: (nullable). Returns: how many. Main context. */
guint namida_server_get_wanted (NamidaServer *self, const char *fingerprint);
/** namida_server_set_shelf: what GET backups, prepare-download and download serve; before the server starts. Without
 * one they are NOT_FOUND. */
void namida_server_set_shelf (NamidaServer *self, NamidaShelf *shelf);

G_END_DECLS
