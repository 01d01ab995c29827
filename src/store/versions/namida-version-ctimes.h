/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-version-record.h"

G_BEGIN_DECLS

/** NamidaVersionCtimes: files that a version shares with others, before its own names of them are removed. */
typedef struct _NamidaVersionCtimes NamidaVersionCtimes;

/** namida_version_ctimes_new: notes which of @files (element-type NamidaVersionFile) are known for certain now, at
 * their place in another version. Blocking: a worker thread. */
NamidaVersionCtimes *
namida_version_ctimes_new (NamidaDatabase *database, const NamidaVersionRecord *record, GPtrArray *files);
void namida_version_ctimes_free (NamidaVersionCtimes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaVersionCtimes, namida_version_ctimes_free)
/** namida_version_ctimes_write: after the removal: what was known and is the same but for its change time is known by
 * that. Nothing depends on it: after a failure the next backup reads these files. Blocking: a worker thread. */
void namida_version_ctimes_write (NamidaVersionCtimes *self);

G_END_DECLS
