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
  NAMIDA_DAMAGE_CHANGED,    /* "into my folders" only: a person changed or deleted it since: told, but no damage */
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
  guint files;        /* compared, each content once */
  guint64 bytes;      /* read for that */
  guint damaged;      /* of @damages, without CHANGED */
  guint repaired;     /* of @damaged */
  guint changed;      /* CHANGED */
  GPtrArray *damages; /* NamidaDamage */
} NamidaVerifyReport;
void namida_verify_report_free (NamidaVerifyReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaVerifyReport, namida_verify_report_free)

/** @done and @total: bytes of the files that are read; any thread. */
typedef void (*NamidaVerifyProgress) (guint64 done, guint64 total, gpointer user_data);

/**
 * namida_verify_run: reads again what @ids (NULL: every version) is made of and compares with the hashes at arrival. A
 * file that several versions share (hard links) is read once. @repair: what is damaged is made anew from another copy
 * of its content, when there is one: a version's, a file's that was stored or sent once; never from a hard link to
 * itself. What a person changed (LIBRARY) is never touched. Remembers the outcome with each version. Blocking: a
 * worker. Returns: (transfer full) (nullable): NULL with NOT_FOUND (an id), CANCELLED or STORAGE (the database).
 */
NamidaVerifyReport *namida_verify_run (NamidaDatabase *database,
                                       const char *const *ids,
                                       gboolean repair,
                                       NamidaVerifyProgress progress,
                                       gpointer user_data,
                                       GCancellable *cancellable,
                                       GError **error);

G_END_DECLS
