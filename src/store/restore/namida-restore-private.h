/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-music-here.h"
#include "namida-restore.h"
#include "namida-contents.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/* Temporary files are here, below each destination; held by flock(2) while a restore goes on there. */
#define NAMIDA_RESTORE_PARTS ".namida-sync-restore"
/* Files that were replaced wait here, below each destination, in a folder named after the restore. */
#define NAMIDA_RESTORE_REPLACED ".namida-sync-replaced"
#define NAMIDA_RESTORE_NUMBER_MOST 1000u

/** One file (or empty folder) of the version. Immutable but for what the comparison says. */
typedef struct
{
  guint label;
  gboolean folder;
  gboolean missing; /* the version has lost it: only @sha256 is known */
  char *relative;   /* below the label's folder; the name of the zip */
  char *source;     /* absolute */
  guint64 size;
  gint64 mtime_ns;
  char *sha256; /* (nullable): at arrival, or as the hash index has it: worker thread of apply and preview */

  NamidaRestoreState state;
  char *reason; /* (nullable) */
  int newer;    /* of one that is different: 1: the version's file, -1: the one here, 0: they are as old */
  char *place;  /* (nullable): the free name beside it ("name (2).ext"), for KEEP_BOTH */
} NamidaRestoreFile;

NamidaRestoreFile *namida_restore_file_new (void);
void namida_restore_file_free (NamidaRestoreFile *self);

struct _NamidaRestorePlan
{
  GObject parent_instance;

  /* Set by load. */
  NamidaDatabase *database;
  char *folder;
  char *zip; /* (nullable) */
  char *music;
  char *zip_folder;
  GPtrArray *labels;            /* NamidaRestoreLabel */
  GPtrArray *files;             /* NamidaRestoreFile; a worker owns what is in them while @busy */
  NamidaInspection *inspection; /* (nullable) */

  NamidaRestorePolicy policy;
  gboolean automatic;
  gboolean busy;
  GPtrArray *items;   /* (nullable) NamidaRestoreItem */
  char *picked;       /* (nullable): what Namida's automatic restore would pick, after apply */
  gboolean zip_there; /* after apply */
  char *record;       /* (nullable): after apply: the id under which it can be undone */
};

void namida_restore_label_free (NamidaRestoreLabel *self);

/* namida-restore-load.c; worker threads. */

/** namida_restore_find: what is in @folder: the zip, the folders of labels. @plan: labels, zip and folder are filled.
 */
gboolean namida_restore_find (NamidaRestorePlan *plan, const char *folder, GError **error);
/** namida_restore_choose: the destinations of the same names. @known: (nullable) */
void namida_restore_choose (NamidaRestorePlan *plan, GPtrArray *known);
/** namida_restore_most_files: how many files and folders a plan holds: NAMIDA_LIMIT_FILES. Tests set fewer. */
extern guint namida_restore_most_files;
/** namida_restore_walk: fills @plan's files. */
gboolean namida_restore_walk (NamidaRestorePlan *plan, GCancellable *cancellable, GError **error);

/** namida_restore_read_originals: (transfer full): label → where the folder was on the device that sent it, as the
 * manifest at @manifest_path says; empty when it cannot be read. */
GHashTable *namida_restore_read_originals (const char *manifest_path);
/** namida_restore_find_picked: (transfer full) (nullable): the name of the backup in @folder that Namida's own
 * automatic restore takes. */
char *namida_restore_find_picked (const char *folder);

/* namida-restore-there.c; worker threads. */

/** namida_restore_there_read: what the device @fingerprint, or (%NULL) the unproven one called @alias, is known to have
 * by the versions it sent: (transfer full) (nullable): %NULL with NOT_FOUND (it sent none that says) or STORAGE.
 * @device: (out): of what kind it is. @newest: (out) (optional) (nullable) (transfer full): its newest good backup. */
NamidaMusicHere *namida_restore_there_read (NamidaDatabase *database,
                                            const char *fingerprint,
                                            const char *alias,
                                            NamidaDevice *device,
                                            char **newest,
                                            GCancellable *cancellable,
                                            GError **error);
/** namida_restore_dup_newest_here: (transfer full) (nullable): path of the newest good backup in Namida's own folder
 * @folder. */
char *namida_restore_dup_newest_here (const char *folder, GCancellable *cancellable);

/* namida-restore-missing.c; worker threads. */

/** namida_restore_expect_record: after namida_restore_walk(): adds the files that the version has lost, and sets
 * @sha256 of the others: as the record in the version says, else the database. */
void namida_restore_expect_record (NamidaRestorePlan *plan);

/* namida-restore-compare.c; worker threads. */

/** namida_restore_expect: sets @sha256 of files whose hash at arrival is known. */
void namida_restore_expect (NamidaRestorePlan *plan);
/** namida_restore_compare: sets state, reason and place. @root: the destination's path. */
void namida_restore_compare (NamidaRestorePlan *plan,
                             NamidaRestoreFile *file,
                             const char *root,
                             NamidaRestorePolicy policy,
                             GCancellable *cancellable);

/* namida-restore-apply.c; a worker thread. */
typedef struct
{
  GMutex lock; /* guards @done and @total */
  guint64 done, total;
} NamidaRestoreCount;
gboolean namida_restore_apply (NamidaRestorePlan *plan,
                               NamidaRestoreCount *count,
                               NamidaRestoreResult *result,
                               GCancellable *cancellable,
                               GError **error);

/* namida-restore-record.c: what was added, in the database; worker threads. */
typedef enum
{
  NAMIDA_RESTORED_FILE = 0,
  NAMIDA_RESTORED_FOLDER = 1,
  NAMIDA_RESTORED_ROOT = 2,
} NamidaRestoredKind;

typedef struct
{
  gint64 id;
  NamidaRestoredKind kind;
  char *path;
  guint64 size, inode, device;
  gint64 mtime_ns;
  char *sha256; /* (nullable) */
  char *kept;   /* (nullable) */
} NamidaRestoredRow;

NamidaRestoredRow *namida_restored_row_new (NamidaRestoredKind kind, const char *path);
void namida_restored_row_free (NamidaRestoredRow *self);
/** namida_restore_record_begin: the interrupted restore of @source, or a new one. Returns: (transfer full) (nullable)
 * its id. */
char *namida_restore_record_begin (NamidaDatabase *database, const char *source, GError **error);
/** namida_restore_record_reopen: more will be added to the restore @id; without effect when it is forgotten. */
gboolean namida_restore_record_reopen (NamidaDatabase *database, const char *id, GError **error);
/** namida_restore_record_add: @rows: (element-type NamidaRestoredRow): one transaction, durable when it returns. */
gboolean namida_restore_record_add (NamidaDatabase *database, const char *id, GPtrArray *rows, GError **error);
/** namida_restore_record_drop: @row was added, and its file is not there after all. */
gboolean
namida_restore_record_drop (NamidaDatabase *database, const char *id, const NamidaRestoredRow *row, GError **error);
/** namida_restore_record_end: done; forgets it when nothing was added. */
gboolean namida_restore_record_end (NamidaDatabase *database, const char *id, GError **error);
/** namida_restore_record_drop_empty: forgets it when nothing was added. */
gboolean namida_restore_record_drop_empty (NamidaDatabase *database, const char *id, GError **error);
gboolean namida_restore_record_forget (NamidaDatabase *database, const char *id, GError **error);
/** (transfer full) (element-type NamidaRestoredRow): the last added first. */
GPtrArray *namida_restore_record_rows (NamidaDatabase *database, const char *id, GError **error);
/** (transfer full) (element-type utf8): ids of restores that are older than NAMIDA_RESTORE_UNDO_DAYS. */
GPtrArray *namida_restore_record_old (NamidaDatabase *database, GError **error);

/* namida-restore-away.c */
/** namida_restore_check_roots: @rows: (element-type NamidaRestoredRow): of one restore. Returns: %FALSE with NO_DRIVE
 * when a folder that it went to is on a drive that is not connected. Worker threads. */
gboolean namida_restore_check_roots (GPtrArray *rows, GError **error);

/* namida-restore-undo.c; worker threads. */

/** namida_restore_note_missing: adds to @rows the folders of @path that are missing, from the top. */
void namida_restore_note_missing (GPtrArray *rows, const char *path);
/** namida_restore_lock: opens and holds the folder of temporary files below @root. @create: else missing is -1 without
 * error. Returns: a descriptor, or -1: BUSY, STORAGE. */
int namida_restore_lock (const char *root, gboolean create, GError **error);
/** namida_restore_unlock: removes the folder of temporary files and closes @fd. */
void namida_restore_unlock (const char *root, int fd);
/** namida_restore_expire: forgets restores that are too old to be undone, and removes what they replaced. */
void namida_restore_expire (NamidaDatabase *database);
/** namida_restore_fail: @format: the clause that says what could not be done. Returns: FALSE. */
gboolean namida_restore_fail (GError **error, int saved_errno, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
