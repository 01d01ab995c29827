/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_drop_check_async: looks in a worker whether each of @files (GListModel of GFile) is something to send.
 *
 * A look, no promise: a folder is searched for music or a backup within limits, and what has more than those is taken
 * for sensible. What makes no sense is left out, and does not stop the rest.
 */
void namida_drop_check_async (GListModel *files,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/**
 * namida_drop_check_finish:
 * @left_out: (out) (transfer full) (nullable): a sentence that names the first one which makes no sense and says why:
 * it is not on this computer, is gone, cannot be read, is neither a file nor a folder, is empty, or has no music in it
 *
 * Returns: (transfer full) (nullable): those that can be sent; %NULL with the sentence as NAMIDA_ERROR_STORAGE when
 * there are none
 */
GListModel *namida_drop_check_finish (GAsyncResult *result, char **left_out, GError **error);

G_END_DECLS
