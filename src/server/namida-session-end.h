/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-receive-session.h"

G_BEGIN_DECLS

/* The end of a session of a dialect without hashes and without finish: what was received is what there is to compare
 * with, and nobody would ask again when it cannot be stored. */

/** namida_session_end: main context: stores all and ends @session. @hashes: (transfer full): id → SHA-256 of what came
 * whole. */
void namida_session_end (NamidaReceiveSession *session, GHashTable *hashes);
/**
 * namida_session_end_wait: a worker thread: has that done in @context, the session's, and waits for it. @hashes:
 * (transfer full). Returns: whether every file is stored or was there; the transfer says more.
 */
gboolean namida_session_end_wait (NamidaReceiveSession *session, GMainContext *context, GHashTable *hashes);

G_END_DECLS
