/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the change times in the database correct when a version that shares files is removed. Used by the removal of
 * versions, in its worker thread. */
#pragma once

#include "namida-version-record.h"

G_BEGIN_DECLS

/** NamidaVersionCtimes: the files that a version shares with others, noted before its own names of them are removed. */
typedef struct _NamidaVersionCtimes NamidaVersionCtimes;

/** namida_version_ctimes_new: notes which of @files (element-type NamidaVersionFile) are known with certainty now, with
 * their places in other versions. Returns: (transfer full). Blocking: a worker thread. */
NamidaVersionCtimes *
namida_version_ctimes_new (NamidaDatabase *database, const NamidaVersionRecord *record, GPtrArray *files);
void namida_version_ctimes_free (NamidaVersionCtimes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaVersionCtimes, namida_version_ctimes_free)
/** namida_version_ctimes_write: called after the removal: records the new change time of files that are otherwise
 * unchanged. It is an optimization: if it fails, the next backup reads these files. Blocking: a worker thread. */
void namida_version_ctimes_write (NamidaVersionCtimes *self);

G_END_DECLS
