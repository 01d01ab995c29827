/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record in the folder of each version: the hashes of its files in SHA256SUMS, and everything else that is known
 * about the version in .namida-sync-version.json. Together they are enough to verify, restore and adopt a version
 * without a database. Blocking: worker threads. */
#pragma once

#include "namida-sums.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define NAMIDA_FOLDER_RECORD_NAME ".namida-sync-version.json"

typedef struct
{
  char *label; /* UTF-8; "" for files beside the music folders */
  guint64 files, bytes;
} NamidaFolderLabel;

typedef struct
{
  char *alias;       /* the name of the device that sent it */
  char *fingerprint; /* (nullable): NULL if the device did not prove a key */
  char *uuid;        /* (nullable) */
  char *title;
  char *offer_key; /* (nullable): namida_backup_dup_key() of the backup */
  char *agreed_by; /* (nullable): "person", "trust", "policy" or "fetch" */
  char *program;   /* the version of this program */
  gint64 made;     /* microseconds since 1970; 0: unknown */
  gint64 arrived;  /* microseconds since 1970 */
  gint64 order;    /* increases with each version that a device receives, regardless of its clock; 0: unknown */
  gboolean complete;
  guint missing;      /* files that were offered but not received */
  guint left_out;     /* files that the sender skipped */
  char *zip;          /* (nullable): its name */
  char *manifest;     /* (nullable): its name */
  GPtrArray *labels;  /* NamidaFolderLabel */
  GHashTable *mapped; /* (nullable): path in this folder → (filename) path that was sent */
  GPtrArray *sums;    /* NamidaSum */
  gboolean sums_fit;  /* when read: SHA256SUMS has the hash in the other file */
  guint bad_lines;    /* when read: the number of invalid lines of SHA256SUMS */
} NamidaFolderRecord;

/** namida_folder_record_new: Returns: (transfer full): an empty record. */
NamidaFolderRecord *namida_folder_record_new (void);
void namida_folder_record_free (NamidaFolderRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFolderRecord, namida_folder_record_free)

/** namida_folder_record_add: adds a file of the version. @path: relative to the folder; @label: (nullable): %NULL for a
 * file beside the music folders. */
void namida_folder_record_add (
    NamidaFolderRecord *self, const char *path, const char *sha256, const char *label, guint64 bytes);

/** namida_folder_record_add_name: records that the file at @path in this folder was sent as @sent. Has no effect if
 * both are the same. */
void namida_folder_record_add_name (NamidaFolderRecord *self, const char *path, const char *sent);
/** namida_folder_record_get_sent: Returns: (transfer none) (type filename): the path as which @path was sent, usually
 * @path itself. */
const char *namida_folder_record_get_sent (const NamidaFolderRecord *self, const char *path);

/**
 * namida_folder_record_write:
 * @folder: the open folder of the version, which may be read-only
 *
 * Writes both files, each completely or not at all, replacing existing ones. They are durable on return. Sorts @sums.
 *
 * Returns: %FALSE with NO_SPACE or STORAGE
 */
gboolean namida_folder_record_write (NamidaFolderRecord *self, int folder, GError **error);

/**
 * namida_folder_record_read:
 * @folder: the open folder of a version
 *
 * Reads the record of a version.
 *
 * Returns: (transfer full) (nullable): %NULL with NOT_FOUND (there is no record, or only one of its files) or STORAGE
 * (it cannot be read or is invalid)
 */
NamidaFolderRecord *namida_folder_record_read (int folder, GError **error);

/** namida_folder_record_dup_offer_key: reads only the small file of the record. Returns: (transfer full) (nullable):
 * the key of the offer from which the version in the open folder @folder was made; %NULL if it has no record, a
 * damaged one, or one without a key. */
char *namida_folder_record_dup_offer_key (int folder);

/** namida_folder_record_exists: Returns: whether both files are in @folder. */
gboolean namida_folder_record_exists (int folder);

/** namida_folder_record_is_own_name: Returns: whether @name, directly in the folder of a version, is a file of the
 * record itself. */
gboolean namida_folder_record_is_own_name (const char *name);

G_END_DECLS
