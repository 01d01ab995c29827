/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interface through which the server reads the versions that are kept for other devices, without knowing the store.
 * Implemented in src/store/versions/namida-store-source.c. */
#pragma once

#include "namida-backups-message.h"
#include "namida-server.h"
#include "namida-wanted-message.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/** NamidaVersionSource: the backups that are kept for other devices; implemented in src/store. The methods block and
 * are called in worker threads. */
#define NAMIDA_TYPE_VERSION_SOURCE (namida_version_source_get_type ())
G_DECLARE_INTERFACE (NamidaVersionSource, namida_version_source, NAMIDA, VERSION_SOURCE, GObject)

/** NamidaVersionSourcePart: a file that a device sends, for namida_version_source_heal(). */
typedef struct
{
  int fd;       /* a file without a name, to be written from its start; -1: not open */
  char *sha256; /* the expected hash */
} NamidaVersionSourcePart;

struct _NamidaVersionSourceInterface
{
  GTypeInterface g_iface;
  GPtrArray *(*list) (NamidaVersionSource *self, const char *fingerprint, GError **error);
  NamidaBackup *(*open) (NamidaVersionSource *self,
                         const char *fingerprint,
                         const char *id,
                         const char *const *labels,
                         gint64 *created_ms,
                         GError **error);
  void (*set_damaged) (NamidaVersionSource *self, const NamidaEntry *entry, const struct stat *st);
  gboolean (*may) (NamidaVersionSource *self, const char *fingerprint, GError **error);
  gboolean (*may_heal) (NamidaVersionSource *self, const char *fingerprint, GError **error);
  GPtrArray *(*list_wanted) (NamidaVersionSource *self, const char *fingerprint, GError **error);
  gboolean (*open_part) (NamidaVersionSource *self,
                         const char *fingerprint,
                         const NamidaWantedFile *file,
                         NamidaVersionSourcePart *part,
                         GError **error);
  gboolean (*heal) (NamidaVersionSource *self,
                    const NamidaVersionSourcePart *part,
                    GHashTable *versions,
                    gboolean *healed,
                    GError **error);
  void (*close_part) (NamidaVersionSource *self, NamidaVersionSourcePart *part);
};

/** namida_version_source_list: Returns: (transfer full) (element-type NamidaKeptBackup) (nullable): what @fingerprint
 * may fetch, newest first; %NULL with @error. */
GPtrArray *namida_version_source_list (NamidaVersionSource *self, const char *fingerprint, GError **error);
/** namida_version_source_open: Opens the backup @id. @labels: (nullable): the wanted music folders; %NULL for all.
 * @created_ms: (out): when it arrived, in milliseconds since 1970. Returns: (transfer full) (nullable): the entries
 * with their source files; %NULL with NOT_FOUND, also if @fingerprint may not fetch it. */
NamidaBackup *namida_version_source_open (NamidaVersionSource *self,
                                          const char *fingerprint,
                                          const char *id,
                                          const char *const *labels,
                                          gint64 *created_ms,
                                          GError **error);

/** namida_version_source_set_damaged: Records that the file of @entry, which was read to its end with the attributes
 * @st, differs from what arrived. The content counts as damaged in all versions from now on. */
void namida_version_source_set_damaged (NamidaVersionSource *self, const NamidaEntry *entry, const struct stat *st);

/**
 * namida_version_source_may:
 * @self: the version source
 * @fingerprint: (nullable): the fingerprint that the connection has proven
 *
 * Checks whether a device may fetch at all. Any thread. Call it for each request, because the permission can be
 * withdrawn at any time.
 *
 * Returns: %FALSE with DECLINED in @error
 */
gboolean namida_version_source_may (NamidaVersionSource *self, const char *fingerprint, GError **error);

/** namida_version_source_may_heal: Checks whether a device may learn which files are wanted from it, and send them: it
 * is trusted here, or its offers are accepted without asking. Any thread. Call it for each request. Returns: %FALSE
 * with DECLINED. */
gboolean namida_version_source_may_heal (NamidaVersionSource *self, const char *fingerprint, GError **error);
/** namida_version_source_list_wanted: Returns: (transfer full) (nullable) (element-type NamidaWantedFile): the damaged
 * files that @fingerprint has sent; %NULL with STORAGE. */
GPtrArray *namida_version_source_list_wanted (NamidaVersionSource *self, const char *fingerprint, GError **error);
/** namida_version_source_open_part: @part: (out caller-allocates): to be closed with
 * namida_version_source_close_part(). Returns: %FALSE with NOT_FOUND (the file is not wanted from this device),
 * NO_SPACE or STORAGE. */
gboolean namida_version_source_open_part (NamidaVersionSource *self,
                                          const char *fingerprint,
                                          const NamidaWantedFile *file,
                                          NamidaVersionSourcePart *part,
                                          GError **error);
/** namida_version_source_heal: Repairs damaged files with @part, which was written completely and has the expected
 * hash.
 * @versions: (element-type gint64): the repaired versions are added; @healed: (out): whether there is one. Returns:
 * %FALSE with NO_SPACE or STORAGE. */
gboolean namida_version_source_heal (NamidaVersionSource *self,
                                     const NamidaVersionSourcePart *part,
                                     GHashTable *versions,
                                     gboolean *healed,
                                     GError **error);
/** namida_version_source_close_part: Removes the part. Has no effect if it is not open. */
void namida_version_source_close_part (NamidaVersionSource *self, NamidaVersionSourcePart *part);

/** namida_server_set_wanted: @counts: (element-type utf8 uint): fingerprint → the number of damaged files that are
 * wanted from that device, which "register" reports to it. Main context. */
void namida_server_set_wanted (NamidaServer *self, GHashTable *counts);
/** namida_server_get_wanted: @fingerprint: (nullable). Returns: how many damaged files are wanted from the device. Main
 * context. */
guint namida_server_get_wanted (NamidaServer *self, const char *fingerprint);
/** namida_server_set_version_source: Sets what GET backups, prepare-download and download serve; call it before the
 * server starts. Without a version source they answer NOT_FOUND. */
void namida_server_set_version_source (NamidaServer *self, NamidaVersionSource *version_source);
/** namida_server_get_version_source: Returns: (transfer none) (nullable): the version source of the server. Main
 * context. */
NamidaVersionSource *namida_server_get_version_source (NamidaServer *self);

G_END_DECLS
