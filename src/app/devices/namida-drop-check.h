/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A check of dropped files. Main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_drop_check_async: checks in a worker whether each of @files (GListModel of GFile) can be sent.
 *
 * This is a quick check without a guarantee: a folder is searched for music or a backup within limits, and beyond
 * them it is accepted. Files that cannot be sent are left out and do not stop the others.
 */
void namida_drop_check_async (GListModel *files,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/**
 * namida_drop_check_finish:
 * @left_out: (out) (transfer full) (nullable): a sentence about the first file that cannot be sent: it is not on this
 * computer, was removed, is not readable, is neither a file nor a folder, is empty, or contains no music
 *
 * Returns: (transfer full) (nullable): the files that can be sent; %NULL with the sentence as NAMIDA_ERROR_STORAGE if
 * there are none
 */
GListModel *namida_drop_check_finish (GAsyncResult *result, char **left_out, GError **error);

G_END_DECLS
