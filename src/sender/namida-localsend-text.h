/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/** NamidaLocalsendText: a message, and whom it is for. Borrowed by namida_localsend_text_async(), which copies it. */
typedef struct
{
  NamidaIdentity *identity; /* (nullable): %NULL: in plain */
  GListModel *addresses;    /* of GInetSocketAddress, best first */
  const char *fingerprint;  /* (nullable): it must show this one */
  const char *alias;
  NamidaDeviceInfo *own; /* what we say of us */
  const char *pin;       /* (nullable) */
  const char *text;
} NamidaLocalsendText;

/**
 * namida_localsend_text_async: sends a message of text, which the other device shows instead of storing it. A program
 * that knows no messages gets it as a file “message.txt”. Waits until it is accepted there. In a worker thread.
 */
void namida_localsend_text_async (const NamidaLocalsendText *message,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** namida_localsend_text_finish: Errors: DECLINED, PIN_REQUIRED, PIN_WRONG, TOO_MANY, BUSY, UNREACHABLE,
 * IDENTITY_CHANGED, NOT_FOUND (it takes no messages), TOO_LARGE, CANCELLED. */
gboolean namida_localsend_text_finish (GAsyncResult *result, GError **error);

G_END_DECLS
