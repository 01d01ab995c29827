/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifies versions: reads every file again and compares it with its hash on arrival, and repairs damage from other
 * copies. Called by the list of versions and the command line. Blocking: worker threads. */
#pragma once

#include "namida-database.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_DAMAGE_CONTENT,    /* its bytes differ from those that arrived, although nothing wrote to it */
  NAMIDA_DAMAGE_MISSING,    /* it is missing from its version */
  NAMIDA_DAMAGE_UNREADABLE, /* it cannot be read, or something else is in its place */
  NAMIDA_DAMAGE_CHANGED,    /* library only: the user changed it; reported, but not damage */
  NAMIDA_DAMAGE_ABSENT,     /* a whole version: its folder is missing, or its store is not here */
  NAMIDA_DAMAGE_REMOVED,    /* a whole version: it was removed in the meantime */
  NAMIDA_DAMAGE_RECORD,     /* the record in the version's folder is damaged */
} NamidaDamageKind;

/** NamidaDamage: one file that differs from what arrived, or one finding about a version. */
typedef struct
{
  NamidaDamageKind kind;
  char *version_id;
  char *version_path;
  char *name; /* as shown to the user: "Music/Björk/01.flac"; UTF-8 */
  char *path; /* absolute path in file name encoding */
  guint64 size;
  char *copy;        /* (nullable): a verified copy of the same content on this device */
  gboolean repaired; /* repaired with @copy */
  char *detail;      /* a translated sentence: what is wrong, and what was or can be done */
} NamidaDamage;

typedef struct
{
  guint versions;     /* versions that were read completely */
  guint absent;       /* ABSENT */
  guint removed;      /* REMOVED */
  guint missing;      /* MISSING, repaired or not; includes files in libraries that their owner deleted */
  guint files;        /* files that were compared; each content is counted once */
  guint64 bytes;      /* bytes that were read for that */
  guint damaged;      /* files that the store has lost or whose content differs, repaired or not */
  guint repaired;     /* of @damaged */
  guint changed;      /* CHANGED */
  GPtrArray *damages; /* NamidaDamage */
} NamidaVerifyReport;
void namida_verify_report_free (NamidaVerifyReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaVerifyReport, namida_verify_report_free)

/** namida_verify_report_new: Returns: (transfer full): an empty report. */
NamidaVerifyReport *namida_verify_report_new (void);
/** namida_verify_report_add: adds a finding and counts it. Returns: (transfer none): the finding, whose texts the
 * caller sets. */
NamidaDamage *namida_verify_report_add (NamidaVerifyReport *self, NamidaDamageKind kind);
/** namida_verify_report_cut: removes the findings from index @first on. The caller adjusts @damaged and @repaired. */
void namida_verify_report_cut (NamidaVerifyReport *self, guint first);
/** namida_verify_report_is_clean: Returns: whether every version and every file was examined and is intact or was
 * repaired. No other function may be used to claim that. */
gboolean namida_verify_report_is_clean (const NamidaVerifyReport *self);
/** namida_verify_report_get_lost: Returns: the number of files with damaged content that could not be repaired, without
 * missing ones. */
guint namida_verify_report_get_lost (const NamidaVerifyReport *self);
/** namida_damage_kind_text: Returns: (transfer none): a translated sentence. */
const char *namida_damage_kind_text (NamidaDamageKind kind);

/** NamidaVerifyProgress: @done: bytes of the files read so far, of @total. Called in any thread. */
typedef void (*NamidaVerifyProgress) (guint64 done, guint64 total, gpointer user_data);

/**
 * namida_verify_run:
 * @ids: (nullable): the versions to verify; %NULL for all
 * @repair: replace damaged files with another copy of their content if there is one: from another version, or a file
 * that was once stored or sent; never a hard link to the same file
 * @progress: (nullable): called while files are read
 *
 * Reads the files of versions again and compares them with their hashes on arrival. A file that several versions share
 * by hard links is read once. Files that the user changed (LIBRARY) are never touched. The result is recorded with each
 * version. A version whose folder is missing, or that was removed in the meantime, is a finding in the report, and the
 * others are still read. Blocking: a worker.
 *
 * Returns: (transfer full) (nullable): %NULL with NOT_FOUND (an ID), CANCELLED or STORAGE (the database)
 */
NamidaVerifyReport *namida_verify_run (NamidaDatabase *database,
                                       const char *const *ids,
                                       gboolean repair,
                                       NamidaVerifyProgress progress,
                                       gpointer user_data,
                                       GCancellable *cancellable,
                                       GError **error);

/**
 * namida_verify_run_quietly:
 * @id: one version
 * @read_before: microseconds since 1970, above 0: a file that was read after this time and has not changed since counts
 * as read, so that files shared by many versions are read once in a while and not once for each version
 *
 * Like namida_verify_run() with @repair, but at half the speed. What was read before a cancellation is recorded, and
 * the next call continues with the rest. Blocking: a worker.
 *
 * Returns: (transfer full) (nullable): like namida_verify_run(), with the same errors
 */
NamidaVerifyReport *namida_verify_run_quietly (
    NamidaDatabase *database, const char *id, gint64 read_before, GCancellable *cancellable, GError **error);

/**
 * namida_verify_folder:
 * @folder: a version, or a store to verify all versions in it
 * @progress: (nullable): called while files are read
 *
 * Reads the files in @folder again and compares them with the record in it. Needs no database, so it works on any
 * computer. Blocking: a worker.
 *
 * Returns: (transfer full) (nullable): %NULL with NOT_FOUND (there is no record in it), CANCELLED or STORAGE
 */
NamidaVerifyReport *namida_verify_folder (
    const char *folder, NamidaVerifyProgress progress, gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
