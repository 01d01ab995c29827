/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exit codes of all commands. They are stable, because scripts rely on them. */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_CLI_EXIT_DONE = 0, /* done and verified */
  NAMIDA_CLI_EXIT_FAILED = 1,
  NAMIDA_CLI_EXIT_USAGE = 2,
  NAMIDA_CLI_EXIT_DECLINED = 3,
  NAMIDA_CLI_EXIT_NO_SUCH_DEVICE = 4,
  NAMIDA_CLI_EXIT_PIN = 5,
  NAMIDA_CLI_EXIT_IDENTITY_CHANGED = 6,
  NAMIDA_CLI_EXIT_INCOMPLETE = 7, /* some files are not stored */
  NAMIDA_CLI_EXIT_NOT_ENCRYPTED = 8,
  NAMIDA_CLI_EXIT_STALE = 9,         /* a device has had no backup for too long */
  NAMIDA_CLI_EXIT_BUSY = 10,         /* still busy after all attempts */
  NAMIDA_CLI_EXIT_INTERRUPTED = 130, /* by Ctrl+C, as shells expect */
} NamidaCliExit;

/** namida_cli_exit_from_error: @error: (nullable): %NULL means DONE */
NamidaCliExit namida_cli_exit_from_error (const GError *error);
/** namida_cli_exit_from_transfer: Returns: the exit code for @transfer, which has ended. */
NamidaCliExit namida_cli_exit_from_transfer (NamidaTransfer *transfer);

G_END_DECLS
