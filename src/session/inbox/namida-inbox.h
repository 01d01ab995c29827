/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The offers of other devices: which are accepted or refused without asking, and which the user is asked about. The hub
 * creates the inbox and passes the offers of its server on; the window and the command line answer them. Main context;
 * the store is asked in worker threads. */
#pragma once

#include "namida-offer.h"
#include "namida-store.h"
#include "namida-transfer-list.h"
#include "namida-trust-store.h"

G_BEGIN_DECLS

/** NamidaAccept: which offers are accepted without asking the user. */
typedef enum
{
  NAMIDA_ACCEPT_ASK,
  NAMIDA_ACCEPT_TRUSTED,
  NAMIDA_ACCEPT_ALL
} NamidaAccept;

/** NamidaUnencrypted: how to handle offers of devices that cannot encrypt, and sending to such devices. */
typedef enum
{
  NAMIDA_UNENCRYPTED_ASK, /* ask the user each time, even if all other offers are accepted */
  NAMIDA_UNENCRYPTED_NEVER,
  NAMIDA_UNENCRYPTED_ALLOW, /* as for encrypted offers: NamidaAccept decides */
} NamidaUnencrypted;

#define NAMIDA_TYPE_INBOX (namida_inbox_get_type ())
/**
 * NamidaInbox: signals: "trouble" (sentence) when a policy refused something that the user may miss; "trust"
 * (fingerprint, alias) when the user accepted an offer for this and all other times.
 */
G_DECLARE_FINAL_TYPE (NamidaInbox, namida_inbox, NAMIDA, INBOX, GObject)

/**
 * NamidaInboxDoubt: finds out why the sender of @offer may not be the device that it claims to be, and sets the doubt
 * on the offer. @data: of namida_inbox_new()
 */
typedef void (*NamidaInboxDoubt) (NamidaOffer *offer, gpointer data);

/**
 * namida_inbox_new: Returns: (transfer full): an inbox that refuses everything before namida_inbox_start().
 * @list: the list that accepted transfers are added to
 * @doubt: called for each offer before it is decided; @data: not owned, valid until namida_inbox_stop()
 */
NamidaInbox *namida_inbox_new (NamidaTransferList *list, NamidaInboxDoubt doubt, gpointer data);
/** namida_inbox_start: @trust, @store: used from now on. Lists transfers that the user paused in an earlier run. */
void namida_inbox_start (NamidaInbox *self, NamidaTrustStore *trust, NamidaStore *store, NamidaDatabase *database);
/** namida_inbox_stop: nothing is accepted or asked any more. */
void namida_inbox_stop (NamidaInbox *self);
/** namida_inbox_set_accept: sets which offers are accepted without asking, from now on. Default: none. */
void namida_inbox_set_accept (NamidaInbox *self, NamidaAccept accept);
/** namida_inbox_get_accept: Returns: what namida_inbox_set_accept() set. */
NamidaAccept namida_inbox_get_accept (NamidaInbox *self);
/** namida_inbox_set_unencrypted: sets how to handle offers that are not encrypted. Default: ask. */
void namida_inbox_set_unencrypted (NamidaInbox *self, NamidaUnencrypted unencrypted);
/** namida_inbox_set_landing: sets where backups that are accepted without asking are stored. Default: library. */
void namida_inbox_set_landing (NamidaInbox *self, NamidaLanding landing);
/** namida_inbox_set_closed: @closed: whether this program only sends or looks, and refuses all offers as busy. */
void namida_inbox_set_closed (NamidaInbox *self, gboolean closed);
/**
 * namida_inbox_landing_for: Returns: where transfers of the device @trusted (nullable) are stored. A trusted device
 * may have a landing of its own.
 */
NamidaLanding namida_inbox_landing_for (NamidaInbox *self, const NamidaTrusted *trusted);

/** namida_inbox_get_offers: Returns: (transfer none) (element-type NamidaOffer): what the user is asked about. */
GListModel *namida_inbox_get_offers (NamidaInbox *self);
/** namida_inbox_add: decides about a new offer: accept, refuse, or ask the user. */
void namida_inbox_add (NamidaInbox *self, NamidaOffer *offer);
/** namida_inbox_find: Returns: (transfer none) (nullable): the open offer with @id, see namida_offer_get_id(). */
NamidaOffer *namida_inbox_find (NamidaInbox *self, const char *id);
/**
 * namida_inbox_accept: accepts @offer for the user. Files that namida_offer_set_taken() removed from the offer are
 * declined; an offer without remaining files is declined as a whole.
 * @folder: (nullable): for this time, store music below this folder, which must exist; only for the library landing
 * @always: emit "trust" for this device, which has proven its key; no effect for a device whose identity has changed
 * (namida_offer_get_doubt()), which requires pairing
 */
void
namida_inbox_accept (NamidaInbox *self, NamidaOffer *offer, NamidaLanding landing, const char *folder, gboolean always);
/**
 * namida_inbox_block: declines @offer, and silently declines everything from the key of its sender from now on. If the
 * sender has not proven a key, only this offer is declined.
 */
void namida_inbox_block (NamidaInbox *self, NamidaOffer *offer);
/**
 * namida_inbox_look_here_async: finds which files of an open offer are already on this device. @landing, @folder:
 * (nullable): as for namida_inbox_accept(). The sender learns nothing, and nothing is created or recorded.
 */
void namida_inbox_look_here_async (NamidaInbox *self,
                                   NamidaOffer *offer,
                                   NamidaLanding landing,
                                   const char *folder,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_inbox_look_here_finish: Returns: (transfer full) (nullable): one byte for each entry of the offer, 1 if its
 * file is here; %NULL with @error. */
GBytes *namida_inbox_look_here_finish (NamidaInbox *self, GAsyncResult *result, GError **error);

G_END_DECLS
