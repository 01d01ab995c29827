/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"

G_BEGIN_DECLS

/** NamidaCliSentBefore: what “send” was told about files that a LocalSend device has had from here before. */
typedef struct
{
  gboolean again; /* --again */
  gboolean skip;  /* --skip-sent */
} NamidaCliSentBefore;

/**
 * namida_cli_sent_before_choose: asks a person at a terminal; without one, files are sent again unless --skip-sent was
 * given. @filter: (nullable). @policy: (out). Main thread.
 *
 * Returns: %FALSE when the person stopped the command, or with @error of the search for files.
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
