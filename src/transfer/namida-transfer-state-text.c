/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-report.h"
#include "namida-transfer-private.h"

#include <glib/gi18n-lib.h>

/* The state of a transfer, as its row says it. */

static gboolean
is_sent (NamidaTransfer *self)
{
  return namida_transfer_get_direction (self) == NAMIDA_DIRECTION_SEND;
}

static const char *
done_words (const NamidaTransferEnd *end)
{
  gboolean sent = end->direction == NAMIDA_DIRECTION_SEND;

  if (end->unproven)
    return sent ? _ ("Sent; the other device cannot verify it")
                : _ ("Received; the other device sent nothing to verify it by");
  return sent ? _ ("Sent and verified") : _ ("Received and verified");
}

static char *
dup_incomplete_words (const NamidaTransferEnd *end)
{
  if (end->failed > 0)
    return g_strdup_printf (ngettext ("%'u file is not there", "%'u files are not there", end->failed), end->failed);
  return g_strdup (_ ("Not everything was sent"));
}

char *
namida_transfer_end_dup_words (const NamidaTransferEnd *end)
{
  switch (end->state)
    {
    case NAMIDA_TRANSFER_DONE:
      return g_strdup (done_words (end));
    case NAMIDA_TRANSFER_INCOMPLETE:
      return dup_incomplete_words (end);
    case NAMIDA_TRANSFER_DECLINED:
      return g_strdup (_ ("Declined"));
    case NAMIDA_TRANSFER_CANCELLED:
      return g_strdup (_ ("Cancelled"));
    default:
      return g_strdup (end->message != NULL && end->message[0] != '\0' ? end->message : _ ("It did not arrive"));
    }
}

static char *
dup_final_text (NamidaTransfer *self)
{
  const GError *error = namida_transfer_get_error (self);
  NamidaTransferEnd end = { .direction = namida_transfer_get_direction (self),
                            .state = namida_transfer_get_state (self),
                            .unproven = namida_transfer_get_unproven (self),
                            .failed = namida_transfer_count_files (self).failed,
                            .message = error != NULL ? error->message : NULL };

  return namida_transfer_end_dup_words (&end);
}

/* What is known to be safe: bytes on their way when the connection broke may not be. */
static char *
dup_away_text (NamidaTransfer *self)
{
  guint64 total = namida_transfer_get_total_bytes (self);
  guint64 safe = MIN (namida_transfer_get_safe_bytes (self), total);

  if (safe == 0)
    return g_strdup (_ ("Waiting for the device"));
  /* Translators: a state; %u is how much of a backup has arrived. */
  return g_strdup_printf (is_sent (self) ? _ ("Waiting for the device · %u %% is safe there")
                                         : _ ("Waiting for the device · %u %% is safe here"),
                          (guint) ((double) safe * 100 / (double) total));
}

static char *
dup_interrupted_text (NamidaTransfer *self)
{
  char *trouble = namida_transfer_dup_trouble (self);

  if (trouble != NULL)
    return trouble;
  return dup_away_text (self);
}

char *
namida_transfer_dup_state_text (NamidaTransfer *self)
{
  switch (namida_transfer_get_state (self))
    {
    case NAMIDA_TRANSFER_PREPARING:
      return g_strdup (_ ("Preparing"));
    case NAMIDA_TRANSFER_WAITING:
      return g_strdup (is_sent (self) ? _ ("Waiting for someone to accept there") : _ ("Waiting for your answer"));
    case NAMIDA_TRANSFER_RUNNING:
      return g_strdup (is_sent (self) ? _ ("Sending") : _ ("Receiving"));
    case NAMIDA_TRANSFER_INTERRUPTED:
      return dup_interrupted_text (self);
    case NAMIDA_TRANSFER_PAUSED:
      return g_strdup (_ ("Paused"));
    case NAMIDA_TRANSFER_FINISHING:
      return g_strdup (_ ("Verifying and storing"));
    default:
      return dup_final_text (self);
    }
}
