/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interface between NamidaVersion, the list of versions, and the workers that collect the facts about versions.
 * Main context, except for the functions that are marked as blocking. */
#pragma once

#include "namida-version-record.h"
#include "namida-version.h"
#include "namida-zip-doubt.h"

G_BEGIN_DECLS

typedef struct
{
  NamidaVersionRecord *record;
  char *zip_path; /* (nullable) */
  guint files, left;
  guint64 bytes;
  gboolean present;
  NamidaZipDoubt *doubt; /* (nullable): about the zip; NULL if it was not inspected yet */
  gboolean closed;       /* not present because its store cannot be searched for lack of permission */
  gboolean elsewhere;    /* not present because its store is not here: the drive is not connected */
  gboolean removing;     /* its removal was interrupted: nothing else can be done with it */
  GPtrArray *music;      /* NamidaVersionMusic */
} NamidaVersionFacts;
void namida_version_facts_free (NamidaVersionFacts *self);
/** namida_version_facts_load: Returns: (transfer full) (element-type NamidaVersionFacts) (nullable): the facts about
 * all versions, newest first; %NULL with STORAGE. Blocking: a worker. */
GPtrArray *namida_version_facts_load (NamidaDatabase *database, GCancellable *cancellable, GError **error);

/** namida_version_new: @facts: (transfer full). Returns: (transfer full). Main context. */
NamidaVersion *namida_version_new (NamidaVersionFacts *facts);
/** namida_version_update: replaces the facts about a version and notifies the properties that changed. @facts:
 * (transfer full): about the same version. Main context. */
void namida_version_update (NamidaVersion *self, NamidaVersionFacts *facts);

G_END_DECLS
