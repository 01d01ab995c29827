/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-digest.h"

#include <sys/stat.h>
#include <sys/types.h>

G_BEGIN_DECLS

/** How the folders begin in which a drive is tried (namida-store-probe.c). */
#define NAMIDA_STAGING_PROBE "probe-"
#define NAMIDA_STAGING_HIDDEN ".namida-sync-parts"
#define NAMIDA_STAGING_FOLDER "staging"

/**
 * NamidaStaging: the folder of one session's parts on one file system: <data>/staging/<session> when that is on the
 * file system of the destination, else <root>/.namida-sync-parts/<owner>/<session> (namida-store-owner.h). Blocking;
 * parts of different names from different threads.
 */
typedef struct _NamidaStaging NamidaStaging;

/** namida_staging_open: makes it. @root_fd: the open destination @root. */
NamidaStaging *namida_staging_open (
    const char *data_dir, const char *root, int root_fd, const char *owner, const char *session, GError **error);
/** namida_staging_open_hidden: always below @root: for what is renamed whole into it. */
NamidaStaging *
namida_staging_open_hidden (const char *root, int root_fd, const char *owner, const char *session, GError **error);
/** Closes it; what is in it stays. */
void namida_staging_free (NamidaStaging *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaStaging, namida_staging_free)
/** Removes the session's folder with all in it, and the hidden folder above when that is empty then. */
gboolean namida_staging_remove (NamidaStaging *self);
int namida_staging_get_fd (NamidaStaging *self);
dev_t namida_staging_get_device (NamidaStaging *self);

/** namida_staging_part_size: how long the part is; 0 when there is none. */
guint64 namida_staging_part_size (NamidaStaging *self, const char *name);
/** namida_staging_part_allocated: what the disk has set aside for it, which may be more than it holds. */
guint64 namida_staging_part_allocated (NamidaStaging *self, const char *name);
/**
 * namida_staging_open_part: for writing at @offset, cut there, the bytes before it fed into @digest. @size: what it
 * will become (room is asked for when that is much); @shown: for messages. Returns: a descriptor, or -1: WRONG_OFFSET,
 * NO_SPACE, STORAGE.
 */
int namida_staging_open_part (NamidaStaging *self,
                              const char *name,
                              const char *shown,
                              guint64 offset,
                              guint64 size,
                              NamidaDigest *digest,
                              GError **error);
/** namida_staging_close_part: takes @fd. An incomplete part is made durable: its length is the next offset. */
gboolean namida_staging_close_part (int fd, const char *shown, guint64 size, gboolean complete, GError **error);
/** namida_staging_remove_parts: all files called *.part but those in the set @kept. */
void namida_staging_remove_parts (NamidaStaging *self, GHashTable *kept);
/** namida_staging_write: a small part with @data, replacing an older one. */
gboolean namida_staging_write (NamidaStaging *self, const char *name, const char *data, gsize length, GError **error);

/**
 * namida_staging_clean: below @parent_fd, a folder of sessions called @name: removes those that are not in the set
 * @kept, and itself when it is empty then. Sessions of other owners stay.
 * @owner: (nullable): whose sessions; %NULL: all in the folder are this program's
 * @known: (nullable): with @owner, the sessions that this program ever had
 */
void namida_staging_clean (int parent_fd, const char *name, const char *owner, GHashTable *kept, GHashTable *known);

G_END_DECLS
