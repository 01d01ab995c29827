/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/** namida_cli_send_preview: shows what “send” would send to @peer, and sends nothing. Returns: the exit code: 0, or
 * that of the reason why the device does not say what it has already; then all of it is counted. */
int
namida_cli_send_preview (NamidaCli *cli, NamidaHub *hub, NamidaPeer *peer, GListModel *files, NamidaScanFilter *filter);

G_END_DECLS
