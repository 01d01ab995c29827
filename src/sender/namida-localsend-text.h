/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends text messages to LocalSend devices. Called by the hub in the main context. */
#pragma once

#include "namida-device-info.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/** NamidaLocalsendText: a message and its recipient. namida_localsend_text_async() copies it. */
typedef struct
{
  NamidaIdentity *identity; /* (nullable): %NULL for plain HTTP */
  GListModel *addresses;    /* GInetSocketAddress, best first */
  const char *fingerprint;  /* (nullable): the fingerprint that the device must present */
  const char *alias;
  NamidaDeviceInfo *own; /* what this device says about itself */
  const char *pin;       /* (nullable) */
  const char *text;
} NamidaLocalsendText;

/** namida_localsend_text_async: Sends a text message, which the other device shows instead of saving it. An app that
 * does not support messages gets it as a file “message.txt”. Waits until the message is accepted. The work is done in
 * a worker thread. */
void namida_localsend_text_async (const NamidaLocalsendText *message,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** namida_localsend_text_finish: Returns: %FALSE with DECLINED, PIN_REQUIRED, PIN_WRONG, TOO_MANY, BUSY, UNREACHABLE,
 * IDENTITY_CHANGED, NOT_FOUND (the device does not support messages), TOO_LARGE or CANCELLED. */
gboolean namida_localsend_text_finish (GAsyncResult *result, GError **error);

G_END_DECLS
