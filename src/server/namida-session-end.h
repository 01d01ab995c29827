/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ends a session of a dialect without hashes and without "finish" (LocalSend, the phone app, links). The received bytes
 * cannot be compared with anything else, and the sender would not repeat the request if storing fails. */
#pragma once

#include "namida-receive-session.h"

G_BEGIN_DECLS

/** namida_session_end: Stores all files and ends @session. @hashes: (transfer full): id → SHA-256 of each completely
 * received file. Main context. */
void namida_session_end (NamidaReceiveSession *session, GHashTable *hashes);
/** namida_session_end_wait: Calls namida_session_end() in @context, which is that of the session, and waits for the
 * result. @hashes: (transfer full). Returns: whether every file is stored or was already there; the transfer has the
 * details. Blocking: a worker thread. */
gboolean namida_session_end_wait (NamidaReceiveSession *session, GMainContext *context, GHashTable *hashes);

G_END_DECLS
