/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-fit.h"
#include "namida-music-match.h"

G_BEGIN_DECLS

/** What a copy of a backup is for. */
typedef struct
{
  gboolean here;          /* find the folders on this computer */
  NamidaMusicHere *there; /* (nullable) (transfer none): find the folders among these files instead */
  NamidaDevice device;    /* of @there */
  NamidaPathMap *manual;  /* (nullable) (transfer none): folders that the user named */
  GPtrArray *music;       /* (nullable) (element-type utf8) (transfer none): music folders here; else those of Namida */
  NamidaParts parts;
  gboolean all_settings;
} NamidaFitRequest;

/** What came of it. */
typedef struct
{
  NamidaMusicMatch *match; /* (nullable): without @here */
  NamidaFitReport *report;
} NamidaFitResult;

void namida_fit_result_free (NamidaFitResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFitResult, namida_fit_result_free)
/** namida_fit_result_dup_lines: (transfer full) (array zero-terminated): what was done, a translated line each. */
char **namida_fit_result_dup_lines (const NamidaFitResult *self);

/**
 * namida_fit_file: namida_fit() of the backup at @zip into @out, with what this computer has. Blocking: worker threads.
 *
 * Returns: (transfer full) (nullable): %NULL with the errors of namida_contents_open() and namida_fit().
 */
NamidaFitResult *namida_fit_file (
    const char *zip, const char *out, const NamidaFitRequest *request, GCancellable *cancellable, GError **error);
/** namida_music_match_file: (transfer full) (nullable): where the music of the backup @zip is: that of its library, and
 * with @used only what was listened to or is in a playlist or a favorite. @request: where it is looked for; its parts
 * do not count. Errors as of namida_contents_open(). Blocking: worker threads. */
NamidaMusicMatch *namida_music_match_file (
    const char *zip, const NamidaFitRequest *request, gboolean used, GCancellable *cancellable, GError **error);

G_END_DECLS
