/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-folder-set.h"
#include "namida-restore-private.h"

G_BEGIN_DECLS

/* One restore on its way, for the files namida-restore-{apply,stage,place}.c. One worker thread owns all of it. */

/* A destination; opened when the first file for it is found. */
typedef struct
{
  char *path;
  int fd;
  int parts_fd;
  GHashTable *made; /* relative folders that are known to be there, or recorded */
  NamidaFolderSet *touched;
} NamidaRestoreRoot;

/* A file that is written under a temporary name. */
typedef struct
{
  NamidaRestoreFile *file;
  guint root;
  char *part;
  char *relative; /* where it goes */
  NamidaRestoredRow *row;
} NamidaRestoreStaged;

typedef struct
{
  NamidaRestorePlan *plan;
  NamidaRestoreCount *count;
  NamidaRestoreResult *result;
  GCancellable *cancellable;
  char *id;
  GPtrArray *roots;  /* NamidaRestoreRoot, one for each label; (nullable) items */
  GPtrArray *staged; /* NamidaRestoreStaged */
  GPtrArray *rows;   /* NamidaRestoredRow of folders, for the next transaction */
  GHashTable *taken; /* paths that the staged ones will have */
  guint64 staged_bytes;
  char *trouble; /* (nullable): the first file that could not be restored, and why */
} NamidaRestoreApply;

/* namida-restore-stage.c: the destinations, and files below temporary names */

void namida_restore_root_free (gpointer root);
void namida_restore_staged_free (gpointer staged);
/** namida_restore_blocked: @file cannot be restored, the others may. */
void namida_restore_blocked (NamidaRestoreApply *self, const NamidaRestoreFile *file, const char *why);
/** namida_restore_is_fatal: whether nothing more can be written there. */
gboolean namida_restore_is_fatal (int saved_errno);
/** namida_restore_get_root: the destination of @label, opened. Two labels may have one: they share it. Returns:
 * (transfer none) (nullable): NULL with @error. */
NamidaRestoreRoot *namida_restore_get_root (NamidaRestoreApply *self, guint label, guint *index, GError **error);
/** namida_restore_note_folders: writes down the folders above @relative that are missing below @root. */
void namida_restore_note_folders (NamidaRestoreApply *self, NamidaRestoreRoot *root, const char *relative);
/** namida_restore_stage: writes @file under a temporary name; @relative: where it will go. Returns: FALSE with @error:
 * nothing more can be restored. */
gboolean namida_restore_stage (NamidaRestoreApply *self, NamidaRestoreFile *file, const char *relative, GError **error);

/* namida-restore-place.c */

/** namida_restore_commit: gives what is staged its names; recorded first, so that whatever appears can be undone. */
gboolean namida_restore_commit (NamidaRestoreApply *self, GError **error);

G_END_DECLS
