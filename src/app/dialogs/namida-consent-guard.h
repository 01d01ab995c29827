/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first moment of a dialog that asks for consent. Another device decides when such a dialog appears, so it may
 * appear under the pointer or between two key presses. No answer is accepted until the user can have seen the
 * question. Used by the dialogs that pair, accept and trust. Main context. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Milliseconds after an answer is shown during which it cannot be given. */
#define NAMIDA_CONSENT_GUARD_MS 500

/**
 * namida_consent_guard_add:
 * @button: (transfer none): a widget that gives an answer
 *
 * Makes @button insensitive for the first moment each time it is shown, and then restores its focus. Nothing else may
 * change its sensitivity.
 */
void namida_consent_guard_add (GtkWidget *button);

/**
 * namida_consent_guard_add_response:
 * @dialog: (transfer none): a dialog that is not shown yet
 * @response: the id of an answer
 *
 * Disables @response for the first moment each time @dialog is shown.
 */
void namida_consent_guard_add_response (AdwMessageDialog *dialog, const char *response);

/**
 * namida_consent_guard_is_holding:
 * @button: (transfer none): a widget that was passed to namida_consent_guard_add()
 *
 * Returns: %TRUE during the first moment, in which closing the dialog is no answer either
 */
gboolean namida_consent_guard_is_holding (GtkWidget *button);

G_END_DECLS
