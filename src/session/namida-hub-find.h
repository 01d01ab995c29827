/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Searches all versions for the window's Backups page. Main context. */
#pragma once

#include "namida-hub.h"
#include "namida-version-find.h"

G_BEGIN_DECLS

/**
 * namida_hub_find_async: runs namida_version_find() in a thread, for a search field. @text is UTF-8 and not empty.
 * Main context.
 */
void namida_hub_find_async (
    NamidaHub *self, const char *text, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/**
 * namida_hub_find_finish: Returns: (transfer full) (nullable) (element-type NamidaFindHit): the hits, or %NULL with
 * the errors of namida_version_find().
 */
GPtrArray *namida_hub_find_finish (NamidaHub *self, GAsyncResult *result, GError **error);

G_END_DECLS
