/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-content.h"
#include "namida-journal.h"

G_BEGIN_DECLS

/** NamidaRecalledFile: what an earlier version has for a file. */
typedef struct
{
  gint64 name;    /* its row in the table of names; 0: the earlier version has no such file */
  gint64 content; /* its row in the table of contents; 0: none, or another one */
  gint64 read_at; /* microseconds since 1970: when @content was last read */
} NamidaRecalledFile;

/**
 * namida_version_name_tail:
 * @relative: (out) (nullable): what the table of names keeps of the name below the label; %NULL: the tail of @path
 *
 * Returns: how many bytes of @path are the name below the label; 0: it is @relative.
 */
gint64 namida_version_name_tail (const NamidaStoredRow *row, const char *path, const char **relative);

/**
 * namida_version_recall:
 * @version: the version that is written: it is compared with what it was, or with the last one of the same backup
 * @contents: takes the change times and dates of @rows; so a file that was read again has its new date in all versions
 * @rows: (element-type NamidaStoredRow): all of its files
 * @paths: (element-type utf8): their paths in the table of names
 * @files: (array): @rows->len elements, all zero; what is recalled is written there
 * @same: (out): 0, or the version that has exactly these files, each with the same content
 *
 * Finds the files of a version that has changed little by reading an earlier one once, which costs a fraction of a
 * search for each file. A file of which damage is known is never recalled: how it is entered is for the writer of
 * contents to decide. With the database locked and in a transaction of the caller's, in a worker thread. Errors:
 * STORAGE, NO_SPACE.
 */
gboolean namida_version_recall (NamidaDatabase *database,
                                gint64 version,
                                NamidaContentWriter *contents,
                                GArray *rows,
                                GPtrArray *paths,
                                NamidaRecalledFile *files,
                                gint64 *same,
                                GError **error);

/**
 * namida_version_get_content: what the table of contents shall know of @row.
 * @path: its path in the table of names; both must outlive what is returned.
 */
NamidaFileContent namida_version_get_content (const NamidaStoredRow *row, const char *path);

G_END_DECLS
