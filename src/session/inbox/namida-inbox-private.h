/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The instance structure of NamidaInbox, shared by the files of src/session/inbox and their tests. Main context. */
#pragma once

#include "namida-inbox.h"

#include "namida-decline-guard.h"
#include "namida-journal.h"

G_BEGIN_DECLS

struct _NamidaInbox
{
  GObject parent_instance;

  GListStore *offers;
  NamidaTransferList *list;
  GListStore *transfers; /* the items of @list */
  NamidaInboxDoubt doubt;
  gpointer doubt_data;

  NamidaAccept accept;
  NamidaUnencrypted unencrypted;
  NamidaLanding landing;
  gboolean closed;

  NamidaTrustStore *trust;  /* (nullable) until the first start */
  NamidaStore *store;       /* (nullable) until the first start */
  NamidaDatabase *database; /* (nullable) until the first start */
  GCancellable *cancellable;
  gboolean running;

  NamidaDeclineGuard *declined; /* which devices must wait after a declined request */
  gint64 reported_at;           /* monotonic µs of the last report of a refusal; 0: never */
};

/* namida-inbox-ask.c */
/** namida_inbox_ask: shows @offer to the user, now or after the wait that an earlier decline imposes, or refuses it. */
void namida_inbox_ask (NamidaInbox *self, NamidaOffer *offer);

/* namida-inbox-decide.c */
/**
 * namida_inbox_accept_into: accepts @offer.
 * @folder: (nullable): chosen for this time
 * @resume: (nullable): the interrupted session to continue; %NULL: the one that was found for @offer, if the landing
 * and folder are the same
 * @by: (nullable): NAMIDA_AGREED_…, the agreement to this offer; %NULL if the agreement to @resume covers it
 */
void namida_inbox_accept_into (NamidaInbox *self,
                               NamidaOffer *offer,
                               NamidaLanding landing,
                               const char *folder,
                               NamidaJournalSession *resume,
                               const char *by);

/* namida-inbox-paused.c */
/** namida_inbox_take_up_paused: lists transfers again that the local user paused in an earlier run. */
void namida_inbox_take_up_paused (NamidaInbox *self);

G_END_DECLS
