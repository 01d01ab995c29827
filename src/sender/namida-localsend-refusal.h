/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explains why LocalSend refused an offer. Called by the senders of files and text messages, in worker threads. */
#pragma once

#include "namida-http-answer.h"

G_BEGIN_DECLS

/**
 * namida_localsend_refusal_new:
 * @alias: the name of the LocalSend device
 * @has_pin: whether the offer contained a PIN
 * @answer: the answer to the offer
 *
 * Any thread.
 *
 * Returns: (transfer full): an error of NAMIDA_ERROR that explains the refusal to the user
 */
GError *namida_localsend_refusal_new (const char *alias, gboolean has_pin, const NamidaHttpAnswer *answer);

G_END_DECLS
