/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pairings of this device: the requests of other devices, and the one that was started here. Used by
 * namida-hub-pair.c and tests. Main context. */
#pragma once

#include "namida-client.h"
#include "namida-pair-request.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_PAIRINGS (namida_pairings_get_type ())
/**
 * NamidaPairings: lists the requests of other devices and runs at most one pairing that was started here. It does not
 * change the trust store itself. Signal "paired" (fingerprint, alias, auto-accept): users of both devices have
 * confirmed this key; emitted before the operation finishes.
 */
G_DECLARE_FINAL_TYPE (NamidaPairings, namida_pairings, NAMIDA, PAIRINGS, GObject)

/**
 * NamidaPairDigits: called with the digits that both screens must show; the user answers with
 * namida_pairings_confirm(). The operation finishes when both users have confirmed.
 */
typedef void (*NamidaPairDigits) (const char *digits, gpointer user_data);

/** namida_pairings_new: Returns: (transfer full): without requests. */
NamidaPairings *namida_pairings_new (void);
/** namida_pairings_get_requests: Returns: (transfer none) (element-type NamidaPairRequest): open requests. */
GListModel *namida_pairings_get_requests (NamidaPairings *self);
/** namida_pairings_add: lists @request until it is closed. */
void namida_pairings_add (NamidaPairings *self, NamidaPairRequest *request);
/**
 * namida_pairings_start_async: starts a pairing over @client, which nothing else may use. Only one can be in progress;
 * otherwise fails with BUSY.
 * @own_fingerprint: the key of this device
 * @own: what this device says about itself
 * @alias: the name under which the other device will be trusted
 */
void namida_pairings_start_async (NamidaPairings *self,
                                  NamidaClient *client,
                                  const char *own_fingerprint,
                                  NamidaDeviceInfo *own,
                                  const char *alias,
                                  NamidaPairDigits digits,
                                  gpointer digits_data,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** namida_pairings_start_finish: Returns: %TRUE if both users confirmed, else %FALSE with @error. */
gboolean namida_pairings_start_finish (NamidaPairings *self, GAsyncResult *result, GError **error);
/** namida_pairings_confirm: @same: whether both devices show the same digits. %FALSE ends the pairing. */
void namida_pairings_confirm (NamidaPairings *self, gboolean same);
/** namida_pairings_set_auto_accept: sets the third argument of "paired" of the current pairing. Default: %TRUE. */
void namida_pairings_set_auto_accept (NamidaPairings *self, gboolean auto_accept);

G_END_DECLS
