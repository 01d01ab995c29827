/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-inspection.h"
#include "namida-month-plot.h"

G_BEGIN_DECLS

/** One difference between two versions. */
typedef struct
{
  int sign;   /* 1: more, -1: less, 0: changed */
  char *text; /* "12 listens", translated */
} NamidaVersionChange;

/** NamidaVersionData: what the page of a version shows beside what is known of it already. Reference-counted; immutable
 * once it was handed out. */
typedef struct
{
  NamidaInspection *inspection; /* (nullable): it has no backup zip, or it could not be read */
  char *problem;                /* (nullable): why it could not */
  GArray *months;               /* NamidaMonth without gaps; empty: no listens */
  GPtrArray *changes;    /* (nullable) (element-type NamidaVersionChange): since the version before; NULL: there is
                            none to compare with */
  gboolean loss;         /* more than a fifth of the listens, playlists or favorites is gone */
  gboolean music_known;  /* the three below are known */
  guint64 tracks, found; /* files that the backup names, and of them those on this computer */
  GPtrArray *missing;    /* char *: "Artist – Title", at most 100 */
  guint artists;         /* of the library; 0: not known */
} NamidaVersionData;

void namida_version_data_free (NamidaVersionData *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaVersionData, namida_version_data_free)

/**
 * namida_version_data_load_async: reads a backup zip in a worker thread.
 * @zip: its path
 * @before: (nullable): path of the zip of the version before
 */
void namida_version_data_load_async (
    const char *zip, const char *before, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** Returns: (transfer full) (nullable): %NULL only when it was canceled. */
NamidaVersionData *namida_version_data_load_finish (GAsyncResult *result, GError **error);

G_END_DECLS
