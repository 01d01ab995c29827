/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Namida keeps absolute paths in its history and playlists. After a move to another device they point nowhere, until
 * its "Update directory path" (Settings, Advanced) has replaced the old prefix by the new one. Pure functions over
 * paths as texts: '/' and '\' separate, a Windows drive letter counts the same in both cases. Any thread. */

/** One folder that the backup expects. */
typedef struct
{
  char *expected;      /* as the backup has it, '/' separates, no slash at its end */
  gboolean there;      /* the other device has this very folder: nothing to do */
  gboolean is_address; /* a server's address, no folder: nothing to do */
  char *old_prefix;    /* (nullable): to paste as the old path, may hold any characters */
  char *new_prefix;    /* (nullable): to paste as the new one; NULL with none of the above: no folder there fits */
} NamidaPathAdvice;

void namida_path_advice_free (NamidaPathAdvice *self);

/**
 * namida_path_helper_advise:
 * @expected: (element-type utf8): NamidaInspection.music_folders
 * @there: (element-type utf8): the music folders of the device that the backup goes to
 *
 * Each expected folder gets the one of @there whose last components agree the most ("/storage/emulated/0/Music/Rips"
 * and "/home/me/Music/Rips"), and the prefixes are the two folders themselves: a shorter one would make
 * Namida index everything below it. No two get the same folder.
 *
 * Returns: (transfer full) (element-type NamidaPathAdvice): in the order of @expected, the same folder only once.
 */
GPtrArray *namida_path_helper_advise (GPtrArray *expected, GPtrArray *there);
/** namida_path_helper_dup_lines: (transfer full): @advice as translated lines: what is there, what to paste, what fits
 * nothing. */
char **namida_path_helper_dup_lines (GPtrArray *advice);

G_END_DECLS
