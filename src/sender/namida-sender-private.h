/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-sender.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaSenderClass, g_type_class_unref)

/* What every way of sending has; for the subclasses. */
struct _NamidaSender
{
  GObject parent_instance;

  NamidaIdentity *identity;
  NamidaDeviceInfo *own;
  GListModel *addresses;    /* of GInetSocketAddress, best first */
  char *fingerprint;        /* (nullable) until somebody has shown one */
  NamidaDatabase *database; /* (nullable) */
  NamidaTransfer *transfer;
  char *pin; /* (nullable) */
  guint64 limit;
  gboolean patient;     /* a lost connection does not end the transfer */
  gboolean accepted;    /* in this try or an earlier one */
  gboolean again;       /* an earlier try was accepted */
  gboolean reached;     /* this one was */
  char *session_id;     /* (nullable): of an accepted try */
  char *session_before; /* (nullable): of the try before this one */

  GTask *task; /* while it runs */
};

struct _NamidaSenderClass
{
  GObjectClass parent_class;

  /* Begins; the transfer has a backup. Ends by namida_sender_return(), once, whatever happens. */
  void (*start) (NamidaSender *self);
};

#define NAMIDA_SENDER_CLASS(klass) (G_TYPE_CHECK_CLASS_CAST ((klass), NAMIDA_TYPE_SENDER, NamidaSenderClass))
#define NAMIDA_SENDER_GET_CLASS(object) (G_TYPE_INSTANCE_GET_CLASS ((object), NAMIDA_TYPE_SENDER, NamidaSenderClass))

/** namida_sender_dup_addresses: (transfer full) (element-type GInetSocketAddress): as they are now, for a worker. */
GPtrArray *namida_sender_dup_addresses (NamidaSender *self);
/** namida_sender_follow_wish: a person's cancel cancels @inner, too, also one of before. Returns: the handler, to be
 * given to namida_sender_unfollow_wish(). */
gulong namida_sender_follow_wish (NamidaSender *self, GCancellable *inner);
void namida_sender_unfollow_wish (NamidaSender *self, gulong handler);
/** namida_sender_settle: what namida_sender_return() does to the transfer, before there is nothing left to be done.
 * @error: (nullable) */
void namida_sender_settle (NamidaSender *self, const GError *error, gboolean goes_on);
/** namida_sender_give_back: after namida_sender_settle(): the try is over. @error: (transfer full) (nullable) */
void namida_sender_give_back (NamidaSender *self, GError *error);
/**
 * namida_sender_return: ends the try, and the transfer unless it goes on or was asked to pause: then it is PAUSED.
 * @error: (transfer full) (nullable)
 * @goes_on: another try may succeed: the transfer is left INTERRUPTED
 */
void namida_sender_return (NamidaSender *self, GError *error, gboolean goes_on);

G_END_DECLS
