/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data from the backup zip that the page of a version shows. Main context; the zip is read in a worker thread. */
#pragma once

#include "namida-inspection.h"
#include "namida-month-plot.h"

G_BEGIN_DECLS

/** NamidaVersionChange: one difference between two versions. */
typedef struct
{
  int sign;   /* 1: more, -1: less, 0: changed */
  char *text; /* text such as "12 listens", translated */
} NamidaVersionChange;

/**
 * NamidaVersionData: what the page of a version shows in addition to what is known without reading the zip.
 * Immutable once it was returned.
 */
typedef struct
{
  NamidaInspection *inspection; /* (nullable): %NULL if there is no backup zip or it could not be read */
  char *problem;                /* (nullable): why it could not be read */
  GArray *months;               /* (element-type NamidaMonth) without gaps; empty if there are no listens */
  /* (nullable) (element-type NamidaVersionChange): changes since the previous version; %NULL: there is no version to
   * compare with */
  GPtrArray *changes;
  gboolean loss;         /* more than a fifth of the listens, playlists or favorites is missing */
  gboolean music_known;  /* @tracks, @found and @missing are known */
  guint64 tracks, found; /* files that the backup names, and how many of them are on this computer */
  GPtrArray *missing;    /* (element-type utf8): "Artist – Title", at most 100 */
  guint artists;         /* artists in the library; 0: not known */
} NamidaVersionData;

/** namida_version_data_free: frees @self. */
void namida_version_data_free (NamidaVersionData *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaVersionData, namida_version_data_free)

/**
 * namida_version_data_load_async: reads a backup zip in a worker thread.
 * @zip: the path of the zip
 * @before: (nullable): the path of the zip of the previous version
 */
void namida_version_data_load_async (
    const char *zip, const char *before, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** namida_version_data_load_finish: Returns: (transfer full) (nullable): %NULL only if it was canceled. */
NamidaVersionData *namida_version_data_load_finish (GAsyncResult *result, GError **error);

G_END_DECLS
