/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The output of “send --dry-run”. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/**
 * namida_cli_send_preview: shows what “send” would send to @peer, and sends nothing. Returns: the exit code: 0, or
 * the one for the reason why the device does not tell what it already has; in that case, all files are counted.
 */
int
namida_cli_send_preview (NamidaCli *cli, NamidaHub *hub, NamidaPeer *peer, GListModel *files, NamidaScanFilter *filter);

G_END_DECLS
