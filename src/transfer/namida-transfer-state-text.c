/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text about the state of a transfer that its row shows. Main context. */
#include "config.h"

#include "namida-format.h"
#include "namida-transfer-end.h"
#include "namida-transfer-private.h"

#include <glib/gi18n-lib.h>

static gboolean
state_text_is_sent (NamidaTransfer *self)
{
  return namida_transfer_get_direction (self) == NAMIDA_DIRECTION_SEND;
}

/* Only bytes that are known to be safe count, because bytes in flight may be lost when the connection breaks. */
static char *
state_text_dup_away (NamidaTransfer *self)
{
  guint64 total = namida_transfer_get_total_bytes (self);
  guint64 safe = MIN (namida_transfer_get_safe_bytes (self), total);
  g_autofree char *amount = NULL;

  if (safe == 0)
    return g_strdup (_ ("Waiting for the device"));
  /* Show an amount instead of a percentage, because 77 MB of a large library are 0%. */
  amount = namida_format_progress (safe, total);
  /* Translators: a state; %s is how much of a backup has gone over: “4.1 of 12.4 GB” */
  return g_strdup_printf (_ ("Waiting for the device · %s transferred"), amount);
}

static char *
state_text_dup_interrupted (NamidaTransfer *self)
{
  char *trouble = namida_transfer_dup_trouble (self);

  if (trouble != NULL)
    return trouble;
  return state_text_dup_away (self);
}

gboolean
namida_transfer_may_have_parts (NamidaTransfer *self)
{
  gboolean of_earlier_run
      = namida_transfer_get_state (self) == NAMIDA_TRANSFER_PAUSED && namida_transfer_get_backup (self) == NULL;

  return namida_transfer_keeps_parts (self) && (namida_transfer_get_safe_bytes (self) > 0 || of_earlier_run);
}

char *
namida_transfer_dup_state_text (NamidaTransfer *self)
{
  NamidaTransferEnd end;

  switch (namida_transfer_get_state (self))
    {
    case NAMIDA_TRANSFER_PREPARING:
      return g_strdup (_ ("Preparing"));
    case NAMIDA_TRANSFER_WAITING:
      return g_strdup (state_text_is_sent (self) ? _ ("Waiting for the other device to accept")
                                                 : _ ("Waiting for you to accept"));
    case NAMIDA_TRANSFER_RUNNING:
      return g_strdup (state_text_is_sent (self) ? _ ("Sending") : _ ("Receiving"));
    case NAMIDA_TRANSFER_INTERRUPTED:
      return state_text_dup_interrupted (self);
    case NAMIDA_TRANSFER_PAUSED:
      return g_strdup (_ ("Paused"));
    case NAMIDA_TRANSFER_FINISHING:
      return g_strdup (_ ("Verifying and saving"));
    default:
      end = namida_transfer_get_end (self);
      return namida_transfer_end_dup_words (&end);
    }
}
