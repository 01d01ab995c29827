/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of versions, and the files of one version. Used throughout src/store/versions. Blocking: worker threads. */
#pragma once

#include "namida-journal.h"
#include "namida-landing.h"
#include "namida-version-music.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/** NamidaVersionRemoving: the values of the column "removing". */
typedef enum
{
  NAMIDA_VERSION_STAYS,
  NAMIDA_VERSION_REMOVING, /* its removal has begun: it no longer counts as a version */
  NAMIDA_VERSION_TRASHED,  /* it is in the trash of its store */
} NamidaVersionRemoving;

typedef struct
{
  gint64 id;
  char *session;
  char *fingerprint; /* (nullable) */
  char *alias;
  char *path;
  char *title;
  char *offer_key; /* may be "" for versions of release 0.1.0 */
  NamidaLanding landing;
  gint64 created_at, verified_at;
  gboolean pinned, complete;
  int damaged;
  guint files; /* without manifests and empty folders */
  guint64 bytes;
  guint left_out;    /* files that the sender skipped */
  gint64 read_at;    /* the oldest date at which one of its files was read, in microseconds since 1970; 0: unknown */
  char *store;       /* (nullable): the UUID of the store that has the folder or the zip; %NULL: unknown */
  char *zip;         /* (nullable): the path of the backup zip, like that of a NamidaVersionFile */
  GPtrArray *labels; /* NamidaVersionMusic, sorted by label; single files have the label "" */
} NamidaVersionRecord;
void namida_version_record_free (NamidaVersionRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaVersionRecord, namida_version_record_free)

typedef struct
{
  NamidaVersionFileKind kind;
  char *path; /* relative to the version's folder; absolute for LIBRARY */
  char *label;
  char *below;
  guint64 size;
  gint64 mtime_ns;
  char *sha256;          /* "" for an empty folder */
  gint64 content;        /* its row in the table of contents; 0 for an empty folder */
  guint64 inode, device; /* of the file that was last read */
  gint64 ctime_ns;       /* likewise; 0 if unknown */
  gint64 read_at;        /* microseconds since 1970 */
  gboolean damaged;      /* it was read and its bytes differed */
  gboolean kept;         /* it was already in the user's folders: the device did not send it */
} NamidaVersionFile;

/** namida_version_record_list: @removing: which versions to list. Returns: (transfer full) (nullable) (element-type
 * NamidaVersionRecord): newest first; %NULL with STORAGE. */
GPtrArray *namida_version_record_list (NamidaDatabase *database, NamidaVersionRemoving removing, GError **error);
/** namida_version_record_find: Returns: (transfer full) (nullable): %NULL with NOT_FOUND or STORAGE. */
NamidaVersionRecord *namida_version_record_find (NamidaDatabase *database, const char *id, GError **error);
/** namida_version_record_find_at: Returns: (transfer full) (nullable): the version in the folder @path, of the store
 * that is there now; %NULL with NOT_FOUND or STORAGE. */
NamidaVersionRecord *namida_version_record_find_at (NamidaDatabase *database, const char *path, GError **error);
/** namida_version_record_files: Returns: (transfer full) (element-type NamidaVersionFile) (nullable): the files of one
 * version, sorted by path; %NULL with STORAGE. To save memory, never hold the files of several versions at once. */
GPtrArray *namida_version_record_files (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);
/** namida_version_record_places: like namida_version_record_files(), but reads only kind, path, size and time,
 * unsorted. Use it to check whether the files still exist. Returns: as for that function. */
GPtrArray *namida_version_record_places (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);
/** namida_version_record_paths_of: Returns: (transfer full): the absolute paths of one intact content in all versions.
 * @backup_only: only in folders that only the store writes to. */
GPtrArray *namida_version_record_paths_of (NamidaDatabase *database, const char *sha256, gboolean backup_only);
/** namida_version_record_set_verified: records that the version was verified now. @damaged: the number of damaged
 * files. Returns: %FALSE with STORAGE. */
gboolean namida_version_record_set_verified (NamidaDatabase *database, gint64 id, int damaged, GError **error);
/** namida_version_record_set_pinned: Returns: %FALSE with NOT_FOUND or STORAGE. */
gboolean namida_version_record_set_pinned (NamidaDatabase *database, const char *id, gboolean pinned, GError **error);
/** namida_version_record_claim: marks the version as being removed. Returns: %FALSE with DECLINED if it is pinned,
 * NOT_FOUND if it no longer exists, or STORAGE. */
gboolean namida_version_record_claim (NamidaDatabase *database, const char *id, GError **error);
/** namida_version_record_delete: deletes the record, and the contents that no other version uses. Returns: %FALSE with
 * STORAGE. */
gboolean namida_version_record_delete (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);

/** namida_version_record_dup_away: Returns: (transfer full) (nullable): the store that has the version's own files, its
 * folder or its zip, if its drive is not connected, even if another drive with a store is at its place. Blocking. */
char *namida_version_record_dup_away (NamidaDatabase *database, const NamidaVersionRecord *record);
/** namida_version_files_dup_away: @files: (element-type NamidaVersionFile): of a version in the user's own folders.
 * Returns: (transfer full) (nullable): the music folder of the version whose drive is not connected. Blocking. */
char *namida_version_files_dup_away (NamidaDatabase *database, GPtrArray *files);
/** namida_version_record_is_in_other_store: Returns: whether the store at the place of the version is another one than
 * that of the version, so that nothing in it belongs to the version. Blocking. */
gboolean namida_version_record_is_in_other_store (const NamidaVersionRecord *record);
/** namida_version_record_is_readable: Returns: %FALSE if nothing can be read from the store of the version: its drive
 * was taken away without being unmounted. Blocking. */
gboolean namida_version_record_is_readable (const NamidaVersionRecord *record);
/** namida_version_record_note_store: records the store in which the version @id is now. Call it only if the version is
 * known to be there. Returns: %FALSE with STORAGE. Blocking. */
gboolean namida_version_record_note_store (NamidaDatabase *database, gint64 id, GError **error);
/** namida_version_record_is_replaced: Returns: whether another version is in the folder of @record: another program
 * removed this version and the next one got its name, or the user copied another one there. Then nothing in the folder
 * belongs to @record. Blocking. */
gboolean namida_version_record_is_replaced (const NamidaVersionRecord *record);
/** namida_version_record_open: Returns: a descriptor of the version's folder; -1 with errno set, which is ENOENT also
 * if it was replaced or if another store is at the place of its own. For LIBRARY always -1 with errno 0. */
int namida_version_record_open (const NamidaVersionRecord *record);
/** namida_version_file_dup_path: Returns: (transfer full): the absolute path. */
char *namida_version_file_dup_path (const NamidaVersionFile *file, const NamidaVersionRecord *record);
/** namida_version_file_dup_name: Returns: (transfer full): the name as shown to the user; UTF-8. */
char *namida_version_file_dup_name (const NamidaVersionFile *file);
/** namida_version_file_open_folder: opens the folder of @file without following links below the version. @version_fd:
 * from namida_version_record_open(). @basename: (out) (transfer full). Returns: a descriptor or -1. */
int namida_version_file_open_folder (const NamidaVersionFile *file, int version_fd, char **basename);
/** namida_version_file_stat: Returns: %FALSE if it does not exist or is not a regular file (for a folder: not a
 * folder). */
gboolean namida_version_file_stat (const NamidaVersionFile *file, int version_fd, struct stat *st);
/** namida_version_file_fits: Returns: whether @st is the file as it arrived, by size and time. */
gboolean namida_version_file_fits (const NamidaVersionFile *file, const struct stat *st);

G_END_DECLS
