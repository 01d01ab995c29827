/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-phone-messages.h"
#include "namida-receive-session.h"

G_BEGIN_DECLS

/**
 * NamidaPhoneSession: what a NamidaReceiveSession lacks for the phone app, which has no tokens, no offsets, no hashes
 * and no finish: its uploads name places, each comes once and from its beginning, one after the other, and after the
 * last one the session ends by itself. It belongs to its session, which keeps it alive.
 */
typedef struct _NamidaPhoneSession NamidaPhoneSession;

/** any thread: makes it, kept by @session. */
void namida_phone_session_attach (NamidaReceiveSession *session);
/** any thread. Returns: (transfer none) (nullable): NULL: not a phone's */
NamidaPhoneSession *namida_phone_session_of (NamidaReceiveSession *session);
/** Main context: the session is open now; the end will be there. */
void namida_phone_session_begin (NamidaPhoneSession *self);

/**
 * namida_phone_session_take: any thread: a file that was agreed on begins to come. @length: of the body, -1 unknown.
 * @wanted: (out): else it is here already, and its bytes lead nowhere. Errors: BAD_TOKEN (not agreed on, or here),
 * BUSY, WRONG_SIZE, and why the session is over.
 */
gboolean namida_phone_session_take (NamidaPhoneSession *self,
                                    const NamidaPhoneUpload *wish,
                                    gint64 length,
                                    NamidaUpload *upload,
                                    gboolean *wanted,
                                    GError **error);
/** namida_phone_session_give: any thread: that file's upload is over. @sha256: (nullable): of the whole file; NULL: it
 * did not come whole, and may come again. @last: (out): it was the last one that was missing. */
void namida_phone_session_give (
    NamidaPhoneSession *self, const NamidaUpload *upload, guint64 there, const char *sha256, gboolean *last);
/**
 * namida_phone_session_finish: a worker thread, after the last file: stores all, and waits for that. Returns: whether
 * every file is stored or was there; the transfer says more.
 */
gboolean namida_phone_session_finish (NamidaPhoneSession *self);

G_END_DECLS
