/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the names and contents of a version in the database by comparing it with an earlier version. Used by the writer
 * of lists, in a worker thread with the database locked. */
#pragma once

#include "namida-content.h"
#include "namida-journal.h"

G_BEGIN_DECLS

/** NamidaRecalledFile: what an earlier version has for a file. */
typedef struct
{
  gint64 name;    /* its row in the table of names; 0: the earlier version lacks it */
  gint64 content; /* its row in the table of contents; 0: none, or a different one */
  gint64 read_at; /* when @content was last read, in microseconds since 1970 */
  gboolean sent;  /* it was here already, because the device has sent it for the earlier version */
} NamidaRecalledFile;

/**
 * namida_version_name_tail:
 * @relative: (out) (nullable): the part of the name below the label that the table of names stores; %NULL if that is
 * the tail of @path
 *
 * Returns: how many bytes at the end of @path are the name below the label; 0 if @relative is used
 */
gint64 namida_version_name_tail (const NamidaStoredRow *row, const char *path, const char **relative);

/**
 * namida_version_recall:
 * @version: the version that is being written; it is compared with its former state or with the last version of the
 * same backup
 * @contents: receives the change times and dates of @rows, so that a file that was read again gets its new date in all
 * versions
 * @rows: (element-type NamidaStoredRow): all of its files
 * @paths: (element-type utf8): their paths in the table of names
 * @files: (array): @rows->len elements, initially zero; set for the files that are found
 * @same: (out): the version that has exactly these files with the same contents; 0 if there is none
 *
 * Finds the files of a version that has changed little by reading an earlier one once, which costs a fraction of a
 * search for each file. A file with known damage is never taken over; the writer of contents decides how it is
 * recorded. Call it with the database locked and in a transaction, in a worker thread.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE
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
 * namida_version_get_content:
 * @path: the path of @row in the table of names. Both must outlive the result
 *
 * Returns: what the table of contents should record about @row
 */
NamidaFileContent namida_version_get_content (const NamidaStoredRow *row, const char *path);

G_END_DECLS
