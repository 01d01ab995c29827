/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-version-record.h"
#include "namida-version.h"
#include "namida-zip-doubt.h"

G_BEGIN_DECLS

/* What a worker found out about a version. */
typedef struct
{
  NamidaVersionRecord *record;
  char *zip_path; /* (nullable) */
  guint files, left;
  guint64 bytes;
  gboolean present;
  NamidaZipDoubt *doubt; /* (nullable): of the zip; nobody has looked into it yet */
  gboolean elsewhere;    /* not present, because its store is not here: the drive is not connected */
  gboolean removing;     /* its removal was cut off: nothing else can be done with it */
  GPtrArray *music;      /* NamidaVersionMusic */
} NamidaVersionFacts;
void namida_version_facts_free (NamidaVersionFacts *self);
/** namida_version_facts_load: (transfer full) (element-type NamidaVersionFacts) (nullable): of all versions, newest
 * first. Blocking: a worker. */
GPtrArray *namida_version_facts_load (NamidaDatabase *database, GCancellable *cancellable, GError **error);

/** @facts: (transfer full) */
NamidaVersion *namida_version_new (NamidaVersionFacts *facts);
/** namida_version_update: of the same version; notifies. @facts: (transfer full) */
void namida_version_update (NamidaVersion *self, NamidaVersionFacts *facts);

G_END_DECLS
