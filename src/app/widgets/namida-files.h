/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Files as a person speaks of them, before anything was scanned. */

/** namida_files_words: Returns: (transfer full): "1 backup, 2 folders and 3 files". */
char *namida_files_words (guint backups, guint folders, guint files);
/** namida_files_describe_async: looks in a worker what each of @files (GListModel of GFile) is; walks nothing. */
void namida_files_describe_async (GListModel *files,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** Returns: (transfer full) (nullable): namida_files_words() of them. */
char *namida_files_describe_finish (GAsyncResult *result, GError **error);
/**
 * namida_files_find_backup_async: the newest "Namida Backup - ….zip" in @folder and two levels below (a folder a
 * device), in a worker.
 */
void namida_files_find_backup_async (const char *folder,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** Returns: (transfer full) (nullable): %NULL without error when there is none. */
GFile *namida_files_find_backup_finish (GAsyncResult *result, GError **error);
/** namida_files_from_value: @value: a GdkFileList or a GFile. Returns: (transfer full) (nullable): GListModel of GFile.
 */
GListModel *namida_files_from_value (const GValue *value);
/** namida_files_day: Returns: (transfer full): the day of @us (microseconds since 1970) within a sentence: "today",
 * "yesterday", "on 3 November". */
char *namida_files_day (gint64 us);
/** namida_files_time: Returns: (transfer full): the same with the time of the last two days: "yesterday, 21:02". */
char *namida_files_time (gint64 us);
/** namida_files_clock: Returns: (transfer full): the time of day: "14:20". */
char *namida_files_clock (gint64 us);
/** namida_files_day_heading: Returns: (transfer full): the day as a heading: "Today", "Tuesday, 24 November". */
char *namida_files_day_heading (gint64 us);
/** namida_files_when: @us: microseconds since 1970. Returns: (transfer full): "today, 09:12", "yesterday", "19 July
 * 2026". */
char *namida_files_when (gint64 us);

/** namida_files_below_portal: The desktop's portal shows a folder that was chosen in its dialog as
 * /run/user/1000/doc/1a2b3c4d/Backups. Returns: (transfer none) (nullable): "Backups" and what follows; NULL: @path is
 * none of these. */
const char *namida_files_below_portal (const char *path);
/** namida_files_short_path: Returns: (transfer full): "~/Music", or "Backups" of a folder that the desktop's portal
 * shows, which is what people know. */
char *namida_files_short_path (const char *path);

G_END_DECLS
