/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that were sent to a LocalSend device before. Main thread. */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/** NamidaCliSentBefore: the options of “send” for files that this device has sent to a LocalSend device before. */
typedef struct
{
  gboolean again; /* --again */
  gboolean skip;  /* --skip-sent */
} NamidaCliSentBefore;

/**
 * namida_cli_sent_before_choose: decides whether these files are sent again. Asks the user at a terminal; without a
 * terminal, files are sent again unless --skip-sent was given. @filter: (nullable). @policy: (out). Main thread.
 *
 * Returns: %FALSE if the user stopped the command, or with @error of the scanner
 */
gboolean namida_cli_sent_before_choose (NamidaCli *cli,
                                        NamidaHub *hub,
                                        NamidaPeer *peer,
                                        GListModel *files,
                                        NamidaScanFilter *filter,
                                        const NamidaCliSentBefore *options,
                                        NamidaSentBeforePolicy *policy,
                                        GError **error);

G_END_DECLS
