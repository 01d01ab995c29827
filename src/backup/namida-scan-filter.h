/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files of a folder a sending takes: patterns of the command line, of a file, and of “.namidaignore” files in the
 * folders themselves, in the syntax of .gitignore (git-scm.com/docs/gitignore, “Pattern format”). Also a list of files
 * that a sending is restricted to. The command line makes it, the scanner asks it in its worker thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** The name of the file in a folder that says which of the files there, and below, are not sent. */
#define NAMIDA_SCAN_FILTER_FILE ".namidaignore"

/** NamidaScanFilter: reference-counted; built by one thread, then immutable and shared. */
typedef struct _NamidaScanFilter NamidaScanFilter;
/** NamidaScanRules: patterns of one place, the last one that matches decides. Owned by one thread at a time. */
typedef struct _NamidaScanRules NamidaScanRules;

typedef enum
{
  NAMIDA_SCAN_NO_RULE,
  NAMIDA_SCAN_TAKE,
  NAMIDA_SCAN_EXCLUDE,
} NamidaScanDecision;

NamidaScanFilter *namida_scan_filter_new (void);
NamidaScanFilter *namida_scan_filter_ref (NamidaScanFilter *self);
void namida_scan_filter_unref (NamidaScanFilter *self);

/**
 * namida_scan_filter_exclude: adds one pattern, as from the command line.
 * @pattern: bytes in the encoding of file names; a leading “!” takes again what an earlier pattern excludes
 *
 * Returns: %FALSE with INVALID_REQUEST when it is empty or too long.
 */
gboolean namida_scan_filter_exclude (NamidaScanFilter *self, const char *pattern, GError **error);
/**
 * namida_scan_filter_exclude_from: adds the patterns of a file, one a line. Blocking.
 *
 * Returns: %FALSE when it cannot be read, with a sentence that names it.
 */
gboolean namida_scan_filter_exclude_from (NamidaScanFilter *self, const char *path, GError **error);
/** namida_scan_filter_restrict_to: only @path, a file or a folder, and others that are named so, are taken from folders
 * that hold one of them. @path: absolute and canonical. */
void namida_scan_filter_restrict_to (NamidaScanFilter *self, const char *path);
/** namida_scan_filter_get_restricted: Returns: (transfer none) (element-type filename): in the order they were added.
 */
GPtrArray *namida_scan_filter_get_restricted (NamidaScanFilter *self);
/**
 * namida_scan_filter_is_excluded: by the patterns of the command line. Any thread.
 * @relative: the path below the folder that is sent, or the name of a single file
 */
gboolean namida_scan_filter_is_excluded (NamidaScanFilter *self, const char *relative, gboolean is_folder);

/**
 * namida_scan_rules_read: reads “.namidaignore” of an open folder. Blocking.
 * @folder_fd: not owned
 *
 * Returns: (transfer full) (nullable): %NULL without @error when there is none.
 */
NamidaScanRules *namida_scan_rules_read (int folder_fd, GError **error);
void namida_scan_rules_free (NamidaScanRules *self);
/** namida_scan_rules_decide: @relative: the path below the folder whose rules these are. */
NamidaScanDecision namida_scan_rules_decide (const NamidaScanRules *self, const char *relative, gboolean is_folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaScanFilter, namida_scan_filter_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaScanRules, namida_scan_rules_free)

G_END_DECLS
