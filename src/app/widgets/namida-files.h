/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and times as text for people, before anything was scanned. Main context; disk access is in worker threads. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** namida_files_words: Returns: (transfer full): text such as "1 backup, 2 folders and 3 files". */
char *namida_files_words (guint backups, guint folders, guint files);
/**
 * namida_files_describe_async: determines in a worker what each of @files (GListModel of GFile) is, without walking
 * folders.
 */
void namida_files_describe_async (GListModel *files,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** namida_files_describe_finish: Returns: (transfer full) (nullable): the namida_files_words() of the files. */
char *namida_files_describe_finish (GAsyncResult *result, GError **error);
/**
 * namida_files_find_backup_async: finds, in a worker, the newest "Namida Backup - ….zip" in @folder and two levels
 * below (there is one folder per device).
 */
void namida_files_find_backup_async (const char *folder,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** namida_files_find_backup_finish: Returns: (transfer full) (nullable): %NULL without error if there is none. */
GFile *namida_files_find_backup_finish (GAsyncResult *result, GError **error);
/**
 * namida_files_from_value: @value: a GdkFileList or a GFile. Returns: (transfer full) (nullable): a GListModel of
 * GFile
 */
GListModel *namida_files_from_value (const GValue *value);
/**
 * namida_files_day: Returns: (transfer full): the day of @us (microseconds since 1970) for use in a sentence:
 * "today", "yesterday", "on 3 November".
 */
char *namida_files_day (gint64 us);
/**
 * namida_files_time: Returns: (transfer full): like namida_files_day(), with the time for the last two days:
 * "yesterday, 21:02".
 */
char *namida_files_time (gint64 us);
/** namida_files_since: Returns: (transfer full): the same for use after “since”: "yesterday, 21:02", "3 November". */
char *namida_files_since (gint64 us);
/** namida_files_clock: Returns: (transfer full): the time of day, such as "14:20". */
char *namida_files_clock (gint64 us);
/**
 * namida_files_day_heading: Returns: (transfer full): the day as a heading, such as "Today" or "Tuesday, 24
 * November".
 */
char *namida_files_day_heading (gint64 us);
/**
 * namida_files_when: @us: microseconds since 1970. Returns: (transfer full): text such as "today, 09:12", "yesterday,
 * 21:02" or "19 July 2026"
 */
char *namida_files_when (gint64 us);

/**
 * namida_files_below_portal: The desktop's document portal shows a folder that was chosen in its dialog as
 * /run/user/1000/doc/1a2b3c4d/Backups. Returns: (transfer none) (nullable): "Backups" and what follows; %NULL if
 * @path is not such a path.
 */
const char *namida_files_below_portal (const char *path);
/**
 * namida_files_short_path: Returns: (transfer full): a path as users know it: "~/Music", or "Backups" for a folder of
 * the document portal.
 */
char *namida_files_short_path (const char *path);

G_END_DECLS
