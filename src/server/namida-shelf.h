/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interface through which the server reads the versions that are kept for other devices, without knowing the store.
 * Implemented in src/store/versions/namida-version-shelf.c. */
#pragma once

#include "namida-backups-message.h"
#include "namida-server.h"
#include "namida-wanted-message.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/** NamidaShelf: the backups that are kept for other devices; implemented in src/store. The methods block and are called
 * in worker threads. */
#define NAMIDA_TYPE_SHELF (namida_shelf_get_type ())
G_DECLARE_INTERFACE (NamidaShelf, namida_shelf, NAMIDA, SHELF, GObject)

/** NamidaShelfPart: a file that a device sends, for namida_shelf_heal(). */
typedef struct
{
  int fd;       /* a file without a name, to be written from its start; -1: not open */
  char *sha256; /* the expected hash */
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

/** namida_shelf_list: Returns: (transfer full) (element-type NamidaKeptBackup) (nullable): what @fingerprint may fetch,
 * newest first; %NULL with @error. */
GPtrArray *namida_shelf_list (NamidaShelf *self, const char *fingerprint, GError **error);
/** namida_shelf_open: Opens the backup @id. @labels: (nullable): the wanted music folders; %NULL for all. @created_ms:
 * (out): when it arrived, in milliseconds since 1970. Returns: (transfer full) (nullable): the entries with their
 * source files; %NULL with NOT_FOUND, also if @fingerprint may not fetch it. */
NamidaBackup *namida_shelf_open (NamidaShelf *self,
                                 const char *fingerprint,
                                 const char *id,
                                 const char *const *labels,
                                 gint64 *created_ms,
                                 GError **error);

/** namida_shelf_set_damaged: Records that the file of @entry, which was read to its end with the attributes @st,
 * differs from what arrived. The content counts as damaged in all versions from now on. */
void namida_shelf_set_damaged (NamidaShelf *self, const NamidaEntry *entry, const struct stat *st);

/**
 * namida_shelf_may:
 * @self: the shelf
 * @fingerprint: (nullable): the fingerprint that the connection has proven
 *
 * Checks whether a device may fetch at all. Any thread. Call it for each request, because the permission can be
 * withdrawn at any time.
 *
 * Returns: %FALSE with DECLINED in @error
 */
gboolean namida_shelf_may (NamidaShelf *self, const char *fingerprint, GError **error);

/** namida_shelf_may_heal: Checks whether a device may learn which files are wanted from it, and send them: it is
 * trusted here, or its offers are accepted without asking. Any thread. Call it for each request. Returns: %FALSE with
 * DECLINED. */
gboolean namida_shelf_may_heal (NamidaShelf *self, const char *fingerprint, GError **error);
/** namida_shelf_list_wanted: Returns: (transfer full) (nullable) (element-type NamidaWantedFile): the damaged files
 * that @fingerprint has sent; %NULL with STORAGE. */
GPtrArray *namida_shelf_list_wanted (NamidaShelf *self, const char *fingerprint, GError **error);
/** namida_shelf_open_part: @part: (out caller-allocates): to be closed with namida_shelf_close_part(). Returns: %FALSE
 * with NOT_FOUND (the file is not wanted from this device), NO_SPACE or STORAGE. */
gboolean namida_shelf_open_part (
    NamidaShelf *self, const char *fingerprint, const NamidaWantedFile *file, NamidaShelfPart *part, GError **error);
/** namida_shelf_heal: Repairs damaged files with @part, which was written completely and has the expected hash.
 * @versions: (element-type gint64): the repaired versions are added; @healed: (out): whether there is one. Returns:
 * %FALSE with NO_SPACE or STORAGE. */
gboolean namida_shelf_heal (
    NamidaShelf *self, const NamidaShelfPart *part, GHashTable *versions, gboolean *healed, GError **error);
/** namida_shelf_close_part: Removes the part. Has no effect if it is not open. */
void namida_shelf_close_part (NamidaShelf *self, NamidaShelfPart *part);

/** namida_server_set_wanted: @counts: (element-type utf8 uint): fingerprint → the number of damaged files that are
 * wanted from that device, which "register" reports to it. Main context. */
void namida_server_set_wanted (NamidaServer *self, GHashTable *counts);
/** namida_server_get_wanted: @fingerprint: (nullable). Returns: how many damaged files are wanted from the device. Main
 * context. */
guint namida_server_get_wanted (NamidaServer *self, const char *fingerprint);
/** namida_server_set_shelf: Sets what GET backups, prepare-download and download serve; call it before the server
 * starts. Without a shelf they answer NOT_FOUND. */
void namida_server_set_shelf (NamidaServer *self, NamidaShelf *shelf);
/** namida_server_get_shelf: Returns: (transfer none) (nullable): the shelf of the server. Main context. */
NamidaShelf *namida_server_get_shelf (NamidaServer *self);

G_END_DECLS
