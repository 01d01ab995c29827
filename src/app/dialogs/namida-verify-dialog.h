/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifying a LocalSend device. Main context. */
#pragma once

#include "namida-hub.h"
#include "namida-shell.h"

G_BEGIN_DECLS

/**
 * namida_verify_dialog_present: shows what LocalSend's page “Verify” shows on @peer (see namida_device_can_verify()),
 * and trusts the certificate of @peer if the user confirms that both are the same. Main context.
 */
void namida_verify_dialog_present (NamidaShell *window, NamidaPeer *peer);

G_END_DECLS
