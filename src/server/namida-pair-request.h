/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaPairRequest: another device wants to pair with this one; shown with its digits until confirmed or over. Main
 * context. Signal "closed" once. */
#define NAMIDA_TYPE_PAIR_REQUEST (namida_pair_request_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPairRequest, namida_pair_request, NAMIDA, PAIR_REQUEST, GObject)

const char *namida_pair_request_get_fingerprint (NamidaPairRequest *self); /* proven */
const char *namida_pair_request_get_alias (NamidaPairRequest *self);       /* as it may be shown */
const char *namida_pair_request_get_digits (NamidaPairRequest *self);      /* "123 456" */
gboolean namida_pair_request_get_open (NamidaPairRequest *self);
/** @warning: (nullable): a sentence for the person who compares. By who knows the trusted devices, before it is shown.
 */
void namida_pair_request_set_warning (NamidaPairRequest *self, const char *warning);
const char *namida_pair_request_get_warning (NamidaPairRequest *self); /* (nullable) */
/** Both people confirmed; known when "closed" is emitted: the owner trusts the device then. */
gboolean namida_pair_request_get_paired (NamidaPairRequest *self);
void namida_pair_request_confirm (NamidaPairRequest *self);
void namida_pair_request_decline (NamidaPairRequest *self);

G_END_DECLS
