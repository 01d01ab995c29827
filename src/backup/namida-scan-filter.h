/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides which files of a folder are sent: patterns from the command line, from a file and from “.namidaignore”
 * files in the folders themselves, in the syntax of .gitignore (git-scm.com/docs/gitignore, “Pattern format”). Also
 * holds a list of files that a transfer is restricted to. The command line creates the filter; the scanner uses it
 * in its worker thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** The name of the file with the patterns of files in and below its folder that are not sent. */
#define NAMIDA_SCAN_FILTER_FILE ".namidaignore"

/** NamidaScanFilter: reference-counted; built by one thread, then immutable and shared. */
typedef struct _NamidaScanFilter NamidaScanFilter;
/** NamidaScanRules: the patterns of one place; the last one that matches decides. Owned by one thread at a time. */
typedef struct _NamidaScanRules NamidaScanRules;

typedef enum
{
  NAMIDA_SCAN_NO_RULE,
  NAMIDA_SCAN_TAKE,
  NAMIDA_SCAN_EXCLUDE,
} NamidaScanDecision;

/** namida_scan_filter_new: Returns: (transfer full): a filter that excludes nothing. */
NamidaScanFilter *namida_scan_filter_new (void);
/** namida_scan_filter_ref: Returns: (transfer full): @self. Any thread. */
NamidaScanFilter *namida_scan_filter_ref (NamidaScanFilter *self);
/** namida_scan_filter_unref: @self: (transfer full). Any thread. */
void namida_scan_filter_unref (NamidaScanFilter *self);

/**
 * namida_scan_filter_exclude:
 * @pattern: bytes in file name encoding; a leading “!” includes again what an earlier pattern excludes
 *
 * Adds one pattern, as from the command line.
 *
 * Returns: %FALSE with INVALID_REQUEST if @pattern is empty or too long
 */
gboolean namida_scan_filter_exclude (NamidaScanFilter *self, const char *pattern, GError **error);
/**
 * namida_scan_filter_exclude_from: Adds the patterns in the file @path, one per line. Blocking.
 *
 * Returns: %FALSE with a sentence that names the file if it cannot be read
 */
gboolean namida_scan_filter_exclude_from (NamidaScanFilter *self, const char *path, GError **error);
/**
 * namida_scan_filter_restrict_to: Restricts the transfer to @path, a file or a folder, and to the other paths that were
 * added in this way. Nothing else is taken from a folder that is sent, unless the folder itself was added. @path:
 * absolute and canonical.
 */
void namida_scan_filter_restrict_to (NamidaScanFilter *self, const char *path);
/**
 * namida_scan_filter_get_restricted: Returns: (transfer none) (element-type filename): the paths, in the order in which
 * they were added.
 */
GPtrArray *namida_scan_filter_get_restricted (NamidaScanFilter *self);
/**
 * namida_scan_filter_is_excluded:
 * @relative: the path below the folder that is sent, or the name of a single file
 * @is_folder: whether it is a folder
 *
 * Any thread.
 *
 * Returns: whether the patterns of the command line exclude it
 */
gboolean namida_scan_filter_is_excluded (NamidaScanFilter *self, const char *relative, gboolean is_folder);

/**
 * namida_scan_rules_read:
 * @folder_fd: an open folder; not closed
 *
 * Reads the “.namidaignore” file of a folder. Blocking.
 *
 * Returns: (transfer full) (nullable): %NULL without @error if there is none
 */
NamidaScanRules *namida_scan_rules_read (int folder_fd, GError **error);
/** namida_scan_rules_free: @self: (transfer full) */
void namida_scan_rules_free (NamidaScanRules *self);
/**
 * namida_scan_rules_decide: @relative: the path below the folder to which the rules belong. Returns: the decision of
 * the last rule that matches.
 */
NamidaScanDecision namida_scan_rules_decide (const NamidaScanRules *self, const char *relative, gboolean is_folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaScanFilter, namida_scan_filter_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaScanRules, namida_scan_rules_free)

G_END_DECLS
