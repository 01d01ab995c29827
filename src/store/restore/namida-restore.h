/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restores a version, or a backup that was downloaded from the cloud, into the folders of this computer, and undoes
 * that again. Called by the window and the command line in the main context; the work is done in worker threads. */
#pragma once

#include "namida-database.h"
#include "namida-inspection.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaRestoreState: what restoring one file would do. */
typedef enum
{
  NAMIDA_RESTORE_NEW,       /* the name is free: the file is added */
  NAMIDA_RESTORE_SAME,      /* the same content is there: nothing to do */
  NAMIDA_RESTORE_DIFFERENT, /* other content has that name: see NamidaRestorePolicy */
  NAMIDA_RESTORE_BLOCKED,   /* it cannot be placed (a file in place of a folder, a link in the way, unreadable) */
  NAMIDA_N_RESTORES
} NamidaRestoreState;

/** NamidaRestorePolicy: what to do with files that are different. */
typedef enum
{
  NAMIDA_RESTORE_SKIP_DIFFERENT, /* the default: keep the existing file and do not add the version's */
  NAMIDA_RESTORE_KEEP_BOTH,      /* add the version's file as "name (2).ext" */
  NAMIDA_RESTORE_REPLACE,        /* replace it, and keep the old file aside for NAMIDA_RESTORE_UNDO_DAYS */
} NamidaRestorePolicy;

#define NAMIDA_RESTORE_UNDO_DAYS 30u

/** NamidaRestoreLabel: one music folder of the version, or the zip, which has an empty label. */
typedef struct
{
  char *label;
  char *source;                     /* absolute path of its files in the version */
  char *original_path;              /* (nullable): where they were on the sending device (manifest) */
  char *destination;                /* (nullable): absolute path; NULL: not restored */
  gboolean asked;                   /* the user must choose a destination: no folder here has the same name */
  guint64 files[NAMIDA_N_RESTORES]; /* counted by the last preview, by state */
  guint64 bytes[NAMIDA_N_RESTORES];
  guint64 newer_here; /* of the different files: those whose local file is newer */
} NamidaRestoreLabel;

/** NamidaRestoreItem: one file of the preview. @path begins with the label ("Music/Björk/01.flac") and is UTF-8. */
typedef struct
{
  guint label; /* index into namida_restore_plan_get_labels() */
  char *path;
  guint64 size;
  NamidaRestoreState state;
  char *reason; /* (nullable): why it is blocked, a sentence */
  int newer;    /* if different: 1: the version's file is newer, -1: the local one, 0: equal */
} NamidaRestoreItem;

/** NamidaRestoreResult: the numbers of files that apply or undo changed. */
typedef struct
{
  guint64 added, replaced, same, skipped, blocked, folders; /* by apply */
  guint64 bytes;
  guint64 removed, put_back, left; /* by undo; @left: not touched, because they changed since */
} NamidaRestoreResult;

/** NamidaRestorePlan: restores a version into the folders of this computer, in four steps: load, choose destinations,
 * preview, apply. Main context; the work is done in worker threads, one call at a time (otherwise BUSY). Nothing is
 * written before apply. */
#define NAMIDA_TYPE_RESTORE_PLAN (namida_restore_plan_get_type ())
G_DECLARE_FINAL_TYPE (NamidaRestorePlan, namida_restore_plan, NAMIDA, RESTORE_PLAN, GObject)

/**
 * namida_restore_plan_load_async:
 * @folder: the folder of a version (a zip, a manifest, Music/<label>/…), a folder that was downloaded from the cloud (a
 * zip, a manifest, <label>/…), any folder with a zip, or a single zip. If there are several zips, the newest is used
 * @music: the parent for folders that are new to this computer: <music>/<label>
 * @known: (nullable) (element-type filename): the music folders of this computer. A folder with the same name as a
 * label is its destination; otherwise <music>/<label> if it exists; otherwise the user must choose
 * (NamidaRestoreLabel.asked)
 * @zip_folder: Namida's own folder for backups
 *
 * Finds what can be restored, in a worker.
 */
void namida_restore_plan_load_async (NamidaDatabase *database,
                                     const char *folder,
                                     const char *music,
                                     GPtrArray *known,
                                     const char *zip_folder,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** namida_restore_plan_load_finish: Returns: (transfer full) (nullable): %NULL with NOT_FOUND (there is nothing to
 * restore) or STORAGE. */
NamidaRestorePlan *namida_restore_plan_load_finish (GAsyncResult *result, GError **error);

/** namida_restore_plan_get_folder: Returns: (transfer none): the folder that is restored from. */
const char *namida_restore_plan_get_folder (NamidaRestorePlan *self);
/** namida_restore_plan_get_singles: Returns: the number of files of the version that are not restored, because they are
 * neither the zip nor in a music folder. */
guint namida_restore_plan_get_singles (NamidaRestorePlan *self);
/** namida_restore_plan_get_zip: Returns: (transfer none) (nullable): the name of the zip. */
const char *namida_restore_plan_get_zip (NamidaRestorePlan *self);
/** namida_restore_plan_get_labels: Returns: (transfer none) (element-type NamidaRestoreLabel): the labels; the zip
 * comes first if there is one. */
GPtrArray *namida_restore_plan_get_labels (NamidaRestorePlan *self);
/** namida_restore_plan_get_inspection: Returns: (transfer none) (nullable): what the zip contains. */
const NamidaInspection *namida_restore_plan_get_inspection (NamidaRestorePlan *self);
/** namida_restore_plan_dup_path_lines: Returns: (transfer full): translated lines that say what to enter in Namida's
 * "Update directory path" if the music is at the destinations that are chosen now; may be empty. */
char **namida_restore_plan_dup_path_lines (NamidaRestorePlan *self);
/** namida_restore_plan_set_destination: @label: "" for the zip; @folder: (nullable): an absolute path that may not
 * exist yet; %NULL to skip the label. The folder of the zip is also that of the copy that
 * namida_restore_plan_fit_async() makes, which is not skipped. Returns: %FALSE with NOT_FOUND (no such label) or
 * UNSAFE_PATH (inside the version, or not absolute). */
gboolean
namida_restore_plan_set_destination (NamidaRestorePlan *self, const char *label, const char *folder, GError **error);
/** namida_restore_plan_dup_new_folder: Returns: (transfer full): <music>/<label>, or its first numbered variant that is
 * free. Accesses the disk once for each attempt. */
char *namida_restore_plan_dup_new_folder (NamidaRestorePlan *self, const char *label);
/** namida_restore_plan_set_policy: sets what to do with different files. The default is
 * NAMIDA_RESTORE_SKIP_DIFFERENT. */
void namida_restore_plan_set_policy (NamidaRestorePlan *self, NamidaRestorePolicy policy);
/** namida_restore_plan_get_policy: Returns: see namida_restore_plan_set_policy(). */
NamidaRestorePolicy namida_restore_plan_get_policy (NamidaRestorePlan *self);
/** namida_restore_plan_set_automatic: whether the zip gets the current time, so that Namida's own automatic restore
 * picks it. By default it keeps its time. */
void namida_restore_plan_set_automatic (NamidaRestorePlan *self, gboolean automatic);
/** namida_restore_plan_needs_choice: Returns: (transfer none) (nullable): the first label for which the user must still
 * choose a destination. */
const char *namida_restore_plan_needs_choice (NamidaRestorePlan *self);

/**
 * namida_restore_plan_pick:
 * @paths: (array zero-terminated=1): files, or folders with everything in them, below the music folders of the version,
 * such as “Music/Björk/Homogenic”; UTF-8, in the form of NamidaRestoreItem and NamidaFindHit.place
 * @zip: whether to keep the backup zip, for a copy with some of its playlists
 *
 * Restricts the plan to these files: all others are removed from it permanently. Call it after load and before preview.
 * Main context.
 *
 * Returns: %FALSE with NOT_FOUND, which names the first of @paths that the version does not contain; the plan is
 * unchanged then
 */
gboolean namida_restore_plan_pick (NamidaRestorePlan *self, const char *const *paths, gboolean zip, GError **error);
/** namida_restore_plan_dup_songs: Returns: (transfer full) (element-type utf8): all files of the music folders, in the
 * form that namida_restore_plan_pick() expects and in the order of the folders. Main context. */
GPtrArray *namida_restore_plan_dup_songs (NamidaRestorePlan *self);

/** namida_restore_plan_preview_async: compares every file with what is at its destination, by recorded hashes if
 * nothing has changed since, otherwise by content. Labels without a destination are skipped. */
void namida_restore_plan_preview_async (NamidaRestorePlan *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
/** namida_restore_plan_preview_finish: Returns: %FALSE with STORAGE, BUSY, or if it was canceled. */
gboolean namida_restore_plan_preview_finish (NamidaRestorePlan *self, GAsyncResult *result, GError **error);
/** namida_restore_plan_get_items: Returns: (transfer none) (nullable) (element-type NamidaRestoreItem): the results of
 * the last preview, valid until the next one. */
GPtrArray *namida_restore_plan_get_items (NamidaRestorePlan *self);
/** namida_restore_plan_dup_lines: Returns: (transfer full): the preview in words, one translated line for each
 * label. */
char **namida_restore_plan_dup_lines (NamidaRestorePlan *self);

/** NamidaRestoreProgress: called in the main context at most ten times a second. @done: the bytes examined so far, of
 * @total. */
typedef void (*NamidaRestoreProgress) (guint64 done, guint64 total, gpointer user_data);
/**
 * namida_restore_plan_apply_async:
 * @progress: (nullable) (scope notified): called with the progress
 *
 * Adds new files, and handles different ones according to the policy. Each file is written under a temporary name,
 * compared with its hash on arrival if that is known, made durable, and renamed without replacing another file. What is
 * added is recorded before it appears, for namida_restore_undo_async(). A crash leaves only complete files, and
 * applying again continues. Examines every destination again, so no preview is required.
 */
void namida_restore_plan_apply_async (NamidaRestorePlan *self,
                                      NamidaRestoreProgress progress,
                                      gpointer progress_data,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/** namida_restore_plan_apply_finish: @applied: (out) (optional): also set if it failed in the middle. Returns: %FALSE
 * with NO_SPACE, STORAGE, BUSY (another restore is running at the destination) or INCOMPLETE (done, except for files
 * that are blocked or damaged, which are named). */
gboolean namida_restore_plan_apply_finish (NamidaRestorePlan *self,
                                           GAsyncResult *result,
                                           NamidaRestoreResult *applied,
                                           GError **error);
/** namida_restore_plan_get_record: Returns: (transfer none) (nullable): after apply: the ID for
 * namida_restore_undo_async(); %NULL if apply has not written anything. Main context. */
const char *namida_restore_plan_get_record (NamidaRestorePlan *self);
/** namida_restore_plan_dup_next_steps: Returns: (transfer full) (array zero-terminated=1): after apply: the steps that
 * are left to do in Namida itself, as translated lines: which backup its automatic restore would pick, how to choose
 * this one, and which paths to update. */
char **namida_restore_plan_dup_next_steps (NamidaRestorePlan *self);
/** namida_restore_plan_dup_steps: Returns: (transfer full) (element-type NamidaStep): the same steps, for a window;
 * empty if no good backup is in place. */
GPtrArray *namida_restore_plan_dup_steps (NamidaRestorePlan *self);
/** namida_restore_plan_dup_zip_path: Returns: (transfer full) (nullable): the path of the backup zip in the version. */
char *namida_restore_plan_dup_zip_path (NamidaRestorePlan *self);

/** NamidaRestoreRecord: a restore that can be undone. */
typedef struct
{
  char *id;
  char *source; /* the folder of the version */
  gint64 time;  /* microseconds since 1970 */
  guint64 files;
  guint64 bytes;
  gboolean whole; /* FALSE: it was interrupted */
} NamidaRestoreRecord;

/** namida_restore_list: Returns: (transfer full) (nullable) (element-type NamidaRestoreRecord): newest first; %NULL
 * with STORAGE. Blocking. */
GPtrArray *namida_restore_list (NamidaDatabase *database, GError **error);
/** namida_restore_undo_async: undoes the restore @id (nullable: the newest one), except for files that have been
 * changed since. Replaced files are put back, and folders that it created are removed if they are empty. */
void namida_restore_undo_async (NamidaDatabase *database,
                                const char *id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** namida_restore_undo_finish: Returns: %FALSE with NOT_FOUND (there is nothing to undo), STORAGE or BUSY. */
gboolean namida_restore_undo_finish (GAsyncResult *result, NamidaRestoreResult *undone, GError **error);

G_END_DECLS
