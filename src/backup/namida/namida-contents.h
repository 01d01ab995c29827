/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-part-db.h"
#include "namida-zip.h"

G_BEGIN_DECLS

/** What a person can take or leave of a backup. Flags. */
typedef enum
{
  NAMIDA_PART_SETTINGS = 1 << 0,
  NAMIDA_PART_LIBRARY = 1 << 1,
  NAMIDA_PART_RATINGS = 1 << 2,
  NAMIDA_PART_HISTORY = 1 << 3,
  NAMIDA_PART_PLAYLISTS = 1 << 4,
  NAMIDA_PART_FAVOURITES = 1 << 5,
  NAMIDA_PART_QUEUES = 1 << 6,
  NAMIDA_PART_LYRICS = 1 << 7,
  NAMIDA_PART_ARTWORKS = 1 << 8,
  NAMIDA_PART_VIDEOS = 1 << 9,
  NAMIDA_PART_YOUTUBE = 1 << 10,
  NAMIDA_PART_OTHER = 1 << 11,
  NAMIDA_PART_ALL = (1 << 12) - 1,
} NamidaParts;

/** namida_parts_from_string: @text: names separated by commas ("history,playlists"); @parts: (out). Returns: %FALSE
 * with INVALID_REQUEST, which names the word that is none. */
gboolean namida_parts_from_string (const char *text, NamidaParts *parts, GError **error);
/** namida_parts_to_string: (transfer full): the same back, in a fixed order. */
char *namida_parts_to_string (NamidaParts parts);
/** namida_part_of: @path: below Namida's data folder. Returns: the one part that the file belongs to. */
NamidaParts namida_part_of (const char *path);

/** On what a backup was made, as far as it tells. */
typedef enum
{
  NAMIDA_DEVICE_UNKNOWN,
  NAMIDA_DEVICE_ANDROID,
  NAMIDA_DEVICE_LINUX,
  NAMIDA_DEVICE_WINDOWS,
} NamidaDevice;
/** namida_device_of_path: of a device that has this absolute path. */
NamidaDevice namida_device_of_path (const char *path);
/** namida_device_to_string: (transfer none): "android", …; "unknown". */
const char *namida_device_to_string (NamidaDevice device);

/** The outer zip (the first), or a zip in it. */
typedef struct
{
  const NamidaZipEntry *entry; /* (nullable): in the outer zip */
  const char *folder;          /* where Namida unpacks it, below its data folder: "", "History", "Youtube/Palettes" */
  NamidaZip *zip;              /* (nullable): not looked into */
  NamidaParts part;            /* when not looked into */
  int fd;                      /* or -1 */
} NamidaContainer;

/** One file of the backup. */
typedef struct
{
  char *path; /* where Namida puts it, below its data folder, '/' between; also YouTube's files of desktop backups */
  const NamidaContainer *container;
  const NamidaZipEntry *entry;
  NamidaParts part;
} NamidaItem;

/** NamidaContents: the files of a backup, whatever its layout. One thread; everything is blocking. */
typedef struct
{
  char *name; /* of the file */
  int fd;
  guint64 size;
  NamidaZipBudget budget;
  GPtrArray *containers; /* NamidaContainer */
  GPtrArray *items;      /* NamidaItem, in the order of the zips */
  GHashTable *by_path;   /* path → NamidaItem: the last one, which Namida keeps */
  char *spool_folder;    /* (nullable) */
  char *failed;          /* (nullable): the part that could not be opened */
  gboolean secret;       /* it could not be opened because it needs a password */
} NamidaContents;

/**
 * namida_contents_open:
 * @path: of the zip
 * @everything: also look into parts that are only copied otherwise: artworks, palettes, lyrics, videos
 * @spool_folder: (nullable): where temporary files go
 *
 * Returns: (transfer full) (nullable): %NULL with NOT_FOUND, STORAGE, NO_SPACE, CANCELLED; CHECKSUM (damaged),
 * TOO_LARGE, UNSAFE_PATH or INVALID_REQUEST (no backup)
 */
NamidaContents *namida_contents_open (
    const char *path, gboolean everything, const char *spool_folder, GCancellable *cancellable, GError **error);
/** namida_contents_open_part: the same, and on an error of a part that is not sound its name in @part (out) (nullable).
 */
NamidaContents *namida_contents_open_part (const char *path,
                                           gboolean everything,
                                           const char *spool_folder,
                                           char **part,
                                           GCancellable *cancellable,
                                           GError **error);
void namida_contents_free (NamidaContents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaContents, namida_contents_free)

/** namida_contents_find: (transfer none) (nullable): the file at @path. */
const NamidaItem *namida_contents_find (NamidaContents *self, const char *path);
/** namida_contents_read: (transfer full) (nullable): all of a list, at most 16 MiB (tracks.json: 40);
 * errors name the file. */
GBytes *namida_contents_read (NamidaContents *self, const NamidaItem *item, GCancellable *cancellable, GError **error);

/** A database of a backup, unpacked. */
typedef struct
{
  NamidaPartDb *db;
  int fd, wal_fd;
} NamidaContentsDb;
/** namida_contents_open_db: @item: the ".db". (transfer full) (nullable): checked; errors name the file. */
NamidaContentsDb *
namida_contents_open_db (NamidaContents *self, const NamidaItem *item, GCancellable *cancellable, GError **error);
void namida_contents_db_free (NamidaContentsDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaContentsDb, namida_contents_db_free)

/** namida_contents_name_error: says in *@error which file of the backup it is about. */
void namida_contents_name_error (GError **error, const char *path);

/** namida_settings_read_folders: (transfer full) (element-type utf8): the folders that Namida's settings file names for
 * its music; empty when it is none. No addresses of servers. */
GPtrArray *namida_settings_read_folders (GBytes *settings);
/** namida_settings_dup_text: (transfer full) (nullable): a text that is directly in a settings file. */
char *namida_settings_dup_text (GBytes *settings, const char *key);
/** namida_contents_dup_folders: (transfer full) (element-type utf8): those of this backup. */
GPtrArray *namida_contents_dup_folders (NamidaContents *self, GCancellable *cancellable);

G_END_DECLS
