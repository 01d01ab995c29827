/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A link for a browser: an address with a token, valid for some minutes and for one browser, with which a device
 * without any app sends files to this one or fetches files from it. The hub creates links and watches them; the
 * requests of the page are handled by namida-link-routes.c. Main context. */
#pragma once

#include "namida-server.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_LINK_BRING, /* the browser sends to this device */
  NAMIDA_LINK_FETCH, /* the browser fetches what was chosen here */
} NamidaLinkDirection;

typedef enum
{
  NAMIDA_LINK_WAITING, /* no browser has opened it */
  NAMIDA_LINK_OPENED,  /* a browser has opened it; no other browser may use it */
  NAMIDA_LINK_DONE,    /* its purpose is fulfilled; its browser may still see the result */
  NAMIDA_LINK_EXPIRED,
  NAMIDA_LINK_CLOSED, /* by the local user */
} NamidaLinkState;

/** NamidaLink: a link. Signals: "changed": its state, its browser or its transfer has changed; "refused" (const char
 * *address): a request was not allowed; "fetched" (const char *name, guint64 bytes, gboolean whole): something was
 * downloaded. */
#define NAMIDA_TYPE_LINK (namida_link_get_type ())
G_DECLARE_FINAL_TYPE (NamidaLink, namida_link, NAMIDA, LINK, GObject)

/**
 * namida_server_open_link:
 * @self: a running server
 * @direction: who sends
 * @backup: (nullable): what may be fetched; only with %NAMIDA_LINK_FETCH
 * @minutes: how long it is valid without being used, 1 to %NAMIDA_LIMIT_LINK_MINUTES
 * @unencrypted: also allow plain HTTP, because the user asked for it
 * @error: TOO_MANY if %NAMIDA_LIMIT_LINKS are open
 *
 * Opens a link for one browser.
 *
 * Returns: (transfer full) (nullable): the link, which is open until namida_link_close()
 */
NamidaLink *namida_server_open_link (NamidaServer *self,
                                     NamidaLinkDirection direction,
                                     NamidaBackup *backup,
                                     guint minutes,
                                     gboolean unencrypted,
                                     GError **error);
/** namida_link_close: Ends the link. A transfer that is still running by it is interrupted. */
void namida_link_close (NamidaLink *self);
/** namida_link_get_state: Returns: the state; "changed" is emitted when it changes. */
NamidaLinkState namida_link_get_state (NamidaLink *self);
/** namida_link_get_direction: Returns: whether the browser sends or fetches. */
NamidaLinkDirection namida_link_get_direction (NamidaLink *self);
/** namida_link_get_unencrypted: Returns: whether the link also works over plain HTTP. */
gboolean namida_link_get_unencrypted (NamidaLink *self);
/** namida_link_get_minutes: Returns: how long the link is valid without being used. */
guint namida_link_get_minutes (NamidaLink *self);
/** namida_link_get_seconds_left: Returns: the seconds until it expires if it is not used; 0 if it has ended. */
guint namida_link_get_seconds_left (NamidaLink *self);
/** namida_link_dup_url: @host: an address of this device. Returns: (transfer full): the address to open in a
 * browser. */
char *namida_link_dup_url (NamidaLink *self, GInetAddress *host);
/** namida_link_dup_digits: Returns: (transfer full): the beginning of this device's fingerprint in groups, which the
 * page shows, too, and the browser as that of the certificate. */
char *namida_link_dup_digits (NamidaLink *self);
/** namida_link_get_browser: Returns: (transfer none) (nullable): the name of the browser that opened it, as claimed by
 * the browser and safe to show. It proves nothing. */
const char *namida_link_get_browser (NamidaLink *self);
/** namida_link_get_browser_address: Returns: (transfer none) (nullable): the address of that browser without a port. */
const char *namida_link_get_browser_address (NamidaLink *self);
/** namida_link_get_transfer: Returns: (transfer none) (nullable): the last transfer that was offered by it. */
NamidaTransfer *namida_link_get_transfer (NamidaLink *self);
/** namida_link_get_backup: Returns: (transfer none) (nullable): what may be fetched. */
NamidaBackup *namida_link_get_backup (NamidaLink *self);

G_END_DECLS
