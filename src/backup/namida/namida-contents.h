/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One view of a Namida backup, whatever its layout, and the parts that it consists of. Used by everything that reads
 * or rewrites a backup, in worker threads. Blocking. */
#pragma once

#include "namida-part-db.h"
#include "namida-zip.h"

G_BEGIN_DECLS

/** NamidaParts: the parts of a backup that the user can include or leave out. Flags. */
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

/**
 * namida_parts_from_string: @text: names separated by commas ("history,playlists"). @parts: (out). Returns: %FALSE with
 * INVALID_REQUEST, which names the unknown word.
 */
gboolean namida_parts_from_string (const char *text, NamidaParts *parts, GError **error);
/** namida_parts_to_string: Returns: (transfer full): the names of @parts, separated by commas, in a fixed order. */
char *namida_parts_to_string (NamidaParts parts);
/** namida_part_of: @path: below Namida's data folder. Returns: the one part that the file belongs to. */
NamidaParts namida_part_of (const char *path);

/** NamidaDevice: the kind of device that made a backup, if it is known. */
typedef enum
{
  NAMIDA_DEVICE_UNKNOWN,
  NAMIDA_DEVICE_ANDROID,
  NAMIDA_DEVICE_LINUX,
  NAMIDA_DEVICE_WINDOWS,
} NamidaDevice;
/** namida_device_of_path: Returns: the kind of device that has this absolute path. */
NamidaDevice namida_device_of_path (const char *path);
/** namida_device_to_string: Returns: (transfer none): "android", …; "unknown". */
const char *namida_device_to_string (NamidaDevice device);

/** NamidaContainer: the outer zip (the first one), or a zip in it. */
typedef struct
{
  const NamidaZipEntry *entry; /* (nullable): its entry in the outer zip */
  const char *folder;          /* where Namida unpacks it, below its data folder: "", "History", "Youtube/Palettes" */
  NamidaZip *zip;              /* (nullable): %NULL if it was not examined */
  NamidaParts part;            /* if it was not examined */
  int fd;                      /* or -1 */
} NamidaContainer;

/** NamidaItem: one file of the backup. */
typedef struct
{
  char *path; /* where Namida puts it, below its data folder, with '/'; also for YouTube files of desktop backups */
  const NamidaContainer *container;
  const NamidaZipEntry *entry;
  NamidaParts part;
} NamidaItem;

/** NamidaContents: the files of a backup, whatever its layout. One thread; all functions block. */
typedef struct
{
  char *name; /* name of the file */
  int fd;
  guint64 size;
  NamidaZipBudget budget;
  GPtrArray *containers; /* NamidaContainer */
  GPtrArray *items;      /* NamidaItem, in the order of the zips */
  GHashTable *by_path;   /* path → NamidaItem; of several, the last one, which is the one that Namida keeps */
  char *spool_folder;    /* (nullable) */
  char *failed;          /* (nullable): the part that could not be opened */
  gboolean secret;       /* it could not be opened because it needs a password */
} NamidaContents;

/**
 * namida_contents_open:
 * @path: path of the zip
 * @everything: whether to also examine parts that are otherwise only copied: artworks, palettes, lyrics, videos
 * @spool_folder: (nullable): folder for temporary files
 *
 * Returns: (transfer full) (nullable): %NULL with NOT_FOUND, STORAGE, NO_SPACE, CANCELLED, CHECKSUM (damaged),
 * TOO_LARGE, UNSAFE_PATH or INVALID_REQUEST (not a backup)
 */
NamidaContents *namida_contents_open (
    const char *path, gboolean everything, const char *spool_folder, GCancellable *cancellable, GError **error);
/**
 * namida_contents_open_part: Like namida_contents_open(). @part: (out) (nullable): on an error of a damaged part, the
 * name of that part.
 */
NamidaContents *namida_contents_open_part (const char *path,
                                           gboolean everything,
                                           const char *spool_folder,
                                           char **part,
                                           GCancellable *cancellable,
                                           GError **error);
/** namida_contents_free: @self: (transfer full) */
void namida_contents_free (NamidaContents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaContents, namida_contents_free)

/** namida_contents_find: Returns: (transfer none) (nullable): the file at @path. */
const NamidaItem *namida_contents_find (NamidaContents *self, const char *path);
/**
 * namida_contents_read: Returns: (transfer full) (nullable): the whole list, at most 16 MiB (tracks.json: 40 MiB).
 * Errors name the file. They are those of namida_zip_read_bytes().
 */
GBytes *namida_contents_read (NamidaContents *self, const NamidaItem *item, GCancellable *cancellable, GError **error);

/** NamidaContentsDb: a database of a backup, unpacked. */
typedef struct
{
  NamidaPartDb *db;
  int fd, wal_fd;
} NamidaContentsDb;
/**
 * namida_contents_open_db: @item: the ".db" file. Returns: (transfer full) (nullable): the database, which was checked.
 * Errors name the file. They are CHECKSUM, TOO_LARGE, STORAGE, NO_SPACE and CANCELLED.
 */
NamidaContentsDb *
namida_contents_open_db (NamidaContents *self, const NamidaItem *item, GCancellable *cancellable, GError **error);
/** namida_contents_db_free: @self: (transfer full) */
void namida_contents_db_free (NamidaContentsDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaContentsDb, namida_contents_db_free)

/** namida_contents_name_error: Adds to *@error which file of the backup it is about. */
void namida_contents_name_error (GError **error, const char *path);

/**
 * namida_settings_read_folders: @settings: Namida's settings file. Returns: (transfer full) (element-type utf8): the
 * music folders that it names, without addresses of servers; empty if it is not a settings file.
 */
GPtrArray *namida_settings_read_folders (GBytes *settings);
/**
 * namida_settings_dup_text: Returns: (transfer full) (nullable): a string member at the top level of a settings file.
 */
char *namida_settings_dup_text (GBytes *settings, const char *key);
/**
 * namida_contents_dup_folders: Returns: (transfer full) (element-type utf8): the music folders that the settings of
 * this backup name.
 */
GPtrArray *namida_contents_dup_folders (NamidaContents *self, GCancellable *cancellable);

G_END_DECLS
