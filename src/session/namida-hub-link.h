/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links for browsers: what a device without any app brings to this one, or fetches from it. The window's dialog and the
 * command "link" make them here; namida-link.h says what one is. Main context. */
#pragma once

#include "namida-hub.h"
#include "namida-link.h"

G_BEGIN_DECLS

/**
 * namida_hub_open_link_async:
 * @self: a hub that runs
 * @files: (nullable): GListModel of GFile: what a browser may fetch; files and folders as for namida_hub_send()
 * @version: (nullable): the id of a version that it may fetch instead
 * @labels: (nullable): which music folders of @version; %NULL: all
 * @minutes: how long the link is good for, 1 to %NAMIDA_LIMIT_LINK_MINUTES
 * @unencrypted: plain HTTP, because a person asked for it
 *
 * Without @files and @version the link is for bringing, and what is brought is asked about as an offer.
 */
void namida_hub_open_link_async (NamidaHub *self,
                                 GListModel *files,
                                 const char *version,
                                 const char *const *labels,
                                 guint minutes,
                                 gboolean unencrypted,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/** namida_hub_open_link_finish: Returns: (transfer full) (nullable): %NULL with NOT_FOUND, STORAGE, TOO_MANY, CANCELLED
 * or what the scanner says. */
NamidaLink *namida_hub_open_link_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/** namida_hub_dup_link_urls: Returns: (transfer full): @link by each address of this device, the easiest to type first;
 * empty when it has none. */
char **namida_hub_dup_link_urls (NamidaHub *self, NamidaLink *link);

G_END_DECLS
