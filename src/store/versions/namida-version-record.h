/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-journal.h"
#include "namida-landing.h"
#include "namida-version-music.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/* The table of versions, and the files of one version. Blocking: worker threads. */

/** NamidaVersionRemoving: what the column "removing" says. */
typedef enum
{
  NAMIDA_VERSION_STAYS,
  NAMIDA_VERSION_REMOVING, /* its removal has begun: it is no version any more */
  NAMIDA_VERSION_TRASHED,  /* it waits in the trash of its store */
} NamidaVersionRemoving;

typedef struct
{
  gint64 id;
  char *session;
  char *fingerprint; /* (nullable) */
  char *alias;
  char *path;
  char *title;
  char *offer_key; /* "" of some that release 0.1.0 made */
  NamidaLanding landing;
  gint64 created_at, verified_at;
  gboolean pinned, complete;
  int damaged;
  guint files; /* without manifests and empty folders */
  guint64 bytes;
  guint left_out;    /* what the sender could not read */
  gint64 read_at;    /* microseconds since 1970: the oldest date at which one of its files was read; 0: unknown */
  char *zip;         /* (nullable): the path of the backup zip, as that of a NamidaVersionFile */
  GPtrArray *labels; /* NamidaVersionMusic, by label; single files have "" */
} NamidaVersionRecord;
void namida_version_record_free (NamidaVersionRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaVersionRecord, namida_version_record_free)

typedef struct
{
  NamidaVersionFileKind kind;
  char *path; /* below the version's folder; of LIBRARY absolute */
  char *label;
  char *below;
  guint64 size;
  gint64 mtime_ns;
  char *sha256;          /* "" of an empty folder */
  gint64 content;        /* the number of its row in the table of contents; 0: an empty folder */
  guint64 inode, device; /* of the file that was read last */
  gint64 ctime_ns;       /* likewise; 0: unknown */
  gint64 read_at;        /* microseconds since 1970 */
  gboolean damaged;      /* a read found other bytes */
  gboolean kept;         /* it was at a person's place before: the device did not send it */
} NamidaVersionFile;

/** namida_version_record_list: (transfer full) (element-type NamidaVersionRecord): newest first. @removing: versions,
 * or those that are on their way out. */
GPtrArray *namida_version_record_list (NamidaDatabase *database, NamidaVersionRemoving removing, GError **error);
/** namida_version_record_find: (transfer full) (nullable): NOT_FOUND. */
NamidaVersionRecord *namida_version_record_find (NamidaDatabase *database, const char *id, GError **error);
/** namida_version_record_files: (transfer full) (element-type NamidaVersionFile) (nullable): by path. Of one version at
 * a time: nothing needs the files of all versions at once. */
GPtrArray *namida_version_record_files (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);
/** namida_version_record_places: likewise, of each file only kind, path, size and time, and in no order: to look
 * whether they are still there. */
GPtrArray *namida_version_record_places (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);
/** One whole content of all versions: (transfer full): absolute paths. @backup_only: those that only the store writes
 * to. */
GPtrArray *namida_version_record_paths_of (NamidaDatabase *database, const char *sha256, gboolean backup_only);
gboolean namida_version_record_set_verified (NamidaDatabase *database, gint64 id, int damaged, GError **error);
gboolean namida_version_record_set_pinned (NamidaDatabase *database, const char *id, gboolean pinned, GError **error);
/** namida_version_record_claim: marks it as being removed: DECLINED when it is pinned, NOT_FOUND when it is no more. */
gboolean namida_version_record_claim (NamidaDatabase *database, const char *id, GError **error);
/** The record, and the contents that no other version has. */
gboolean namida_version_record_delete (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error);

/** namida_version_record_is_replaced: whether another version has the folder of @record: another program removed it,
 * and the next one that arrived got its name; or somebody copied another one there. Nothing of it is ours. Blocking. */
gboolean namida_version_record_is_replaced (const NamidaVersionRecord *record);
/** namida_version_record_open: the version's folder; -1 with errno, ENOENT also for one that is replaced; of LIBRARY
 * always -1 with errno 0. */
int namida_version_record_open (const NamidaVersionRecord *record);
/** namida_version_file_dup_path: (transfer full): absolute. */
char *namida_version_file_dup_path (const NamidaVersionFile *file, const NamidaVersionRecord *record);
/** namida_version_file_dup_name: (transfer full): as it is named to a person; UTF-8. */
char *namida_version_file_dup_name (const NamidaVersionFile *file);
/** namida_version_file_open_folder: the folder it is in, through no link below the version; -1. @version_fd: of
 * namida_version_record_open(). */
int namida_version_file_open_folder (const NamidaVersionFile *file, int version_fd, char **basename);
/** namida_version_file_stat: FALSE: it is not there, or no file (of a folder: no folder). */
gboolean namida_version_file_stat (const NamidaVersionFile *file, int version_fd, struct stat *st);
/** Whether @st is that file as it arrived, by size and time. */
gboolean namida_version_file_fits (const NamidaVersionFile *file, const struct stat *st);

G_END_DECLS
