/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_drop_check_async: looks in a worker whether each of @files (GListModel of GFile) is something to send.
 *
 * A look, no promise: a folder is searched for music or a backup within limits, and what has more than those is taken
 * for sensible. NAMIDA_ERROR_INVALID with a sentence that names the first one which makes no sense and says why: it is
 * not on this computer, is gone, cannot be read, is neither a file nor a folder, is empty, or has no music in it.
 */
void namida_drop_check_async (GListModel *files,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean namida_drop_check_finish (GAsyncResult *result, GError **error);

G_END_DECLS
