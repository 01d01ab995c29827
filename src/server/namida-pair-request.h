/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pairing that another device has started. Created by the server; shown by the window and the command line. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaPairRequest: another device wants to pair with this one. It is shown from its first message on, with its
 * digits as soon as they are known, until it is confirmed or has ended. Main context. Signals: "revealed" (the digits
 * are known) and "closed", once each. */
#define NAMIDA_TYPE_PAIR_REQUEST (namida_pair_request_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPairRequest, namida_pair_request, NAMIDA, PAIR_REQUEST, GObject)

const char *namida_pair_request_get_fingerprint (NamidaPairRequest *self); /* proven by the connection */
const char *namida_pair_request_get_alias (NamidaPairRequest *self);       /* safe to show */
/** namida_pair_request_get_digits: Returns: (transfer none) (nullable): "123 456"; %NULL before "revealed". */
const char *namida_pair_request_get_digits (NamidaPairRequest *self);
/** namida_pair_request_get_id: Returns: (transfer none): a unique ID of this request, which other devices do not
 * know. */
const char *namida_pair_request_get_id (NamidaPairRequest *self);
/** namida_pair_request_set_auto_accept: Whether transfers of the device are accepted without asking after pairing. The
 * default is %TRUE. */
void namida_pair_request_set_auto_accept (NamidaPairRequest *self, gboolean auto_accept);
/** namida_pair_request_get_auto_accept: Returns: see namida_pair_request_set_auto_accept(). */
gboolean namida_pair_request_get_auto_accept (NamidaPairRequest *self);
/** namida_pair_request_get_open: Returns: %FALSE once "closed" was emitted. */
gboolean namida_pair_request_get_open (NamidaPairRequest *self);
/** namida_pair_request_set_warning: @warning: (nullable): a sentence for the user who compares the digits. Called by
 * the code that knows the trusted devices, before the request is shown. */
void namida_pair_request_set_warning (NamidaPairRequest *self, const char *warning);
const char *namida_pair_request_get_warning (NamidaPairRequest *self); /* (nullable) */
/** namida_pair_request_get_paired: Returns: whether both users confirmed. Valid when "closed" is emitted; the owner
 * then trusts the device. */
gboolean namida_pair_request_get_paired (NamidaPairRequest *self);
/** namida_pair_request_confirm: the local user confirms that the digits are the same. Has no effect before they are
 * known. */
void namida_pair_request_confirm (NamidaPairRequest *self);
/** namida_pair_request_get_asking: Returns: whether the local user has answered neither way yet. */
gboolean namida_pair_request_get_asking (NamidaPairRequest *self);
/** namida_pair_request_decline: the local user declines the pairing, or takes a confirmation back while the other user
 * has not confirmed. */
void namida_pair_request_decline (NamidaPairRequest *self);

G_END_DECLS
