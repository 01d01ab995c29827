/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"
#include "namida-inspection.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** What restoring one file would do. */
typedef enum
{
  NAMIDA_RESTORE_NEW,       /* nothing of that name is there: it is added */
  NAMIDA_RESTORE_SAME,      /* the same content is there: nothing to do */
  NAMIDA_RESTORE_DIFFERENT, /* other content of that name is there: see NamidaRestorePolicy */
  NAMIDA_RESTORE_BLOCKED,   /* it cannot be placed (a file where a folder must be, a link in the way, unreadable) */
  NAMIDA_N_RESTORES
} NamidaRestoreState;

/** What becomes of files that are different. */
typedef enum
{
  NAMIDA_RESTORE_SKIP_DIFFERENT, /* the default: what is there stays, the version's file is not added */
  NAMIDA_RESTORE_KEEP_BOTH,      /* added as "name (2).ext" */
  NAMIDA_RESTORE_REPLACE, /* takes the place; the old file is kept aside until NAMIDA_RESTORE_UNDO_DAYS are over */
} NamidaRestorePolicy;

#define NAMIDA_RESTORE_UNDO_DAYS 30u

/** One music folder of the version, and the zip as the one with an empty label. */
typedef struct
{
  char *label;
  char *source;                     /* absolute: where its files are in the version */
  char *original_path;              /* (nullable): where they were on the device that sent them (manifest) */
  char *destination;                /* (nullable): absolute; NULL: it is not restored */
  gboolean asked;                   /* a person has to choose a destination: nothing here has the same name */
  guint64 files[NAMIDA_N_RESTORES]; /* of the last preview, by state */
  guint64 bytes[NAMIDA_N_RESTORES];
  guint64 newer_here; /* of the different ones: those that are newer here */
} NamidaRestoreLabel;

/** One file of the preview; @path with its label ("Music/Björk/01.flac"), UTF-8. */
typedef struct
{
  guint label; /* index into namida_restore_plan_get_labels() */
  char *path;
  guint64 size;
  NamidaRestoreState state;
  char *reason; /* (nullable): why it is blocked, a sentence */
  int newer;    /* of a different one: 1: the version's file is newer, -1: the one here, 0: neither */
} NamidaRestoreItem;

/** What apply or undo did, in figures. */
typedef struct
{
  guint64 added, replaced, same, skipped, blocked, folders; /* of apply */
  guint64 bytes;
  guint64 removed, put_back, left; /* of undo; @left: changed since, so left as they are */
} NamidaRestoreResult;

/**
 * NamidaRestorePlan: puts a version back into the folders of this computer: load, choose destinations, preview, apply.
 * Main context; the work is done in worker threads, one call at a time (BUSY else). Nothing is written before apply.
 */
#define NAMIDA_TYPE_RESTORE_PLAN (namida_restore_plan_get_type ())
G_DECLARE_FINAL_TYPE (NamidaRestorePlan, namida_restore_plan, NAMIDA, RESTORE_PLAN, GObject)

/**
 * namida_restore_plan_load_async:
 * @folder: a version's folder (a zip, a manifest, Music/<label>/…), or one that was downloaded from the cloud (a zip, a
 * manifest, <label>/…), or just a folder with a zip; or one zip. Of several zips the one of the newest time counts.
 * @music: where a folder that is new to this computer goes: <music>/<label>
 * @known: (nullable) (element-type filename): music folders of this computer; one of the same name as a label is its
 * destination, else <music>/<label> where that exists, else a person is asked (NamidaRestoreLabel.asked)
 * @zip_folder: Namida's own folder of backups
 */
void namida_restore_plan_load_async (NamidaDatabase *database,
                                     const char *folder,
                                     const char *music,
                                     GPtrArray *known,
                                     const char *zip_folder,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** Returns: (transfer full) (nullable): NOT_FOUND (nothing to restore in it), STORAGE. */
NamidaRestorePlan *namida_restore_plan_load_finish (GAsyncResult *result, GError **error);

const char *namida_restore_plan_get_folder (NamidaRestorePlan *self);
/** (transfer none) (nullable): the name of the zip. */
const char *namida_restore_plan_get_zip (NamidaRestorePlan *self);
/** (transfer none) (element-type NamidaRestoreLabel): the zip first, when there is one. */
GPtrArray *namida_restore_plan_get_labels (NamidaRestorePlan *self);
/** (transfer none) (nullable): what is in the zip. */
const NamidaInspection *namida_restore_plan_get_inspection (NamidaRestorePlan *self);
/** namida_restore_plan_dup_path_lines: (transfer full): what to paste into Namida's "Update directory path" when the
 * music is at the destinations that are chosen now; translated lines, may be none. */
char **namida_restore_plan_dup_path_lines (NamidaRestorePlan *self);
/** namida_restore_plan_set_destination: @label: "" for the zip; @folder: (nullable): absolute, need not exist; NULL:
 * skip. Returns: %FALSE with NOT_FOUND (no such label) or UNSAFE_PATH (inside the version, or not absolute). */
gboolean
namida_restore_plan_set_destination (NamidaRestorePlan *self, const char *label, const char *folder, GError **error);
/** namida_restore_plan_dup_new_folder: (transfer full): <music>/<label>, or its first numbered name that is free.
 * Looks at the disk once for each try. */
char *namida_restore_plan_dup_new_folder (NamidaRestorePlan *self, const char *label);
void namida_restore_plan_set_policy (NamidaRestorePlan *self, NamidaRestorePolicy policy);
NamidaRestorePolicy namida_restore_plan_get_policy (NamidaRestorePlan *self);
/** namida_restore_plan_set_automatic: the zip gets the time of now, so that Namida's own automatic restore picks it;
 * else it keeps its time (the default). */
void namida_restore_plan_set_automatic (NamidaRestorePlan *self, gboolean automatic);
/** namida_restore_plan_needs_choice: Returns: (transfer none) (nullable): the first label that a person must still
 * choose a destination for. */
const char *namida_restore_plan_needs_choice (NamidaRestorePlan *self);

/**
 * namida_restore_plan_pick:
 * @paths: (array zero-terminated=1): files, or folders with all that is in them, below the music folders of the
 * version: “Music/Björk/Homogenic”; UTF-8, as NamidaRestoreItem and NamidaFindHit.place name them
 *
 * Restores only these: the backup zip and all other files leave the plan for good. To be called after load and before
 * preview. Main context.
 *
 * Returns: %FALSE with NOT_FOUND when the version has none of them; the plan is as it was then
 */
gboolean namida_restore_plan_pick (NamidaRestorePlan *self, const char *const *paths, GError **error);
/** namida_restore_plan_dup_songs: Returns: (transfer full) (element-type utf8): each file of the music folders, as
 * namida_restore_plan_pick() takes it, in the order of the folders. Main context. */
GPtrArray *namida_restore_plan_dup_songs (NamidaRestorePlan *self);

/** namida_restore_plan_preview_async: compares every file with what is at its destination (by recorded hashes where
 * nothing has changed since, by content else). Labels that nobody chose a destination for are left out. */
void namida_restore_plan_preview_async (NamidaRestorePlan *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean namida_restore_plan_preview_finish (NamidaRestorePlan *self, GAsyncResult *result, GError **error);
/** (transfer none) (nullable) (element-type NamidaRestoreItem): of the last preview; replaced by the next. */
GPtrArray *namida_restore_plan_get_items (NamidaRestorePlan *self);
/** namida_restore_plan_dup_lines: (transfer full): the preview in words, a translated line for each label. */
char **namida_restore_plan_dup_lines (NamidaRestorePlan *self);

/** Called in the main context, at most ten times a second; bytes looked at, of those of the preview. */
typedef void (*NamidaRestoreProgress) (guint64 done, guint64 total, gpointer user_data);
/**
 * namida_restore_plan_apply_async: adds what is new, and treats what is different by the policy. Each file is written
 * under a temporary name, compared with the hash at arrival where that is known, made durable and renamed without
 * replacing; what was added is recorded before it appears, for namida_restore_undo_async(). A crash leaves whole files
 * only; applying again goes on. Looks at every destination anew: needs no preview before it.
 * @progress: (nullable) (scope notified)
 */
void namida_restore_plan_apply_async (NamidaRestorePlan *self,
                                      NamidaRestoreProgress progress,
                                      gpointer progress_data,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/** @applied: (out) (optional): also set when it fails in the middle. Errors: NO_SPACE, STORAGE, BUSY (another restore
 * is going on there), INCOMPLETE (done, but files are blocked or damaged: named). */
gboolean namida_restore_plan_apply_finish (NamidaRestorePlan *self,
                                           GAsyncResult *result,
                                           NamidaRestoreResult *applied,
                                           GError **error);
/** namida_restore_plan_get_record: Returns: (transfer none) (nullable): after apply: the id by which what it did is
 * undone; %NULL: it has not begun. Main context. */
const char *namida_restore_plan_get_record (NamidaRestorePlan *self);
/** namida_restore_plan_dup_next_steps: (transfer full): after apply: what is left to do in Namida itself, translated
 * lines in their order: which backup its automatic restore would pick, how to choose this one, which paths to update.
 */
char **namida_restore_plan_dup_next_steps (NamidaRestorePlan *self);
/** namida_restore_plan_dup_steps: (transfer full) (element-type NamidaStep): the same steps, for a window; empty when
 * no good backup is in place. */
GPtrArray *namida_restore_plan_dup_steps (NamidaRestorePlan *self);
/** namida_restore_plan_dup_zip_path: (transfer full) (nullable): the backup zip in the version. */
char *namida_restore_plan_dup_zip_path (NamidaRestorePlan *self);

/** A restore that can be undone. */
typedef struct
{
  char *id;
  char *source; /* the version's folder */
  gint64 time;  /* microseconds since 1970 */
  guint64 files;
  guint64 bytes;
  gboolean whole; /* FALSE: it was interrupted */
} NamidaRestoreRecord;

/** namida_restore_list: (transfer full) (element-type NamidaRestoreRecord): newest first. Blocking. */
GPtrArray *namida_restore_list (NamidaDatabase *database, GError **error);
/**
 * namida_restore_undo_async: takes back what a restore added, as far as nobody has changed it since; replaced files
 * return to their place, folders that it made go when they are empty. @id: (nullable): the newest one.
 */
void namida_restore_undo_async (NamidaDatabase *database,
                                const char *id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** Errors: NOT_FOUND (nothing to undo), STORAGE, BUSY. */
gboolean namida_restore_undo_finish (GAsyncResult *result, NamidaRestoreResult *undone, GError **error);

G_END_DECLS
