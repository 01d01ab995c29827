/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A link for a browser: an address with a token, good for some minutes and for one browser, by which a device without
 * any app brings files to this one, or fetches files from it. The session makes links and watches them; the requests of
 * the page that a link leads to come in by namida-link-routes.c. Main context. */
#pragma once

#include "namida-server.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_LINK_BRING, /* the browser sends to this device */
  NAMIDA_LINK_FETCH, /* it gets what was chosen here */
} NamidaLinkDirection;

typedef enum
{
  NAMIDA_LINK_WAITING, /* nobody has opened it */
  NAMIDA_LINK_OPENED,  /* a browser has, and is the only one that may from now on */
  NAMIDA_LINK_DONE,    /* what it was for has happened; its browser may still look at the result */
  NAMIDA_LINK_EXPIRED,
  NAMIDA_LINK_CLOSED, /* by the person here */
} NamidaLinkState;

/**
 * NamidaLink: signals "changed": its state, its browser or its transfer is another one; "refused": somebody tried to
 * use it who may not (const char *address); "fetched": something was downloaded (const char *name, guint64 bytes,
 * gboolean whole).
 */
#define NAMIDA_TYPE_LINK (namida_link_get_type ())
G_DECLARE_FINAL_TYPE (NamidaLink, namida_link, NAMIDA, LINK, GObject)

/**
 * namida_server_open_link:
 * @self: a server that runs
 * @direction: who sends
 * @backup: (nullable): what may be fetched; with %NAMIDA_LINK_FETCH only
 * @minutes: how long it is good for without being used, 1 to %NAMIDA_LIMIT_LINK_MINUTES
 * @unencrypted: plain HTTP, too, because a person asked for it
 * @error: TOO_MANY when %NAMIDA_LIMIT_LINKS are open
 *
 * Returns: (transfer full) (nullable): until namida_link_close()
 */
NamidaLink *namida_server_open_link (NamidaServer *self,
                                     NamidaLinkDirection direction,
                                     NamidaBackup *backup,
                                     guint minutes,
                                     gboolean unencrypted,
                                     GError **error);
/** namida_link_close: it is good for nothing any more; what was accepted by it and still comes is interrupted. */
void namida_link_close (NamidaLink *self);
NamidaLinkState namida_link_get_state (NamidaLink *self);
NamidaLinkDirection namida_link_get_direction (NamidaLink *self);
gboolean namida_link_get_unencrypted (NamidaLink *self);
guint namida_link_get_minutes (NamidaLink *self);
/** namida_link_get_seconds_left: Returns: until it expires if nothing happens; 0 once it is over. */
guint namida_link_get_seconds_left (NamidaLink *self);
/** namida_link_dup_url: @host: an address of this device. Returns: (transfer full): what to open in a browser. */
char *namida_link_dup_url (NamidaLink *self, GInetAddress *host);
/** namida_link_dup_digits: Returns: (transfer full): the beginning of this device's fingerprint in groups, which the
 * page shows, too, and the browser as that of the certificate. */
char *namida_link_dup_digits (NamidaLink *self);
/** namida_link_get_browser: Returns: (transfer none) (nullable): what the browser that opened it calls itself, cleaned;
 * proves nothing. */
const char *namida_link_get_browser (NamidaLink *self);
/** namida_link_get_browser_address: Returns: (transfer none) (nullable): likewise, its address without a port. */
const char *namida_link_get_browser_address (NamidaLink *self);
/** namida_link_get_transfer: Returns: (transfer none) (nullable): the last one that was offered by it. */
NamidaTransfer *namida_link_get_transfer (NamidaLink *self);
/** namida_link_get_backup: Returns: (transfer none) (nullable): what may be fetched. */
NamidaBackup *namida_link_get_backup (NamidaLink *self);

G_END_DECLS
