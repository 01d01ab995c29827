/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of a restore: the plan with its files, and the functions of its steps. The plan belongs to the
 * main context; while @busy is set, a worker owns the contents of its files. */
#pragma once

#include "namida-music-here.h"
#include "namida-restore.h"
#include "namida-contents.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/* The folder for temporary files below each destination. It is locked with flock(2) while a restore runs there. */
#define NAMIDA_RESTORE_PARTS ".namida-sync-restore"
/* The folder below each destination for files that were replaced, with a subfolder for each restore. */
#define NAMIDA_RESTORE_REPLACED ".namida-sync-replaced"
#define NAMIDA_RESTORE_NUMBER_MOST 1000u

/** NamidaRestoreFile: one file, or empty folder, of the version. Only the results of the comparison change. */
typedef struct
{
  guint label;
  gboolean folder;
  gboolean missing; /* the version has lost it: only @sha256 is known */
  char *relative;   /* below the folder of the label; for the zip its name */
  char *source;     /* absolute path */
  guint64 size;
  gint64 mtime_ns;
  char *sha256; /* (nullable): on arrival, or from the hash index */

  NamidaRestoreState state;
  char *reason; /* (nullable) */
  int newer;    /* if different: 1: the version's file is newer, -1: the local one, 0: equal */
  char *place;  /* (nullable): a free name beside it ("name (2).ext"), for KEEP_BOTH */
} NamidaRestoreFile;

/** namida_restore_file_new: Returns: (transfer full): an empty structure. */
NamidaRestoreFile *namida_restore_file_new (void);
void namida_restore_file_free (NamidaRestoreFile *self);

struct _NamidaRestorePlan
{
  GObject parent_instance;

  /* Set by load. */
  NamidaDatabase *database;
  char *folder;
  char *zip;     /* (nullable) */
  guint singles; /* files of a version that are neither the zip nor in a music folder */
  char *music;
  char *zip_folder;
  char *copy_folder;            /* (nullable): chosen for the zip, or for the copy that fits; %NULL: @zip_folder */
  GPtrArray *labels;            /* NamidaRestoreLabel */
  GPtrArray *files;             /* NamidaRestoreFile; a worker owns their contents while @busy is set */
  NamidaInspection *inspection; /* (nullable) */
  gboolean unproven;            /* the list of hashes is damaged and nothing else knows them: no file can be compared */

  NamidaRestorePolicy policy;
  gboolean automatic;
  gboolean busy;
  GPtrArray *items;   /* (nullable) NamidaRestoreItem */
  char *picked;       /* (nullable): after apply, the backup that Namida's automatic restore would pick */
  gboolean zip_there; /* after apply */
  char *record;       /* (nullable): after apply, the ID for undoing it */
};

void namida_restore_label_free (NamidaRestoreLabel *self);

/* namida-restore-load.c; worker threads. */

/** namida_restore_find: finds the zip and the folders of labels in @folder and sets the labels, the zip and the folder
 * of @plan. Returns: %FALSE with NOT_FOUND or STORAGE. */
gboolean namida_restore_find (NamidaRestorePlan *plan, const char *folder, GError **error);
/** namida_restore_choose: chooses destinations with the same names as the labels. @known: (nullable): music folders of
 * this computer. */
void namida_restore_choose (NamidaRestorePlan *plan, GPtrArray *known);
/** namida_restore_most_files: how many files and folders a plan may contain: NAMIDA_LIMIT_FILES, or fewer in tests. */
extern guint namida_restore_most_files;
/** namida_restore_walk: fills the list of files of @plan. Returns: %FALSE with @error. */
gboolean namida_restore_walk (NamidaRestorePlan *plan, GCancellable *cancellable, GError **error);

/** namida_restore_read_originals: Returns: (transfer full): a table of labels and the paths of their folders on the
 * device that sent them, from the manifest at @manifest_path; empty if that cannot be read. */
GHashTable *namida_restore_read_originals (const char *manifest_path);
/** namida_restore_find_picked: Returns: (transfer full) (nullable): the name of the backup in @folder that Namida's own
 * automatic restore picks. */
char *namida_restore_find_picked (const char *folder);

/* namida-restore-there.c; worker threads. */

/** namida_restore_there_read: collects what the versions of a device tell about its music. @fingerprint: (nullable):
 * the key of the device; %NULL for a device without a proven key, named @alias. @device: (out): its kind. @newest:
 * (out) (optional) (nullable) (transfer full): its newest good backup. Returns: (transfer full) (nullable): %NULL with
 * NOT_FOUND (no version tells) or STORAGE. */
NamidaMusicHere *namida_restore_there_read (NamidaDatabase *database,
                                            const char *fingerprint,
                                            const char *alias,
                                            NamidaDevice *device,
                                            char **newest,
                                            GCancellable *cancellable,
                                            GError **error);
/** namida_restore_dup_newest_here: Returns: (transfer full) (nullable): the path of the newest good backup in Namida's
 * own folder @folder. */
char *namida_restore_dup_newest_here (const char *folder, GCancellable *cancellable);

/* namida-restore-missing.c; worker threads. */

/** namida_restore_expect_record: called after namida_restore_walk(): adds the files that the version has lost and sets
 * @sha256 of the others, from the record in the version or else from the database. */
void namida_restore_expect_record (NamidaRestorePlan *plan);

/* namida-restore-compare.c; worker threads. */

/** namida_restore_expect: sets @sha256 of the files that have none yet and whose hash on arrival is in the database.
 * Returns: %FALSE with STORAGE if the database cannot be read. */
gboolean namida_restore_expect (NamidaRestorePlan *plan, GError **error);
/** namida_restore_compare: sets the state, reason and place of @file. @root: the path of the destination. */
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
/** namida_restore_apply: restores the files of @plan. @count: updated while it runs; @result: (out): also set after an
 * error. Returns: %FALSE with @error. */
gboolean namida_restore_apply (NamidaRestorePlan *plan,
                               NamidaRestoreCount *count,
                               NamidaRestoreResult *result,
                               GCancellable *cancellable,
                               GError **error);

/* namida-restore-record.c: records in the database what was added; worker threads. */
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
  char *kept;   /* (nullable): where the replaced file was set aside */
} NamidaRestoredRow;

/** namida_restored_row_new: Returns: (transfer full): a row for @path. */
NamidaRestoredRow *namida_restored_row_new (NamidaRestoredKind kind, const char *path);
void namida_restored_row_free (NamidaRestoredRow *self);
/** namida_restore_record_begin: continues the interrupted restore of @source or begins a new one. Returns: (transfer
 * full) (nullable): its ID; %NULL with @error. */
char *namida_restore_record_begin (NamidaDatabase *database, const char *source, GError **error);
/** namida_restore_record_reopen: announces that more will be added to the restore @id. Has no effect if the restore is
 * no longer recorded. Returns: %FALSE with STORAGE or NO_SPACE. */
gboolean namida_restore_record_reopen (NamidaDatabase *database, const char *id, GError **error);
/** namida_restore_record_add: @rows: (element-type NamidaRestoredRow): written in one transaction, durable on return.
 * Returns: %FALSE with STORAGE or NO_SPACE, like the other functions that write records. */
gboolean namida_restore_record_add (NamidaDatabase *database, const char *id, GPtrArray *rows, GError **error);
/** namida_restore_record_drop: removes @row, because its file was not added after all. Returns: %FALSE with STORAGE or
 * NO_SPACE. */
gboolean
namida_restore_record_drop (NamidaDatabase *database, const char *id, const NamidaRestoredRow *row, GError **error);
/** namida_restore_record_end: marks the restore as complete; removes its record if nothing was added. Returns: %FALSE
 * with STORAGE or NO_SPACE. */
gboolean namida_restore_record_end (NamidaDatabase *database, const char *id, GError **error);
/** namida_restore_record_drop_empty: removes the record of the restore if nothing was added. Returns: %FALSE with
 * STORAGE or NO_SPACE. */
gboolean namida_restore_record_drop_empty (NamidaDatabase *database, const char *id, GError **error);
/** namida_restore_record_forget: removes the record of the restore @id, which cannot be undone afterwards. Returns:
 * %FALSE with STORAGE or NO_SPACE. */
gboolean namida_restore_record_forget (NamidaDatabase *database, const char *id, GError **error);
/** namida_restore_record_rows: Returns: (transfer full) (nullable) (element-type NamidaRestoredRow): the rows, last
 * added first; %NULL with STORAGE. */
GPtrArray *namida_restore_record_rows (NamidaDatabase *database, const char *id, GError **error);
/** namida_restore_record_old: Returns: (transfer full) (element-type utf8): the IDs of restores that are older than
 * NAMIDA_RESTORE_UNDO_DAYS. */
GPtrArray *namida_restore_record_old (NamidaDatabase *database, GError **error);

/* namida-restore-away.c */
/** namida_restore_check_roots: @rows: (element-type NamidaRestoredRow): of one restore. Returns: %FALSE with NO_DRIVE
 * if one of its destinations is on a drive that is not connected. Worker threads. */
gboolean namida_restore_check_roots (GPtrArray *rows, GError **error);

/* namida-restore-undo.c; worker threads. */

/** namida_restore_note_missing: adds the missing folders on the way to @path to @rows, from the top. */
void namida_restore_note_missing (GPtrArray *rows, const char *path);
/** namida_restore_is_same_file: Returns: whether @name in @folder and @kept are hard links of the same file, which
 * means that the new file has not taken the name yet. */
gboolean namida_restore_is_same_file (int folder, const char *name, const char *kept);
/** namida_restore_lock: opens and locks the folder for temporary files below @root. @create: create it; otherwise a
 * missing folder gives -1 without @error. Returns: a descriptor, or -1 with BUSY or STORAGE. */
int namida_restore_lock (const char *root, gboolean create, GError **error);
/** namida_restore_unlock: removes the folder for temporary files and closes @fd. */
void namida_restore_unlock (const char *root, int fd);
/** namida_restore_expire: removes the records of restores that are too old to be undone, and the files that they
 * replaced. */
void namida_restore_expire (NamidaDatabase *database);
/** namida_restore_fail: @format: a clause that says what failed. Returns: %FALSE. */
gboolean namida_restore_fail (GError **error, int saved_errno, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
