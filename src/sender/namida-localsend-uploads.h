/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-http-connection.h"
#include "namida-messages.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/** NamidaLocalsendUploads: the files that a LocalSend peer wants, two at a time. All borrowed; the caller fills it. */
typedef struct
{
  NamidaHttpPeer peer; /* pinned, and with the source address that prepare-upload came from */
  NamidaOfferAnswer *answer;
  NamidaTransfer *transfer;
  GCancellable *cancellable;
} NamidaLocalsendUploads;

/**
 * namida_localsend_uploads_run: blocking, a worker thread. Tells each file's result to the transfer.
 * @unfinished: (out): whether the peer still waits for a file
 * Returns: %FALSE only with what ends the whole sending: CANCELLED, IDENTITY_CHANGED, UNREACHABLE, DECLINED, BUSY, …
 */
gboolean namida_localsend_uploads_run (NamidaLocalsendUploads *self, gboolean *unfinished, GError **error);

G_END_DECLS
