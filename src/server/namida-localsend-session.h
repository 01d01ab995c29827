/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a LocalSend session, which the LocalSend protocol does not announce. Used by namida-server-localsend.c. */
#pragma once

#include "namida-identity.h"
#include "namida-localsend-message.h"
#include "namida-receive-session.h"

G_BEGIN_DECLS

/** NamidaLocalsendSession: adds to a NamidaReceiveSession what LocalSend needs. LocalSend sends no hashes and no
 * "finish", so the session ends by itself after its last file, and its sender is notified if the local user cancels.
 * The session owns this object and keeps it alive. */
typedef struct _NamidaLocalsendSession NamidaLocalsendSession;

/** namida_localsend_session_attach: Creates the object, which @session owns. Any thread. */
void namida_localsend_session_attach (NamidaReceiveSession *session);
/** namida_localsend_session_of: Returns: (transfer none) (nullable): %NULL if it is not a LocalSend session. Any
 * thread. */
NamidaLocalsendSession *namida_localsend_session_of (NamidaReceiveSession *session);
/**
 * namida_localsend_session_begin:
 * @address: the address of the sender as text; uploads must come from it
 * @identity: (nullable): %NULL if the sender's own server uses plain HTTP
 * @sender: the address of that server
 * @fingerprint: (nullable): the fingerprint that it must present
 *
 * Tells the object that the session is open. Main context.
 */
void namida_localsend_session_begin (NamidaLocalsendSession *self,
                                     const char *address,
                                     NamidaIdentity *identity,
                                     GInetSocketAddress *sender,
                                     const char *fingerprint);
/** namida_localsend_session_get_address: Returns: (transfer none): the address of the sender. Any thread after the
 * session has begun. */
const char *namida_localsend_session_get_address (NamidaLocalsendSession *self);
/** namida_localsend_session_note: Records that a file was received completely. Returns: whether it was the last one.
 * Any thread. */
gboolean namida_localsend_session_note (NamidaLocalsendSession *self, guint index, const char *sha256);
/** namida_localsend_session_store: called when the sender has left: stores the complete files and ends the session, or
 * parks it if no file is complete. Main context. */
void namida_localsend_session_store (NamidaLocalsendSession *self);
/** namida_localsend_session_finish: called after the last file: stores all files and waits for that. Returns: %FALSE if
 * the file @index was not stored. Blocking: a worker thread. */
gboolean namida_localsend_session_finish (NamidaLocalsendSession *self, guint index);

G_END_DECLS
