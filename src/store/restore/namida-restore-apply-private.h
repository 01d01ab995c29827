/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a running restore, shared by namida-restore-{apply,stage,place}.c. Everything belongs to one worker
 * thread. */
#pragma once

#include "namida-folder-set.h"
#include "namida-restore-private.h"

G_BEGIN_DECLS

/* NamidaRestoreRoot: a destination. It is opened when the first file for it is found. */
typedef struct
{
  char *path;
  int fd;
  int parts_fd;
  GHashTable *made; /* relative paths of folders that exist or are recorded */
  NamidaFolderSet *touched;
} NamidaRestoreRoot;

/* NamidaRestoreStaged: a file that is written under a temporary name. */
typedef struct
{
  NamidaRestoreFile *file;
  guint root;
  char *part;
  char *relative; /* its final path below the root */
  NamidaRestoredRow *row;
} NamidaRestoreStaged;

typedef struct
{
  NamidaRestorePlan *plan;
  NamidaRestoreCount *count;
  NamidaRestoreResult *result;
  GCancellable *cancellable;
  char *id;
  GPtrArray *roots;  /* NamidaRestoreRoot, one for each label; items are (nullable) */
  GPtrArray *staged; /* NamidaRestoreStaged */
  GPtrArray *rows;   /* NamidaRestoredRow of folders, written with the next transaction */
  GHashTable *taken; /* the final paths of the staged files */
  guint64 staged_bytes;
  char *trouble; /* (nullable): the first file that failed, and why */
} NamidaRestoreApply;

/* namida-restore-stage.c: destinations, and files under temporary names. */

void namida_restore_root_free (gpointer root);
void namida_restore_staged_free (gpointer staged);
/** namida_restore_blocked: records that @file cannot be restored. The restore continues with the others. */
void namida_restore_blocked (NamidaRestoreApply *self, const NamidaRestoreFile *file, const char *why);
/** namida_restore_is_fatal: Returns: whether the error means that nothing more can be written. */
gboolean namida_restore_is_fatal (int saved_errno);
/** namida_restore_get_root: opens the destination of @label. Labels with the same destination share the root. Returns:
 * (transfer none) (nullable): %NULL with @error. */
NamidaRestoreRoot *namida_restore_get_root (NamidaRestoreApply *self, guint label, guint *index, GError **error);
/** namida_restore_note_folders: records the missing folders above @relative below @root, so that they are removed by an
 * undo. */
void namida_restore_note_folders (NamidaRestoreApply *self, NamidaRestoreRoot *root, const char *relative);
/** namida_restore_stage: writes @file under a temporary name. @relative: its final path. Returns: %FALSE with @error if
 * nothing more can be restored. */
gboolean namida_restore_stage (NamidaRestoreApply *self, NamidaRestoreFile *file, const char *relative, GError **error);

/* namida-restore-place.c */

/** namida_restore_commit: gives the staged files their final names. They are recorded first, so that everything that
 * appears can be undone. Returns: %FALSE with @error if nothing more can be restored. */
gboolean namida_restore_commit (NamidaRestoreApply *self, GError **error);

G_END_DECLS
