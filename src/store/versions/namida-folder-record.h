/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-sums.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The record that lies in the folder of each version: the hashes of its files in SHA256SUMS, and everything else that
 * is known of the version in .namida-sync-version.json. Both together are enough to verify, restore and adopt a version
 * without any database. Blocking: worker threads. */

#define NAMIDA_FOLDER_RECORD_NAME ".namida-sync-version.json"

typedef struct
{
  char *label; /* UTF-8; "": files beside the music folders */
  guint64 files, bytes;
} NamidaFolderLabel;

typedef struct
{
  char *alias;       /* of the device that sent it */
  char *fingerprint; /* (nullable): the device proved none */
  char *uuid;        /* (nullable) */
  char *title;
  char *offer_key; /* (nullable): namida_backup_dup_key() of what was sent */
  char *agreed_by; /* (nullable): "person", "trust", "policy" or "fetch" */
  char *program;   /* the version of this program */
  gint64 made;     /* microseconds since 1970; 0: unknown */
  gint64 arrived;  /* microseconds since 1970 */
  gint64 order;    /* grows with each version that a device receives, whatever its clock says; 0: unknown */
  gboolean complete;
  guint missing;      /* files that were offered and did not arrive */
  guint left_out;     /* files that the sender could not read */
  char *zip;          /* (nullable): its name */
  char *manifest;     /* (nullable): its name */
  GPtrArray *labels;  /* NamidaFolderLabel */
  GHashTable *mapped; /* (nullable): path in this folder → (filename) path as it was sent */
  GPtrArray *sums;    /* NamidaSum */
  gboolean sums_fit;  /* SHA256SUMS is the one that the other file names; when read */
  guint bad_lines;    /* of SHA256SUMS; when read */
} NamidaFolderRecord;

NamidaFolderRecord *namida_folder_record_new (void);
void namida_folder_record_free (NamidaFolderRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFolderRecord, namida_folder_record_free)

/** namida_folder_record_add: a file of the version. @label: (nullable): of a file beside the music folders. */
void namida_folder_record_add (
    NamidaFolderRecord *self, const char *path, const char *sha256, const char *label, guint64 bytes);

/** namida_folder_record_add_name: @path in this folder was sent as @sent. The same text twice says nothing. */
void namida_folder_record_add_name (NamidaFolderRecord *self, const char *path, const char *sent);
/** namida_folder_record_get_sent: Returns: (transfer none) (type filename): as what @path was sent; mostly itself. */
const char *namida_folder_record_get_sent (const NamidaFolderRecord *self, const char *path);

/**
 * namida_folder_record_write:
 * @folder: the open folder of the version; need not be writable
 *
 * Writes both files, each whole or not at all, and durable when it returns. What was there is replaced. Sorts the sums.
 *
 * Returns: %FALSE with NO_SPACE or STORAGE
 */
gboolean namida_folder_record_write (NamidaFolderRecord *self, int folder, GError **error);

/**
 * namida_folder_record_read: of the version in the open folder @folder.
 *
 * Returns: (transfer full) (nullable): %NULL with NOT_FOUND (there is no record, or only a part of one) or STORAGE (it
 * cannot be read or says nothing)
 */
NamidaFolderRecord *namida_folder_record_read (int folder, GError **error);

/** namida_folder_record_dup_offer_key: Returns: (transfer full) (nullable): of what the version in the open folder
 * @folder was made of; %NULL: it has no record, a damaged one, or one that does not say. Reads the small file only. */
char *namida_folder_record_dup_offer_key (int folder);

/** namida_folder_record_exists: whether both files are in @folder. */
gboolean namida_folder_record_exists (int folder);

/** namida_folder_record_is_own_name: whether @name, directly in a version, is the record's own file. */
gboolean namida_folder_record_is_own_name (const char *name);

G_END_DECLS
