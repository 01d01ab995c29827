/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adapts a backup file to this computer or to another device, and finds its music. Used by the command line, the
 * restore, the window and the merge, in worker threads. Blocking. */
#pragma once

#include "namida-fit.h"
#include "namida-music-match.h"

G_BEGIN_DECLS

/** NamidaFitRequest: what a copy of a backup is for. */
typedef struct
{
  gboolean here;          /* whether to find the folders on this computer */
  NamidaMusicHere *there; /* (nullable) (transfer none): find the folders among these files instead */
  NamidaDevice device;    /* the kind of device of @there */
  NamidaPathMap *manual;  /* (nullable) (transfer none): folders that the user named */
  GPtrArray *music;       /* (nullable) (element-type utf8) (transfer none): music folders here; %NULL: Namida's */
  NamidaParts parts;
  gboolean all_settings;
  const char *const *playlists; /* (nullable) (transfer none): as in NamidaFitOptions */
} NamidaFitRequest;

/** NamidaFitResult: the result of adapting a backup. */
typedef struct
{
  NamidaMusicMatch *match; /* (nullable): %NULL without @here */
  NamidaFitReport *report;
} NamidaFitResult;

/** namida_fit_result_free: @self: (transfer full) */
void namida_fit_result_free (NamidaFitResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFitResult, namida_fit_result_free)
/**
 * namida_fit_result_dup_lines: Returns: (transfer full) (array zero-terminated): translated lines that say what was
 * done.
 */
char **namida_fit_result_dup_lines (const NamidaFitResult *self);

/**
 * namida_fit_file:
 * @zip: path of the backup
 * @out: path of the new backup, which must not exist
 * @request: what the copy is for
 *
 * Finds the music of the backup and calls namida_fit(). Blocking: call it in a worker thread.
 *
 * Returns: (transfer full) (nullable): %NULL with the errors of namida_contents_open() and namida_fit()
 */
NamidaFitResult *namida_fit_file (
    const char *zip, const char *out, const NamidaFitRequest *request, GCancellable *cancellable, GError **error);
/**
 * namida_music_match_file:
 * @zip: path of the backup
 * @request: where to look for its music; the parts are ignored
 * @used: whether to look only for music that was listened to or is in a playlist or a favorite, instead of the whole
 *   library
 *
 * Finds the music of a backup. Blocking: call it in a worker thread.
 *
 * Returns: (transfer full) (nullable): %NULL with the errors of namida_contents_open()
 */
NamidaMusicMatch *namida_music_match_file (
    const char *zip, const NamidaFitRequest *request, gboolean used, GCancellable *cancellable, GError **error);

G_END_DECLS
