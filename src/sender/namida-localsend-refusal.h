/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-http-answer.h"

G_BEGIN_DECLS

/**
 * namida_localsend_refusal_new: why a LocalSend did not accept an offer, in words for the person who made it.
 * @alias: of the LocalSend; @has_pin: whether the offer had a PIN
 *
 * Returns: (transfer full): an error of NAMIDA_ERROR. Any thread.
 */
GError *namida_localsend_refusal_new (const char *alias, gboolean has_pin, const NamidaHttpAnswer *answer);

G_END_DECLS
