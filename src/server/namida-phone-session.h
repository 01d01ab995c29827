/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The uploads and the end of a session with the phone app. Used by namida-server-phone.c. */
#pragma once

#include "namida-phone-messages.h"
#include "namida-receive-session.h"

G_BEGIN_DECLS

/** NamidaPhoneSession: adds to a NamidaReceiveSession what the phone app needs. The app has no tokens, offsets, hashes
 * or "finish": its uploads name places, each file is sent once and from its beginning, one after the other, and after
 * the last one the session ends by itself. The session owns this object and keeps it alive. */
typedef struct _NamidaPhoneSession NamidaPhoneSession;

/** namida_phone_session_attach: Creates the object, which @session owns. Any thread. */
void namida_phone_session_attach (NamidaReceiveSession *session);
/** namida_phone_session_of: Returns: (transfer none) (nullable): %NULL if it is not a session of the phone app. Any
 * thread. */
NamidaPhoneSession *namida_phone_session_of (NamidaReceiveSession *session);
/** namida_phone_session_begin: Tells the object that the session is open. Its end is handled in this context. Main
 * context. */
void namida_phone_session_begin (NamidaPhoneSession *self);

/**
 * namida_phone_session_take:
 * @claim: the place and the kind of the file, as the upload states them
 * @length: the length of the body; -1 if unknown
 * @upload: (out): the upload that begins
 * @wanted: (out): %FALSE if the file is already here, so that its bytes are discarded
 *
 * Begins the upload of a file that was agreed on. Any thread.
 *
 * Returns: %FALSE with BAD_TOKEN (not agreed on, or already received), BUSY, WRONG_SIZE, or the reason why the session
 * has ended
 */
gboolean namida_phone_session_take (NamidaPhoneSession *self,
                                    const NamidaPhoneUpload *claim,
                                    gint64 length,
                                    NamidaUpload *upload,
                                    gboolean *wanted,
                                    GError **error);
/** namida_phone_session_give: Ends the upload of a file. @sha256: (nullable): the hash of the whole file; %NULL if it
 * is incomplete and may be sent again. @last: (out): whether it was the last missing file. Any thread. */
void namida_phone_session_give (
    NamidaPhoneSession *self, const NamidaUpload *upload, guint64 there, const char *sha256, gboolean *last);
/** namida_phone_session_finish: called after the last file: stores all files and waits for that. Returns: whether every
 * file is stored or was already there; the transfer has the details. Blocking: a worker thread. */
gboolean namida_phone_session_finish (NamidaPhoneSession *self);

G_END_DECLS
