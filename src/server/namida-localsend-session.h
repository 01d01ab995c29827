/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-identity.h"
#include "namida-localsend-message.h"
#include "namida-receive-session.h"

G_BEGIN_DECLS

/**
 * NamidaLocalsendSession: what a NamidaReceiveSession lacks for LocalSend: no hashes and no finish come, so it ends by
 * itself with its last file; and its sender is told when our person cancels. It belongs to its session, which keeps it
 * alive.
 */
typedef struct _NamidaLocalsendSession NamidaLocalsendSession;

/** any thread: makes it, kept by @session. */
void namida_localsend_session_attach (NamidaReceiveSession *session);
/** any thread. Returns: (transfer none) (nullable): NULL: not a LocalSend's */
NamidaLocalsendSession *namida_localsend_session_of (NamidaReceiveSession *session);
/**
 * namida_localsend_session_begin: main context: the session is open now. @address: from where its sender asked (text),
 * and uploads must come
 * @identity: (nullable): NULL: the sender's own server speaks plain HTTP; @sender: that server; @fingerprint:
 * (nullable): it must show this one
 */
void namida_localsend_session_begin (NamidaLocalsendSession *self,
                                     const char *address,
                                     NamidaIdentity *identity,
                                     GInetSocketAddress *sender,
                                     const char *fingerprint);
/** Returns: (transfer none): any thread once it has begun. */
const char *namida_localsend_session_get_address (NamidaLocalsendSession *self);
/** namida_localsend_session_note: any thread: a file came whole. Returns: whether it was the last one. */
gboolean namida_localsend_session_note (NamidaLocalsendSession *self, guint index, const char *sha256);
/** namida_localsend_session_store: main context: the sender has left: what came whole is stored, and the session ends;
 * where nothing did, it is parked. */
void namida_localsend_session_store (NamidaLocalsendSession *self);
/**
 * namida_localsend_session_finish: a worker thread, after the last file: stores all, and waits for that. Returns:
 * %FALSE when this file, @index, is not stored.
 */
gboolean namida_localsend_session_finish (NamidaLocalsendSession *self, guint index);

G_END_DECLS
