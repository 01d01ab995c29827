/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaPairRequest: another device wants to pair with this one; shown from its first message on, with its digits as
 * soon as they are known, until it is confirmed or over. Main context. Signals "revealed" (the digits are known) and
 * "closed", once each. */
#define NAMIDA_TYPE_PAIR_REQUEST (namida_pair_request_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPairRequest, namida_pair_request, NAMIDA, PAIR_REQUEST, GObject)

const char *namida_pair_request_get_fingerprint (NamidaPairRequest *self); /* proven */
const char *namida_pair_request_get_alias (NamidaPairRequest *self);       /* as it may be shown */
/** Returns: (nullable): "123 456"; %NULL until "revealed". */
const char *namida_pair_request_get_digits (NamidaPairRequest *self);
/** Returns: what names this request and no other; never what others know it by. */
const char *namida_pair_request_get_id (NamidaPairRequest *self);
/** namida_pair_request_set_auto_accept: whether what the device sends from now on is stored without a question, if it
 * is paired; %TRUE at first. */
void namida_pair_request_set_auto_accept (NamidaPairRequest *self, gboolean auto_accept);
gboolean namida_pair_request_get_auto_accept (NamidaPairRequest *self);
gboolean namida_pair_request_get_open (NamidaPairRequest *self);
/** @warning: (nullable): a sentence for the person who compares. By who knows the trusted devices, before it is shown.
 */
void namida_pair_request_set_warning (NamidaPairRequest *self, const char *warning);
const char *namida_pair_request_get_warning (NamidaPairRequest *self); /* (nullable) */
/** Both people confirmed; known when "closed" is emitted: the owner trusts the device then. */
gboolean namida_pair_request_get_paired (NamidaPairRequest *self);
/** namida_pair_request_confirm: the person here says that the digits are the same. No effect before they are known. */
void namida_pair_request_confirm (NamidaPairRequest *self);
void namida_pair_request_decline (NamidaPairRequest *self);

G_END_DECLS
