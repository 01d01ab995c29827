/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links for browsers, which let a device without any app send files to this device or fetch files from it. The
 * window's dialog and the "link" command create them here; namida-link.h describes a link. Main context. */
#pragma once

#include "namida-hub.h"
#include "namida-link.h"

G_BEGIN_DECLS

/**
 * namida_hub_open_link_async:
 * @self: a running hub
 * @files: (nullable): GListModel of GFile that a browser may fetch; files and folders as for namida_outbox_send()
 * @version: (nullable): the id of a version that a browser may fetch instead
 * @labels: (nullable): which music folders of @version; %NULL: all
 * @minutes: how long the link is valid, 1 to %NAMIDA_LIMIT_LINK_MINUTES
 * @unencrypted: use plain HTTP, because the user asked for it
 *
 * Without @files and @version, the link is for uploads, and each upload is announced as an offer.
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
/**
 * namida_hub_open_link_finish: Returns: (transfer full) (nullable): %NULL with NOT_FOUND, STORAGE, TOO_MANY,
 * CANCELLED or an error of the scanner.
 */
NamidaLink *namida_hub_open_link_finish (NamidaHub *self, GAsyncResult *result, GError **error);
/**
 * namida_hub_dup_link_urls: Returns: (transfer full): the URL of @link for each address of this device, the easiest
 * one to type first; empty if the device has no address.
 */
char **namida_hub_dup_link_urls (NamidaHub *self, NamidaLink *link);

G_END_DECLS
