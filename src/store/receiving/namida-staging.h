/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders of unfinished files (parts). Each session has one on each file system that it writes to. Used by the sink
 * of a session and by the cleanup at start, in worker threads. */
#pragma once

#include "namida-digest.h"

#include <sys/stat.h>
#include <sys/types.h>

G_BEGIN_DECLS

/** The prefix of the folders in which a drive is tested (namida-store-probe.c). */
#define NAMIDA_STAGING_PROBE "probe-"
#define NAMIDA_STAGING_HIDDEN ".namida-sync-parts"
#define NAMIDA_STAGING_FOLDER "staging"

/** NamidaStaging: the folder for the parts of one session on one file system: <data>/staging/<session> if that is on
 * the file system of the destination, otherwise <root>/.namida-sync-parts/<owner>/<session> (namida-store-owner.h).
 * All functions block. Different threads may use parts with different names at the same time. */
typedef struct _NamidaStaging NamidaStaging;

/** namida_staging_open: creates and opens the folder. @root_fd: a descriptor of the destination @root. Returns:
 * (transfer full) (nullable): %NULL with STORAGE or NO_SPACE. */
NamidaStaging *namida_staging_open (
    const char *data_dir, const char *root, int root_fd, const char *owner, const char *session, GError **error);
/** namida_staging_open_hidden: like namida_staging_open(), but always below @root, so that its contents can be moved
 * into @root by a rename. Returns: (transfer full) (nullable): %NULL with STORAGE or NO_SPACE. */
NamidaStaging *
namida_staging_open_hidden (const char *root, int root_fd, const char *owner, const char *session, GError **error);
/** namida_staging_free: closes the folder; its contents stay. */
void namida_staging_free (NamidaStaging *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaStaging, namida_staging_free)
/** namida_staging_remove: removes the folder of the session with all its contents, and the hidden folder above it if
 * that is empty afterwards. */
gboolean namida_staging_remove (NamidaStaging *self);
/** namida_staging_get_fd: Returns: the descriptor of the folder, which stays open as long as @self. */
int namida_staging_get_fd (NamidaStaging *self);
/** namida_staging_get_device: Returns: the device number of the file system of the folder. */
dev_t namida_staging_get_device (NamidaStaging *self);

/** namida_staging_part_size: Returns: the length of the part in bytes; 0 if there is none. */
guint64 namida_staging_part_size (NamidaStaging *self, const char *name);
/** namida_staging_part_allocated: Returns: the bytes that the disk has allocated for the part, which may be more than
 * its length. */
guint64 namida_staging_part_allocated (NamidaStaging *self, const char *name);
/**
 * namida_staging_open_part:
 * @shown: the name of the file in error messages
 * @offset: the part is truncated to this length, and the bytes before it are fed into @digest
 * @size: the final size; if it is large, the space is allocated now
 *
 * Opens a part for writing at @offset.
 *
 * Returns: a descriptor, or -1 with WRONG_OFFSET, NO_SPACE or STORAGE
 */
int namida_staging_open_part (NamidaStaging *self,
                              const char *name,
                              const char *shown,
                              guint64 offset,
                              guint64 size,
                              NamidaDigest *digest,
                              GError **error);
/** namida_staging_close_part: takes ownership of @fd. An incomplete part is made durable, because its length is the
 * next offset. Returns: %FALSE with NO_SPACE or STORAGE. */
gboolean namida_staging_close_part (int fd, const char *shown, guint64 size, gboolean complete, GError **error);
/** namida_staging_remove_parts: removes all files named *.part except those in the set @kept. */
void namida_staging_remove_parts (NamidaStaging *self, GHashTable *kept);
/** namida_staging_write: writes @data to a small part, replacing an older one. Returns: %FALSE with NO_SPACE or
 * STORAGE. */
gboolean namida_staging_write (NamidaStaging *self, const char *name, const char *data, gsize length, GError **error);

/**
 * namida_staging_clean:
 * @parent_fd: the folder that contains the folder of sessions
 * @name: the name of the folder of sessions
 * @owner: (nullable): the owner of the sessions to remove; %NULL if all sessions in the folder belong to this program
 * @kept: a set of sessions to keep
 * @known: (nullable): with @owner, the set of sessions that this program ever had
 *
 * Removes the sessions that are not in @kept, and then the folder itself if it is empty. Sessions of other owners stay.
 */
void namida_staging_clean (int parent_fd, const char *name, const char *owner, GHashTable *kept, GHashTable *known);

G_END_DECLS
