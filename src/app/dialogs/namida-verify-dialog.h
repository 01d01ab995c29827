/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub.h"
#include "namida-shell.h"

G_BEGIN_DECLS

/** namida_verify_dialog_present: shows what LocalSend's page “Verify” shows on @peer (namida_device_can_verify()), and
 * trusts the certificate of @peer when the person says that both are the same. Main context. */
void namida_verify_dialog_present (NamidaShell *window, NamidaPeer *peer);

G_END_DECLS
