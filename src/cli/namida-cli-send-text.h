/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text messages on the command line. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * namida_cli_send_text: “send --text”: sends @text and waits until it is accepted on the other device.
 * @pin: (nullable); @unencrypted: also to a device that cannot encrypt
 *
 * Returns: the exit code. Main thread.
 */
int namida_cli_send_text (
    NamidaCli *cli, NamidaHub *hub, NamidaPeer *peer, const char *text, const char *pin, gboolean unencrypted);

G_END_DECLS
