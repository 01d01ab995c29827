/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Namida stores absolute paths in its history and playlists. After a move to another device they lead nowhere, until
 * its "Update directory path" (Settings, Advanced) has replaced the old prefix with the new one. Pure functions over
 * paths as texts: both '/' and '\' separate components, and the case of a Windows drive letter makes no difference.
 * Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaPathAdvice: one folder that the backup expects. */
typedef struct
{
  char *expected;      /* as in the backup, with '/' as separator and without a trailing slash */
  gboolean there;      /* the other device has this very folder; nothing to do */
  gboolean is_address; /* the address of a server, not a folder; nothing to do */
  char *old_prefix;    /* (nullable): to paste as the old path; may contain any characters */
  char *new_prefix;    /* (nullable): to paste as the new path; %NULL without the above: no folder fits */
} NamidaPathAdvice;

/** namida_path_advice_free: @self: (transfer full) */
void namida_path_advice_free (NamidaPathAdvice *self);

/**
 * namida_path_helper_advise:
 * @expected: (element-type utf8): NamidaInspection.music_folders
 * @there: (element-type utf8): the music folders of the device that the backup goes to
 *
 * Assigns to each expected folder the folder of @there that agrees with it in the largest number of last components
 * ("/storage/emulated/0/Music/Rips" and "/home/me/Music/Rips"). The prefixes are the two folders themselves; with a
 * shorter prefix, Namida would index everything below it. No folder is assigned twice.
 *
 * Returns: (transfer full) (element-type NamidaPathAdvice): in the order of @expected, without duplicates
 */
GPtrArray *namida_path_helper_advise (GPtrArray *expected, GPtrArray *there);
/**
 * namida_path_helper_dup_lines: Returns: (transfer full): @advice as translated lines: which folders exist, what to
 * paste, which folders have no match.
 */
char **namida_path_helper_dup_lines (GPtrArray *advice);

G_END_DECLS
