/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps errors and ended transfers to exit codes, for all commands. Any thread. */
#include "config.h"

#include "namida-cli-exit.h"

#include "namida-error.h"

NamidaCliExit
namida_cli_exit_from_error (const GError *error)
{
  if (error == NULL)
    return NAMIDA_CLI_EXIT_DONE;
  if (error->domain == G_OPTION_ERROR)
    return NAMIDA_CLI_EXIT_USAGE;
  if (error->domain != NAMIDA_ERROR)
    return NAMIDA_CLI_EXIT_FAILED;

  switch ((NamidaError) error->code)
    {
    case NAMIDA_ERROR_DECLINED:
      return NAMIDA_CLI_EXIT_DECLINED;
    case NAMIDA_ERROR_NO_SUCH_DEVICE:
      return NAMIDA_CLI_EXIT_NO_SUCH_DEVICE;
    case NAMIDA_ERROR_PIN_REQUIRED:
    case NAMIDA_ERROR_PIN_WRONG:
    case NAMIDA_ERROR_TOO_MANY: /* only wrong PINs cause this */
      return NAMIDA_CLI_EXIT_PIN;
    case NAMIDA_ERROR_IDENTITY_CHANGED:
      return NAMIDA_CLI_EXIT_IDENTITY_CHANGED;
    case NAMIDA_ERROR_INCOMPLETE:
    case NAMIDA_ERROR_SOURCE_CHANGED:
      return NAMIDA_CLI_EXIT_INCOMPLETE;
    case NAMIDA_ERROR_ENCRYPTION_REQUIRED:
    case NAMIDA_ERROR_CERTIFICATE_REQUIRED:
      return NAMIDA_CLI_EXIT_NOT_ENCRYPTED;
    case NAMIDA_ERROR_BUSY:
      return NAMIDA_CLI_EXIT_BUSY;
    case NAMIDA_ERROR_INTERNAL:
    case NAMIDA_ERROR_INVALID_REQUEST:
    case NAMIDA_ERROR_INVALID_MANIFEST:
    case NAMIDA_ERROR_UNSAFE_PATH:
    case NAMIDA_ERROR_BAD_TOKEN:
    case NAMIDA_ERROR_NOT_FOUND:
    case NAMIDA_ERROR_METHOD:
    case NAMIDA_ERROR_CANCELLED:
    case NAMIDA_ERROR_EXPIRED:
    case NAMIDA_ERROR_PAUSED:
    case NAMIDA_ERROR_WRONG_OFFSET:
    case NAMIDA_ERROR_TOO_LARGE:
    case NAMIDA_ERROR_TOO_LONG:
    case NAMIDA_ERROR_WRONG_SIZE:
    case NAMIDA_ERROR_CHECKSUM:
    case NAMIDA_ERROR_NO_SPACE:
    case NAMIDA_ERROR_NO_INODES:
    case NAMIDA_ERROR_QUOTA:
    case NAMIDA_ERROR_FILE_TOO_LARGE:
    case NAMIDA_ERROR_READ_ONLY:
    case NAMIDA_ERROR_NO_PERMISSION:
    case NAMIDA_ERROR_NO_DRIVE:
    case NAMIDA_ERROR_UNREACHABLE:
    case NAMIDA_ERROR_STORAGE:
    case NAMIDA_N_ERRORS:
    default:
      return NAMIDA_CLI_EXIT_FAILED;
    }
}

NamidaCliExit
namida_cli_exit_from_transfer (NamidaTransfer *transfer)
{
  const GError *error = namida_transfer_get_error (transfer);

  switch (namida_transfer_get_state (transfer))
    {
    case NAMIDA_TRANSFER_DONE:
      return NAMIDA_CLI_EXIT_DONE;
    case NAMIDA_TRANSFER_DECLINED:
      return NAMIDA_CLI_EXIT_DECLINED;
    case NAMIDA_TRANSFER_INCOMPLETE:
      return NAMIDA_CLI_EXIT_INCOMPLETE;
    case NAMIDA_TRANSFER_PREPARING:
    case NAMIDA_TRANSFER_WAITING:
    case NAMIDA_TRANSFER_RUNNING:
    case NAMIDA_TRANSFER_INTERRUPTED:
    case NAMIDA_TRANSFER_PAUSED:
    case NAMIDA_TRANSFER_FINISHING:
    case NAMIDA_TRANSFER_CANCELLED:
    case NAMIDA_TRANSFER_FAILED:
    default:
      return error != NULL ? namida_cli_exit_from_error (error) : NAMIDA_CLI_EXIT_FAILED;
    }
}
