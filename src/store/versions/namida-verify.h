/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_DAMAGE_CONTENT,    /* other bytes than those that arrived, and nobody has written to it */
  NAMIDA_DAMAGE_MISSING,    /* it is gone from its version */
  NAMIDA_DAMAGE_UNREADABLE, /* the disk does not give it back, or something that is no file is in its place */
  NAMIDA_DAMAGE_CHANGED,    /* "into my folders" only: a person changed it since: reported, but no damage */
  NAMIDA_DAMAGE_ABSENT,     /* a whole version: its folder is gone, or its store is not here */
  NAMIDA_DAMAGE_REMOVED,    /* a whole version: somebody removed it meanwhile */
  NAMIDA_DAMAGE_RECORD,     /* the record in the version's folder is damaged itself */
} NamidaDamageKind;

/** One file that is not as it arrived. */
typedef struct
{
  NamidaDamageKind kind;
  char *version_id;
  char *version_path;
  char *name; /* as a person knows it: "Music/Björk/01.flac"; UTF-8 */
  char *path; /* absolute, file name encoding */
  guint64 size;
  char *copy;        /* (nullable): where the same content is on this device, read and compared */
  gboolean repaired; /* from @copy */
  char *detail;      /* a sentence: what is wrong, and what was or can be done. Translated */
} NamidaDamage;

typedef struct
{
  guint versions;     /* that were read to their end */
  guint absent;       /* ABSENT */
  guint removed;      /* REMOVED */
  guint missing;      /* MISSING, repaired or not; of "into my folders" also what its owner deleted */
  guint files;        /* compared, each content once */
  guint64 bytes;      /* read for that */
  guint damaged;      /* files that the store has lost or that have other contents; repaired or not */
  guint repaired;     /* of @damaged */
  guint changed;      /* CHANGED */
  GPtrArray *damages; /* NamidaDamage */
} NamidaVerifyReport;
void namida_verify_report_free (NamidaVerifyReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaVerifyReport, namida_verify_report_free)

/** namida_verify_report_new: Returns: (transfer full): one that says nothing yet. */
NamidaVerifyReport *namida_verify_report_new (void);
/** namida_verify_report_add: a finding, for whoever verifies. Counts it. Returns: (transfer none): its texts are for
 * the caller to set. */
NamidaDamage *namida_verify_report_add (NamidaVerifyReport *self, NamidaDamageKind kind);
/** namida_verify_report_cut: takes the findings from @first on out again; @damaged and @repaired are the caller's. */
void namida_verify_report_cut (NamidaVerifyReport *self, guint first);
/** namida_verify_report_is_clean: whether every version and every file was looked at and is as it arrived, or is so
 * again: the only function that may let anybody say so. */
gboolean namida_verify_report_is_clean (const NamidaVerifyReport *self);
/** namida_verify_report_get_lost: files with damaged contents that could not be repaired; missing ones not. */
guint namida_verify_report_get_lost (const NamidaVerifyReport *self);
/** namida_damage_kind_text: Returns: (transfer none): a translated sentence. */
const char *namida_damage_kind_text (NamidaDamageKind kind);

/** @done and @total: bytes of the files that are read; any thread. */
typedef void (*NamidaVerifyProgress) (guint64 done, guint64 total, gpointer user_data);

/**
 * namida_verify_run: reads again what @ids (NULL: every version) is made of and compares with the hashes at arrival. A
 * file that several versions share (hard links) is read once. @repair: what is damaged is made anew from another copy
 * of its content, when there is one: a version's, a file's that was stored or sent once; never from a hard link to
 * itself. What a person changed (LIBRARY) is never touched. Remembers the outcome with each version. A version whose
 * folder is not there, or that was removed meanwhile, is a finding of the report, and the others are still read.
 * Blocking: a worker. Returns: (transfer full) (nullable): NULL with NOT_FOUND (an id), CANCELLED or STORAGE (the
 * database).
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
 * @read_before: microseconds since 1970, above 0: a file that was read later, and that nobody has touched since, counts
 * as read: what many versions share is read once in a while and not once for each of them
 *
 * As namida_verify_run() with repair, at half the speed. What was read before it was cancelled is remembered: the next
 * call goes on with the rest. Blocking: a worker. Returns: (transfer full) (nullable), errors: as there.
 */
NamidaVerifyReport *namida_verify_run_quietly (
    NamidaDatabase *database, const char *id, gint64 read_before, GCancellable *cancellable, GError **error);

/**
 * namida_verify_folder: reads again what lies in @folder and compares it with the record in it, without any database:
 * on whatever computer the folder is.
 * @folder: a version, or a store: then all versions in it
 *
 * Blocking: a worker. Returns: (transfer full) (nullable): NULL with NOT_FOUND (there is no record in it), CANCELLED or
 * STORAGE.
 */
NamidaVerifyReport *namida_verify_folder (
    const char *folder, NamidaVerifyProgress progress, gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
